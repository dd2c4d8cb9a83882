from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "chute-unknown-argument"
MISSING = "chute-missing-argument"
HEAD = "from chutes.chute import Chute, NodeSelector\n"


@pytest.mark.parametrize(
    ("argument", "help"),
    [
        ("gpu_count=1", "NodeSelector(...)"),
        ("exclude=['b200']", "NodeSelector(...)"),
        ("stream=True", "@chute.cord(...)"),
        ("public_api_path='/x'", "@chute.cord(...)"),
        ("tag='1.0'", "Image(...)"),
        ("ssh=True", "@chute.job(...)"),
        ("min_replicas=1", "`max_instances` is the upper"),
        ("min_instances=1", "`max_instances` is the upper"),
        ("max_replicas=1", "use `max_instances`"),
        ("auto_scale=True", "`scaling_threshold`"),
        ("scale_up_threshold=1", "use `scaling_threshold`"),
        ("scale_down_delay=1", "`shutdown_after_seconds`"),
        ("timeout=60", "limit of a call"),
        ("timeout_seconds=60", "limit of a call"),
        ("environment={}", "`Image.with_env`"),
        ("env={}", "`Image.with_env`"),
        ("entry_file='app.py'", "`chutes deploy module:variable`"),
        ("entry_point='chute'", "`chutes deploy module:variable`"),
        ("python_version='3.12'", "`Image.from_base`"),
        ("concurency=4", "`concurrency`"),
        ("zzz_qqq=1", "remove it"),
    ],
)
def test_points_the_way_out(argument: str, help: str, findings: Findings) -> None:
    source = f"from chutes.chute import Chute\nchute = Chute('u', 'n', 'i', {argument})\n"
    (found,) = findings(source, ID)
    assert help in found.help
    assert found.location.line == 2


REAL = "from chutes.chute import Chute\nchute = Chute(username='u', name='n', image='i')\n"


@pytest.mark.parametrize(
    "source",
    [
        # FastAPI's own arguments pass through.
        "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i', title='x', docs_url=None)",
        # Not the SDK's Chute.
        "import chutes\nfrom parachute import Chute\nchute = Chute(colour='red')",
        "class Chute: ...\nimport chutes\nchute = Chute(colour='red')",
        # What a ** hides cannot be known.
        "import os\nfrom chutes.chute import Chute\n"
        "chute = Chute('u', 'n', 'i', **dict(os.environ))",
        "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i', **load())",
        # A dictionary that changes is not what it was.
        "from chutes.chute import Chute\nc = {'title': 'x'}\nc.pop('title')\n"
        "chute = Chute('u', 'n', 'i', **c)",
        # A template builder has a signature of its own.
        "from chutes.chute.template.vllm import build_vllm_chute\n"
        "chute = build_vllm_chute('u', 'm', None, engine_args='x')",
        # Called wrongly, but with no unknown argument.
        "from chutes.chute import Chute\nchute = Chute('u', 'n', username='u')",
        f"from chutes.chute import Chute\nchute = Chute({', '.join(['1'] * 18)})",
    ],
)
def test_stays_silent(source: str, findings: Findings) -> None:
    assert findings({"app.py": source, "real.py": REAL}, ID) == []


@pytest.mark.parametrize(
    "source",
    [
        "from chutes.chute import Chute as C\nchute = C('u', 'n', 'i', colour=1)",
        "import chutes.chute\nchute = chutes.chute.Chute('u', 'n', 'i', colour=1)",
        "import chutes.chute as cc\nchute = cc.Chute('u', 'n', 'i', colour=1)",
        "from chutes.chute.base import Chute\nchute = Chute('u', 'n', 'i', colour=1)",
        "from chutes.chute import *\nchute = Chute('u', 'n', 'i', colour=1)",
        "try:\n    from chutes.chute import Chute\nexcept ImportError:\n    Chute = None\n"
        "chute = Chute('u', 'n', 'i', colour=1)",
        "from chutes.chute import Chute\ndef make():\n    return Chute('u', 'n', 'i', colour=1)\n"
        "chute = make()",
        "from chutes.chute import Chute\nconfig = {'colour': 1}\n"
        "chute = Chute('u', 'n', 'i', **config)",
        "from chutes.chute import Chute\nconfig = dict(colour=1)\n"
        "chute = Chute('u', 'n', 'i', **config)",
        "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i', **{'colour': 1})",
        "from chutes.chute import Chute\nif True:\n    chute = Chute('u', 'n', 'i', colour=1)",
        "from __future__ import annotations\nfrom chutes.chute import Chute\n"
        "chute: Chute = Chute('u', 'n', 'i', colour=1)",
        "from chutes.chute import Chute\nclass Mine(Chute): ...\n"
        "chute = Mine('u', 'n', 'i', colour=1)",
    ],
)
def test_sees_through_real_code(source: str, findings: Findings) -> None:
    assert [each.check for each in findings(source, ID)] == [ID]


BAD = {
    "Chute()": "Chute() is not given username, name, image: TypeError at import",
    "Chute('u', 'n')": "Chute() is not given image: TypeError at import",
    "Chute(username='u', image='i')": "Chute() is not given name: TypeError at import",
    "Chute(**{'name': 'n', 'image': 'i'})": "Chute() is not given username: TypeError at import",
    "Chute('u', 'n', 'i', username='v')": "Chute() is given username twice: TypeError at import",
    "Chute(image='i', username='u', **{'name': 'n', 'image': 'i'})": (
        "Chute() is given image twice: TypeError at import"
    ),
    "Chute('u', 'n', 'i', 't', 'r', None, None, NodeSelector(), 1, 1, 300, 0.7, True, True, {}, "
    "True, None, 'more', 'and more')": (
        "Chute() takes 17 positional arguments at most, not 19: TypeError at import"
    ),
}
GOOD = [
    "Chute('u', 'n', 'i')",
    "Chute('u', 'n', image='i')",
    "Chute(**{'username': 'u', 'name': 'n', 'image': 'i'})",
    "Chute(*['u', 'n'], 'i')",
    "Chute(**load())",
    "Chute('u', 'n', 'i', 't', 'r', None, None, NodeSelector(), 1, 1, 300, 0.7, True, True, {}, "
    "True, None)",
]
LOAD = "def load():\n    return dict([('username', 'u'), ('name', 'n'), ('image', 'i')])\n"


@pytest.mark.parametrize(("call", "message"), BAD.items())
def test_a_call_that_does_not_fit(call: str, message: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}chute = {call}\n", MISSING)
    assert found.message == message
    assert found.location.line == 2


def test_every_argument_given_twice(findings: Findings) -> None:
    source = f"{HEAD}chute = Chute('u', 'n', 'i', **{{'name': 'm', 'image': 'j'}})\n"
    assert [each.message for each in findings(source, MISSING)] == [
        "Chute() is given name twice: TypeError at import",
        "Chute() is given image twice: TypeError at import",
    ]


@pytest.mark.parametrize(
    "call", [*GOOD, "Chute('u', 'n', 'i', colour=1)", "build_vllm_chute('u', 'm')"]
)
def test_a_call_that_fits(call: str, findings: Findings) -> None:
    source = (
        f"{HEAD}from chutes.chute.template.vllm import build_vllm_chute\n{LOAD}chute = {call}\n"
    )
    assert findings(source, MISSING) == []


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for call in BAD:
        assert (judge.imports(f"{HEAD}chute = {call}\n") or "").startswith("TypeError: "), call
    for call in GOOD:
        assert judge.imports(f"{HEAD}{LOAD}chute = {call}\n") is None, call
