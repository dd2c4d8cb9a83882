from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
Loads = Callable[..., str | None]
ID = "chute-relative-import"
CHUTE = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
OTHER = {"helpers.py": "x = 1\n"}
HOOK = "@chute.on_startup()\nasync def h(self):\n"

AT_IMPORT = [
    "from .helpers import x\n",
    "from . import helpers\n",
    "from ..helpers import x\n",
    "class Box:\n    from .helpers import x\n",
    "def load():\n    from .helpers import x\nload()\n",
]


@pytest.mark.parametrize("source", AT_IMPORT)
def test_fails_at_import(source: str, findings: Findings) -> None:
    (found,) = findings({"app.py": CHUTE + source, **OTHER}, ID)
    assert found.severity is Severity.ERROR
    assert "load this module by its file" in found.message


def test_fails_in_a_hook(findings: Findings) -> None:
    (found,) = findings({"app.py": f"{CHUTE}{HOOK}    from .helpers import x\n", **OTHER}, ID)
    assert found.severity is Severity.ERROR
    assert found.location.line == 5
    assert "`from .helpers import ...`" in found.message


def test_may_fail_in_a_hook(findings: Findings) -> None:
    source = f"{CHUTE}{HOOK}    if self.title:\n        from .helpers import x\n"
    (found,) = findings({"app.py": source, **OTHER}, ID)
    assert found.severity is Severity.WARNING


HARMLESS = [
    "from helpers import x\n",
    "try:\n    from .helpers import x\nexcept ImportError:\n    from helpers import x\n",
    "if __package__:\n    from .helpers import x\nelse:\n    from helpers import x\n",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .helpers import x\n",
    "def unused():\n    from .helpers import x\n",
]


@pytest.mark.parametrize("source", HARMLESS)
def test_does_not_fail(source: str, findings: Findings) -> None:
    assert findings({"app.py": CHUTE + source, **OTHER}, ID) == []


def test_other_modules_may_import_relatively(findings: Findings) -> None:
    package = {"pkg/__init__.py": "", "pkg/a.py": "import chutes\nfrom .b import x\n",
               "pkg/b.py": "x = 1\n"}  # fmt: skip
    assert findings({"app.py": f"import pkg.a\n{CHUTE}", **package}, ID) == []
    # So may a chute's module that is deployed through another one.
    inner = {**package, "pkg/inner.py": f"from .b import x\n{CHUTE}"}
    outer = {"app.py": "import chutes\nfrom pkg.inner import chute\n"}
    assert len(findings(inner, ID)) == 1
    assert findings({**inner, **outer}, ID) == []


def test_one_finding_per_module(findings: Findings) -> None:
    source = f"{CHUTE}other = Chute('u', 'm', 'i')\nfrom .helpers import x\nfrom . import helpers\n"
    assert len(findings({"app.py": source, "two.py": source, **OTHER}, ID)) == 2


@pytest.mark.sdk
def test_the_sdk_loads_the_module_alone(loads: Loads) -> None:
    files = {"__init__.py": "", **OTHER}
    for source in AT_IMPORT:
        assert loads({**files, "app.py": CHUTE + source}, "app:chute") == "SystemExit: 1", source
    for source in HARMLESS:
        assert loads({**files, "app.py": CHUTE + source}, "app:chute") is None, source
