from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
ID = "image-argument-type"
IMAGE = "Image('you', 'my-service', '1.0')"

# (image, calls, message, help)
BAD = [
    ("Image('you', 'my-service', 1.0)", [], "tag must be a text, not 1.0", 'write "1.0"'),
    ("Image('you', 5, '1.0')", [], "name must be a text, not 5", 'write "5"'),
    ("Image('you', 'my-service', None)", [], "tag must be a text, not None", "leave"),
    (IMAGE, ["from_base(312)"], "base_image", "312"),
    (IMAGE, ["with_env(5, 'x')"], "key", "5"),
    (IMAGE, ["with_python(3.12)"], "version", "3.12"),
    (IMAGE, ["apt_install(5)"], "a text or a list of texts, not 5", '["..."]'),
    (IMAGE, ["apt_install(None)"], "None", '["..."]'),
    (IMAGE, ["apt_install(['git', 5])"], "['git', 5]", '["..."]'),
    (IMAGE, ["apt_remove([['git']])"], "a list of texts", '["..."]'),
    (IMAGE, ["add(['app.py'], '/app/')"], "source must be a text", "once for each"),
    (IMAGE, ["add(('app.py',), '/app/')"], "source must be a text", "once for each"),
    (IMAGE, ["add(Path('app.py'), '/app/')"], "not a Path", "str(...)"),
    (IMAGE, ["add(pathlib.PurePath('app.py'), '/app/')"], "not a Path", "str(...)"),
    (IMAGE, ["add(pathlib.PosixPath('app.py'), '/app/')"], "not a Path", "str(...)"),
    (IMAGE, ["add('app.py', Path('/app/'))"], "dest must be a text, not a Path", "str(...)"),
    (IMAGE, ["add('app.py', None)"], "dest must be a text", "leave"),
    (IMAGE, ["add('app.py', '/app/', chmod=755)"], "chmod must be a text, not 755", '"755"'),
    (IMAGE, ["add('app.py', '/app/', chown=1000)"], "chown", '"1000"'),
    (IMAGE, ["add('app.py', '/app/', build_dir=5)"], "build_dir", '"5"'),
    (IMAGE, ["add('app.py', '/app/', exclude=5)"], "exclude must be a list of texts", '["..."]'),
    (IMAGE, ["add('app.py', '/app/', exclude=[5])"], "exclude", '["..."]'),
]
GOOD = [
    ["apt_install('git')", "apt_install(['git'])", "apt_install(('git',))"],
    ["apt_remove({'git'})", "apt_remove({'git': 1})", "apt_install([])"],
    ["add('app.py', '/app/', chown=None, chmod='', build_dir=None, exclude=None)"],
    ["add('app.py', '/app/', exclude=('x',))", "add(str(Path('app.py')), '/app/')"],
    ["add('app.py', '/app/', chown='0:0', chmod='755', exclude='')"],
    ["apt_install(os.environ.get('PACKAGE', 'git'))"],
    ["add('app.py', '/app/', exclude=[])", "with_env('A', 5)", "with_env('A', None)"],
    ["set_user(1000)", "with_entrypoint(['x'])", "with_python('3.12.1')"],
    ["from_base(os.environ.get('BASE', 'parachutes/python:3.12'))"],
]


@pytest.mark.parametrize(("image", "calls", "message", "help"), BAD)
def test_fires(image: str, calls: list[str], message: str, help: str, fired: Fired) -> None:
    (found,) = fired(ID, *calls, image=image, above="import pathlib")
    assert message in found.message
    assert help in found.help
    assert found.severity is Severity.ERROR


@pytest.mark.parametrize("calls", GOOD)
def test_stays_silent(calls: list[str], fired: Fired) -> None:
    assert fired(ID, *calls) == []


def test_a_list_of_words_is_no_command(fired: Fired) -> None:
    """The import passes; the line is ``RUN ['pip', 'install']``, which no shell understands."""
    (found,) = fired(ID, "run_command(['pip', 'install'])")
    assert found.severity is Severity.ERROR
    assert found.snippet == "['pip', 'install']"


def test_a_text_as_exclude_is_walked_letter_by_letter(fired: Fired) -> None:
    (found,) = fired(ID, "add('app.py', '/app/', exclude='.env')")
    assert (found.severity, found.help) == (Severity.WARNING, 'write ["..."]')


def test_what_is_missing_is_another_checks(fired: Fired) -> None:
    calls = ["from_base()", "with_env()", "run_command()", "apt_install()", "add()"]
    assert fired(ID, *calls, image="Image('you')") == []


def test_options_and_path_belong_to_add(fired: Fired) -> None:
    assert fired(ID, "run_command('x', chown=5)", "set_user('x', chmod=755)") == []
    assert fired(ID, "run_command(Path('x'))", "run_command('x', exclude='.env')") == []
    above = "class Place: ...\ndef load(): ...\nplace = Place()"
    assert fired(ID, "add(place, os.sep)", "add(load(), load)", above=above) == []


def source(chain: Chain, calls: list[str], image: str) -> str:
    return chain(*calls, image=image, above="import pathlib")


@pytest.mark.sdk
def test_the_sdk_agrees(chain: Chain, judge: Any) -> None:
    for image, calls, _, _ in BAD:
        answer = judge.imports(source(chain, calls, image), context="LOCAL") or ""
        assert answer.startswith(("TypeError: ", "AttributeError: ")), (image, calls, answer)
        if not calls or not calls[0].startswith("add"):
            assert judge.imports(source(chain, calls, image)) == answer
    for calls in GOOD:
        assert judge.imports(chain(*calls), context="LOCAL") is None, calls
    shown = chain("run_command(['pip', 'install'])") + "raise SystemExit(str(image))\n"
    assert "RUN ['pip', 'install']" in judge.imports(shown)
