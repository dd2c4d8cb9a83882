"""Commands that a caller can write are found; those of the program's own are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "shell-injection"
FIRES = [
    "os.system('ls %r' % args.name)",
    "os.system(f'ls {args.name!r}')",
    "os.system('ls {!r}'.format(args.name))",
    "subprocess.run(['cmd.exe', '/c', args.name])",
    "subprocess.run(['sh'], input=args.name)",
    "subprocess.run(['/usr/bin/env', 'bash', '-s'], input=f'ls {args.name}', text=True)",
    "subprocess.run(args=['bash'], input=args.name)",
    "subprocess.check_output('bash', input=args.name)",
    "loop = asyncio.get_running_loop()\nawait loop.subprocess_shell(protocol, args.name)",
    "loop = asyncio.get_running_loop()\n"
    "await loop.subprocess_exec(protocol, 'sh', '-c', args.name)",
    "import invoke\ninvoke.Context().run(args.name)",
    "import anyio\nawait anyio.run_process(f'ls {args.name}')",
    "values = {'a': args.name}\nflags = ' '.join(f'-{k} {v}' for k, v in values.items())\n"
    "os.system('ls ' + flags)",
    "command = None\ncommand = ['bash', '-c', args.name]\nsubprocess.run(command)",
    "command = ['bash', '-c', args.name]\nsubprocess.run(command)",
    "command = [args.name]\nsubprocess.run(command)",
    "os.system(args.name)",
    "os.popen('ls ' + args.name)",
    "subprocess.run(f'ls {args.name}', shell=True)",
    "subprocess.run(args=args.name, shell=True)",
    "subprocess.check_output(['ls ' + args.name], shell=True)",
    "subprocess.run(['bash', '-c', args.name])",
    "subprocess.run(['/bin/sh', '-lc', f'ls {args.name}'])",
    "subprocess.run(['python3', '-c', args.name])",
    "subprocess.run([args.name, '-l'])",
    "subprocess.run(args.name)",
    "subprocess.Popen(args.words)",
    "await asyncio.create_subprocess_shell(args.name)",
    "await asyncio.create_subprocess_exec(args.name)",
    "await asyncio.create_subprocess_exec('sh', '-c', args.name)",
    "await asyncio.to_thread(subprocess.run, args.name, shell=True)",
    "pool.submit(os.system, args.name)",
    "await asyncio.get_running_loop().run_in_executor(None, os.system, args.name)",
    "os.execvp(args.name, [])",
    "os.execv('/bin/sh', ['sh', '-c', args.name])",
    "os.execlp('sh', 'sh', '-c', args.name)",
    "os.spawnlp(os.P_WAIT, 'sh', 'sh', '-c', args.name)",
    "os.posix_spawn('/bin/sh', ['sh', '-c', args.name], {})",
    "import pty\npty.spawn(['bash', '-c', args.name])",
    "shell = ['bash', '-lc']\nsubprocess.run([*shell, args.name])",
    "shell = ['bash', '-lc']\nsubprocess.run(shell + [args.name])",
    "shell, flag = '/bin/bash', '-c'\nsubprocess.run([shell, flag, args.name])",
    "command = ['bash', '-c']\ncommand.append(args.name)\nsubprocess.run(command)",
    "command = ['bash']\ncommand.extend(['-c', args.name])\nsubprocess.run(command)",
    "command = ['bash', '-c']\ncommand += [args.name]\nsubprocess.run(command)",
    "subprocess.run(['timeout', '9', 'bash', '-c', args.name])",
    "subprocess.run(['/usr/bin/env', 'bash', '-c', args.name])",
    "import sys\nsubprocess.run([sys.executable, '-c', args.name])",
    "await asyncio.create_subprocess_exec(*['sh', '-c'], args.name)",
    "await asyncio.create_subprocess_exec('sh', *['-c', args.name])",
    "await asyncio.create_subprocess_exec(*args.words)",
    "subprocess.run(list(args.words))",
    "subprocess.run(list(['sh', '-c', args.name]))",
]
SILENT = [
    "await asyncio.create_subprocess_exec('sh', '-c', cwd=args.name)",
    "await asyncio.create_subprocess_exec('sh', '-c', **{'cwd': args.name})",
    "import sys\nsubprocess.run([sys.platform, '-c', args.name])",
    "subprocess.run(['bash', 'script.sh'], input=args.name)",
    "subprocess.run(['bash', '-c', 'cat'], input=args.name)",
    "subprocess.run(['python3', '-m', 'worker'], input=args.name)",
    "subprocess.run(['bash', SCRIPT], input=args.name)",
    "subprocess.run(['bash', *OPTIONS], input=args.name)",
    "subprocess.run(['env'], input=args.name)",
    "import shlex\nsubprocess.run(['bash'], input=shlex.quote(args.name))",
    "loop = asyncio.get_running_loop()\n"
    "await loop.subprocess_exec(protocol, 'ls', '-c', args.name)",
    "import anyio\nawait anyio.run_process(['ls', args.name])",
    "import shlex\nvalues = {'a': args.name}\n"
    "flags = ' '.join(f'-{k} {shlex.quote(v)}' for k, v in values.items())\n"
    "os.system('ls ' + flags)",
    "import shlex\nvalues = {'a': args.name}\n"
    "safe = {k: shlex.quote(v) for k, v in values.items()}\nos.system('ls {a}'.format(**safe))",
    "command = other\nother = command\nsubprocess.run(command)",
    "other = ['ls']\ncommand = other\ncommand = ['ls', args.name]\nsubprocess.run(command)",
    "command = ['ls', args.name]\nsubprocess.run(command)",
    "command = ['ls']\ncommand += ['-l', args.name]\nsubprocess.run(command)",
    "command = ['ls'] + [args.name]\nsubprocess.run(command, check=True)",
    "subprocess.run(['ls', *args.words])",
    "subprocess.run(['ls', args.name], shell=True)",
    "subprocess.run(['ls', '-c', args.name])",
    "subprocess.run('ls', input=args.name)",
    "await asyncio.create_subprocess_exec('bash', 'script.sh', args.name)",
    "subprocess.run([], input=args.name)",
    "os.system('ls')",
    "os.system(f'ls {args.count}')",
    "subprocess.run(['ls', args.name])",
    "subprocess.run(['ls', args.name], shell=False)",
    "subprocess.run(['python3', 'script.py', args.name])",
    "subprocess.run(['bash', 'script.sh', args.name])",
    "await asyncio.create_subprocess_exec('ls', args.name)",
    "subprocess.run(['ls'], input=args.name)",
    "self.runner.run(args.name)",
    "os.execv('/bin/ls', ['ls', '-c', args.name])",
    "os.spawnlp(os.P_WAIT, 'ls', 'ls', '-c', args.name)",
    "command = ['ls', '-c']\ncommand.append(args.name)\nsubprocess.run(command)",
    "command = ['ls', '-c']\ncommand.extend([args.name])\nsubprocess.run(command)",
    "subprocess.run(['echo', 'bash', '-c', args.name])",
    "subprocess.run(['timeout', '9', 'ls', '-c', args.name])",
    "subprocess.run(['sh', '-c', 'ls \"$1\"', 'sh', args.name])",
    "subprocess.run(['bash', '-c', 'ls'], env={'A': args.name})",
    "await asyncio.create_subprocess_exec(*['ls', '-c'], args.name)",
    "await asyncio.create_subprocess_exec('ls', *args.words, stdout=args.name)",
]


@pytest.mark.parametrize("body", FIRES)
def test_fires(findings: Findings, body: str) -> None:
    found = findings(source(body), ID)
    assert [each.check for each in found] == [ID]
    assert "the caller of cord x" in found[0].message
    assert found[0].trace[0].note == "cord x receives 'args'"


@pytest.mark.parametrize("body", SILENT)
def test_stays_silent(findings: Findings, body: str) -> None:
    assert findings(source(body), ID) == []


def test_stays_silent_where_no_caller_is(findings: Findings) -> None:
    unreached = f"async def other(args):\n    {FIRES[0]}\n"
    assert findings(source("return 1", before=unreached), ID) == []
    start = (
        f"@chute.on_startup()\nasync def start(self):\n    args = Input(name='a')\n    {FIRES[0]}\n"
    )
    assert findings(source("return 1", before=start), ID) == []


def test_several_ways_to_one_call_are_one_finding(findings: Findings) -> None:
    before = "def run(what):\n    subprocess.run([what, '-c', what])\n"
    assert len(findings(source("run(args.name)", before=before), ID)) == 1
    both = "def run(what):\n    subprocess.run(['sh', '-c', what, '-c', what])\n"
    assert len(findings(source("run(args.name)", before=both), ID)) == 1


def test_without_a_command_there_is_nothing_to_say(findings: Findings) -> None:
    assert findings(source("os.system()\nsubprocess.run()"), ID) == []


OWN_COMMANDS = """
class Tool:
    def __init__(self, name):
        self.words = [*START, name]

    @property
    def shown(self):
        return (*START, self.words[-1])

    def argv(self, name):
        return [*START, name]

    def each(self, name):
        yield from ()
        yield START[0]
        yield START[1]
        yield name

    def run(self):
        subprocess.run(self.words)
"""
USES = [
    "Tool(args.name).run()",
    "subprocess.run(Tool(args.name).shown)",
    "subprocess.run(Tool('a').argv(args.name))",
    "subprocess.run(list(Tool('a').each(args.name)))",
    "await asyncio.create_subprocess_exec(*Tool('a').argv(args.name))",
]


@pytest.mark.parametrize("use", USES)
def test_commands_that_objects_put_together(findings: Findings, use: str) -> None:
    for start, runs in (("['sh', '-c']", True), ("['ls', '-c']", False)):
        own = f"START = {start}\n{OWN_COMMANDS}"
        assert bool(findings(source(use, before=own), ID)) is runs


HELPERS = {
    "helper": ("run(COMMAND)", "def run(words):\n    subprocess.run(words)\n"),
    "two_helpers": (
        "run(COMMAND)",
        "def run(words):\n    quietly(words=words)\n"
        "def quietly(*, words):\n    subprocess.run(words, check=True)\n",
    ),
    "method": (
        "Runner().run(COMMAND)",
        "class Runner:\n    def run(self, words):\n        subprocess.run(words)\n",
    ),
    "words_one_by_one": ("run(*COMMAND)", "def run(*words):\n    subprocess.run(words)\n"),
    "by_a_name": (
        "command = COMMAND\nrun(command)", "def run(words):\n    subprocess.run(words)\n",
    ),
    "made_longer": (
        "command = COMMAND\ncommand += ['-q', args.name]\nrun(command)",
        "def run(words):\n    subprocess.run(words)\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HELPERS)
def test_a_list_is_judged_where_a_helper_is_given_it(name: str, findings: Findings) -> None:
    call, helper = HELPERS[name]
    for command, count in (("['ls', args.name]", 0), ("[args.name, '-l']", 1),
                           ("['bash', '-c', args.name]", 1), ("[*args.words]", 1)):  # fmt: skip
        assert len(findings(source(call.replace("COMMAND", command), before=helper), ID)) == count


def test_words_that_a_helper_is_given_one_by_one(findings: Findings) -> None:
    helper = "def run(*words):\n    subprocess.run(words)\n"
    assert findings(source("run('ls', args.name)", before=helper), ID) == []
    (found,) = findings(source("run('bash', '-c', args.name)", before=helper), ID)
    assert [each.note for each in found.trace][-1] == "is part of what subprocess.run gets"


def test_a_helper_that_is_given_a_list_and_a_text(findings: Findings) -> None:
    helper = "def run(words):\n    subprocess.run(words, shell=isinstance(words, str))\n"
    both = "run(['ls', args.name])\nrun(f'ls {args.name}')"
    assert len(findings(source(both, before=helper), ID)) == 1
    assert findings(source("run(['ls', args.name])\nrun('ls')", before=helper), ID) == []


def test_a_list_is_judged_where_it_was_made(findings: Findings) -> None:
    made = "def listed(name):\n    return [name, '-l']\n"
    called = "subprocess.run(listed(args.name))"
    assert len(findings(source(called, before=made), ID)) == 1
    kept = "command = listed(args.name)\nname = 'ls'\nsubprocess.run(command)"
    assert len(findings(source(kept, before=made), ID)) == 1
    fixed = "name = args.name\nsubprocess.run(listed('ls'))\nreturn name"
    assert findings(source(fixed, before=made), ID) == []


PASSED_ON = {
    "spread_into_a_call": (
        "await run(COMMAND)",
        "async def run(words):\n    await asyncio.create_subprocess_exec(*words, stdout=None)\n",
    ),
    "spread_into_a_list": ("run(COMMAND)", "def run(words):\n    subprocess.run([*words])\n"),
    "after_another_program": (
        "run(COMMAND)",
        "def run(words):\n    subprocess.run(['nice', *words])\n",
    ),
    "added_to": ("run(COMMAND)", "def run(words):\n    subprocess.run(words + ['-q'])\n"),
    "copied": ("run(COMMAND)", "def run(words):\n    subprocess.run(list(words))\n"),
    "copied_into_a_name": (
        "run(COMMAND)",
        "def run(words):\n    line = tuple(words)\n    subprocess.run(line)\n",
    ),
    "made_texts": (
        "run(COMMAND)",
        "def run(words):\n    subprocess.run([str(each) for each in words])\n",
    ),
    "gone_over": (
        "run(COMMAND)",
        "def run(words):\n    subprocess.run([each for each in words])\n",
    ),
    "mapped": ("run(COMMAND)", "def run(words):\n    subprocess.run([*map(str, words)])\n"),
    "cut": ("run(COMMAND)", "def run(words):\n    subprocess.run(words[:9] + words[9:])\n"),
    "spread_over_words": (
        "run(9, *COMMAND, limit=1)",
        "def run(wait, *words, limit):\n    subprocess.run(words)\n",
    ),
    "of_a_method": (
        "Tool().run(args.name)",
        "class Tool:\n    def words(self, name):\n        return WORDS\n"
        "    def run(self, name):\n        self.start(self.words(name))\n"
        "    def start(self, words):\n        subprocess.run([*words, '-q'])\n",
    ),
    "added_under_a_condition": (
        "run(words(args.name))",
        "def words(name):\n    made = WORDS\n    if name:\n        made += ['-q']\n"
        "    return made\ndef run(words):\n    subprocess.run([*words])\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSED_ON)
def test_words_are_judged_one_by_one_however_they_are_passed(name: str, findings: Findings) -> None:
    call, helper = PASSED_ON[name]
    for words, count in (
        ("['ls', '-c', NAME]", 0),
        ("['sh', '-c', NAME]", 1),
        ("['bash', '-c', 'ls', NAME]", 0),
    ):
        text = source(
            call.replace("COMMAND", words.replace("NAME", "args.name")),
            before=helper.replace("WORDS", words.replace("NAME", "name")),
        )
        assert len(findings(text, ID)) == count, words


NOT_SEEN = [
    "def run(first, *words):\n    subprocess.run(words)\nrun(*args.words)",
    "words = ['ls', args.name]\nsubprocess.run(words[::2])",
    "words = ['ls', *args.words]\nsubprocess.run(words[1:])",
    "words = ['ls', args.name]\nsubprocess.run([each.upper() for each in words])",
    "words = ['ls', args.name]\nsubprocess.run([each for each in words if each])",
    "words = ['ls', args.name]\nsubprocess.run([*map(shown, words)])",
    "words = ['ls', args.name]\nsubprocess.run(sorted(words))",
]


@pytest.mark.parametrize("body", NOT_SEEN)
def test_words_whose_places_are_not_seen_are_judged_together(findings: Findings, body: str) -> None:
    assert len(findings(source(body), ID)) == 1
