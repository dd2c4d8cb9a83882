"""The variable a chute is deployed by."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Chute, Project

from .following import Following
from .refusals import ANY_NAME, refusal_of_variable


class ChuteVariable(Check):
    """A chute is not a variable that `chutes deploy module:variable` can name.

    ## What it does
    Looks for chutes whose variable the SDK's command line or the platform refuses, and for
    chutes that are no variable of any module at all: kept inside a function, made under
    `if __name__ == "__main__"`, or never assigned. A chute that is returned, handed on or
    stored may become a variable elsewhere, and is left alone.

    ## Why it matters
    `chutes build`, `run` and `deploy` import the module and take the chute from it by name.
    The name needs two characters or more, the first of them a letter; the platform wants
    it in lower case, and says so only after the image has been built.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    CHUTE = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @CHUTE.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
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
    SDK 0.6.9 chutes/entrypoint/_shared.py, `load_chute` and `CHUTE_REF_RE`; the platform's
    rule `chute-reference` (PLATFORM section 7).
    """

    id = "chute-variable"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per chute that no reference can name."""
        following = Following(project)
        for chute in project.chutes:
            found = project.references.of(chute.instance)
            problems = [refusal_of_variable(each.name) for each in found]
            if found and all(problems):
                yield self.finding(
                    found[0].module,
                    found[0].span,
                    0,
                    problems[0],
                    f"rename it to `{_better_variable(found[0].name)}`",
                )
            elif not found and _never_a_variable(following, chute):
                yield self.at(
                    chute.site,
                    "this chute is no variable of its module, so `chutes deploy` cannot find it",
                    "assign it at the top level of the module: `chute = ...`",
                )


def _better_variable(name: str) -> str:
    plain = name.lower().lstrip("_")
    return plain if len(plain) > 1 and plain.isascii() else ANY_NAME


def _never_a_variable(following: Following, chute: Chute) -> bool:
    module = chute.site.module
    if module.is_test or not module.path.endswith(".py"):
        return False
    return not following.returned(chute) and not following.handed_on(chute)
