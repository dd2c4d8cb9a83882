from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "local-file-read-at-import"
HEAD = "from chutes.chute import Chute\nfrom chutes.image import Image\n"
TREE = {"about.md": "text", "data/x.json": "{}"}
PATHS = "import os\nfrom pathlib import Path\n"


def app(code: str, image: str = "", chute: str = "Chute('u', 'n', image)") -> dict[str, str]:
    source = f"{HEAD}{PATHS}image = Image('u', 'n', '1.0'){image}\nchute = {chute}\n{code}\n"
    return {**TREE, "app.py": source}


FAILS = [
    ("x = open('about.md').read()", "about.md"),
    ("x = open(file='about.md').read()", "about.md"),
    ("x = open('about.md', 'r').read()", "about.md"),
    ("x = open('about.md', mode='rb').read()", "about.md"),
    ("x = open('about.md', 'r+').read()", "about.md"),
    ("import io\nx = io.open('about.md').read()", "about.md"),
    ("import codecs\nx = codecs.open('about.md').read()", "about.md"),
    ("with open('about.md') as f:\n    x = f.read()", "about.md"),
    ("import json\nx = json.load(open('data/x.json'))", "data/x.json"),
    ("x = Path('about.md').read_text()", "about.md"),
    ("x = Path('about.md').read_bytes()", "about.md"),
    ("x = Path('about.md').read_text('utf-8')", "about.md"),
    ("x = Path('about.md').open().read()", "about.md"),
    ("x = Path('about.md').open('r').read()", "about.md"),
    ("x = Path('about.md').open(mode='r').read()", "about.md"),
    ("x = (Path(__file__).parent / 'data' / 'x.json').read_text()", "data/x.json"),
    ("class Box:\n    x = open('about.md').read()", "about.md"),
    ("def f():\n    return open('about.md').read()\nx = f()", "about.md"),
    ("x = '' if open('about.md').read() else 1", "about.md"),
    ("x = open('about.md').read() or ''", "about.md"),
    ("x = [open('about.md').read()]", "about.md"),
    ("open('other', 'w').write(open('about.md').read())", "about.md"),
]


@pytest.mark.parametrize(("code", "name"), FAILS)
def test_fails_at_import(code: str, name: str, findings: Findings) -> None:
    (found,) = findings(app(code), ID)
    assert found.message.startswith(f"{name} is read when app.py is imported")
    assert f".add({name!r}, '/app/{name}')" in found.help


@pytest.mark.parametrize(
    "code",
    [
        # Under a condition, or caught.
        "if os.path.exists('about.md'):\n    x = open('about.md').read()",
        "x = open('about.md').read() if os.path.exists('about.md') else ''",
        "x = os.path.exists('about.md') and open('about.md').read()",
        "x = os.getenv('X') or open('about.md').read()",
        "try:\n    x = open('about.md').read()\nexcept FileNotFoundError:\n    x = ''",
        "try:\n    x = open('about.md').read()\nexcept OSError:\n    x = ''",
        "try:\n    x = open('about.md').read()\nexcept IOError:\n    x = ''",
        "try:\n    x = open('about.md').read()\nexcept:\n    x = ''",
        "def f():\n    return open('about.md').read()\nif __name__ == '__main__':\n    f()",
        # Not at import.
        "def unused():\n    return open('about.md').read()",
        "@chute.on_startup()\nasync def h(self):\n    self.x = open('about.md').read()",
        "x = lambda: open('about.md').read()",
        # Written, or written before.
        "open('about.md', 'w').write('x')",
        "open('about.md', 'a').write('x')",
        "open('about.md', 'x').write('x')",
        "Path('about.md').open('w').write('x')",
        "open('about.md', 'w').write('x')\nx = open('about.md').read()",
        # Elsewhere, or nobody knows where.
        "x = open('/etc/hostname').read()",
        "x = open(os.getenv('FILE', 'about.md')).read()",
        "x = open('about.md', os.getenv('MODE', 'r')).read()",
        "x = open('about.md', 5).read()",
        "def f():\n    return open('about.md').read()\nif os.getenv('X'):\n    f()\n"
        "@chute.on_startup()\nasync def h(self):\n    f()",
        "x = open().read()",
        "x = open(mode='r').read()",
        "x = open(*['about.md']).read()",
        "x = open(encoding='about.md').read()",
        "x = os.getenv('X').open('about.md')",
        "from zipfile import ZipFile\nx = ZipFile('x.zip').open('about.md')",
        "x = Path('about.md').exists()",
    ],
)
def test_does_not_fail(code: str, findings: Findings) -> None:
    assert findings(app(code), ID) == []


@pytest.mark.parametrize(
    ("image", "count"),
    [
        (".add('about.md', '/app/about.md')", 0),
        (".add('.', '/app')", 0),
        (".add('data', '/app')", 1),
        (".add('about.md', '/srv/about.md')", 1),
        (".run_command('echo x > /app/about.md')", 0),
        (".run_command('echo x > /app/about.txt')", 1),
    ],
)
def test_the_image_may_hold_it(image: str, count: int, findings: Findings) -> None:
    assert len(findings(app("x = open('about.md').read()", image), ID)) == count


@pytest.mark.parametrize("chute", ["Chute('u', 'n', 'u/n:1.0')", "Chute('u', 'n', unknown())"])
def test_the_image_is_not_known(chute: str, findings: Findings) -> None:
    assert findings(app("x = open('about.md').read()", chute=chute), ID) == []


def test_from_outside_the_modules_folder(findings: Findings) -> None:
    inner = {f"svc/{name}": text for name, text in app("x = open('../about.md')").items()}
    (found,) = findings(inner, ID)
    assert found.message.startswith("../about.md is read")
    assert "move the file below" in found.help


def test_one_finding_per_read(findings: Findings) -> None:
    files = app("x = open('about.md').read()\nother = Chute('u', 'm', image)\n")
    assert len(findings(files, ID)) == 1


def test_only_what_the_chutes_module_runs(findings: Findings) -> None:
    files = {**app("import titles"), "titles.py": "def f():\n    return open('about.md').read()\n",
             "script.py": "import chutes, titles\ntitles.f()\n"}  # fmt: skip
    assert findings(files, ID) == []
    called = {**files, "app.py": files["app.py"] + "titles.f()\n"}
    (found,) = findings(called, ID)
    assert found.location.path == "titles.py"


def test_what_another_module_reads_for_itself(findings: Findings) -> None:
    script = {"script.py": "import chutes\nx = open('about.md').read()\n"}
    assert findings({**app(""), **script}, ID) == []


@pytest.mark.sdk
def test_a_file_that_stays_away_fails_the_import(judge: Any) -> None:
    for code, _ in FAILS:
        files = app(code)
        assert judge.imports(files) is None, code
        missing = judge.imports({"app.py": files["app.py"]}) or ""
        assert missing.startswith("FileNotFoundError"), code
