"""The module a chute lies in: its name and its size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from .refusals import refusal_of_module


class ModuleName(Check):
    """A chute's module has a name that `chutes deploy` or the platform refuses.

    ## What it does
    Compares the file name of each module that makes a chute with what the SDK's command
    line takes in `module:variable` and with the platform's rule for file names. A chute
    that another module with a good name imports can be deployed from there, and is left
    alone.

    ## Why it matters
    `chutes build`, `run` and `deploy` refuse a module whose name has a hyphen, a dot or a
    leading digit or underscore (`__init__.py` too). Upper-case letters pass the SDK, and
    the platform refuses them after the image has been built.

    ## Example
    ```python
    # file: my-chute.py
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    # file: my_chute.py
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/_shared.py, `CHUTE_REF_RE`; the platform's rule `filename`
    (PLATFORM F63 and section 7).
    """

    id = "module-name"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per module that cannot be named."""
        told: set[Module] = set()
        for chute in project.chutes:
            found = project.references.of(chute.instance)
            problems = [refusal_of_module(each.module) for each in found]
            if not found or not all(problems) or found[0].module in told:
                continue
            told.add(found[0].module)
            yield self.finding(
                found[0].module,
                found[0].span,
                0,
                problems[0],
                f"rename the file to {_better_name(found[0].module)}",
            )


def _better_name(module: Module) -> str:
    stem = PurePosixPath(module.path).stem
    plain = re.sub(r"\W+", "_", stem, flags=re.ASCII).lower().strip("_").lstrip("0123456789_")
    return f"{plain if plain and stem != '__init__' else 'app'}.py"


class ModuleTooLarge(Check):
    """A chute's module is larger than the platform takes.

    ## What it does
    Counts the characters of each module that makes a chute.

    ## Why it matters
    `chutes deploy` sends the module's text, and the platform refuses it above a limit,
    after the image has been built. Text that large is nearly always data: weights, test
    fixtures or assets in base64, which belong into the image.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    VOICE = "<160000 characters>"

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/voice", public_api_method="GET")
    async def voice(self) -> dict:
        return {"title": self.title, "voice": VOICE}
    ```

    ## Use instead
    ```python
    from pathlib import Path

    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/voice", public_api_method="GET")
    async def voice(self) -> dict:
        return {"title": self.title, "voice": Path("/app/voice.txt").read_text()}
    ```

    ## Source
    The platform's rule `code-size` (PLATFORM section 7); SDK 0.6.9
    chutes/entrypoint/deploy.py sends the module's text.
    """

    id = "module-too-large"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per module over the limit, at its first chute."""
        rule = platform().rule("code-size")
        told: set[Module] = set()
        for chute in project.chutes:
            for module in project.references.entries(chute.instance):
                # Read as text, as `chutes deploy` does, a line's end is one character.
                problem = rule.violation(module.text.replace("\r\n", "\n"))
                if problem and module not in told:
                    told.add(module)
                    yield self.finding(
                        module,
                        project.references.of(chute.instance)[0].span,
                        0,
                        f"the module {problem} (as of {rule.as_of})",
                        "put data into files that the image adds: `.add(...)`",
                    )
