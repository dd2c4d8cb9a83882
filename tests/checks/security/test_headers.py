from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from chutes_cli.contract.libraries.secure_headers import SECURE_HEADERS
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "headers-missing-on-errors"

HEAD = """\
from chutes.chute import Chute
from fastapi.responses import JSONResponse

chute = Chute("u", "my-service", "i")
"""
SET = "response.headers['X-Frame-Options'] = 'DENY'\n"
NEXT = "response = await call_next(request)\n"
END = "return response\n"


def app(body: str, parameters: str = "request, call_next") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}@chute.middleware('http')\nasync def guarded({parameters}):\n{lines}"


FIRES = {
    "early": "if request.url:\n    return JSONResponse({})\n" + NEXT + SET + END,
    "early_name": (
        "refused = JSONResponse({})\nif request.url:\n    return refused\n" + NEXT + SET + END
    ),
    "other_headers": (
        "if request.url:\n    return JSONResponse({}, headers={'X-Id': '1'})\n" + NEXT + SET + END
    ),
    "other_response_has_them": (
        "refused = JSONResponse({})\nother = JSONResponse({})\n"
        "other.headers['X-Frame-Options'] = 'DENY'\n"
        "if request.url:\n    return refused\n" + NEXT + SET + END
    ),
    "set_by_update": (
        "if request.url:\n    return JSONResponse({})\n" + NEXT
        + "response.headers.update({'x-frame-options': 'DENY'})\n" + END
    ),
    "has_another_header": (
        "refused = JSONResponse({})\nrefused.headers['X-Id'] = '1'\n"
        "if request.url:\n    return refused\n" + NEXT + SET + END
    ),
    "has_them_too_late": (
        "refused = JSONResponse({})\nif request.url:\n    return refused\n"
        "refused.headers['X-Frame-Options'] = 'DENY'\n" + NEXT + SET + END
    ),
}  # fmt: skip
SILENT = {
    "all": NEXT + SET + END,
    "no_security_header": (
        "if request.url:\n    return JSONResponse({})\n" + NEXT
        + "response.headers['X-Id'] = '1'\n" + END
    ),
    "no_header": "if request.url:\n    return JSONResponse({})\n" + NEXT + END,
    "given": (
        "if request.url:\n    return JSONResponse({}, headers={'X-Frame-Options': 'DENY'})\n"
        + NEXT + SET + END
    ),
    "set_on_both": (
        "refused = JSONResponse({})\nrefused.headers['X-Frame-Options'] = 'DENY'\n"
        "if request.url:\n    return refused\n" + NEXT + SET + END
    ),
    "returned_after": NEXT + SET + "if request.url:\n    return JSONResponse({})\n" + END,
    "raised": "if request.url:\n    raise ValueError\n" + NEXT + SET + END,
    "bare_return": "if request.url:\n    return\n" + NEXT + SET + END,
    "never_passed_on": "if request.url:\n    return JSONResponse({})\nresponse = request\n" + SET,
    "passed_on_by_a_method": (
        "if request.url:\n    return JSONResponse({})\nresponse = await self.call_next()\n" + SET
    ),
    "number": "if request.url:\n    return JSONResponse({})\n" + NEXT + "response.headers[1] = 1\n",
}  # fmt: skip


@pytest.fixture
def findings(findings: Findings) -> Findings:
    return partial(findings, exposure=Exposure.DIRECT)


@pytest.mark.parametrize(("exposure", "count"), [(Exposure.BOTH, 1), (Exposure.GATEWAY, 0)])
def test_the_gateway_drops_them_all(exposure: Exposure, count: int, findings: Findings) -> None:
    assert len(findings(app(FIRES["early"]), ID, exposure=exposure)) == count


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.snippet.startswith("return")


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize("name", sorted(SECURE_HEADERS))
def test_every_header(name: str, findings: Findings) -> None:
    assert len(findings(app(FIRES["early"].replace("X-Frame-Options", name)), ID)) == 1


def test_the_call_of_a_class(findings: Findings) -> None:
    lines = app(FIRES["early"], "self, request, call_next").removeprefix(HEAD).splitlines()[1:]
    body = "".join(f"    {line}\n" for line in lines).replace("guarded", "__call__")
    (found,) = findings(f"{HEAD}class Guard:\n{body}", ID)
    assert found.symbol == "Guard.__call__"


def test_only_middleware(findings: Findings) -> None:
    assert findings(app(FIRES["early"], "request, call_later"), ID) == []


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["early"])}, ID) == []
