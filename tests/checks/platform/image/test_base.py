from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
Findings = Callable[..., list[Finding]]
DIGEST = "@sha256:" + "a" * 64

REFUSED = ["", "python 3", "https://docker.io/python:3.12", "python:3.12@sha256:abc", "a//b", ":1"]
UNPINNED = ["python", "nvidia/cuda", "you/x:latest", "host:5000/x", "host:5000/x:LATEST"]
PINNED = [
    "python:3.12",
    f"python{DIGEST}",
    f"python:latest{DIGEST}",
    "host:5000/x:1",
    "a/b:1-latest",
]


@pytest.mark.parametrize("base", REFUSED)
def test_refused(base: str, fired: Fired) -> None:
    (found,) = fired("image-base", f"from_base({base!r})")
    assert "AssertionError at import" in found.message
    assert (found.severity, found.snippet) == (Severity.ERROR, "from_base")
    assert fired("image-base-unpinned", f"from_base({base!r})") == []
    assert fired("image-base-user", f"from_base({base!r})") == []


@pytest.mark.parametrize("base", UNPINNED)
def test_unpinned(base: str, fired: Fired) -> None:
    (found,) = fired("image-base-unpinned", f"from_base({base!r})")
    assert repr(base) in found.message
    assert fired("image-base", f"from_base({base!r})") == []


@pytest.mark.parametrize("base", PINNED)
def test_pinned(base: str, fired: Fired) -> None:
    assert fired("image-base-unpinned", f"from_base({base!r})") == []
    assert fired("image-base", f"from_base({base!r})") == []


def test_unknown_bases_are_not_judged(fired: Fired) -> None:
    for check in ("image-base", "image-base-unpinned", "image-base-user"):
        assert fired(check, "from_base(os.environ['BASE'])") == []
        assert fired(check, "from_base(os.environ.get('BASE', 'python'))") == []


@pytest.mark.sdk
def test_the_sdk_agrees(chain: Chain, judge: Any) -> None:
    for base in REFUSED:
        answer = judge.imports(chain(f"from_base({base!r})"))
        assert answer.startswith("AssertionError: Invalid image"), base
    for base in UNPINNED + PINNED:
        assert judge.imports(chain(f"from_base({base!r})")) is None, base
    twice = chain("from_base('a:1')", "run_command('ls')", "from_base('b:1')")
    assert judge.imports(twice + "raise SystemExit(str(image))") == "SystemExit: FROM b:1\nRUN ls"


def test_an_image_without_a_base_has_the_platforms(fired: Fired) -> None:
    for check in ("image-base", "image-base-unpinned", "image-base-user"):
        assert fired(check, "run_command('ls')") == []


def test_the_last_base_wins(fired: Fired) -> None:
    (found,) = fired("image-base", "from_base('a:1')", "run_command('ls')", "from_base('b:1')")
    assert (found.severity, found.location.line) == (Severity.INFO, 8)


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ("if os.name:\n    image.from_base('b:1')\n", []),
        ("if os.name:\n    image.from_base('b:1')\nelse:\n    image.from_base('c:1')\n", []),
        ("image.from_base('b:1')\nif os.name:\n    image.from_base('c:1')\n", [3]),
        ("if os.name:\n    image.from_base('b:1')\nimage.from_base('c:1')\n", [3, 5]),
        ("image.run_command('ls')\n", []),
    ],
)
def test_bases_under_conditions(more: str, lines: list[int], findings: Findings) -> None:
    source = (
        "import os\nfrom chutes.chute import Chute\nfrom chutes.image import Image\n"
        f"image = Image('you', 'nnn', 'tt').from_base('a:1')\n{more}"
        "chute = Chute('you', 'nnn', image)\n"
    )
    assert [each.location.line for each in findings(source, "image-base")] == [n + 1 for n in lines]


@pytest.mark.parametrize(
    ("calls", "fires"),
    [
        (["from_base('python:3.12')"], True),
        (["from_base('docker.io/library/python:3.12')"], True),
        (["from_base('parachutes/python:3.12')"], False),
        (["from_base('docker.io/parachutes/python:3.12')"], False),
        (["from_base('chutes/vllm:0.8')"], False),
        ([], False),
        (
            ["from_base('python:3.12')", "run_command('ls')", "run_command('useradd -m chutes')"],
            False,
        ),
        (["from_base('python:3.12')", "run_command('adduser chutes')"], False),
        (["from_base('python:3.12')", "run_command('useradd $NAME')"], False),
        (["from_base('python:3.12')", "run_command('useradd appuser && ls /chutes')"], True),
        (["from_base('python:3.12')", "run_command(os.environ['X'])"], False),
        (["from_base('python:3.12')", "add('app.py', '/app/')"], False),
        (["from_base('python:3.12')", "set_user('x')"], True),
    ],
)
def test_foreign_bases(calls: list[str], fires: bool, fired: Fired) -> None:
    found = fired("image-base-user", *calls)
    assert [(each.severity, "as of 2026-05" in each.message) for each in found] == [
        (Severity.INFO, True)
    ] * fires


def test_a_foreign_base_under_a_condition(findings: Findings) -> None:
    source = (
        "from chutes.chute import Chute\nfrom chutes.image import Image\n"
        "image = Image('you', 'nnn', 'tt')\nif image:\n    image.from_base('python:3.12')\n"
        "chute = Chute('you', 'nnn', image)\n"
    )
    assert findings(source, "image-base-user") == []
