"""Time that tests spend waiting."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.clocks import CLOCKS, SLEEPS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Expression, Literal, Operation
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site

_LONG = 5


class TestSleeps(Check):
    """A test waits for seconds that nothing needs.

    ## What it does
    Finds `sleep` of 5 seconds and more in the tree's own tests, and loops that go on until
    5 seconds and more have passed.

    ## Why it matters
    Tests that take long are run seldom, and a sleep is either longer than needed or, on a
    busy machine, too short. Sustained load is for a load run, not for the test suite.

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
    import time

    import httpx


    def test_ready_after_a_while(chutes_url):
        time.sleep(30)
        assert httpx.get(f"{chutes_url}/ready", timeout=5).status_code == 200
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
    import time

    import httpx


    def test_ready_after_a_while(chutes_url):
        for _ in range(300):
            if httpx.get(f"{chutes_url}/ready", timeout=5).json()["ready"]:
                return
            time.sleep(0.1)
        raise AssertionError("not ready in 30 s")
    ```

    ## Source
    The Python Standard Library, `time.sleep`: it sleeps at least that long.
    """

    id = "test-sleeps"
    category = "runtime"
    severity = Severity.INFO

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per long wait."""
        for module in project.modules:
            for statement in module.facts.statements if module.is_test else ():
                is_loop = statement.kind == "test" and any(
                    guard.kind == "while" and guard.test is statement.values[0]
                    for guard in module.facts.guards
                )
                for each in statement.expressions():
                    site = Site(module, statement, each)
                    seconds = _looped(project, site) if is_loop else _slept(project, site)
                    if seconds is not None and seconds >= _LONG:
                        yield self.at(
                            site,
                            f"this test waits {seconds:g} seconds",
                            "ask again and again in short steps until it has happened, and "
                            "leave sustained load to a load run",
                        )


def _slept(project: Project, site: Site) -> float | None:
    match site.expression:
        case Call(function=callee, arguments=(first, *_)) if (
            project.knowledge.resolver.dotted(site.module, site.scope, callee) in SLEEPS
        ):
            return _number(first.value)
        case _:
            return None


def _looped(project: Project, site: Site) -> float | None:
    """Return the seconds of ``time.time() - start < 30``."""
    match site.expression:
        case Operation(operator="<" | "<=", operands=(left, right)) if any(
            isinstance(each, Call) and _is_clock(project, site.module, site.scope, each)
            for each in left.walk()
        ):
            return _number(right)
        case _:
            return None


def _is_clock(project: Project, module: Module, scope: int, call: Call) -> bool:
    return project.knowledge.resolver.dotted(module, scope, call.function) in CLOCKS


def _number(expression: Expression) -> float | None:
    match expression:
        case Literal(value=int() | float() as seconds):
            return seconds
        case _:
            return None
