"""cord-path and cord-duplicate-path, and what the SDK does with each path and name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
HEAD = """\
import functools
from chutes.chute import Chute
chute = Chute('u', 'n', 'i')
def plain(function):
    async def wrapper(self):
        return await function(self)
    return wrapper
def careful(function):
    @functools.wraps(function)
    async def wrapper(self):
        return await function(self)
    return wrapper
"""


def cord(arguments: str, name: str = "x") -> str:
    return f"@chute.cord({arguments})\nasync def {name}(self): return {{'a': 1}}\n"


REFUSED_BY_SDK = {
    cord("path='/A'"): "path='/A'",
    cord("path='/a.b'"): "path='/a.b'",
    cord("path='/a//b'"): "path='/a//b'",
    cord("path='/'"): "path='/'",
    cord("path='/-a'"): "path='/-a'",
    cord("public_api_path='/jobs/{id}'"): "public_api_path='/jobs/{id}'",
    cord("passthrough_path='/A'"): "passthrough_path='/A'",
    cord("", "Generate"): "/Generate",
    cord("", "gen2D"): "/gen2D",
    cord("path='/gen'", "Generate"): "/Generate",
    cord("passthrough_path='/gen'", "Generate"): "/Generate",
    cord("path=None, passthrough_path=''", "Generate"): "/Generate",
    "async def Late(self): ...\nchute.cord(path='/x')(Late)\n": "/Late",
    f"{cord('').splitlines()[0]}\n@staticmethod\nasync def Static(self): ...\n": "/Static",
    f"{cord('').splitlines()[0]}\n@careful\nasync def Wrapped(self): ...\n": "/Wrapped",
}
REFUSED_BY_PLATFORM = {
    cord("path='/a-b'"): "path='/a-b'",
    cord("path='/2d'"): "path='/2d'",
    cord("path='/_x'"): "path='/_x'",
    cord("public_api_path='/v1/2d'"): "public_api_path='/v1/2d'",
    cord("public_api_path='/_x'"): "public_api_path='/_x'",
    cord("", "_hidden"): "/_hidden",
    cord("passthrough_path='/x'", "_hidden"): "/_hidden",
}
ACCEPTED = [
    cord("path='a/b_2/'"),
    cord("public_api_path='/v1/chat-completions'"),
    cord("passthrough_path='/2d-x'"),
    cord("path='/gen', passthrough_path='/gen'", "Generate"),
    cord("path='/gen'", "_hidden"),
    cord(""),
    f"{cord('').splitlines()[0]}\n@plain\nasync def Replaced(self): ...\n",
]
UNKNOWN = [
    cord("path=unknown()"),
    cord("public_api_path=f'/{unknown()}'"),
    cord("path=unknown()", "Generate").replace("path=unknown()", "path='/g', **unknown()"),
    f"{cord('**unknown()').splitlines()[0]}\nasync def Generate(self): ...\n",
    "chute.cord()(unknown)\n",
    f"{cord('').splitlines()[0]}\n@unknown\nasync def Generate(self): ...\n",
    f"{cord('').splitlines()[0]}\n@unknown.method(1)\nasync def Generate(self): ...\n",
]


@pytest.mark.parametrize(("code", "named"), REFUSED_BY_SDK.items())
def test_refused_by_the_sdk(code: str, named: str, findings: Findings) -> None:
    for exposure in Exposure:
        (found,) = findings(HEAD + code, "cord-path", exposure=exposure)
        assert named in found.message
        assert "InvalidPath" in found.message


@pytest.mark.parametrize(("code", "named"), REFUSED_BY_PLATFORM.items())
def test_refused_by_the_platform(code: str, named: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, "cord-path")
    assert named in found.message
    assert "as of 2025-10: Invalid cord" in found.message
    assert findings(HEAD + code, "cord-path", exposure=Exposure.DIRECT) == []


@pytest.mark.parametrize("code", [*ACCEPTED, *UNKNOWN])
def test_accepted_path(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, "cord-path") == []


@pytest.mark.parametrize(
    ("arguments", "name", "help"),
    [
        ("path='/Chat.Completions/2D_x'", "x", "such as /chat_completions/d_x"),
        ("path='/é'", "x", "a letter first"),
        ("public_api_path='/a/{id}'", "x", "from the JSON body"),
        ("", "Generate", "rename the function: lower-case"),
        ("path='/g'", "Generate", "or set passthrough_path"),
    ],
)
def test_tells_the_way_out(arguments: str, name: str, help: str, findings: Findings) -> None:
    (found,) = findings(HEAD + cord(arguments, name), "cord-path")
    assert help in found.help


def test_gives_an_example_only_where_there_is_one(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("path='/é'", "x"), "cord-path")
    assert found.help.endswith("each with a letter first")


def test_points_to_what_is_wrong(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("public_api_path='/A'"), "cord-path")
    assert found.snippet == "public_api_path='/A'"
    (found,) = findings(HEAD + cord("", "Generate"), "cord-path")
    assert found.snippet == "Generate"


@pytest.mark.sdk
def test_the_sdk_agrees_on_paths(judge: Any) -> None:
    for code in REFUSED_BY_SDK:
        for context in ("REMOTE", "LOCAL"):
            assert (judge.imports(HEAD + code, context=context) or "").startswith("InvalidPath")
    for code in [*REFUSED_BY_PLATFORM, *ACCEPTED]:
        assert judge.imports(HEAD + code) is None, code


A = "public_api_path='/a'"
LOOP = "for at in ('/a', '/b'):\n"


def indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


DUPLICATES = {
    cord(A) + cord("public_api_path='/b'"): "/x",
    cord("path='/p'", "a") + cord("path='p/'", "b"): "path='p/'",
    cord("path='/b'", "a") + cord("", "b"): "/b",
    cord("", "a") + cord("path='/a'", "b"): "path='/a'",
    cord("", "a") + cord("", "b") + cord("", "a"): "/a",
    "@chute.cord()\n@plain\nasync def a(self): ...\n@chute.cord()\n@plain\n"
    "async def b(self): ...\n": "/wrapper",
    LOOP + indented(cord("public_api_path=at")): "/x",
    LOOP + indented(cord("path='/p'")): "path='/p'",
    f"try:\n    pass\nfinally:\n    pass\nwith open(__file__):\n{indented(LOOP)}"
    + indented(indented(cord(""))): "/x",
    "PATHS = {'a': 1, 'b': 2}\nfor name, n in PATHS.items():\n" + indented(cord("")): "/x",
    "for name in ('a', 'b'):\n    for more in ('c',):\n" + indented(indented(cord(""))): "/x",
    "try:\n" + indented(cord("")) + "finally:\n    pass\n" + cord(""): "/x",
    "def build():\n    chute = Chute('u', 'n', 'i')\n"
    + indented(cord("") + cord(""))
    + "    return chute\nchute = build()\n": "/x",
}
MAYBE = cord(A) + "import os\nif os.getenv('MORE'):\n" + indented(cord(""))
DISTINCT = [
    cord("", "a") + cord("", "b"),
    cord("path='/a'") + cord("path='/b'"),
    LOOP + indented(cord("path=at")),
    "for at in ('/a',):\n" + indented(cord("")),
    "for at in ('/a', '/b'):\n    other = Chute('u', at, 'i')\n"
    + indented(cord("")).replace("chute.", "other."),
    cord("") + "chute = Chute('u', 'm', 'i')\n" + cord(""),
    "try:\n    import nothing\n" + indented(cord("")) + "except ImportError:\n    pass\n"
    + cord(""),
    cord("", "a") + "other = Chute('u', 'm', 'i')\n" + cord("", "a").replace("chute.", "other."),
    "import os\nif os.getenv('X'):\n" + indented(cord("")) + "else:\n" + indented(cord("")),
    "try:\n    import nothing\n" + indented(cord("")) + "except ImportError:\n"
    + indented(cord("")),
    "def never():\n" + indented(cord("")) + cord(""),
    "for at in ('/a', '/b'):\n    if at == '/a':\n" + indented(indented(cord(""))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "named"), DUPLICATES.items())
def test_duplicate_path(code: str, named: str, findings: Findings) -> None:
    (found,) = findings(HEAD + code, "cord-duplicate-path")
    assert named in found.message
    assert "DuplicatePath" in found.message


@pytest.mark.parametrize(
    "code",
    [
        *DISTINCT,
        cord("", "Bad") + cord("", "Bad"),  # cord-path says it
        cord("path=unknown()") + cord("path=unknown()"),
        cord("**unknown()") + cord("**unknown()"),
        "for at in unknown():\n" + indented(cord("")),
        "c = chute.cord\n" + (cord("") + cord("")).replace("chute.cord", "c"),  # not followed
        "while unknown():\n" + indented(cord("")),
    ],
)
def test_distinct_paths(code: str, findings: Findings) -> None:
    assert findings(HEAD + code, "cord-duplicate-path") == []


def test_a_duplicate_in_a_branch_fails_whoever_takes_it(findings: Findings) -> None:
    assert len(findings(HEAD + MAYBE, "cord-duplicate-path")) == 1


def test_says_where_the_first_one_is(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("", "a") + cord("path='/a'", "b"), "cord-duplicate-path")
    assert "that of cord a in line 14" in found.message
    (found,) = findings(HEAD + LOOP + indented(cord("")), "cord-duplicate-path")
    assert "every turn of the loop" in found.message


def test_other_modules_may_not_run(findings: Findings) -> None:
    other = "from app import chute\n" + cord("")
    assert findings({"app.py": HEAD + cord(""), "b.py": other}, "cord-duplicate-path") == []


@pytest.mark.sdk
def test_the_sdk_agrees_on_duplicates(judge: Any) -> None:
    for code in DUPLICATES:
        assert (judge.imports(HEAD + code) or "").startswith("DuplicatePath"), code
    for code in [*DISTINCT, MAYBE]:
        assert judge.imports(HEAD + code) is None, code
