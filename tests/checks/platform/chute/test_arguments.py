from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "chute-unknown-argument"


@pytest.mark.parametrize(
    ("argument", "help"),
    [
        ("gpu_count=1", "NodeSelector(...)"),
        ("public_api_path='/x'", "@chute.cord(...)"),
        ("tag='1.0'", "Image(...)"),
        ("min_replicas=1", "max_instances"),
        ("concurency=4", "`concurrency`"),
        ("zzz_qqq=1", "remove it"),
    ],
)
def test_points_the_way_out(argument: str, help: str, findings: Findings) -> None:
    source = f"from chutes.chute import Chute\nchute = Chute('u', 'n', 'i', {argument})\n"
    (found,) = findings(source, ID)
    assert help in found.help
    assert found.location.line == 2


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
    ],
)
def test_stays_silent(source: str, findings: Findings) -> None:
    assert findings({"app.py": source, "real.py": REAL}, ID) == []


REAL = "from chutes.chute import Chute\nchute = Chute(username='u', name='n', image='i')\n"


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
    ],
)
def test_sees_through_real_code(source: str, findings: Findings) -> None:
    assert [each.check for each in findings(source, ID)] == [ID]
