from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
Loads = Callable[..., str | None]
ID = "chute-variable"
HEAD = "from chutes.chute import Chute\n"


@pytest.mark.parametrize(
    ("name", "better"),
    [("CHUTE", "chute"), ("myChute", "mychute"), ("_chute", "chute"), ("c", "chute"),
     ("_c", "chute"), ("größe", "chute"), ("__", "chute")],
)  # fmt: skip
def test_suggests_a_name(name: str, better: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{name} = Chute('u', 'n', 'i')\n", ID)
    assert found.help == f"rename it to `{better}`"
    assert found.location.line == 2


NAMELESS = [
    "def main():\n    chute = Chute('u', 'n', 'i')\n    print(chute)\nmain()\n",
    "def main():\n    chute = Chute('u', 'n', 'i')\n    return 1\n",
    "def main():\n    chute = Chute('u', 'n', 'i')\n    return\n",
    "if __name__ == '__main__':\n    chute = Chute('u', 'n', 'i')\n",
    "if '__main__' == __name__:\n    chute = Chute('u', 'n', 'i')\n",
    "Chute('u', 'n', 'i')\n",
    "class Box:\n    chute = Chute('u', 'n', 'i')\n",
]


@pytest.mark.parametrize("source", NAMELESS)
def test_is_no_variable(source: str, findings: Findings) -> None:
    (found,) = findings(HEAD + source, ID)
    assert "is no variable of its module" in found.message
    assert "top level" in found.help


NAMED = [
    "chute = Chute('u', 'n', 'i')\n",
    "CHUTE = Chute('u', 'n', 'i')\nchute = CHUTE\n",
    "_app = chute = Chute('u', 'n', 'i')\n",
    "chute: Chute = Chute('u', 'n', 'i')\n",
    "chute = None\nif chute is None:\n    chute = Chute('u', 'n', 'i')\n",
    "def main():\n    global chute\n    chute = Chute('u', 'n', 'i')\nmain()\n",
    "def make():\n    return Chute('u', 'n', 'i')\nchute = make()\n",
    "if (chute := Chute('u', 'n', 'i')):\n    pass\n",
    "class Box:\n    chute = Chute('u', 'n', 'i')\nchute = Box.chute\n",
]


@pytest.mark.parametrize("source", NAMED)
def test_is_a_variable(source: str, findings: Findings) -> None:
    assert findings(HEAD + source, ID) == []


@pytest.mark.parametrize(
    "source",
    [
        # May become one elsewhere.
        "def make():\n    return Chute('u', 'n', 'i')\n",
        "def make():\n    chute = Chute('u', 'n', 'i')\n    return chute\n",
        "globals()['chute'] = Chute('u', 'n', 'i')\n",
        "chutes = {'a': Chute('u', 'n', 'i')}\n",
        "chute, other = Chute('u', 'n', 'i'), 1\n",
        "def main():\n    serve(Chute('u', 'n', 'i'))\n",
    ],
)
def test_may_become_a_variable(source: str, findings: Findings) -> None:
    assert findings(HEAD + source, ID) == []


def test_a_module_that_imports_it_may_name_it(findings: Findings) -> None:
    files = {"base.py": f"{HEAD}C = Chute('u', 'n', 'i')\n",
             "app.py": "import chutes\nfrom base import C as chute\n"}  # fmt: skip
    assert findings(files, ID) == []


@pytest.mark.parametrize("file", ["test_app.py", "tests/app.py", "app.py.j2"])
def test_not_every_chute_is_deployed(file: str, findings: Findings) -> None:
    assert findings({file: f"{HEAD}Chute('u', 'n', 'i')\n"}, ID) == []


@pytest.mark.sdk
def test_the_sdk_finds_no_such_variable(loads: Loads) -> None:
    for source in NAMELESS:
        assert loads({"app.py": HEAD + source}, "app:chute") == "SystemExit: 1", source
    for source in NAMED:
        assert loads({"app.py": HEAD + source}, "app:chute") is None, source
