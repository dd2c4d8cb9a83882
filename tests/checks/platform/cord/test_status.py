from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "cord-status-code"
HEAD = """\
from http import HTTPStatus
import fastapi
import library
from chutes.chute import Chute
from fastapi import HTTPException, status
from starlette.exceptions import HTTPException as StarletteException

chute = Chute("u", "my-service", "i")
NOT_HERE = 404


class Other:
    def __init__(self, code=0):
        self.code = code


class Bare:
    pass


class Odd(ValueError):
    def __init__(self):
        super().__init__(404)


class Fixed(HTTPException):
    def __init__(self, status_code):
        super().__init__(400)


def other(status):
    return status


"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"


def cord(body: str) -> str:
    return HEAD + CORD + "".join(f"    {line}\n" for line in body.splitlines())


@pytest.mark.parametrize(
    "body",
    [
        "raise HTTPException(404)",
        "raise HTTPException(status_code=503, detail='later')",
        "raise fastapi.HTTPException(401)",
        "raise StarletteException(413)",
        "raise HTTPException(status.HTTP_404_NOT_FOUND)",
        "raise HTTPException(status_code=HTTPStatus.NOT_FOUND)",
        "raise HTTPException(HTTPStatus.NOT_FOUND.value)",
        "raise HTTPException(NOT_HERE)",
        "raise HTTPException(400 + 4)",
        "raise HTTPException(300)",
        "raise HTTPException(301)",
        "raise fastapi.exceptions.HTTPException(404)",
        "try:\n    raise HTTPException(404)\n"
        "except KeyError:\n    return 1\nexcept HTTPException:\n    raise",
        "try:\n    raise HTTPException(404)\n"
        "except HTTPException:\n    raise\nexcept Exception:\n    return 1",
        "try:\n    args['x']\nexcept HTTPException:\n    raise HTTPException(404)",
        "try:\n    args['x']\nfinally:\n    raise HTTPException(404)",
        "error = HTTPException(422)\nraise error",
        "try:\n    raise HTTPException(404)\nexcept HTTPException:\n    raise",
        "try:\n    raise HTTPException(404)\nexcept ValueError:\n    return {}",
        "try:\n    raise HTTPException(404)\nexcept HTTPException as error:\n    raise error",
        "if self.exposure == 'gateway':\n    raise HTTPException(401)",
        "if not (EXPOSURE != 'gateway'):\n    raise HTTPException(401)",
    ],
)
def test_fires(body: str, findings: Findings) -> None:
    assert [each.check for each in findings(cord(body), ID)] == [ID]


@pytest.mark.parametrize(
    "body",
    [
        "raise HTTPException(400)",
        "raise HTTPException(status_code=429, detail='slow down')",
        "raise HTTPException(status.HTTP_429_TOO_MANY_REQUESTS)",
        "raise HTTPException(args['status'])",
        "raise ValueError(404)",
        "raise HTTPException(True)",
        "raise HTTPException(library.NOT_FOUND)",
        "raise Odd()",
        "Bare(404)",
        "raise Fixed(404)",
        "try:\n    raise HTTPException(404)\nexcept HTTPException:\n    return args",
        "try:\n    raise HTTPException(404)\nexcept HTTPException:\n    args = {}\nraise args",
        "raise HTTPException('404')",
        "raise HTTPException(status.UNKNOWN)",
        "raise HTTPException(HTTPStatus.UNKNOWN)",
        "raise HTTPException(HTTPStatus.BAD_REQUEST)",
        "raise HTTPException(OTHER.HTTP_XX)",
        "raise HTTPException(299)",
        "raise HTTPException(detail='x')",
        "try:\n    raise HTTPException(404)\nexcept (KeyError, HTTPException):\n    return 1",
        "try:\n    raise HTTPException(404)\nexcept BaseException:\n    return 1",
        "try:\n    raise HTTPException(404)\nexcept:\n    return 1",
        "try:\n    raise HTTPException(404)\nexcept StarletteException:\n    return 1",
        "try:\n    raise HTTPException(404)\n"
        "except fastapi.exceptions.HTTPException:\n    return 1",
        "try:\n    raise HTTPException(404)\nexcept HTTPException:\n    return {}",
        "try:\n    raise HTTPException(404)\nexcept Exception:\n    raise HTTPException(400)",
        "if self.exposure == 'direct':\n    raise HTTPException(401)",
        "if self.settings.exposure != 'gateway':\n    raise HTTPException(401)",
        "if self.exposure == 'gateway':\n    return {}\nraise HTTPException(401)",
        "if self.exposure in ('direct',) and not args:\n    raise HTTPException(401)",
        "if Exposure.DIRECT == self.exposure:\n    raise HTTPException(401)",
    ],
)
def test_stays_silent(body: str, findings: Findings) -> None:
    assert findings(cord(body), ID) == []


def test_direct_exposure_has_every_status(findings: Findings) -> None:
    source = cord("raise HTTPException(404)")
    assert findings(source, ID, exposure=Exposure.DIRECT) == []
    assert len(findings(source, ID, exposure=Exposure.BOTH)) == 1


HELPERS = {
    "app.py": HEAD
    + "from service.core import Service\n\n"
    + "@chute.on_startup()\nasync def start(self):\n    self.service = Service()\n\n"
    + CORD
    + "    return await self.service.answer(args)\n",
    "service/__init__.py": "",
    "service/core.py": "from service.errors import refuse\n\n\n"
    "class Service:\n    async def answer(self, args):\n        return self.look(args)\n\n"
    "    def look(self, args):\n        refuse('nothing')\n",
    "service/errors.py": "from fastapi import HTTPException\n\n\n"
    "def refuse(why):\n    raise HTTPException(status_code=404, detail=why)\n\n\n"
    "def never_called():\n    raise HTTPException(status_code=500)\n",
}


def test_follows_helpers_through_modules_and_objects(findings: Findings) -> None:
    (found,) = findings(HELPERS, ID)
    assert (found.location.path, found.location.line, found.symbol) == (
        "service/errors.py",
        5,
        "refuse",
    )
    assert [(step.path, step.note) for step in found.trace] == [
        ("app.py", "cord x"),
        ("app.py", "x runs Service.answer"),
        ("service/core.py", "Service.answer runs Service.look"),
        ("service/core.py", "Service.look runs refuse"),
    ]


def test_a_caller_that_catches_makes_a_helper_harmless(findings: Findings) -> None:
    files = dict(HELPERS)
    files["service/core.py"] = files["service/core.py"].replace(
        "        refuse('nothing')\n",
        "        try:\n            refuse('nothing')\n        except Exception:\n"
        "            return None\n",
    )
    assert findings(files, ID) == []


def test_start_up_and_jobs_are_not_answers(findings: Findings) -> None:
    source = HEAD + "@chute.on_startup()\nasync def s(self):\n    raise HTTPException(404)\n"
    assert findings(source, ID) == []


def test_own_exception_class(findings: Findings) -> None:
    source = HEAD + (
        "class NotHere(HTTPException):\n    def __init__(self):\n"
        "        super().__init__(status_code=404, detail='gone')\n\n"
    )
    (found,) = findings(source + CORD + "    raise NotHere()\n", ID)
    assert found.symbol == "NotHere.__init__"
    plain = HEAD + "class Odd(HTTPException):\n    pass\n\n" + CORD + "    raise Odd(410)\n"
    assert len(findings(plain, ID)) == 1


FAIL = "def fail(status, why='odd'):\n    raise HTTPException(status_code=status, detail=why)\n\n\n"
API_ERROR = (
    "class ApiError(HTTPException):\n    def __init__(self, code, why):\n"
    "        super().__init__(status_code=code, detail=why)\n\n\n"
)


@pytest.mark.parametrize(
    ("helper", "body", "snippets"),
    [
        (FAIL, "fail(404)", ["fail(404)"]),
        (FAIL, "fail(NOT_HERE)", ["fail(NOT_HERE)"]),
        (FAIL, "fail(status=404)", ["fail(status=404)"]),
        (FAIL, "fail(why='x', status=503)", ["fail(why='x', status=503)"]),
        (FAIL, "fail(404) if args else fail(400)", ["fail(404)"]),
        (FAIL, "fail(400)", []),
        (FAIL, "other(404)\nfail(400)", []),
        (FAIL, "Other(404)\nfail(400)", []),
        (FAIL.replace("(status,", "(status, *,"), "fail(404)", ["fail(404)"]),
        (FAIL.replace("(status,", "(*, status,"), "fail(status=404)", ["fail(status=404)"]),
        (FAIL, "fail(args['code'])", []),
        (FAIL, "fail(why='x')", []),
        (FAIL, "try:\n    fail(404)\nexcept HTTPException:\n    return {}", []),
        (FAIL, "if EXPOSURE == 'direct':\n    fail(404)", []),
        (API_ERROR, "raise ApiError(404, 'x')", ["ApiError(404, 'x')"]),
        (API_ERROR, "raise ApiError(why='x', code=404)", ["ApiError(why='x', code=404)"]),
        (API_ERROR, "raise ApiError(400, 'x')", []),
        (API_ERROR, "other(404)\nOther(404)\nraise ApiError(400, 'x')", []),
        (FAIL.replace("(status_code=status", "(status_code=OTHER"), "fail(404)", []),
        (
            FAIL.replace("(status_code=status", "(status_code=int(status)"),
            "fail(404)",
            ["HTTPException(status_code=int(status), detail=why)"],
        ),
        (FAIL.replace("(status_code=status", "(status_code=int(status)"), "fail(400)", []),
    ],
)
def test_a_status_handed_to_a_helper(
    helper: str, body: str, snippets: list[str], findings: Findings
) -> None:
    found = findings(HEAD + helper + CORD + "".join(f"    {x}\n" for x in body.split("\n")), ID)
    assert [each.snippet for each in found] == snippets


def test_a_status_handed_to_a_method(findings: Findings) -> None:
    source = HEAD + (
        "class Service:\n    def fail(self, status):\n        raise HTTPException(status)\n\n\n"
        "class Quiet:\n    def fail(self, status):\n        return status\n\n\n"
        "service, quiet = Service(), Quiet()\nquiet = Quiet()\n"
        "service = Service()\n\n\ndef unused():\n    service.fail(404)\n\n\n"
    )
    assert findings(source + CORD + "    return args\n", ID) == []
    (found,) = findings(source + CORD + "    quiet.fail(500)\n    service.fail(404)\n", ID)
    assert (found.symbol, found.snippet) == ("x", "service.fail(404)")
    assert found.trace == ()


def test_a_route_of_fastapi_is_out_of_the_gateways_reach(findings: Findings) -> None:
    for verb in ("get", "post", "put", "delete", "patch", "head", "options"):
        source = (
            f"{HEAD}@chute.{verb}('/debug')\nasync def debug():\n    raise HTTPException(404)\n"
        )
        assert findings(source, ID) == []
    assert len(findings(f"{source}\n{CORD}    await debug()\n", ID)) == 1


@pytest.mark.parametrize(
    ("response", "fires"),
    [
        ("JSONResponse({}, status_code=401)", True),
        ("JSONResponse({}, 503)", True),
        ("fastapi.Response('no', 403)", True),
        ("RedirectResponse('/x')", True),
        ("JSONResponse({}, status_code=429)", False),
        ("JSONResponse({}, status_code=400)", False),
        ("JSONResponse({}, status_code=201)", False),
        ("JSONResponse({})", False),
        ("dict(status_code=401)", False),
    ],
)
def test_what_middleware_answers(response: str, fires: bool, findings: Findings) -> None:
    imports = "from fastapi.responses import JSONResponse, RedirectResponse\n"
    guard = (
        f"@chute.middleware('http')\nasync def guard(request, call_next):\n    return {response}\n"
    )
    found = findings(HEAD + imports + guard, ID)
    assert len(found) == fires
    assert all("(route guard)" in each.message for each in found)
    # Returned by a cord it is another matter: cord-response-status.
    assert findings(HEAD + imports + CORD + f"    return {response}\n", ID) == []


@pytest.mark.parametrize(
    ("status", "later"),
    [(408, True), (425, True), (503, True), (504, True), (404, False), (500, False)],
)
def test_the_way_out_depends_on_whose_fault_it_is(
    status: int, later: bool, findings: Findings
) -> None:
    (found,) = findings(cord(f"raise HTTPException({status})"), ID)
    assert found.help.startswith("answer 429 when the caller should come back later") == later


def test_decorators_of_any_shape(findings: Findings) -> None:
    guard = "async def guard(request, call_next):\n    raise HTTPException(403)\n"
    for decorator in ("@traced", "@named('x')"):
        source = f"{HEAD}@chute.middleware('http')\n{decorator}\n{guard}"
        assert len(findings(source, ID)) == 1
    source = HEAD + CORD.replace("async def", "@registry.get('x')\nasync def")
    assert len(findings(source + "    raise HTTPException(404)\n", ID)) == 1


def test_middleware_counts(findings: Findings) -> None:
    source = HEAD + (
        "@chute.middleware('http')\nasync def guard(request, call_next):\n"
        "    raise HTTPException(403)\n"
    )
    assert len(findings(source, ID)) == 1
