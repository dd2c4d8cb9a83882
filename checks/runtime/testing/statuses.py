"""Statuses that tests accept."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Collection, Expression, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site


class TestAcceptsAnyStatus(Check):
    """A test accepts success and failure alike.

    ## What it does
    Finds assertions in the tree's own tests that are content with a status of a list which
    holds both successes and failures, such as `status_code in [200, 500]`.

    ## Why it matters
    The test passes whatever the service does: it passes on the day every call fails. The
    outcome of one request to one version of the code is one status.

    ## Example
    ```python
    # file: app.py
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    # file: tests/test_app.py
    import httpx


    def test_ready(chutes_url):
        response = httpx.get(f"{chutes_url}/ready", timeout=5)
        assert response.status_code in [200, 500, 503]
    ```

    ## Use instead
    ```python
    # file: app.py
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/ready", public_api_method="GET")
    async def ready(self) -> dict:
        return {"ready": hasattr(self, "model")}
    # file: tests/test_app.py
    import httpx


    def test_ready(chutes_url):
        response = httpx.get(f"{chutes_url}/ready", timeout=5)
        assert response.status_code == 200
    ```

    ## Source
    RFC 9110, section 15: statuses below 400 say that the request succeeded, others that it
    failed.
    """

    id = "test-accepts-any-status"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per assertion that cannot fail as it should."""
        for module in project.modules:
            for statement in module.facts.statements if module.is_test else ():
                if statement.kind != "assert":
                    continue
                for each in statement.values[0].walk():
                    if _accepts_any(each):
                        yield self.at(
                            Site(module, statement, each),
                            "this accepts success and failure alike, so it passes whatever "
                            "the service does",
                            "assert the one status that this request must have",
                        )


def _accepts_any(expression: Expression) -> bool:
    match expression:
        case Operation(operator="in", operands=(_, Collection(items=items))):
            values = [getattr(each, "value", None) for each in items]
            numbers = [each for each in values if isinstance(each, int) and 100 <= each < 600]
            if len(numbers) < len(items):
                return False
            return any(each < 400 for each in numbers) and any(each >= 400 for each in numbers)
        case _:
            return False
