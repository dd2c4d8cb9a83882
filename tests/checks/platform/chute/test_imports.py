from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
Loads = Callable[..., str | None]
ID = "local-import-not-in-image"
HEAD = "from chutes.chute import Chute\nfrom chutes.image import Image\n"
HOOK = "@chute.on_startup()\nasync def h(self):\n"
CORD = "@chute.cord()\nasync def c(self):\n"
TREE = {
    "titles.py": "TITLE = 'x'\n",
    "pkg/__init__.py": "",
    "pkg/a.py": "from pkg import b\n",
    "pkg/b.py": "x = 1\n",
    "spaces/deep/c.py": "from . import d\n",
    "spaces/deep/d.py": "x = 1\n",
}


def app(imports: str, image: str = "", chute: str = "Chute('u', 'n', image)") -> dict[str, str]:
    source = f"{HEAD}image = Image('u', 'n', '1.0'){image}\nchute = {chute}\n{imports}\n"
    return {**TREE, "app.py": source}


FAILS = [
    ("import titles", "titles", ".add('titles.py', '/app/titles.py')"),
    ("import titles as t", "titles", ".add('titles.py', '/app/titles.py')"),
    ("from titles import TITLE", "titles", ".add('titles.py', '/app/titles.py')"),
    ("from titles import *", "titles", ".add('titles.py', '/app/titles.py')"),
    ("import pkg", "pkg", ".add('pkg', '/app/pkg')"),
    ("import pkg.a", "pkg", ".add('pkg', '/app/pkg')"),
    ("from pkg.a import b", "pkg", ".add('pkg', '/app/pkg')"),
    ("from pkg import a", "pkg", ".add('pkg', '/app/pkg')"),
    ("from spaces.deep import c", "spaces.deep.c", ".add('spaces', '/app/spaces')"),
    ("class Box:\n    import titles", "titles", ".add('titles.py', '/app/titles.py')"),
    ("def f():\n    import titles\nf()", "titles", ".add('titles.py', '/app/titles.py')"),
]


@pytest.mark.parametrize(("imports", "name", "help"), FAILS)
def test_fails_at_import(imports: str, name: str, help: str, findings: Findings) -> None:
    (found,) = findings(app(imports), ID)
    assert found.severity is Severity.ERROR
    assert found.message.startswith(f"{name} will not be on the instance")
    assert "uploads app.py alone" in found.message
    assert help in found.help


@pytest.mark.parametrize(
    "function",
    [HOOK, CORD, "@chute.job()\nasync def j(self, **data):\n",
     "@chute.get('/x')\nasync def r():\n"],
)  # fmt: skip
def test_fails_in_functions(function: str, findings: Findings) -> None:
    (found,) = findings(app(f"{function}    import titles\n"), ID)
    assert found.severity is Severity.ERROR
    (found,) = findings(app(f"{function}    if chute.title:\n        import titles\n"), ID)
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    "imports",
    [
        "import app",
        "import json",
        "import numpy",
        "import chutes.chute",
        "try:\n    import titles\nexcept ImportError:\n    titles = None",
        "try:\n    import titles\nexcept ModuleNotFoundError:\n    titles = None",
        "if __name__ == '__main__':\n    import titles",
        "from chutes.util.context import is_local\nif is_local():\n    import titles",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import titles",
        "def unused():\n    import titles",
        # Relative imports have a check of their own.
        "from . import titles",
        # Who changes the path imports from elsewhere.
        "import sys\nsys.path.append('/data')\nimport titles",
        "import sys\nsys.path += ['/data']\nimport titles",
        "from sys import path\npath.append('/data')\nimport titles",
        "@chute.on_shutdown()\nasync def h(self):\n    import titles",
        "@chute.cord(passthrough=True)\nasync def c(self):\n    import titles",
    ],
)
def test_does_not_fail(imports: str, findings: Findings) -> None:
    assert findings(app(imports), ID) == []


@pytest.mark.parametrize(
    ("imports", "image"),
    [
        ("import titles", ".add('titles.py', '/app/titles.py')"),
        ("import titles", ".add('titles.py', '/app/')"),
        ("import titles", ".add('*.py', '/app/')"),
        ("import titles", ".add('.', '/app')"),
        ("import titles", ".with_env('PYTHONPATH', '/srv').add('titles.py', '/srv/titles.py')"),
        ("import pkg.a", ".add('pkg', '/app/pkg')"),
        ("import pkg.a", ".add('pkg', '/app/pkg').add('titles.py', '/app/')"),
        ("from pkg import a", ".add('pkg/', '/app/pkg/')"),
        ("from spaces.deep import c", ".add('spaces', '/app/spaces')"),
        ("import titles", ".run_command('echo > /app/titles.py')"),
        ("import pkg.a", ".run_command('pip install pkg')"),
    ],
)
def test_is_added(imports: str, image: str, findings: Findings) -> None:
    assert findings(app(imports, image), ID) == []


@pytest.mark.parametrize(
    ("imports", "image", "name"),
    [
        # A folder's content is copied, not the folder.
        ("import pkg.a", ".add('pkg', '/app')", "pkg"),
        ("import titles", ".add('titles.py', '/srv/titles.py')", "titles"),
        ("import titles", ".add('pkg', '/app/pkg')", "titles"),
        # What an added module needs is needed as well.
        ("import pkg.a", ".add('pkg/__init__.py', '/app/pkg/').add('pkg/a.py', '/app/pkg/')",
         "pkg.b"),
        ("from spaces.deep import c", ".add('spaces/deep/c.py', '/app/spaces/deep/c.py')",
         "spaces.deep.d"),
    ],
)  # fmt: skip
def test_is_added_wrongly(imports: str, image: str, name: str, findings: Findings) -> None:
    (found,) = findings(app(imports, image), ID)
    assert found.message.startswith(f"{name} will not be on the instance")


@pytest.mark.parametrize("chute", ["Chute('u', 'n', 'u/n:1.0')", "Chute('u', 'n', unknown())"])
def test_the_image_is_not_known(chute: str, findings: Findings) -> None:
    assert findings(app("import titles", chute=chute), ID) == []


def test_one_finding_per_module_and_chute(findings: Findings) -> None:
    imports = "import titles\nfrom titles import TITLE\nimport pkg.a\nimport pkg.b\n"
    assert len(findings(app(imports), ID)) == 2
    two = app(f"{imports}other = Chute('u', 'm', image)\n")
    assert len(findings({**two, "second.py": two["app.py"]}, ID)) == 4


def test_each_chute_needs_what_it_reaches(findings: Findings) -> None:
    """A shared module imports something for one chute only."""
    shared = "import chutes\ndef load():\n    import titles\ndef other():\n    pass\n"
    first = app(f"import shared\n{HOOK}    shared.load()\n",
                ".add('shared.py', '/app/').add('titles.py', '/app/')")  # fmt: skip
    second = app(f"import shared\n{HOOK}    shared.other()\n", ".add('shared.py', '/app/')")
    files = {**first, "second.py": second["app.py"], "shared.py": shared}
    assert findings(files, ID) == []
    (found,) = findings({**files, "second.py": second["app.py"].replace("other()", "load()")}, ID)
    assert found.location.path == "shared.py"


def test_what_another_import_runs_is_not_this_chutes(findings: Findings) -> None:
    """A script of the tree calls a function that the chute never does."""
    shared = "def load():\n    import titles\n"
    files = {**app("import shared\n", ".add('shared.py', '/app/')"), "shared.py": shared}
    script = {"script.py": "import chutes\nimport shared\nshared.load()\n"}
    assert findings({**files, **script}, ID) == []
    (found,) = findings({**files, "shared.py": f"{shared}load()\n"}, ID)
    assert found.location.path == "shared.py"


def test_what_the_chutes_own_import_runs_elsewhere(findings: Findings) -> None:
    files = app("import shared\nshared.load()\n", ".add('shared.py', '/app/')")
    (found,) = findings({**files, "shared.py": "def load():\n    import titles\n"}, ID)
    assert (found.location.path, found.severity) == ("shared.py", Severity.ERROR)


def test_from_outside_the_modules_folder(findings: Findings) -> None:
    inner = {f"svc/{name}": text for name, text in app("import common").items()}
    (found,) = findings({**inner, "common.py": "x = 1\n"}, ID)
    assert "takes nothing from outside" in found.help


def test_a_module_in_a_package_is_loaded_alone(findings: Findings) -> None:
    """`pkg.app` is another module than the `app` that is deployed, and `pkg` is not there."""
    source = app("import pkg.b\n")["app.py"]
    files = {"pkg/__init__.py": "", "pkg/b.py": "", "pkg/app.py": source}
    (found,) = findings(files, ID)
    assert "will not be on the instance" in found.message


def test_relative_imports_without_a_package(findings: Findings) -> None:
    files = {**app("import titles", ".add('titles.py', '/app/')"),
             "titles.py": "from . import other\n", "other.py": ""}  # fmt: skip
    assert findings(files, ID) == []


def test_package_inits_import_too(findings: Findings) -> None:
    files = {**app("import pkg", ".add('pkg', '/app/pkg')"),
             "pkg/__init__.py": "from .a import b\nfrom ..titles import x\nimport titles\n",
             }  # fmt: skip
    (found,) = findings(files, ID)
    assert found.location.path == "pkg/__init__.py"
    assert found.location.line == 3


def test_package_inits_import_relatively(findings: Findings) -> None:
    files = app("import pkg", ".add('pkg/__init__.py', '/app/pkg/')")
    (found,) = findings({**files, "pkg/__init__.py": "from .a import b\n"}, ID)
    assert found.message.startswith("pkg.a will not be on the instance")


def test_two_chutes_of_one_module(findings: Findings) -> None:
    """What only the hook of the one imports, the image of the other need not hold."""
    other = "other = Chute('u', 'm', Image('u', 'm', '1.0'))\n"
    hook = f"{HOOK}    import titles\n"
    assert findings(app(f"{other}{hook}", ".add('titles.py', '/app/')"), ID) == []
    assert len(findings(app(f"{other}{hook}"), ID)) == 1


@pytest.mark.sdk
def test_a_module_that_stays_away_fails_the_load(loads: Loads) -> None:
    for imports, _, _ in FAILS:
        files = app(imports)
        assert loads(files, "app:chute") is None, imports
        assert loads(files, "app:chute", away=tuple(TREE)) == "SystemExit: 1", imports
