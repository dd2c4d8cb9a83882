from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
NAME = "module-name"
SIZE = "module-too-large"
SOURCE = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


@pytest.mark.parametrize(
    ("file", "better"),
    [
        ("my-chute.py", "my_chute.py"),
        ("MyChute.py", "mychute.py"),
        ("2nd-chute.py", "nd_chute.py"),
        ("_chute.py", "chute.py"),
        ("-chute-.py", "chute.py"),
        ("größe.py", "gr_e.py"),
        ("__init__.py", "app.py"),
        ("pkg/__init__.py", "app.py"),
        ("12.py", "app.py"),
    ],
)
def test_suggests_a_name(file: str, better: str, findings: Findings) -> None:
    (found,) = findings({file: SOURCE}, NAME)
    assert found.help == f"rename the file to {better}"
    assert (found.location.path, found.location.line) == (file, 2)


@pytest.mark.parametrize(
    "files",
    [
        # Deployed from a module that imports it.
        {"pkg/__init__.py": SOURCE, "app.py": "import chutes\nfrom pkg import chute\n"},
        # Makes chutes for others.
        {"my-maker.py": "from chutes.chute import Chute\ndef make():\n    return Chute('u')\n",
         "app.py": SOURCE},
        # Not deployed at all.
        {"test_my-chute.py": SOURCE, "app.py": SOURCE},
        {"my-chute.py.j2": SOURCE, "app.py": SOURCE},
    ],
)  # fmt: skip
def test_other_modules_are_left_alone(files: dict[str, str], findings: Findings) -> None:
    assert findings(files, NAME) == []


def test_one_finding_per_module(findings: Findings) -> None:
    two = f"{SOURCE}other = Chute('u', 'm', 'i')\n"
    assert len(findings({"my-chute.py": two}, NAME)) == 1
    assert len(findings({"my-chute.py": two, "his-chute.py": SOURCE}, NAME)) == 2


def of_length(count: int, end: str = "\n") -> str:
    start = SOURCE.replace("\n", end)
    return start + "#" * (count - len(SOURCE))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (of_length(150_001), 1),
        (of_length(150_000), 0),
        # A line's end counts once, however it is written.
        (of_length(150_000, "\r\n"), 0),
        (of_length(150_001, "\r\n"), 1),
        (f"{of_length(150_001)}\nother = Chute('u', 'm', 'i')\n", 1),
    ],
)
def test_size(text: str, count: int, findings: Findings) -> None:
    found = findings({"app.py": text}, SIZE)
    assert len(found) == count
    for each in found:
        assert "150000 characters" in each.message
        assert "2025-10" in each.message


def test_size_of_other_modules(findings: Findings) -> None:
    files = {"app.py": f"import helpers\n{SOURCE}", "helpers.py": "#" * 200_000}
    assert findings(files, SIZE) == []


def test_size_of_two_modules(findings: Findings) -> None:
    files = {"app.py": of_length(160_000), "other.py": of_length(160_000)}
    assert len(findings(files, SIZE)) == 2
