from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "content-length-trusted"
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'my-service', 'i')\n"
GET = "n = request.headers.get('content-length')\n"
NO = "    return JSONResponse({}, 400)\n"
END = "return await call_next(request)"


def app(body: str, parameters: str = "request, call_next", name: str = "app.py") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return {name: f"{HEAD}async def limited({parameters}):\n{lines}"}


FIRES = {
    "guarded": GET + "if n and int(n) > 99:\n" + NO + END,
    "default": "n = int(request.headers.get('Content-Length', 0))\nif n >= 99:\n" + NO + END,
    "or": "n = int(request.headers.get('content-length') or 0)\nif n > 99:\n" + NO + END,
    "nested": GET + "if n:\n    if int(n) > 99:\n        return 1\n" + END,
    "is_not_none": GET + "if n is not None and int(n) > 99:\n" + NO + END,
    "in_place": "if int(request.headers.get('content-length', '0')) > 99:\n" + NO + END,
    "raised": GET + "if n and int(n) > self.limit:\n    raise ValueError\n" + END,
    "not_another": GET + "if not request.url:\n    pass\nif n and int(n) > 99:\n" + NO + END,
}
SILENT = {
    "refused": GET + "if not n:\n" + NO + "if int(n) > 99:\n" + NO + END,
    "refused_none": GET + "if n is None or int(n) > 99:\n" + NO + END,
    "411": GET + "if n:\n    if int(n) > 99:\n        return 1\nelse:\n    return R(411)\n" + END,
    "refused_missing": "if 'Content-Length' not in request.headers:\n" + NO + GET
    + "if int(n) > 99:\n" + NO + END,
    "receive": GET + "if n and int(n) > 99:\n" + NO + "r = counted(request.receive)\n" + END,
    "chunks": "if 'transfer-encoding' in request.headers:\n    return 1\n"
    + GET + "if n and int(n) > 99:\n" + NO + END,
    "body": GET + "if n and int(n) > 99:\n" + NO + "b = await request.body()\n" + END,
    "stream": GET + "if n and int(n) > 99:\n" + NO + "b = counted(request.stream())\n" + END,
    "must_be_there": "n = int(request.headers['content-length'])\nif n > 99:\n" + NO + END,
    "another_header": "n = request.headers.get('x-n')\nif n and int(n) > 99:\n" + NO + END,
    "any_header": "n = request.headers.get(name)\nif n and int(n) > 99:\n" + NO + END,
    "bytes": "n = request.headers.get(b'content-length')\nif n and int(n) > 99:\n" + NO + END,
    "logged": GET + "print(n)\n" + END,
    "less": GET + "if n and int(n) < 9:\n" + NO + END,
    "kept": GET + "large = n and int(n) > 99\n" + END,
}  # fmt: skip


@pytest.fixture
def findings(findings: Findings) -> Findings:
    return partial(findings, exposure=Exposure.DIRECT)


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.symbol == "limited"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


def test_only_middleware_that_is_no_test(findings: Findings) -> None:
    assert findings(app(FIRES["guarded"], "request, other"), ID) == []
    assert findings({**app("pass"), **app(FIRES["guarded"], name="tests/test_app.py")}, ID) == []


@pytest.mark.parametrize(("exposure", "count"), [(Exposure.BOTH, 1), (Exposure.GATEWAY, 0)])
def test_only_direct_exposure(exposure: Exposure, count: int, findings: Findings) -> None:
    assert len(findings(app(FIRES["guarded"]), ID, exposure=exposure)) == count


@pytest.mark.sdk
@pytest.mark.parametrize(("chunked", "status"), [(True, 200), (False, 400)])
def test_chunks_pass_the_limit(chunked: bool, status: int) -> None:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route
    from starlette.testclient import TestClient

    async def length(request: Request) -> Response:
        return JSONResponse({"length": len(await request.body())})

    async def limited(request: Request, call_next: RequestResponseEndpoint) -> Response:
        told = request.headers.get("content-length")
        if told and int(told) > 9:
            return JSONResponse({}, 400)
        return await call_next(request)

    served = Starlette(
        routes=[Route("/x", length, methods=["POST"])],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=limited)],
    )

    def chunks() -> Iterator[bytes]:
        yield b"x" * 1000

    answer = TestClient(served).post("/x", content=chunks() if chunked else b"x" * 1000)
    assert answer.status_code == status
