"""Files that Python itself refuses."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Location, Severity
from chutes_cli.project.model import Project


class InvalidSyntax(Check):
    """A file is not valid Python.

    ## What it does
    Reports files that cannot be decoded, parsed or compiled, such as a call with a keyword
    given twice. The other files are still audited.

    ## Why it matters
    `chutes deploy` uploads the module as text; the platform refuses code that does not
    parse, and a helper module that does not parse fails at import on the instance.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    ```

    ## Use instead
    ```python
    import time

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/time", public_api_method="GET")
    async def now(self) -> dict:
        return {"time": time.time()}
    ```

    ## Source
    Python; platform schema of a chute's code: it must parse ("Invalid code submited").
    """

    id = "syntax-error"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per file that cannot be read as Python."""
        for broken in project.broken:
            yield Finding(
                check=self.id,
                category=self.category,
                severity=self.severity,
                confidence=Confidence.HIGH,
                item=None,
                location=Location(
                    broken.path, broken.line, broken.column, broken.line, broken.end_column
                ),
                symbol="",
                message=f"this file is not valid Python: {broken.reason}",
                help="fix the syntax; nothing else in this file was checked",
            )
