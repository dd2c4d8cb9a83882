"""The names in ``chutes deploy module:variable``, judged by the SDK's own loader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
Loads = Callable[..., str | None]
SOURCE = "from chutes.chute import Chute\n{} = Chute('u', 'n', 'i')\n"

SDK_MODULES = ("my-chute", "2chute", "_chute", "__init__", "my.chute", "my chute")
SDK_VARIABLES = ("c", "_chute", "größe")
PLATFORM_MODULES = ("MyChute", "chuteA")
PLATFORM_VARIABLES = ("CHUTE", "myChute")
GOOD_MODULES = ("chute", "a", "a1_b")
GOOD_VARIABLES = ("chute", "ab", "a_")


@pytest.mark.parametrize("stem", SDK_MODULES)
def test_modules_the_sdk_refuses(stem: str, findings: Findings) -> None:
    (found,) = findings({f"{stem}.py": SOURCE.format("chute")}, "module-name")
    assert f"`chutes deploy` takes no module called {stem!r}" in found.message


@pytest.mark.parametrize("stem", PLATFORM_MODULES)
def test_modules_the_platform_refuses(stem: str, findings: Findings) -> None:
    (found,) = findings({f"{stem}.py": SOURCE.format("chute")}, "module-name")
    assert f"the platform refuses the file name '{stem}.py' (as of 2025-10)" in found.message


@pytest.mark.parametrize("stem", GOOD_MODULES)
def test_modules_that_pass(stem: str, findings: Findings) -> None:
    assert findings({f"{stem}.py": SOURCE.format("chute")}, "module-name") == []


@pytest.mark.parametrize("name", SDK_VARIABLES)
def test_variables_the_sdk_refuses(name: str, findings: Findings) -> None:
    (found,) = findings(SOURCE.format(name), "chute-variable")
    assert f"`chutes deploy` takes no variable called {name!r}" in found.message


@pytest.mark.parametrize("name", PLATFORM_VARIABLES)
def test_variables_the_platform_refuses(name: str, findings: Findings) -> None:
    (found,) = findings(SOURCE.format(name), "chute-variable")
    assert f"the platform refuses the variable name {name!r} (as of 2025-10)" in found.message


@pytest.mark.parametrize("name", GOOD_VARIABLES)
def test_variables_that_pass(name: str, findings: Findings) -> None:
    assert findings(SOURCE.format(name), "chute-variable") == []


@pytest.mark.sdk
def test_the_sdk_refuses_the_same(loads: Loads) -> None:
    refused = [(stem, "chute") for stem in SDK_MODULES] + [("app", name) for name in SDK_VARIABLES]
    passed = [(stem, "chute") for stem in (*PLATFORM_MODULES, *GOOD_MODULES)]
    passed += [("app", name) for name in (*PLATFORM_VARIABLES, *GOOD_VARIABLES)]
    for stem, name in refused:
        files = {f"{stem}.py": SOURCE.format(name)}
        assert loads(files, f"{stem}:{name}") == "SystemExit: 1", (stem, name)
    for stem, name in passed:
        assert loads({f"{stem}.py": SOURCE.format(name)}, f"{stem}:{name}") is None, (stem, name)


@pytest.mark.sdk
def test_the_sdk_takes_no_dotted_module(loads: Loads) -> None:
    files = {"pkg/__init__.py": "", "pkg/app.py": SOURCE.format("chute")}
    assert loads(files, "pkg.app:chute") == "SystemExit: 1"
    assert loads(files, "pkg/app:chute") == "SystemExit: 1"
