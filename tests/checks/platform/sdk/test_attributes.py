from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "sdk-unknown-attribute"
HEAD = "from chutes.chute import Chute, ChutePack, NodeSelector\nchute = Chute('u', 'n', 'i')\n"
CORD = "@chute.cord()\nasync def c(self):\n"
HOOK = "@chute.on_startup()\nasync def h(self):\n"
VLLM = (
    "from chutes.chute import NodeSelector\n"
    "from chutes.chute.template.vllm import build_vllm_chute\n"
    "pack = build_vllm_chute('u', 'm', NodeSelector(), revision='0' * 40)\n"
)

AT_IMPORT = [
    ("chute.run()", "a Chute has no attribute 'run'", "chutes run"),
    ("chute.deploy()", "has no attribute 'deploy'", "chutes deploy"),
    ("chute.app.title", "has no attribute 'app'", "leave `.app` out"),
    ("chute.build()", "has no attribute 'build'", "chutes build"),
    ("Chute.from_huggingface('m')", "has no attribute 'from_huggingface'", "template builder"),
    ("chute.submit_job()", "has no attribute 'submit_job'", "platform's API"),
    ("chute.concurency", "has no attribute 'concurency'", "did you mean `concurrency`?"),
    ("chute.nome", "has no attribute 'nome'", "did you mean `name`?"),
    ("chute.session", "has no attribute 'session'", "set it in a hook"),
    ("chute.zzz", "has no attribute 'zzz', and nothing sets it", "set it in a hook"),
    ("chute.config = {}\nchute.confg", "has no attribute 'confg'", "did you mean `config`?"),
    ("s = NodeSelector(gpu_count=1)\ns.gpus", "a NodeSelector has no attribute 'gpus'",
     "remove it"),
    ("NodeSelector(gpu_count=1).title", "a NodeSelector has no attribute 'title'", "remove it"),
    ("NodeSelector.zzz", "a NodeSelector has no attribute 'zzz'", "remove it"),
    ("setattr(chute, str('x'), 1)\nNodeSelector().zzz", "a NodeSelector has no", "remove it"),
    ("NodeSelector(gpu_count=1).gpucount", "a NodeSelector has no", "did you mean `gpu_count`?"),
    ("k = chute.cord(path='/x')\nk.paths", "a Cord has no attribute 'paths'", "`path`"),
    ("from chutes.chute import Cord\nCord(chute).zzz", "a Cord has no attribute 'zzz'", "remove"),
    ("from chutes.chute import Cord\nCord.zzz", "a Cord has no attribute 'zzz'", "remove it"),
    ("ChutePack.zzz", "a ChutePack has no attribute 'zzz'", "remove it"),
    ("def helper(): ...\nchute.helper()", "has no attribute 'helper'", "without the chute"),
    ("chute._zzz", "has no attribute '_zzz'", "set it in a hook"),
    ("from chutes.chute import Chute as C\nclass Mine(C):\n    def a(self): ...\n"
     "mine = Mine('u', 'n', 'i')\nmine.b()", "a Chute has no attribute 'b'", "set it"),
]  # fmt: skip
PACKS = [
    ("pack.cord()", "a ChutePack has no attribute 'cord'", "`.chute.cord`"),
    ("pack.zzz", "a ChutePack has no attribute 'zzz'", "remove it"),
    ("pack.chute.zzz", "a Chute has no attribute 'zzz'", "set it in a hook"),
]


@pytest.mark.parametrize(("head", "case"), [*((HEAD, each) for each in AT_IMPORT),
                                            *((VLLM, each) for each in PACKS)])  # fmt: skip
def test_fails_at_import(head: str, case: tuple[str, str, str], findings: Findings) -> None:
    source, message, help = case
    (found,) = findings(f"{head}{source}\n", ID)
    assert found.severity is Severity.ERROR
    assert message in found.message
    assert help in found.help


def test_only_what_keeps_attributes_could_have_it_set(findings: Findings) -> None:
    (pack,) = findings(f"{VLLM}pack.zzz\n", ID)
    assert "nothing sets it" not in pack.message
    (cord,) = findings(f"{HEAD}k = chute.cord(path='/x')\nk.zzz\n", ID)
    assert "nothing sets it" in cord.message


IN_CORDS = ["return self.model", "return self.app.title", "self.count.x = 1", "return self.c()"]


@pytest.mark.parametrize("body", IN_CORDS)
def test_fails_in_every_call(body: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{CORD}    {body}\n", ID)
    assert found.severity is Severity.ERROR


def test_a_registered_function_is_no_method(findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{CORD}    return await self.c()\n", ID)
    assert "a registered function is no method" in found.help
    job = "@chute.job()\nasync def j(self, **data):\n    await self.j()\n"
    (found,) = findings(HEAD + job, ID)
    assert "a registered function is no method" in found.help


@pytest.mark.parametrize(
    "source",
    [
        f"{CORD}    if self.title:\n        return self.model\n",
        "def unused():\n    return chute.model\n",
        "if __name__ == '__main__':\n    chute.run()\n",
    ],
)
def test_may_fail(source: str, findings: Findings) -> None:
    (found,) = findings(HEAD + source, ID)
    assert found.severity is Severity.WARNING


def test_one_finding_per_attribute_where_it_fails_surely(findings: Findings) -> None:
    source = f"{HEAD}{CORD}    if self.title:\n        self.a\n    self.a\n    self.a\n    self.b\n"
    first, second = findings(source, ID)
    assert (first.location.line, first.severity) == (7, Severity.ERROR)
    assert second.location.line == 9
    # Another object's attribute of that name, and another module, are further faults.
    assert len(findings(f"{VLLM}pack.zzz\npack.chute.zzz\n", ID)) == 2
    assert len(findings({"app.py": source, "two.py": source}, ID)) == 4


def test_the_first_of_several_that_may_fail(findings: Findings) -> None:
    source = f"{HEAD}{CORD}    if self.title:\n        self.a\n        self.a\n"
    (found,) = findings(source, ID)
    assert found.location.line == 6
    sure = f"{HEAD}{CORD}    self.a\n    if self.title:\n        self.a\n"
    (found,) = findings(sure, ID)
    assert (found.location.line, found.severity) == (5, Severity.ERROR)


GOOD = [
    "chute.title, chute.state, chute.add_middleware, chute.router.routes\n",
    "chute._cords, chute._shutdown_hooks, chute.__class__, Chute.__name__\n",
    "chute.__dict__\n",
    "k = chute.cord(path='/x')\nk.note = 1\nk.note\n",
    "setattr(chute, str('model'), 1)\nchute.model\n",
    "x: chute.zzz\n",
    f"{HOOK}    self.model = 1\n{CORD}    return self.model\n",
    f"{CORD}    return self.title\n",
    "NodeSelector(gpu_count=1).gpu_count, NodeSelector.model_fields\n",
    f"{CORD}    return hasattr(self, 'model') and self.model\n",
    f"{CORD}    if getattr(self, 'model', None):\n        return self.model\n",
    f"{CORD}    try:\n        return self.model\n    except AttributeError:\n        return 1\n",
    "try:\n    chute.model\nexcept AttributeError:\n    pass\n",
]


@pytest.mark.parametrize("source", [
    *GOOD,
    "@chute.cord(passthrough=True)\nasync def p(self):\n    return self.model\n",
    "chute.state.anything.at_all\n",
    "from __future__ import annotations\n",
    "unknown.zzz\n",
    "import pathlib\npathlib.Path('x').zzz\n",
    "from elsewhere import Mixin\nclass Mine(Mixin, Chute): ...\nmine = Mine('u', 'n')\nmine.x\n",
    "class Mine(Chute):\n    x = 1\nmine = Mine('u', 'n', 'i')\nmine.x\n",
    "class Base(Chute):\n    x = 1\nclass Mine(Base): ...\nmine = Mine('u', 'n', 'i')\nmine.x\n",
])  # fmt: skip
def test_stays_silent(source: str, findings: Findings) -> None:
    assert findings(HEAD + source, ID) == []


def test_asking_in_another_function_or_for_another_name(findings: Findings) -> None:
    asked = f"{HEAD}{CORD}    return hasattr(self, 'model')\n"
    assert len(findings(f"{asked}{HOOK}    self.model\n", ID)) == 1
    assert len(findings(f"{HEAD}{CORD}    return hasattr(self, 'x') and self.model\n", ID)) == 1
    assert len(findings(f"{HEAD}{CORD}    return print('model', self.model)\n", ID)) == 1


@pytest.mark.parametrize("name", ["pipeline", "torch", "_engine"])
def test_what_templates_keep_on_their_chutes(name: str, findings: Findings) -> None:
    source = f"{VLLM}@pack.chute.on_startup()\nasync def h(self):\n    return self.{name}\n"
    assert findings(source, ID) == []
    assert len(findings(f"{VLLM}pack.{name}\n", ID)) == 1


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for head, (source, *_) in [*((HEAD, each) for each in AT_IMPORT),
                               *((VLLM, each) for each in PACKS)]:  # fmt: skip
        assert (judge.imports(head + source) or "").startswith("AttributeError"), source
    for source in GOOD:
        if "x: chute.zzz" not in source:
            assert judge.imports(HEAD + source) is None, source


@pytest.mark.sdk
def test_every_call_fails(judge: Any) -> None:
    for body in IN_CORDS:
        ((status, _),) = judge.calls(f"{HEAD}{CORD}    {body}\n", ("POST", "/c", {}))
        assert status == 500, body
    for source in GOOD:
        if "def c(" in source:
            ((status, _),) = judge.calls(HEAD + source, ("POST", "/c", {}))
            assert status == 200, source
