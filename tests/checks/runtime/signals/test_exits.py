from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "signal-handler-exits"

HEAD = """\
import asyncio
import contextlib
import os
import signal
import sys
import time
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")


def leave():
    sys.exit(0)
"""
FUNCTION = "def stop(*args):\n    {}\n\n"
HOOK = "@chute.on_startup()\nasync def start(self):\n    "
SET = HOOK + "signal.signal(signal.SIGTERM, stop)\n"
PARTIAL = (
    "import functools\ndef leave_with(code, *args):\n    {}\n\n"
    + HOOK
    + "signal.signal(signal.SIGTERM, functools.partial(leave_with, 1))\n"
)
FIRES = {
    "partial": PARTIAL.format("sys.exit(code)"),
    "interrupt": FUNCTION.format("raise KeyboardInterrupt") + SET,
    "exit": FUNCTION.format("sys.exit(0)") + SET,
    "raised": FUNCTION.format("raise SystemExit") + SET,
    "raised_with_a_code": FUNCTION.format("raise SystemExit(0)") + SET,
    "quit": FUNCTION.format("quit()") + SET,
    "builtin": FUNCTION.format("exit()") + SET,
    "in_a_job": FUNCTION.format("sys.exit(0)")
    + "@chute.job()\nasync def j(self, **data):\n    signal.signal(signal.SIGTERM, stop)\n",
    "in_a_route": FUNCTION.format("sys.exit(0)")
    + "@chute.on_event('startup')\nasync def j():\n    signal.signal(signal.SIGTERM, stop)\n",
    "helper": FUNCTION.format("leave()") + SET,
    "deeper": FUNCTION.format("below()") + "def below():\n    leave()\n\n" + SET,
    "itself": HOOK + "signal.signal(signal.SIGTERM, sys.exit)\n",
    "lambda": HOOK + "signal.signal(signal.SIGTERM, lambda *args: sys.exit(0))\n",
    "lambda_of_a_helper": HOOK + "signal.signal(signal.SIGTERM, lambda *args: leave())\n",
    "sigint": FUNCTION.format("sys.exit(0)") + HOOK + "signal.signal(signal.SIGINT, stop)\n",
    "by_the_loop": FUNCTION.format("sys.exit(0)")
    + HOOK + "asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)\n",
    "at_import": FUNCTION.format("sys.exit(0)") + "signal.signal(signal.SIGTERM, stop)\n",
    "method": "class Service:\n    def stop(self, *args):\n        sys.exit(0)\n\n\n"
    + HOOK + "service = Service()\n    signal.signal(signal.SIGTERM, service.stop)\n",
    "inner": HOOK + "def stop(*args):\n        sys.exit(0)\n"
    "    signal.signal(signal.SIGTERM, stop)\n",
    "caught_elsewhere": FUNCTION.format(
        "try:\n        args.pop()\n    except SystemExit:\n        pass\n    sys.exit(0)"
    ) + SET,
    "two_ways": FUNCTION.format("leave() or leave()") + SET,
    "recursive": FUNCTION.format("stop()\n    leave()") + SET,
    "object": "class Stop:\n    def __call__(self, *args):\n        sys.exit(0)\n\n\n"
    + HOOK + "signal.signal(signal.SIGTERM, Stop())\n",
}  # fmt: skip
AT_ONCE = {
    "function": FUNCTION.format("os._exit(0)") + SET,
    "helper": FUNCTION.format("end()") + "def end():\n    os._exit(0)\n\n\n" + SET,
    "itself": HOOK + "signal.signal(signal.SIGTERM, os._exit)\n",
    "lambda": HOOK + "signal.signal(signal.SIGTERM, lambda *args: os._exit(0))\n",
    "object": "class Stop:\n    def __call__(self, *args):\n        os._exit(0)\n\n\n"
    + HOOK
    + "signal.signal(signal.SIGTERM, Stop())\n",
    "recursive": FUNCTION.format("stop()\n    os._exit(0)") + SET,
    "lambda_of_several": HOOK
    + "signal.signal(signal.SIGTERM, lambda *a: (print(), os._exit(0)))\n",
    "lambda_of_a_helper": "def end():\n    os._exit(0)\n\n\n"
    + HOOK + "signal.signal(signal.SIGTERM, lambda *args: end())\n",
    "in_a_sum": FUNCTION.format("code = 1 + os._exit(0)") + SET,
    "nested": FUNCTION.format("print(os._exit(0))") + SET,
    "with_a_name_that_waits": FUNCTION.format("wait()\n    os._exit(0)")
    + "def wait():\n    pass\n\n\n" + SET,
}  # fmt: skip
SILENT = {
    "partial_that_stays": PARTIAL.format("print(code)"),
    "lambda_of_nothing": HOOK + "signal.signal(signal.SIGTERM, lambda *args: None)\n",
    "lambda_that_waits": "def end():\n    time.sleep(5)\n    os._exit(0)\n\n\n"
    + HOOK + "signal.signal(signal.SIGTERM, lambda *args: end())\n",
    "coroutine_function": f"async {FUNCTION.format('os._exit(0)')}" + SET,
    "coroutine_that_nobody_awaits": "async def end():\n    os._exit(0)\n\n\n"
    + FUNCTION.format("end()") + SET,
    "in_a_task_that_drains": "async def end():\n    await chute.idle\n    os._exit(0)\n\n\n"
    + FUNCTION.format("asyncio.get_running_loop().create_task(end())") + SET,
    "in_a_thread": "import threading\ndef end():\n    os._exit(0)\n\n\n"
    + FUNCTION.format("threading.Thread(target=end).start()") + SET,
    "later": "def end():\n    os._exit(0)\n\n\n"
    + FUNCTION.format("asyncio.get_running_loop().call_later(20, end)") + SET,
    "otherwise": FUNCTION.format("if args:\n        pass\n    else:\n        os._exit(1)") + SET,
    "in_a_loop": FUNCTION.format("for each in args:\n        os._exit(1)") + SET,
    "in_a_while": FUNCTION.format("while args:\n        os._exit(1)") + SET,
    **{
        f"perhaps: {expression}": FUNCTION.format(expression) + SET
        for expression in ("args and os._exit(1)", "args or os._exit(1)",
                           "os._exit(1) if args else None")
    },
    "waited_while_busy": FUNCTION.format(
        "while chute.busy:\n        time.sleep(1)\n    os._exit(0)") + SET,
    **{
        f"waited_by_{method}": FUNCTION.format(f"chute.worker.{method}(5)\n    os._exit(0)") + SET
        for method in ("wait", "join", "result", "shutdown")
    },
    "object_of_a_borrowed_call": "class Stop:\n    __call__ = print\n\n\n"
    + HOOK + "signal.signal(signal.SIGTERM, Stop())\n",
    "drained": FUNCTION.format("asyncio.get_running_loop().call_later(20, os._exit, 0)") + SET,
    "drained_by_lambda": HOOK + "loop = asyncio.get_running_loop()\n"
    "    loop.add_signal_handler(signal.SIGTERM, lambda: loop.call_later(9, os._exit, 0))\n",
    "drained_by_lambda_in_it": FUNCTION.format(
        "asyncio.get_running_loop().call_later(20, lambda: os._exit(0))"
    )
    + SET,
    "waited": FUNCTION.format("time.sleep(5)\n    os._exit(0)") + SET,
    "waited_below": FUNCTION.format("wait()\n    end()")
    + "def wait():\n    time.sleep(5)\n\n\ndef end():\n    os._exit(0)\n\n\n" + SET,
    "second_time": FUNCTION.format("if args:\n        os._exit(1)") + SET,
    "in_a_task": "async def end():\n    await asyncio.sleep(5)\n    os._exit(0)\n\n\n"
    + FUNCTION.format("asyncio.get_running_loop().create_task(end())") + SET,
    "object": "class Stop:\n    def __call__(self, *args):\n        pass\n\n\n"
    + HOOK + "signal.signal(signal.SIGTERM, Stop())\n",
    "cut_on_another_signal": FUNCTION.format("os._exit(0)")
    + HOOK + "signal.signal(signal.SIGUSR1, stop)\n",
    "caught": FUNCTION.format("try:\n        sys.exit(0)\n    except SystemExit:\n        pass")
    + SET,
    "caught_around_a_helper": FUNCTION.format(
        "try:\n        leave()\n    except SystemExit:\n        pass"
    )
    + SET,
    "caught_by_base": FUNCTION.format(
        "try:\n        sys.exit(0)\n    except BaseException:\n        pass"
    )
    + SET,
    "another_signal": FUNCTION.format("sys.exit(0)")
    + HOOK + "signal.signal(signal.SIGUSR1, stop)\n",
    "another_number": FUNCTION.format("sys.exit(0)") + HOOK + "signal.signal(10, stop)\n",
    "task": "async def end():\n    sys.exit(0)\n\n\n"
    + FUNCTION.format("asyncio.get_running_loop().create_task(end())") + SET,
    "thread": "import threading\n" + FUNCTION.format("threading.Thread(target=leave).start()")
    + SET,
    "never_installed": FUNCTION.format("sys.exit(0)"),
    "as_a_script": FUNCTION.format("sys.exit(0)")
    + "if __name__ == '__main__':\n    signal.signal(signal.SIGTERM, stop)\n",
    "default": HOOK + "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n",
    "no_handler": HOOK + "signal.signal(signal.SIGTERM)\n",
    "nothing_given": HOOK + "signal.signal()\n",
    "unknown": HOOK + "signal.signal(signal.SIGTERM, self.stop)\n",
    "another_error": FUNCTION.format("raise ValueError('x')") + SET,
    "bare_raise": FUNCTION.format("raise") + SET,
    "endless": FUNCTION.format("stop()") + SET,
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(HEAD + FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_ends_at_once(name: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}\n\n{AT_ONCE[name]}", ID)
    assert (found.severity.value, "at once" in found.message) == ("warning", True)


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(HEAD + SILENT[name], ID) == []


def test_shows_how_it_is_installed(findings: Findings) -> None:
    (found,) = findings(HEAD + FIRES["exit"], ID)
    assert found.snippet == "signal.signal(signal.SIGTERM, stop)"
    assert [step.note for step in found.trace] == ["start-up hook start"]


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = (
        HEAD + FUNCTION.format("sys.exit(0)") + HOOK
        + "if self.exposure == 'direct':\n        install()\n\n\n"
        "def install():\n    signal.signal(signal.SIGTERM, stop)\n"
    )  # fmt: skip
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": HEAD + FIRES["exit"]}, ID) == []
