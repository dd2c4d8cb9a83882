from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "exit-in-cord"

HELPER = "def leave():\n    sys.exit(1)\n"
SIGNALS = (
    "@chute.on_startup()\nasync def start(self):\n"
    "    asyncio.get_running_loop().add_signal_handler(15, stop)\ndef stop():\n    leave()\n"
)
FLAGS = (
    "import argparse\nclass Flags(argparse.ArgumentParser):\n    def error(self, message):\n"
    "        {}\n"
)
FIRES = {
    "own_class": ("raise Fatal('x')", "class Fatal(SystemExit):\n    pass\n"),
    "class_of_an_own_class": (
        "raise Fatal", "class Exit(SystemExit):\n    pass\nclass Fatal(Exit):\n    pass\n"),
    "sys_exit": ("sys.exit(1)", ""),
    "alias": ("leave()", "from sys import exit as leave\n"),
    "exit": ("exit()", ""),
    "quit": ("quit()", ""),
    "raised": ("raise SystemExit", ""),
    "raised_with_a_code": ("raise SystemExit(1)", ""),
    "comprehension": ("return [sys.exit(1) for _ in args]", ""),
    "helper": ("leave()", HELPER),
    "method_on_self": (
        "self.service.leave()",
        "class Service:\n    def leave(self):\n        sys.exit(1)\nchute.service = Service()\n",
    ),
    "not_caught_by_exception": ("try:\n    sys.exit(1)\nexcept Exception:\n    return 1", ""),
    "raised_again": ("try:\n    sys.exit(1)\nexcept SystemExit:\n    raise", ""),
    "bridged": ("asyncio.run_coroutine_threadsafe(leave(), self.loop)", "async " + HELPER),
    "at_once": ("os._exit(1)", ""),
    "abort": ("os.abort()", ""),
    "at_once_on_the_main_loop": (
        "self.loop.call_soon_threadsafe(leave)", "def leave():\n    os._exit(1)\n"),
    "at_once_by_what_a_signal_runs": ("leave()", SIGNALS + "def leave():\n    os._exit(1)\n"),
    "at_once_although_caught": ("try:\n    os._exit(1)\nexcept BaseException:\n    return 1", ""),
    "at_once_in_a_thread": (
        "threading.Thread(target=leave).start()", "def leave():\n    os._exit(1)\n",
    ),
    "options": ("argparse.ArgumentParser().parse_args(args['flags'])", "import argparse\n"),
    "options_of_a_helper": (
        "parser().parse_known_args(args['flags'])",
        "import argparse\ndef parser():\n    made = argparse.ArgumentParser(prog='x')\n"
        "    return made\n",
    ),
    "options_of_a_class": ("Flags().parse_args([])", FLAGS.format("super().error(message)")),
    "options_of_a_class_that_exits": ("Flags().parse_args([])", FLAGS.format("self.exit(2)")),
    "options_of_a_parser_given": (
        "flags(self.parser)",
        "import argparse\ndef flags(parser: argparse.ArgumentParser):\n"
        "    return parser.parse_args([])\n",
    ),
    "options_that_end": (
        "argparse.ArgumentParser(exit_on_error=True).parse_args(args['flags'])",
        "import argparse\n",
    ),
    "options_of_a_plain_class": (
        "Flags().parse_args([])",
        "import argparse\nclass Flags(argparse.ArgumentParser):\n    pass\n",
    ),
    "caught_on_one_way_only": (
        "try:\n    leave()\nexcept SystemExit:\n    pass\nbelow()",
        HELPER + "def below():\n    leave_too()\ndef leave_too():\n    sys.exit(1)\n",
    ),
}  # fmt: skip
THREADS = {
    "in_a_thread": "await asyncio.to_thread(leave)",
    "in_a_thread_of_the_loop": "await asyncio.get_running_loop().run_in_executor(None, leave)",
    "in_a_thread_of_some_loop": "loop = self.loop\nawait loop.run_in_executor(None, leave)",
    "in_a_thread_for_a_while": "await asyncio.wait_for(asyncio.to_thread(leave), 5)",
}
SILENT = {
    "last_call_of_a_drain": (
        "self.loop.call_soon_threadsafe(self.loop.call_later, 1, leave)",
        SIGNALS + "def leave():\n    os._exit(1)\n"),
    "last_call_of_a_drain_of_an_object": (
        "self.drain.done()",
        "class Drain:\n    def __init__(self, loop):\n        self.loop = loop\n"
        "        loop.add_signal_handler(15, self.stop)\n    def stop(self):\n"
        "        self.leave()\n    def leave(self):\n        os._exit(0)\n"
        "    def done(self):\n        self.loop.call_soon_threadsafe(self.leave)\n"
        "@chute.on_startup()\nasync def start(self):\n"
        "    self.drain = Drain(asyncio.get_running_loop())\n"),
    "own_class_of_another_error": ("raise Fatal('x')", "class Fatal(ValueError):\n    pass\n"),
    "own_class_that_is_no_more_than_made": ("Fatal()", "class Fatal(SystemExit):\n    pass\n"),
    "thread_of_a_pool": ("self.pool.submit(leave)", HELPER),
    "thread_that_nothing_awaits": ("asyncio.get_running_loop().run_in_executor(None, leave)",
                                   HELPER),
    "thread_beside_an_await": (
        "threading.Thread(target=leave).start()\nasyncio.run(asyncio.to_thread(len, 'a'))", HELPER),
    "options_that_raise": ("Flags().parse_args([])", FLAGS.format("raise ValueError(message)")),
    "options_that_raise_with_help": (
        "Flags().parse_args([])", FLAGS.format("raise ValueError(self.format_help())"),
    ),
    "options_printed": ("argparse.ArgumentParser().print_help()", "import argparse\n"),
    "options_of_a_module": ("options.parse_args([])", "import options\n"),
    "options_that_stay": (
        "argparse.ArgumentParser(exit_on_error=False).parse_args(args['flags'])",
        "import argparse\n",
    ),
    "another_parser": (
        "Flags().parse_args([])", "class Flags:\n    def parse_args(self, args): ...\n",
    ),
    "another_library": ("simple.Parser().parse_args([])", "import simple\n"),
    "caught_options": (
        "try:\n    argparse.ArgumentParser().parse_args([])\nexcept SystemExit:\n"
        "    raise ValueError",
        "import argparse\n",
    ),
    "turned_into_another": (
        "try:\n    sys.exit(1)\nexcept SystemExit as end:\n    raise RuntimeError from end", "",
    ),
    "raised_otherwise": ("raise ValueError('x')", ""),
    "caught": ("try:\n    sys.exit(1)\nexcept SystemExit:\n    return 1", ""),
    "caught_by_base": ("try:\n    sys.exit(1)\nexcept BaseException:\n    return 1", ""),
    "caught_by_all": ("try:\n    raise SystemExit\nexcept:\n    return 1", ""),
    "caught_on_the_way": ("try:\n    leave()\nexcept SystemExit:\n    return 1", HELPER),
    "thread": ("threading.Thread(target=leave).start()", HELPER),
    "process": (
        "multiprocessing.Process(target=leave).start()",
        "import multiprocessing\ndef leave():\n    os._exit(1)\n",
    ),
    "own_exit": ("exit()", "def exit(): ...\n"),
    "handed_on": ("self.leave = sys.exit", ""),
    "lambda": ("self.leave = lambda: sys.exit(1)", ""),
    "bare_raise": ("try:\n    return 1\nexcept ValueError:\n    raise", ""),
    "not_reached": ("return 1", HELPER),
    "as_a_script": ("return 1", "if __name__ == '__main__':\n    sys.exit(1)\n"),
}  # fmt: skip


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, is_async: bool, findings: Findings, app: App) -> None:
    assert [each.check for each in findings(app(*FIRES[name], is_async=is_async), ID)] == [ID]


@pytest.mark.parametrize("name", THREADS)
def test_fires_where_a_cord_awaits_a_thread(name: str, findings: Findings, app: App) -> None:
    found = findings(app(THREADS[name], HELPER, is_async=True), ID)
    assert [each.check for each in found] == [ID]
    caught = f"try:\n    {THREADS[name].splitlines()[-1]}\nexcept SystemExit:\n    return 1"
    assert findings(app(caught, HELPER, is_async=True), ID) == []


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name]), ID) == []


def test_at_startup_it_is_right(findings: Findings, app: App) -> None:
    assert findings(app("return 1", HELPER, startup="leave()\nos._exit(1)"), ID) == []


def test_says_which_end_it_is(findings: Findings, app: App) -> None:
    (found,) = findings(app("sys.exit(1)"), ID)
    assert found.message.startswith("SystemExit from a cord stops the main loop")
    (found,) = findings(app(*FIRES["at_once_in_a_thread"]), ID)
    assert found.message.startswith("os._exit() in a cord ends the process at once")
    assert [step.note for step in found.trace] == ["cord x", "x runs leave"]


def test_shows_the_way_that_comes_through(findings: Findings, app: App) -> None:
    source = app("try:\n    leave()\nexcept SystemExit:\n    pass") + (
        "\n\n@chute.cord()\ndef y(self, args: dict):\n    leave()\n\n\n" + HELPER
    )
    (found,) = findings(source, ID)
    assert [step.note for step in found.trace] == ["cord y", "y runs leave"]


def test_counts_where_the_exposure_lets_it_run(findings: Findings, app: App) -> None:
    source = app("if self.exposure == 'direct':\n    leave()", HELPER)
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings, app: App) -> None:
    assert findings({"tests/app.py": app(*FIRES["sys_exit"])}, ID) == []
