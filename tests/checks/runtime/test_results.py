from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "factory-returns-nothing"

HEAD = """\
import contextlib
import functools
from abc import ABC, abstractmethod
from typing import Protocol
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""


def app(cord: str, module: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return (
        f"{HEAD}{module}\n@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n{body}"
    )


STUB = "def make():\n    pass\n"
ASYNC = "async def make():\n    '''Make it.'''\n    ...\n"
DOES = "def make():\n    model = object()\n    print(model)\n"
METHOD = "class Models:\n    def make(self):\n        pass\n"

FIRES = {
    "attribute": ("m = make()\nreturn m.size", STUB),
    "method_call": ("m = make()\nreturn m.generate(args)", DOES),
    "item": ("m = make()\nreturn m['size']", DOES),
    "called": ("m = make()\nreturn m(args)", DOES),
    "awaited": ("m = await make()\nreturn m.size", ASYNC),
    "handed_on": ("m = make()\nreturn dict(model=m)", STUB),
    "on_self": ("self.m = make()\nreturn self.m.size", STUB),
    "annotated": ("m: object = make()\nreturn m.size", STUB),
    "method": ("m = Models().make()\nreturn m.size", METHOD),
    "static": (
        "m = Models.make()\nreturn m.size",
        "class Models:\n    @staticmethod\n    def make():\n        pass\n",
    ),
    "meant_as_a_method": ("m = self.make()\nreturn dict(model=m)", "def make(self):\n    pass\n"),
    "returns_none": ("m = make()\nreturn m.size", "def make():\n    return None\n"),
    "bare_return": ("m = make()\nreturn m.size", "def make():\n    print()\n    return\n"),
    "sometimes_raises": (
        "m = make(args)\nreturn m.size",
        "def make(a):\n    if not a:\n        raise ValueError\n",
    ),
    "helper": ("return build()", STUB + "def build():\n    m = make()\n    return m.size\n"),
    "class_method": (
        "m = Models.make()\nreturn m.size",
        "class Models:\n    @classmethod\n    def make(cls):\n        pass\n",
    ),
    "another_is_tested": ("m = make()\nif args:\n    print()\nreturn m.size", STUB),
    "another_is_compared": ("m = make()\nok = args is None\nreturn m.size", STUB),
    "passed_on_too": ("m = make()\nn = m\nreturn m.size", STUB),
    "stub_of_a_class_without_heirs": (
        "m = Models().make()\nreturn m.size",
        METHOD + "class Other(Exception):\n    pass\n",
    ),
    "target_of_an_assignment": ("m = make()\nm.size = 1", STUB),
}
SILENT = {
    "returns": ("m = make()\nreturn m.size", "def make():\n    return object()\n"),
    "returns_sometimes": (
        "m = make(args)\nreturn m.size", "def make(a):\n    if a:\n        return a\n",
    ),
    "generator": ("m = make()\nreturn m.send(1)", "def make():\n    yield\n"),
    "raises": ("m = make()\nreturn m.size", "def make():\n    raise NotImplementedError\n"),
    "not_kept": ("make()\nreturn 1", STUB),
    "not_used": ("m = make()\nreturn m", DOES),
    "handed_on_by_a_function_that_works": ("m = make()\nreturn str(m)", DOES),
    "coroutine": ("m = make()\nreturn m.close()", ASYNC),
    "tested": ("m = make()\nif m:\n    return m.size\nreturn 1", STUB),
    "compared": ("m = make()\nif m is None:\n    return 1\nreturn m.size", STUB),
    "or": ("m = make()\nm2 = m or args\nreturn m.size", STUB),
    "asserted": ("m = make()\nassert m\nreturn m.size", STUB),
    "another": ("m = make()\nm = args\nreturn m.size", STUB),
    "before": ("m = args\nm.size\nm = make()\nreturn 1", STUB),
    "handed_something_else": ("m = make()\nreturn str(args)", STUB),
    "compared_otherwise": ("m = make()\nok = m != args\nreturn m.size", STUB),
    "equal": ("m = make()\nok = m == args\nreturn m.size", STUB),
    "is_not": ("m = make()\nif m is not None:\n    return m.size\nreturn 1", STUB),
    "not": ("m = make()\nif not m:\n    return 1\nreturn m.size", STUB),
    "and": ("m = make()\nreturn m and m.size", STUB),
    "conditional_expression": ("m = make()\nreturn m.size if m else 1", STUB),
    "caught_type_error": (
        "try:\n    m = make()\n    return m()\nexcept TypeError:\n    return 1", STUB,
    ),
    "returns_a_constant": ("m = make()\nreturn m.size", "def make():\n    return 1\n"),
    "docstring_and_work": (
        "m = make()\nreturn str(m)", "def make():\n    'Make.'\n    print()\n",
    ),
    "works_without_a_call": ("m = make()\nreturn str(m)", "def make():\n    global n\n    n = 1\n"),
    "deletes_a_constant": ("m = make()\nreturn str(m)", "def make():\n    assert 1\n"),
    "augmented": ("m = 1\nm += make()\nreturn str(m)", STUB),
    "meant_otherwise": (
        "m = self.make()\nreturn dict(m=m)", "def make(model):\n    pass\n",
    ),
    "meant_as_a_class": ("m = self.make()\nreturn m.size", "class make:\n    pass\n"),
    "meant_as_an_object": (
        "m = self.make()\nreturn m.size", "class Models:\n    pass\nmake = Models()\n",
    ),
    "typing_extensions": (
        "m = self.models.make()\nreturn m.size",
        "import typing_extensions\n"
        "class Models(typing_extensions.Protocol):\n    def make(self): ...\n"
        "models: Models\nchute.models = models\n",
    ),
    "unpacked": ("m, n = make()\nreturn m.size", STUB),
    "part": ("m = [make()]\nreturn m.size", STUB),
    "in_an_item": ("args['m'] = make()\nreturn args['m'].size", STUB),
    "caught": (
        "try:\n    m = make()\n    return m.size\nexcept AttributeError:\n    return 1", STUB,
    ),
    "decorated": (
        "m = make()\nreturn m.size", "@contextlib.contextmanager\ndef make():\n    pass\n",
    ),
    "decorated_by_a_call": (
        "m = make()\nreturn m.size",
        "@functools.wraps(len)\ndef make():\n    pass\n",
    ),
    "abstract": (
        "m = Models().make()\nreturn m.size",
        "class Models(ABC):\n    @abstractmethod\n    def make(self):\n        pass\n",
    ),
    "protocol": (
        "m = self.models.make()\nreturn m.size",
        "class Models(Protocol):\n    def make(self): ...\nmodels: Models\nchute.models = models\n",
    ),
    "overridden": (
        "m = Models().make()\nreturn m.size",
        METHOD + "class More(Models):\n    def make(self):\n        return 1\n",
    ),
    "unreached": ("return 1", STUB + "def build():\n    m = make()\n    return m.size\n"),
    "plain_function_of_another_shape": ("m = self.make()\nreturn m.size", STUB),
    "class": ("m = Models()\nreturn m.size", METHOD),
    "two_places": ("m = n = make()\nreturn m.size", STUB),
    "either": ("m = (make if args else len)()\nreturn m.size", STUB),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(*FIRES[name]), ID)
    assert found.severity is Severity.ERROR
    assert "returns nothing" in found.message


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(*SILENT[name]), ID) == []


def test_warns_where_a_condition_decides(findings: Findings) -> None:
    (found,) = findings(app("if args:\n    m = make()\n    return m.size", STUB), ID)
    assert found.severity is Severity.WARNING


def test_follows_other_modules(findings: Findings) -> None:
    files = {"app.py": app("m = make()\nreturn m.size", "from factory import make\n")}
    (found,) = findings({**files, "factory.py": STUB}, ID)
    assert found.message == "make returns nothing, so m is None where it is used"
    assert found.help == "return what make makes (factory.py:1)"


def test_a_protocol_elsewhere_changes_nothing(findings: Findings) -> None:
    module = "from typing import Protocol\n" + STUB + "class Models(Protocol):\n    pass\n"
    files = {"app.py": app("m = make()\nreturn m.size", "from factory import make\n")}
    assert len(findings({**files, "factory.py": module}, ID)) == 1


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    build = STUB + "def build():\n    m = make()\n    return m.size\n"
    source = app("if self.exposure == 'direct':\n    return build()", build)
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(*FIRES["attribute"])}, ID) == []
