"""How a cord is read: names, decorators, certainty. Seen through the checks that ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = """\
import functools
import torch
from chutes.chute import Chute
from pydantic import BaseModel
chute = Chute('u', 'n', 'i')
class Input(BaseModel):
    text: str
def plain(function):
    async def wrapper(self): return await function(self)
    return wrapper
def careful(function):
    @functools.wraps(function)
    async def wrapper(*args): return await function(*args)
    return wrapper
def careful_factory(times):
    def decorate(function):
        @functools.wraps(function)
        async def wrapper(*args): return await function(*args)
        return wrapper
    return decorate
def narrow(function):
    @functools.wraps(function)
    async def wrapper(self): return await function(self)
    return wrapper
def twice(function):
    @careful
    @functools.wraps(function)
    async def wrapper(*args): return await function(*args)
    return wrapper
def same(function): return function
def one_of_two(function):
    async def first(self): return await function(self)
    async def second(self): return await function(self)
    if torch: return first
    return second
class Callable:
    def __call__(self, function): return function
def instance(function): return Callable()
"""
CORD = "@chute.cord(public_api_path='/p')\n"
PATH, DUPLICATE, SIGNATURE = "cord-path", "cord-duplicate-path", "cord-signature"


def named(decorators: str, name: str = "Bad", parameters: str = "self") -> str:
    return f"{CORD}{decorators}async def {name}({parameters}): return {{'a': 1}}\n"


def indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


# A name that is no path tells whether the name is known to be the registered one.
NAMES = {
    "": 1,
    "@careful\n": 1,
    "@careful_factory(2)\n": 1,
    "@narrow\n": 1,
    "@staticmethod\n": 1,
    "@torch.no_grad()\n": 1,
    "@torch.inference_mode()\n": 1,
    "@careful\n@torch.no_grad()\n": 1,
    "@plain\n": 0,
    "@careful\n@plain\n": 0,
    "@twice\n": 0,
    "@same\n": 0,
    "@one_of_two\n": 0,
    "@Callable()\n": 0,
    "@instance\n": 0,
    "@unknown\n": 0,
    "@unknown.wraps(1)\n": 0,
}
# Two parameters too many tell whether the parameters are known to be the ones called.
PARAMETERS = {**NAMES, "@narrow\n": 0}


@pytest.mark.parametrize(("decorators", "count"), NAMES.items())
def test_the_registered_name(decorators: str, count: int, findings: Findings) -> None:
    assert len(findings(HEAD + named(decorators), PATH)) == count


@pytest.mark.parametrize(("decorators", "count"), PARAMETERS.items())
def test_the_called_function(decorators: str, count: int, findings: Findings) -> None:
    source = HEAD + named(decorators, "x", "self, a, b")
    assert len(findings(source, SIGNATURE)) == count


def test_a_wrapper_gives_its_own_name(findings: Findings) -> None:
    both = named("@plain\n", "a") + named("@careful\n@plain\n", "b")
    (found,) = findings(HEAD + both, DUPLICATE)
    assert "/wrapper" in found.message
    assert found.location.line == 9


@pytest.mark.parametrize(
    ("code", "check", "count"),
    [
        # A decorator above the cord is applied to what the cord returns.
        (f"@plain\n{named('')}", PATH, 1),
        (f"@narrow\n{named('', 'x', 'self, a, b')}", SIGNATURE, 1),
        # Applied by a call: every decorator comes before the cord.
        ("@plain\nasync def Bad(self): ...\nchute.cord()(Bad)\n", PATH, 0),
        ("@careful\nasync def Bad(self): ...\nchute.cord()(Bad)\n", PATH, 1),
        ("chute.cord()(unknown)\n", PATH, 0),
        ("chute.cord()(unknown)\n", SIGNATURE, 0),
        # A method taken from an object; a decorated one; a function that is no method.
        ("class S:\n    async def x(self, a, b): ...\nchute.cord()(S().x)\n", SIGNATURE, 0),
        (f"class S:\n{indented(named('', 'x', 'self, a, b'))}", SIGNATURE, 1),
        ("async def x(self, a, b): ...\nchute.cord()(x)\n", SIGNATURE, 1),
        # What a path is known to be.
        (CORD.replace("'/p'", "'A'") + "async def x(self): ...\n", PATH, 1),
        (CORD.replace("'/p'", "'/a//b'") + "async def x(self): ...\n", PATH, 1),
        (CORD.replace("'/p'", "'//a/'") + "async def x(self): ...\n", PATH, 0),
        (CORD.replace("'/p'", "''") + "async def x(self): ...\n", PATH, 0),
        (CORD.replace("'/p'", "b'/A'") + "async def x(self): ...\n", PATH, 0),
        (CORD.replace("'/p'", "unknown() or '/A'") + "async def x(self): ...\n", PATH, 0),
        # What is left out: nothing, None and the empty text, but nothing unknown.
        ("@chute.cord()\nasync def x(self): ...\n", "cord-without-public-path", 1),
        ("@chute.cord(public_api_path=None)\nasync def x(self): ...\n",
         "cord-without-public-path", 1),
        ("@chute.cord(public_api_path=unknown())\nasync def x(self): ...\n",
         "cord-without-public-path", 0),
        ("@chute.cord(**unknown())\nasync def x(self): ...\n", "cord-without-public-path", 0),
        (named("", "x"), "cord-without-public-path", 0),
        # The public method: POST, unless something is said.
        (named("", "a") + named("", "b"), "cord-duplicate-public-path", 1),
        (named("", "a") + named("", "b").replace("'/p'", "'/p', public_api_method='POST'"),
         "cord-duplicate-public-path", 1),
        (named("", "a") + named("", "b").replace("'/p'", "'/p', public_api_method='PUT'"),
         "cord-duplicate-public-path", 0),
        (named("", "a") + named("", "b").replace("'/p'", "'/p', public_api_method=None"),
         "cord-duplicate-public-path", 0),
        # Who validates: the annotation, or the model given.
        (named("", "x", "app: Chute, args: Input"), SIGNATURE, 1),
        (named("", "x", "app: Chute, args: Input").replace("'/p'", "'/p', input_schema={}"),
         SIGNATURE, 1),
        (named("", "x", "app: Chute, args: Input").replace("'/p'", "'/p', input_schema=Input"),
         SIGNATURE, 0),
        (named("", "x").replace("'/p'", "'/p', input_schema=Input"), SIGNATURE, 1),
        (named("", "x").replace("'/p'", "'/p', input_schema=unknown()"), SIGNATURE, 0),
        (named("", "x"), SIGNATURE, 0),
    ],
)  # fmt: skip
def test_what_is_known(code: str, check: str, count: int, findings: Findings) -> None:
    assert len(findings(HEAD + code, check)) == count


BARE = {
    "@chute.cord\nasync def x(self): ...\n": 1,
    "@chute.cord\nclass X: ...\n": 1,
    "def make():\n    @chute.cord\n    async def x(self): ...\n": 1,
    "made = Chute('u', 'm', 'i')\n@made.cord\n@chute.cord\nasync def x(self): ...\n": 2,
    "@chute.job\nasync def x(self): ...\n": 0,
    "@chute.cord()\nasync def x(self): ...\n": 0,
    "async def x(self, f=chute.cord): ...\n": 0,
    "@Chute.cord\nasync def x(self): ...\n": 0,
    "@torch.cord\nasync def x(self): ...\n": 0,
    "class Other:\n    def cord(self, f): return f\nmine = Other()\n@mine.cord\ndef x(): ...\n": 0,
    "f = chute.cord\n": 0,
}


@pytest.mark.parametrize(("code", "count"), BARE.items())
def test_bare_decorators(code: str, count: int, findings: Findings) -> None:
    assert len(findings(HEAD + code, "cord-call")) == count


X = named("", "x")
LOOP = "for at in (1, 2):\n"
CERTAIN = {
    X + X: 1,
    f"with open(__file__):\n{indented(X)}{X}": 1,
    f"try:\n{indented(X)}finally:\n    pass\n{X}": 1,
    f"try:\n{indented(X)}except ValueError:\n    pass\n{X}": 0,
    f"try:\n{indented(X + X)}except ValueError:\n    pass\n": 1,
    f"if unknown:\n{indented(X + X)}": 1,
    f"if unknown:\n{indented(X)}{X}": 0,
    f"{X}if unknown:\n{indented(X)}": 1,
    f"if unknown:\n{indented(X)}else:\n{indented(X)}": 0,
    f"def make():\n{indented(X)}{X}": 0,
    f"def make():\n{indented(X)}def more():\n{indented(X)}": 0,
    f"c = chute.cord\n{X}{X}".replace("@chute.cord", "@c"): 0,
    f"{X}chute = Chute('u', 'm', 'i')\n{X}": 0,
    f"{LOOP}{indented(X)}": 1,
    f"{LOOP}    with open(__file__):\n{indented(indented(X))}": 1,
    f"{LOOP}    for more in (1,):\n{indented(indented(X))}": 1,
    f"for more in (1,):\n    {LOOP}{indented(indented(X))}": 1,
    f"{LOOP}    if at:\n{indented(indented(X))}": 0,
    f"{LOOP}    try:\n{indented(indented(X))}    except ValueError:\n        pass\n": 0,
    f"for at in (1,):\n{indented(X)}": 0,
    f"for at in (1,):\n    if at:\n{indented(indented(X + X))}": 1,
    f"for at in (1,):\n    new = Chute('u', 'm', 'i')\n{indented(X + X)}".replace(
        "@chute.", "@new."
    ): 1,
    f"for at in unknown():\n{indented(X)}": 0,
    f"while unknown():\n{indented(X)}": 0,
    f"{LOOP}    new = Chute('u', 'm', 'i')\n{indented(X)}".replace("@chute.", "@new."): 0,
    f"if unknown:\n    {LOOP}{indented(indented(X))}": 1,
}


@pytest.mark.parametrize(("code", "count"), CERTAIN.items())
def test_declarations_that_certainly_run(code: str, count: int, findings: Findings) -> None:
    assert len(findings(HEAD + code, DUPLICATE)) == count


def test_a_loop_in_another_module_is_another_loop(findings: Findings) -> None:
    """Guards are counted per module: the first guard here is not the first one there."""
    files = {
        "app.py": HEAD + f"from made import new\n{LOOP}{indented(X)}".replace("@chute.", "@new."),
        "made.py": "from chutes.chute import Chute\nfor at in (1,):\n"
        "    new = Chute('u', 'm', 'i')\n",
    }
    assert len(findings(files, DUPLICATE)) == 1
    files["app.py"] = HEAD + f"from made import new\n{X}".replace("@chute.", "@new.")
    files["made.py"] += X.replace("@chute.", "@new.")
    assert findings(files, DUPLICATE) == []


@pytest.mark.sdk
def test_the_sdk_registers_those_names(judge: Any) -> None:
    """NAMES, but for the decorators that are not followed."""
    head = HEAD.replace("import torch", "torch = None")
    for decorators, refused in NAMES.items():
        if refused and "torch" not in decorators:
            assert (judge.imports(head + named(decorators)) or "").startswith("InvalidPath")
    for decorators in ("@plain\n", "@careful\n@plain\n"):
        assert judge.imports(head + named(decorators)) is None


@pytest.mark.sdk
def test_torch_keeps_names_and_parameters(judge: Any) -> None:
    source = "import inspect, torch\ndef f(self, a): ...\n" + "".join(
        f"g = torch.{each}()(f)\nassert (g.__name__, len(inspect.signature(g).parameters)) == "
        "('f', 2)\n"
        for each in ("no_grad", "inference_mode")
    )
    assert judge.imports(source) is None
