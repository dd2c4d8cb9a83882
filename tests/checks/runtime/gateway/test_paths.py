from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure
from chutes_cli.registry import check

Findings = Callable[..., list[Finding]]
ID = "middleware-compares-public-path"
HEAD = """\
import os
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
LIMITS = {"/v1/chat": 5}
BOTH = {"/v1/chat": 5, "/chat": 5}
EXPOSURE = os.environ.get("EXPOSURE", "gateway")


@chute.cord(public_api_path="/v1/chat")
async def chat(self, args: dict):
    return args


@chute.cord(public_api_path="/tokens", path="/count")
async def tokens(self, args: dict):
    return args


@chute.cord(path="/inner")
async def inner(self, args: dict):
    return args


@chute.cord(public_api_path="/health")
async def health(self):
    return {}
"""


def app(body: str, more: str = "") -> str:
    text = "".join(f"    {line}\n" for line in body.splitlines())
    handler = "@chute.middleware('http')\nasync def handle(request, call_next):\n"
    return f"{HEAD}{more}\n\n{handler}{text}    return await call_next(request)\n"


GATE = """
from starlette.middleware.base import BaseHTTPMiddleware
class Gate(BaseHTTPMiddleware):
    def __init__(self, app, path, limit=3):
        super().__init__(app)
        self._path = path
        self._limit = limit
    async def dispatch(self, request, call_next):
        if request.url.path != self._path:
            return await call_next(request)
        return await call_next(request)
"""
METER = """
class Meter:
    def __init__(self):
        self.paths = frozenset()
    def watch(self, paths):
        self.paths = frozenset(paths)
meter = Meter()
@chute.on_startup()
async def prepare(self):
    meter.watch({})
@chute.middleware('http')
async def handle(request, call_next):
    request.state.counts = request.url.path in meter.paths
    return await call_next(request)
"""
PARTIAL = """
import functools
async def handle(request, call_next, path):
    request.state.counts = request.url.path == path
    return await call_next(request)
chute.middleware('http')(functools.partial(handle, {}))
"""
COSTLY = "def costly(path):\n    return path == '/v1/chat'\n"
FIRES = {
    "equal": app("if request.url.path == '/v1/chat':\n    pass"),
    "the_other_way_round": app("if '/v1/chat' == request.url.path:\n    pass"),
    "unequal": app("if request.url.path != '/v1/chat':\n    pass"),
    "in": app("if request.url.path in ('/v1/chat', '/health'):\n    pass"),
    "not_in": app("if request.url.path not in {'/v1/chat'}:\n    pass"),
    "begins": app("if request.url.path.startswith('/v1/'):\n    pass"),
    "begins_with_one_of": app("if request.url.path.startswith(('/v1/', '/docs')):\n    pass"),
    "scope": app("if request.scope['path'] == '/v1/chat':\n    pass"),
    "name": app("path = request.url.path\nif path == '/v1/chat':\n    pass"),
    "given_path": app("if request.url.path == '/tokens':\n    pass"),
    "trailing_slash": app("if request.url.path == '/v1/chat/':\n    pass"),
    "table": app("limit = LIMITS.get(request.url.path)"),
    "table_by_index": app("limit = LIMITS[request.url.path]"),
    "given": app("costly(request.url.path)", COSTLY),
    "given_by_name": app("costly(path=request.url.path)", COSTLY),
    "given_among_others": app(
        "costly(1, request.url.path)", "def costly(n, path):\n    return path == '/v1/chat'\n"
    ),
    "given_on": app(
        "dear(request.url.path)", f"def dear(where):\n    return costly(where)\n\n\n{COSTLY}"
    ),
    "given_to_a_method": app(
        "RULES.costly(request.url.path)",
        "class Rules:\n    def costly(self, path):\n        return path == '/v1/chat'\n\n\n"
        "RULES = Rules()\n",
    ),
    "given_to_the_class": f"{HEAD}{GATE}chute.add_middleware(Gate, path='/v1/chat')\n",
    "given_to_the_class_in_order": f"{HEAD}{GATE}chute.add_middleware(Gate, '/v1/chat')\n",
    "given_to_the_class_by_spread": (
        f"{HEAD}{GATE}OPTIONS = {{'path': '/v1/chat'}}\nchute.add_middleware(Gate, **OPTIONS)\n"
    ),
    "given_by_startup": HEAD + METER.format("('/v1/chat', '/docs')"),
    "given_by_a_partial": HEAD + PARTIAL.format("path='/v1/chat'"),
    "match": app("match request.url.path:\n    case '/v1/chat':\n        pass"),
    "walrus": app("if (path := request.url.path) == '/v1/chat':\n    pass"),
    "stripped": app("path = request.url.path.rstrip('/')\nif path == '/v1/chat':\n    pass"),
    "as_text": app("if str(request.url.path) == '/v1/chat':\n    pass"),
    "without_blanks": app("if request.url.path.strip() == '/v1/chat':\n    pass"),
    "case_folded": app("if request.url.path.casefold() == '/v1/chat':\n    pass"),
    "any_of_a_list": app(
        "request.state.dear = any([request.url.path.startswith(each) for each in LIMITS])"
    ),
    "any_of_a_set": app(
        "request.state.dear = True in {request.url.path.startswith(each) for each in LIMITS}"
    ),
    "lower_case": app("if request.url.path.lower() == '/v1/chat':\n    pass"),
    "ends": app("if request.url.path.endswith('1/chat'):\n    pass"),
    "part": app("if '/v1/' in request.url.path:\n    pass"),
    "no_part": app("if '/v1/' not in request.url.path:\n    pass"),
    "any_of_a_table": app(
        "request.state.dear = any(request.url.path.startswith(each) for each in LIMITS)"
    ),
    "loop": app("for each in LIMITS:\n    if request.url.path == each:\n        pass"),
    "one_of_two": app(
        "path = '/v1/chat' if request.method else '/docs'\nif request.url.path == path:\n    pass"
    ),
    "another_place_unknown": app(
        "if request.url.path == '/v1/chat':\n    pass\nif request.url.path == os.getcwd(): pass"
    ),
    "helper": app(
        "costly(request)", "def costly(asked):\n    return asked.url.path == '/v1/chat'\n"
    ),
}
SILENT = {
    "given_to_too_few": app("costly(1, request.url.path)", COSTLY),
    "given_as_another": app("costly(other=request.url.path)", COSTLY),
    "given_to_another": app(
        "costly(request.url.path, '/v1/chat')",
        "def costly(where, path):\n    return path == '/v1/chat'\n",
    ),
    "given_something_else": app("costly(request.url)", COSTLY),
    "given_to_nobody_knows": app("os.fspath(request.url.path)"),
    "given_to_a_class": app(
        "Rule(request.url.path)",
        "class Rule:\n    def __init__(self, path):\n        self.path = path\n",
    ),
    "given_both_to_the_class": (
        f"{HEAD}{GATE}chute.add_middleware(Gate, path='/v1/chat')\n"
        "chute.add_middleware(Gate, path='/chat')\n"
    ),
    "given_the_internal_one_to_the_class": (
        f"{HEAD}{GATE}chute.add_middleware(Gate, path='/chat')\n"
    ),
    "given_by_startup_unseen": HEAD + METER.format("cord.path for cord in self.cords"),
    "given_by_a_partial_in_order": HEAD + PARTIAL.format("'/v1/chat'"),
    "both_one_after_the_other": app(
        "if request.url.path == '/v1/chat':\n    pass\nelif request.url.path == '/chat':\n    pass"
    ),
    "begins_with_both": app(
        "if request.url.path.startswith('/v1/') or request.url.path == '/chat':\n    pass"
    ),
    "ends_both": app("if request.url.path.endswith('/chat'):\n    pass"),
    "part_of_both": app("if 'chat' in request.url.path:\n    pass"),
    "any_of_both": app("any(request.url.path == each for each in BOTH)"),
    "any_of_a_loop_over_others": app(
        "any(request.url.path == each for each in ('/docs',)), [n for n in LIMITS]"
    ),
    "any_of_pairs": app("any(request.url.path == a for a, b in LIMITS)"),
    "or_unknown": app("request.url.path == '/v1/chat' or request.url.path == os.getcwd()"),
    "another_part": app("if request.url.path.upper() == '/v1/chat':\n    pass"),
    "text_of_another": app("if str(request.url) == '/v1/chat':\n    pass"),
    "internal": app("if request.url.path == '/chat':\n    pass"),
    "both": app("if request.url.path in ('/v1/chat', '/chat'):\n    pass"),
    "both_by_or": app("request.url.path == '/v1/chat' or request.url.path == '/chat'"),
    "both_in_a_table": app("limit = BOTH.get(request.url.path)"),
    "the_same_path": app("if request.url.path == '/health':\n    pass"),
    "no_cords_path": app("if request.url.path == '/docs':\n    pass"),
    "begins_both": app("if request.url.path.startswith('/'):\n    pass"),
    "begins_neither": app("if request.url.path.startswith('/_'):\n    pass"),
    "unknown": app("if request.url.path == os.environ['P']:\n    pass"),
    "another_text": app("name = os.getcwd()\nif name == '/v1/chat':\n    pass"),
    "another_texts_beginning": app("if os.getcwd().startswith('/v1/'):\n    pass"),
    "another_key": app("LIMITS.get(os.getcwd()), LIMITS[os.getcwd()]"),
    "another_comparison": app("if request.url.path > '/v1/chat':\n    pass"),
    "direct": app("if EXPOSURE == 'direct' and True:\n    if request.url.path == '/v1/chat':\n"
                  "        pass"),
    "numbers": app("if request.url.path in (1, 2):\n    pass"),
    "unknown_public_path": app("if request.url.path == '/v1/chat':\n    pass").replace(
        'public_api_path="/tokens"', "public_api_path=os.environ['P']"
    ),
    "unknown_path": app("if request.url.path == '/v1/chat':\n    pass").replace(
        'path="/count"', "path=os.environ['P']"
    ),
    "another_cords_internal_path": app("if request.url.path == '/v1/chat':\n    pass").replace(
        'path="/inner"', 'path="/v1/chat"'
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]
    assert findings(FIRES[name], ID, exposure=Exposure.DIRECT) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


def test_names_both_paths(findings: Findings) -> None:
    (found,) = findings(FIRES["given_path"], ID)
    assert "the internal one, /count: /tokens is seen in the dev runtime only" in found.message


@pytest.mark.sdk
def test_production_shows_the_internal_path(judge: Any) -> None:
    source = check(ID).docs.example.replace(
        'return {"ready": hasattr(self, "model")}', "return SEEN"
    ).replace("    return await call_next", "    SEEN.append(request.state.is_probe)\n"
              "    return await call_next") + "\nSEEN = []\n"  # fmt: skip
    good = source.replace('== "/v1/health"', 'in ("/v1/health", "/health")')
    assert judge.calls(source, ("GET", "/v1/health", None), way="dev") == [(200, "[true]")]
    assert judge.calls(source, ("POST", "/health", {})) == [(200, "[false]")]
    assert judge.calls(good, ("POST", "/health", {})) == [(200, "[true]")]
