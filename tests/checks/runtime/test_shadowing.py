from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.uncallable import CONSTRUCTORS
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "attribute-shadows-method"

HEAD = """\
import collections
import functools
from contextlib import contextmanager
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""


def app(init: str, method: str = "", *, use: str = "Log().context()") -> str:
    lines = "".join(f"        {line}\n" for line in init.splitlines())
    method = method or "    def context(self):\n        return 1\n"
    return f"{HEAD}class Log:\n    def __init__(self, given=None):\n{lines}{method}{use}\n"


FIRES = {
    "dict": ("self.context = {}", ""),
    "annotated": ("self.context: dict = {}", ""),
    "list": ("self.context = []", ""),
    "none": ("self.context = None", ""),
    "number": ("self.context = 0", ""),
    "made": ("self.context = dict()", ""),
    "defaultdict": ("self.context = collections.defaultdict(list)", ""),
    "two_targets": ("self.context = self.other = {}", ""),
    "context_manager": (
        "self.context = {}",
        "    @contextmanager\n    def context(self):\n        yield\n",
    ),
    "cached": (
        "self.context = {}",
        "    @functools.lru_cache\n    def context(self):\n        return 1\n",
    ),
    "async": ("self.context = {}", "    async def context(self):\n        return 1\n"),
}
SILENT = {
    "another_name": "self._context = {}",
    "unknown": "self.context = given",
    "function": "self.context = lambda: 1",
    "made_by_another": "self.context = Log()",
    "conditional": "if given:\n    self.context = {}",
    "of_another": "given.context = {}",
    "local": "context = {}",
    "declared": "self.context: dict",
    "deleted": "self.other = 1\ndel self.other",
    "counted": "self.other = {}\nself.other['context'] = 1",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(*FIRES[name]), ID)
    assert found.symbol == "Log.__init__"
    assert "self.context hides the method context" in found.message


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize(
    "use", ["", "Log().context", "Log().other()", "other = Log().context\n", "context()"]
)
def test_a_method_that_nobody_calls_is_left_alone(use: str, findings: Findings) -> None:
    assert findings(app("self.context = {}", use=use), ID) == []


def test_called_only_by_tests_is_left_alone(findings: Findings) -> None:
    test = "import chutes\nfrom app import Log, chute\ndef test_log():\n    Log().context()\n"
    files = {"app.py": app("self.context = {}", use=""), "test_app.py": test}
    assert findings(files, ID) == []
    assert len(findings({**files, "other.py": test}, ID)) == 1


@pytest.mark.parametrize("decorator", ["property", "staticmethod"])
def test_properties_are_another_matter(decorator: str, findings: Findings) -> None:
    method = f"    @{decorator}\n    def context(self=None):\n        return {{}}\n"
    expected = 1 if decorator == "staticmethod" else 0
    assert len(findings(app("self.context = {}", method), ID)) == expected


def test_other_methods_may_replace_themselves(findings: Findings) -> None:
    source = app("pass", "    def context(self):\n        self.context = {}\n        return 1\n")
    assert findings(source, ID) == []


def test_a_method_of_a_base_class(findings: Findings) -> None:
    use = (
        "class More(Log):\n    def __init__(self):\n        self.context = {}\n"
        "class Again(More): ...\nMore().context()\n"
    )
    (found,) = findings(app("pass", use=use), ID)
    assert found.symbol == "More.__init__"


def test_a_plain_function_called_init(findings: Findings) -> None:
    source = app("pass", use="Log().context()\ndef __init__(self):\n    self.context = {}\n")
    assert findings(source, ID) == []


@pytest.mark.parametrize("name", sorted(CONSTRUCTORS))
def test_every_constructor(name: str, findings: Findings) -> None:
    assert len(findings(app(f"self.context = {name.removeprefix('builtins.')}(given)"), ID)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app("self.context = {}")}, ID) == []


def test_python_says_so() -> None:
    class Log:
        def context(self) -> None: ...

    log = Log()
    vars(log)["context"] = {}
    with pytest.raises(TypeError, match="'dict' object is not callable"):
        log.context()
