"""Programs that Python code starts, as far as the source tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = "import asyncio, os, shlex, subprocess, sys\nfrom chutes.chute import Chute\nNAME = 'a b'\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("os.system('one two')", ["one|two"]),
        ("os.popen(cmd='one | two')", ["one", "two"]),
        ("subprocess.run(args=['one', NAME, 3])", ["one|a b|3"]),
        ("subprocess.run(('one', other, *more))", ["one|${_}|${_}"]),
        ("subprocess.call(['one'] + other)", ["one|${_}"]),
        ("subprocess.call(['one'] + ['two'] + [NAME])", ["one|two|a b"]),
        ("subprocess.call(other + ['one'])", ["${_}${_}"]),
        ("subprocess.check_call(f'one {NAME} {other}')", ["one|a|b|${_}"]),
        ("subprocess.check_output('one ' + other)", ["one|${_}"]),
        ("subprocess.Popen([sys.executable, '-m', 'x'])", ["python|-m|x"]),
        ("subprocess.Popen(['sh', '-c', 'one; two'])", ["sh|-c|one; two", "one", "two"]),
        ("subprocess.getoutput('one')", ["one"]),
        ("subprocess.getstatusoutput('one')", ["one"]),
        ("subprocess.run('one two'.split())", ["one|two"]),
        ("subprocess.run('one,two'.split(','))", ["${_}"]),
        ("subprocess.run(shlex.split('one \"a b\"'))", ["one|a b"]),
        ("subprocess.run(other.split('one'))", ["${_}"]),
        ("CMD = ['one']\nALIAS = CMD\nsubprocess.run(ALIAS)", ["one"]),
        ("CMD = f'one {other}'\nos.system(CMD)", ["one|${_}"]),
        ("for cmd in other:\n    os.system(cmd)", ["${_}"]),
        ("loop = loop + 'x'\nos.system(loop)", None),
        ("loop = [loop]\nsubprocess.run(loop)", None),
        ("asyncio.create_subprocess_shell('one two')", ["one|two"]),
        ("asyncio.create_subprocess_exec('one', NAME, *other)", ["one|a b"]),
        ("subprocess.run()", []),
        ("print('one')", []),
    ],
)
def test_commands(code: str, expected: list[str] | None, project: ReadTree) -> None:
    found = project(f"{HEAD}{code}\n").processes
    texts = ["|".join(each.texts) for process in found for each in process.commands]
    assert expected is None or texts == expected
