from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "middleware-added-in-cord"

GZIP = "from fastapi.middleware.gzip import GZipMiddleware\n"
FIRES = {
    "self": ("self.add_middleware(GZipMiddleware)", GZIP),
    "chute": ("chute.add_middleware(GZipMiddleware)", GZIP),
    "decorator": (
        "@self.middleware('http')\nasync def seen(request, call_next):\n"
        "    return await call_next(request)",
        "",
    ),
    "helper": (
        "compress(self)",
        GZIP + "def compress(app: Chute):\n    app.add_middleware(GZipMiddleware)\n",
    ),
    "alias": ("add(GZipMiddleware)", GZIP + "add = chute.add_middleware\n"),
    "kept_decorator": (
        "register(seen)",
        "register = chute.middleware('http')\nasync def seen(request, call_next):\n"
        "    return await call_next(request)\n",
    ),
    "helper_without_types": (
        "install(OTHER.app)",
        GZIP + "def install(app):\n    app.add_middleware(GZipMiddleware)\n",
    ),
    "decorator_in_a_helper_without_types": (
        "install(OTHER.app)",
        "def install(app):\n    @app.middleware('http')\n"
        "    async def seen(request, call_next):\n        return await call_next(request)\n",
    ),
    "bridged": (
        "asyncio.run_coroutine_threadsafe(compress(), self.loop)",
        GZIP + "async def compress():\n    chute.add_middleware(GZipMiddleware)\n",
    ),
}
SILENT = {
    "another_app": (
        "app = FastAPI()\napp.add_middleware(GZipMiddleware)",
        GZIP + "from fastapi import FastAPI\n",
    ),
    "module_level": ("return 1", GZIP + "chute.add_middleware(GZipMiddleware)\n"),
    "something_elses_middleware": ("OTHER.app.middleware('kafka')", ""),
    "middleware_of_no_kind": ("OTHER.app.middleware()\nOTHER.app.middleware(args)", ""),
    "another_method": ("OTHER.app.add_route('http')\nOTHER.app.use('http')", ""),
    "kept_something_else": ("register(1)", "register = print('http')\n"),
    "kept_name": ("register(1)", "register = chute\n"),
    "a_function_of_ones_own": ("seen(1)", "def seen(x):\n    return x\n"),
    "named_only": ("self.add = self.add_middleware", ""),
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings, app: App) -> None:
    assert [each.check for each in findings(app(*FIRES[name]), ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name]), ID) == []


LAZY = GZIP + (
    "def watch(app):\n    found = getattr(app.state, 'watch', None)\n    if found is None:\n"
    "        found = app.state.watch = app.add_middleware(GZipMiddleware)\n    return found\n"
)


def test_what_startup_has_done_is_not_done_again(findings: Findings, app: App) -> None:
    assert findings(app("watch(self)", LAZY, startup="watch(self)"), ID) == []
    assert len(findings(app("watch(self)", LAZY), ID)) == 1
    always = LAZY.replace("if found is None", "if app.state")
    assert len(findings(app("watch(self)", always, startup="watch(self)"), ID)) == 1


def test_at_startup_it_is_right(findings: Findings, app: App) -> None:
    source = app("return 1", GZIP, startup="self.add_middleware(GZipMiddleware)")
    assert findings(source, ID) == []


def test_says_how_it_gets_there(findings: Findings, app: App) -> None:
    (found,) = findings(app(*FIRES["helper"]), ID)
    assert [step.note for step in found.trace] == ["cord x", "x runs compress"]
