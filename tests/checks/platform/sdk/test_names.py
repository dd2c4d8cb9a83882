from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Account, Exposure
from chutes_cli.registry import check

Findings = Callable[..., list[Finding]]
ID = "sdk-unknown-name"
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
HOOK = "@chute.on_startup()\nasync def h(self):\n"

IMPORTS = [
    ("from chutes.chute.template.tei import build_tei_chute", "no module chutes.chute.template.tei",
     "build_embedding_chute"),
    ("import chutes.chute.template.tei", "no module chutes.chute.template.tei",
     "build_embedding_chute"),
    ("from chutes.client import ChuteClient", "no module chutes.client", "over HTTP"),
    ("from chutes.client import *", "no module chutes.client", "over HTTP"),
    ("import chutes.client", "no module chutes.client", "over HTTP"),
    ("from chutes.clients import x", "no module chutes.clients", "`chutes.cli`"),
    ("from chutes.image import NodeSelector", "chutes.image has no 'NodeSelector'",
     "it is `chutes.chute.NodeSelector`"),
    ("from chutes.core import Image", "no module chutes.core", "it is `chutes.image.Image`"),
    ("from chutes import Chute", "module chutes has no 'Chute'", "it is `chutes.chute.Chute`"),
    ("from chutes.chute import NodeSelecter", "has no 'NodeSelecter'",
     "did you mean `chutes.chute.NodeSelector`?"),
    ("from chutes.chute import zzzqqq", "has no 'zzzqqq'", "remove it"),
    ("import chutes.qqqqqqqqqqqqqqqqqqq", "no module chutes.qqq", "remove it"),
    ("from chutes import __version__", "has no '__version__'", "`chutes._version`"),
    ("import chutes.chute.Chute", "no module chutes.chute.Chute", "it is `chutes.chute.Chute`"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "message", "help"), IMPORTS)
def test_imports(source: str, message: str, help: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{source}\n", ID)
    assert found.severity is Severity.ERROR
    assert message in found.message
    assert help in found.help
    assert found.location.line == 3


ATTRIBUTES = [
    ("import chutes.chute\nx = chutes.chute.Foo", "module chutes.chute has no 'Foo'"),
    ("import chutes.chute as cc\nx = cc.template.tei", "chutes.chute.template has no 'tei'"),
    ("from chutes import image\nx = image.Imgae('u')", "module chutes.image has no 'Imgae'"),
    ("import chutes.chute\nx: int = chutes.chute.Foo", "module chutes.chute has no 'Foo'"),
    ("import chutes.chute\nclass A:\n    x = chutes.chute.Foo", "chutes.chute has no 'Foo'"),
]


@pytest.mark.parametrize(("source", "message"), ATTRIBUTES)
def test_attributes(source: str, message: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{source}\n", ID)
    assert found.severity is Severity.ERROR
    assert message in found.message


@pytest.mark.parametrize("source", ["from chutes.client import x", "chutes.chute.Foo()"])
def test_may_fail_later(source: str, findings: Findings) -> None:
    for code in (f"def unused():\n    {source}\n", f"if unknown:\n    {source}\n"):
        (found,) = findings(f"{HEAD}import chutes.chute\n{code}", ID)
        assert found.severity is Severity.WARNING
    (found,) = findings(f"{HEAD}import chutes.chute\n{HOOK}    {source}\n", ID)
    assert found.severity is Severity.ERROR


GOOD = [
    "import chutes\nimport chutes.chute.template.vllm\nx = chutes.chute.template.vllm",
    "from chutes.chute import *",
    "from chutes.chute import NodeSelector, ChutePack, Cord, Job",
    "from chutes.chute.job import Port",
    "from chutes.chute import base, template",
    "import chutes.chute\nx = chutes.chute.Chute.cord, chutes.chute.__file__, chutes.__name__",
    "from chutes.chute import __file__, __name__",
    "import chutes.chute\nx = chutes.chute.base.os.path",
    "try:\n    from chutes.client import x\nexcept ImportError:\n    x = None",
    "try:\n    from chutes.client import x\nexcept ModuleNotFoundError:\n    x = None",
    "import chutes.chute\ntry:\n    x = chutes.chute.Foo\nexcept AttributeError:\n    x = None",
    "import chutes.chute\nchutes.chute.Foo = 1",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from chutes.client import x",
]


@pytest.mark.parametrize("source", [*GOOD, "from chutes.envdump.envdump import whatever",
                                    "from chutesque import x", "import parachutes.client",
                                    "from .chutes.client import x", "from . import chutes",
                                    "def f(x: 'chutes.chute.Foo'): ..."])  # fmt: skip
def test_stays_silent(source: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{source}\n", ID) == []


def test_annotations_need_not_be_evaluated(findings: Findings) -> None:
    source = f"from __future__ import annotations\n{HEAD}import chutes.chute\nx: chutes.chute.Foo\n"
    assert findings(source, ID) == []


@pytest.mark.parametrize(
    ("package", "module", "count"),
    [
        ("chutes/__init__.py", "app.py", 0),
        ("src/chutes/__init__.py", "app.py", 0),
        ("chutes/__init__.py", "svc/deep/app.py", 0),
        ("svc/chutes/__init__.py", "svc/app.py", 0),
        # Without an __init__.py it never comes before an installed package.
        ("chutes/mine.py", "app.py", 1),
        ("other/chutes/__init__.py", "svc/app.py", 1),
    ],
)
def test_a_package_of_that_name(package: str, module: str, count: int, findings: Findings) -> None:
    files = {package: "", module: f"{HEAD}from chutes.mine import x\n"}
    assert len(findings(files, ID)) == count


def test_a_package_above_the_project_is_not_its_own(tmp_path: Path) -> None:
    for name, text in {
        "chutes/__init__.py": "",
        "svc/app.py": f"{HEAD}from chutes.mine import x\n",
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    circumstances = Circumstances(Exposure.GATEWAY, Account.ORDINARY)
    report = engine.audit([tmp_path / "svc"], (check(ID),), circumstances)
    assert len(report.findings) == 1


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for source, *_ in IMPORTS:
        error = judge.imports(HEAD + source) or ""
        assert error.startswith(("ModuleNotFoundError", "ImportError")), source
    for source, _ in ATTRIBUTES:
        assert (judge.imports(HEAD + source) or "").startswith("AttributeError"), source
    for source in GOOD:
        assert judge.imports(HEAD + source) is None, source
