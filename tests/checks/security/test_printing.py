from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.logs import STREAMS, STRUCTURED
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "print-as-logging"
HEAD = "import sys\nfrom chutes.chute import Chute\nchute = Chute('u', 'my-service', 'i')\n"
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"


def app(cord: str, more: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return f"{HEAD}{more}\n{CORD}{body}"


FIRES = {
    "text": app("print('called')"),
    "several": app("print('called', 1)"),
    "nothing": app("print()"),
    "starred": app("print(*args)"),
    "builtins": app("import builtins\nbuiltins.print('called')"),
    "alias": app("say('called')", "say = print\n"),
    "partial": app(
        "say('called')", "from functools import partial\nsay = partial(print, flush=True)\n"
    ),
    "helper": app("note()", "def note():\n    print('called')\n"),
    "method": app("NOTES.put()", "class Notes:\n    def put(self):\n        print('called')\n\n"
                  "NOTES = Notes()\n"),
    "other_module": {
        "notes.py": "def note():\n    print('called')\n",
        "app.py": app("note()", "from notes import note\n"),
    },
    "thread": app("import asyncio\nawait asyncio.to_thread(print_it)",
                  "def print_it():\n    print('called')\n"),
    "start_up": app("return 1") + "@chute.on_startup()\nasync def start(self):\n    print('up')\n",
    "route": app("return 1") + "@chute.get('/y')\nasync def y():\n    print('up')\n",
    "job": app("return 1") + "@chute.job()\nasync def work(self):\n    print('up')\n",
    "twice_in_a_module": app("print('a')\nprint('b')"),
}  # fmt: skip
SILENT = {
    "logger": app("logger.info('called')", "from loguru import logger\n"),
    "at_import": app("return 1", "print('loaded')\n"),
    "own": app("print('called')", "def print(text):\n    return text\n"),
    "to_a_file": app("with open('/tmp/a', 'w') as file:\n    print('called', file=file)"),
    "partial_to_a_file": app(
        "say('called')",
        "from functools import partial\nsay = partial(print, file=open('a', 'w'))\n",
    ),
    "partial_of_another": app(
        "say('called')", "from functools import partial\nsay = partial(str.upper)\n"
    ),
    "partial_of_nothing": app("say('called')", "from functools import partial\nsay = partial()\n"),
    "as_script": app("return 1", "if __name__ == '__main__':\n    print('done')\n"),
    "unreached": app("return 1", "def show():\n    print('done')\n"),
    "shutdown": app("return 1") + "@chute.on_shutdown()\nasync def stop(self):\n    print('x')\n",
    "test": {
        "app.py": app("return note()", "from tests.notes import note\n"),
        "tests/notes.py": "def note():\n    print('called')\n",
    },
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_every_stream(name: str, findings: Findings) -> None:
    assert len(findings(app(f"print('called', file={name})"), ID)) == 1


@pytest.mark.parametrize("name", sorted(STRUCTURED))
def test_lines_for_machines(name: str, findings: Findings) -> None:
    made = name.removesuffix(".decode")
    call = f"{made}(args)" + (".decode()" if made != name else "")
    assert findings(app(f"import {name.split('.')[0]}\nprint({call}, flush=True)"), ID) == []


def test_each_module_once(findings: Findings) -> None:
    files = {
        "notes.py": "def note():\n    print('called')\n",
        "app.py": app("note()\nprint('a')\nprint('b')", "from notes import note\n"),
    }
    found = findings(files, ID)
    assert [each.location.path for each in found] == ["app.py", "notes.py"]
    assert [each.note for each in found[1].trace] == ["cord x", "x runs note"]
    assert found[0].trace == ()
    assert found[0].message == "cord x logs by print: without time, level and request"


def test_only_the_exposure_judged(findings: Findings) -> None:
    source = app("if self.exposure == 'direct':\n    print('called')")
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1
