from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]
ID = "image-unknown-argument"
IMAGE = "Image('you', 'my-service', '1.0')"

# (image, calls, message, help); those of `add` fail in LOCAL context only.
BAD = [
    ("Image('you', 'my-service', '1.0', colour=1)", [], "no argument 'colour'", "remove it"),
    ("Image('you', 'my-service', '1.0', python_version='3')", [], "python_version", "with_python"),
    ("Image('you', 'my-service', '1.0', base_image='x')", [], "base_image", ".from_base("),
    ("Image('you', 'my-service', '1.0', base='x')", [], "base", ".from_base("),
    ("Image('you', 'my-service', '1.0', description='x')", [], "description", "`readme`"),
    ("Image('you', 'my-service', '1.0', env={})", [], "env", ".with_env("),
    ("Image('you', 'my-service', '1.0', version='x')", [], "version", "`tag`"),
    ("Image('you', 'my-service', '1.0', redme='x')", [], "redme", "`readme`"),
    ("Image('you', 'my-service', '1.0', **{'colour': 1})", [], "colour", "remove it"),
    ("Image('you', 'my-service')", [], "Image() lacks its argument 'tag'", "username, name, tag"),
    ("Image('you', name='my-service', tagg='1')", [], "no argument 'tagg'", "`tag`"),
    ("Image('you', 'my-service', '1.0', '', 5)", [], "too many", "username, name, tag, readme"),
    ("Image('you', 'my-service', '1.0', name='x')", [], "'name' twice", "once"),
    (IMAGE, ["from_base()"], "from_base() lacks", "base_image"),
    (IMAGE, ["from_base('a', 'b')"], "from_base() is given too many", "base_image and no more"),
    (IMAGE, ["from_base(image='a:1')"], "no argument 'image'", "`base_image`"),
    (IMAGE, ["run_command('a', 'b', 'c')"], "too many", "&&"),
    (IMAGE, ["run_command('a', shell=True)"], "'shell'", "remove it"),
    (IMAGE, ["run_command('a', env={})"], "'env'", "remove it"),
    (IMAGE, ["with_env('A')"], "lacks its argument 'value'", "key, value"),
    (IMAGE, ["apt_install('a', 'b')"], "too many", "one list"),
    (IMAGE, ["apt_remove('a', 'b')"], "too many", "one list"),
    (IMAGE, ["with_entrypoint('python', '-m', 'x')"], "too many", 'with_entrypoint(["python"'),
    (IMAGE, ["with_entrypoint(args='x')"], "no argument 'args'", ""),
    (IMAGE, ["set_user('a', group='b')"], "'group'", "remove it"),
    (IMAGE, ["set_workdir()"], "lacks", "directory"),
    (IMAGE, ["with_maintainer()"], "lacks", "maintainer"),
    (IMAGE, ["with_python('3.12.1', True)"], "too many", "version and no more"),
    (IMAGE, ["add('app.py')"], "lacks its argument 'dest'", "source, dest"),
    (IMAGE, ["add('app.py', '/app/', owner='x')"], "no argument 'owner'", "`chown`"),
    (IMAGE, ["add('app.py', '/app/', destination='/x')"], "no argument 'destination'", "remove"),
    (IMAGE, ["add('app.py', '/app/', dest='/x')"], "'dest' twice", "once"),
]  # fmt: skip
GOOD = [
    [],
    ["from_base('parachutes/python:3.12')", "run_command(command='ls')"],
    ["with_entrypoint('x')", "with_entrypoint(['x', 'y'])", "with_python()"],
    ["add('app.py', dest='/app/', chown='1', chmod='755', exclude=[], keep_git_dir=False)"],
    ["run_command(*['ls'])", "with_env(**{'key': 'A', 'value': 'b'})"],
    ["with_maintainer('x')", "set_user('x')", "set_workdir(directory='/x')"],
]


@pytest.mark.parametrize(("image", "calls", "message", "help"), BAD)
def test_fires(image: str, calls: list[str], message: str, help: str, fired: Fired) -> None:
    found = fired(ID, *calls, image=image)
    assert len(found) == 1
    assert message in found[0].message
    assert help in found[0].help
    assert "lacks" not in message or "no more" not in found[0].help
    assert found[0].location.line == (7 if not calls else 8)


@pytest.mark.parametrize("calls", GOOD)
def test_stays_silent(calls: list[str], fired: Fired) -> None:
    assert fired(ID, *calls) == []


def test_one_fault_is_told_once(fired: Fired) -> None:
    """`usrname` is the missing `username`."""
    image = "Image(usrname='you', name='my-service', tag='1.0', colour=2)"
    assert [each.message for each in fired(ID, image=image)] == [
        "Image() has no argument 'usrname'",
        "Image() has no argument 'colour'",
    ]


def test_surplus_arguments_are_told_once(fired: Fired) -> None:
    found = fired(ID, "run_command('a', 'b', shell=True, *['c'])")
    assert [each.message for each in found] == [
        "run_command() is given too many arguments",
        "run_command() has no argument 'shell'",
    ]


def test_unknown_methods_are_another_checks(fired: Fired) -> None:
    assert fired(ID, "pip_install('x', 'y')") == []


def test_points_to_the_method_where_something_is_missing(fired: Fired) -> None:
    (found,) = fired(ID, "run_command('ls')", "with_env('A')")
    assert (found.location.line, found.snippet) == (9, "with_env")


ON_THE_CLASS = "from chutes.chute import Chute\nfrom chutes.image import Image\n"
CHUTE = "chute = Chute('you', 'my-service', 'you/x:1.0')\n"


@pytest.mark.parametrize(
    ("line", "fires"),
    [
        ("Image.from_base('parachutes/python:3.12')", True),
        ("Image.with_env(key='A', value='b')", True),
        ("Image.with_python()", True),
        ("Image.run_command(Image('you', 'nnn', 'tt'), 'ls')", False),
        ("Image.run_command(*[1, 2])", False),
        ("Image.run_command(*input())", False),
        ("print(Image.from_base)", False),
        ("Image.from_docker('x')", False),
        ("(Image if CHUTE else Other).from_base('x')", False),
    ],
)
def test_methods_called_on_the_class(line: str, fires: bool, findings: Any) -> None:
    source = f"{ON_THE_CLASS}CHUTE = 1\nclass Other:\n    from_base = print\n{line}\n{CHUTE}"
    found = findings(source, ID)
    assert [each.message.partition("(")[0] for each in found] == [line.partition("(")[0]] * fires


@pytest.mark.sdk
@pytest.mark.parametrize("context", ["LOCAL", "REMOTE"])
def test_the_sdk_agrees(context: str, chain: Chain, judge: Any) -> None:
    for image, calls, _, _ in BAD:
        answer = judge.imports(chain(*calls, image=image), context=context)
        if context == "REMOTE" and calls and calls[0].startswith("add("):
            assert answer is None  # add does nothing there
        else:
            assert (answer or "").startswith(("TypeError: ", "SyntaxError: ")), (image, calls)
    for calls in GOOD:
        assert judge.imports(chain(*calls), context=context) is None
    line = "Image.from_base('parachutes/python:3.12')\n"
    assert judge.imports(ON_THE_CLASS + line + CHUTE, context=context).startswith("TypeError: ")
