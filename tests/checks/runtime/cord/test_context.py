from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
LEAKS = "context-variable-leaks"
UNSET = "context-variable-unset"

VAR = "VAR = contextvars.ContextVar('v', default='')\n"
OTHER = "OTHER = contextvars.ContextVar('o')\n"
BOUND = (
    VAR
    + """\
class Bound:
    def {}(self):
        self.token = VAR.set(1)
    def __exit__(self, *error):
        VAR.reset(self.token)
"""
)
LEAKING = {
    "reset_by_a_method_that_nothing_runs": ("Bound().enter()", BOUND.format("enter")),
    "another_set_in_finally": (
        "try:\n    VAR.set(1)\nfinally:\n    token = OTHER.set(1)\n    OTHER.reset(token)",
        VAR + OTHER,
    ),
    "entered_by_a_function": (
        "__enter__()", VAR + "def __enter__():\n    VAR.set(1)\n",
    ),
    "set": ("VAR.set(args['t'])", VAR),
    "alias": (
        "V.set(args['t'])", "from contextvars import ContextVar as C\nV = C('v')\n",
    ),
    "kept": ("token = VAR.set(args['t'])", VAR),
    "another_is_reset": (
        "VAR.set(args['t'])\ntoken = OTHER.set(1)\nOTHER.reset(token)", VAR + OTHER,
    ),
    "helper": ("remember(args)", VAR + "def remember(args):\n    VAR.set(args['t'])\n"),
    "on_self": ("self.var.set(1)", "chute.var = contextvars.ContextVar('v')\n"),
}  # fmt: skip
CLEAN = {
    "reset_at_the_end_of_with": ("with Bound():\n    return 1", BOUND.format("__enter__")),
    "set_anew_in_finally": (
        "VAR.set(args['t'])\ntry:\n    return 1\nfinally:\n    VAR.set('')",
        VAR,
    ),
    "reset": ("token = VAR.set(1)\ntry:\n    return 1\nfinally:\n    VAR.reset(token)", VAR),
    "reset_on_the_way": (
        "token = VAR.get()\nremember(args)\nVAR.reset(token)",
        VAR + "def remember(args):\n    VAR.set(args['t'])\n",
    ),
    "own_context": (
        "contextvars.copy_context().run(remember, args)",
        VAR + "def remember(args):\n    VAR.set(args['t'])\n",
    ),
    "coroutine": ("asyncio.run(remember())", VAR + "async def remember():\n    VAR.set(1)\n"),
    "below_a_coroutine": (
        "asyncio.run(outer())",
        VAR + "async def outer():\n    remember()\ndef remember():\n    VAR.set(1)\n",
    ),
    "other_set": ("self.seen.set(1)", VAR),
    "an_event": ("self.e.set()", "chute.e = threading.Event()\n"),
    "read_only": ("return VAR.get()", VAR),
}


@pytest.mark.parametrize("name", LEAKING)
def test_leaks(name: str, findings: Findings, app: App) -> None:
    assert [each.check for each in findings(app(*LEAKING[name]), LEAKS)] == [LEAKS]


@pytest.mark.parametrize("name", LEAKING)
def test_a_coroutine_has_a_context_of_its_own(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*LEAKING[name], is_async=True), LEAKS) == []


@pytest.mark.parametrize("name", CLEAN)
def test_leaks_nothing(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*CLEAN[name]), LEAKS) == []


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("cord", "module", "startup"),
    [
        ("return VAR.get()", VAR, "VAR.set('a')"),
        ("return VAR.get('x')", VAR + "VAR.set('a')\n", ""),
        (
            "return VAR.get()",
            VAR + "@chute.middleware('http')\nasync def tag(request, call_next):\n"
            "    token = VAR.set('a')\n    return await call_next(request)\n",
            "",
        ),
        ("return read()", VAR + "def read():\n    return VAR.get()\n", "VAR.set('a')"),
    ],
)
def test_unset(
    cord: str, module: str, startup: str, is_async: bool, findings: Findings, app: App
) -> None:
    found = findings(app(cord, module, startup=startup, is_async=is_async), UNSET)
    assert [each.check for each in found] == [UNSET]
    assert found[0].trace[0].note == "the variable is set here"


@pytest.mark.parametrize(
    ("cord", "module", "startup"),
    [
        ("VAR.set(1)\nreturn VAR.get()", VAR, "VAR.set('a')"),
        ("return VAR.get()", VAR, ""),
        ("return OTHER.get()", VAR + OTHER, "VAR.set('a')"),
        (
            "done = asyncio.run_coroutine_threadsafe(read(), self.loop)\nreturn done.result()",
            VAR + "async def read():\n    return VAR.get()\n",
            "VAR.set('a')",
        ),
        ("return self.config.get('a')", VAR, "VAR.set('a')"),
    ],
)
def test_set(cord: str, module: str, startup: str, findings: Findings, app: App) -> None:
    assert findings(app(cord, module, startup=startup), UNSET) == []
