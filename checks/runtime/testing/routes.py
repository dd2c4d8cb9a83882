"""Paths that tests call."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Attribute, Call, Expression, Literal
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.values import Known

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_CLIENTS = ("testclient.TestClient",)


class TestClientOfMissingRoute(Check):
    """A test calls a path through `TestClient` that the chute does not have.

    ## What it does
    Finds tests that use FastAPI's `TestClient` and call a path that no cord and no route of
    the tree has.

    ## Why it matters
    The answer is 404 whatever the code does. Cords are not routes of the chute when it is
    imported either: the SDK adds them when it serves, so `TestClient(chute)` knows none,
    and tests belong before a served chute.

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
    from app import chute
    from fastapi.testclient import TestClient


    def test_health():
        client = TestClient(chute)
        assert client.get("/health").status_code == 200
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
        assert httpx.get(f"{chutes_url}/ready", timeout=5).status_code == 200
    ```

    ## Source
    SDK 0.6.9 chutes/entrypoint/run.py: routes for cords are added when the chute is served.
    """

    id = "test-client-of-missing-route"
    category = "runtime"
    severity = Severity.WARNING

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per path that a test calls and nothing answers."""
        paths = _served(project)
        if paths is None:
            return
        for module in project.modules:
            if not module.is_test or not _uses_test_client(project, module):
                continue
            told = set()
            for statement in module.facts.statements:
                for each in statement.expressions():
                    path = _called(each)
                    if path is not None and path not in paths and path not in told:
                        told.add(path)
                        yield self.at(
                            Site(module, statement, each),
                            f"no cord and no route of the chute has the path {path}",
                            "serve the chute with `chutes run --dev` and call the path of a cord",
                        )


def _served(project: Project) -> set[str] | None:
    """Return the paths of cords and routes, None where one cannot be told."""
    if not project.cords or any(chute.routes for chute in project.chutes):
        return None
    found = set()
    for cord in project.cords:
        for name in ("public_api_path", "path"):
            match cord.arguments.value(name):
                case None:
                    pass
                case Known(value=str() as path):
                    found.add(f"/{path.strip('/')}")
                case _:
                    return None
        if cord.function is not None:
            found.add(f"/{cord.function.scope.name}")
    return found


def _uses_test_client(project: Project, module: Module) -> bool:
    return any(
        site.module is module and getattr(target, "name", "").endswith(_CLIENTS)
        for site, targets in project.knowledge.calls
        for target in targets
    )


def _called(expression: Expression) -> str | None:
    """Return the path of ``client.post("/generate")``, without its query."""
    match expression:
        case Call(function=Attribute(attribute=method), arguments=(first, *_)) if (
            method in _METHODS
        ):
            value = first.value.value if isinstance(first.value, Literal) else None
            if isinstance(value, str) and value.startswith("/"):
                return value.split("?")[0]
    return None
