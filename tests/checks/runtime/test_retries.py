from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.retrying import DEADLINES, STOPS, WAITING
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "retry-without-bound"

HEAD = """\
import asyncio
import backoff
import queue
import requests
import retrying
import tenacity
import time
from tenacity import retry, stop_after_attempt, stop_never
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""


def app(cord: str, module: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return (
        f"{HEAD}{module}\n@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n{body}"
    )


ENDS = "        return get(args)\n"
LOOP = "while True:\n    try:\n" + ENDS + "    except Exception:\n"
GET = "def get(url):\n    return requests.get(url, timeout=5)\n"

FIRES = {
    "sleeps": (LOOP + "        await asyncio.sleep(1)", ""),
    "continues": (LOOP + "        continue", ""),
    "logs": (LOOP + "        print('again')", ""),
    "one": (LOOP.replace("True", "1") + "        continue", ""),
    "bare": (LOOP.replace(" Exception", "") + "        time.sleep(1)", ""),
    "named": (LOOP.replace("Exception", "requests.Timeout") + "        time.sleep(1)", ""),
    "counts_and_does_not_ask": ("n = 0\n" + LOOP + "        n += 1", ""),
    "break": ("while True:\n    try:\n        r = get(args)\n        break\n"
              "    except Exception:\n        continue\nreturn r", ""),
    "returned_after": ("while True:\n    try:\n        r = get(args)\n    except Exception:\n"
                       "        continue\n    return r", ""),
    "raises_inside_its_own_try": (
        "while True:\n    try:\n        if not args:\n            raise ValueError\n" + ENDS
        + "    except Exception:\n        continue", "",
    ),
    "returned_under_a_condition": (
        "while True:\n    try:\n        r = get(args)\n        if r.ok:\n            return r\n"
        "    except Exception:\n        continue", "",
    ),
    "one_handler_returns": (
        "while True:\n    try:\n" + ENDS + "    except KeyError:\n        return 1\n"
        "    except Exception:\n        continue", "",
    ),
    "helper": ("return fetched(args)",
               "def fetched(args):\n    while True:\n        try:\n            return get(args)\n"
               "        except Exception:\n            time.sleep(1)\n"),
    "in_a_with": ("while True:\n    try:\n        with open('x') as f:\n"
                  "            return f.read()\n"
                  "    except OSError:\n        time.sleep(1)", ""),
    "under_a_condition": (
        "if args:\n    " + (LOOP + "        continue").replace("\n", "\n    "), "",
    ),
    "tested_and_logged": (LOOP + "        time.sleep(1)\n    if args:\n        print('again')", ""),
    "ends_elsewhere": (LOOP + "        continue", "def other():\n    raise ValueError\n"),
    "raises_before": ("if not args:\n    raise ValueError\n" + LOOP + "        continue", ""),
    "backs_off": ("wait = 1\n" + LOOP + "        time.sleep(wait)\n        wait = wait * 2", ""),
    "tenacity": ("return got(args)", "@tenacity.retry\ndef got(args):\n    return get(args)\n"),
    "tenacity_call": (
        "return got(args)",
        "@retry(wait=tenacity.wait_fixed(1))\ndef got(args):\n    return get(args)\n",
    ),
    "tenacity_never": (
        "return got(args)", "@retry(stop=stop_never)\ndef got(args):\n    return get(args)\n",
    ),
    "tenacity_object": ("for a in tenacity.Retrying():\n    with a:\n        return get(args)", ""),
    "backoff_none": (
        "return got(args)",
        "@backoff.on_exception(backoff.expo, Exception, max_tries=None)\n"
        "def got(args):\n    return get(args)\n",
    ),
}  # fmt: skip
SILENT = {
    "raised": (LOOP + "        raise", ""),
    "left": (LOOP + "        break", ""),
    "returned": (LOOP + "        return None", ""),
    "counted": ("n = 0\n" + LOOP + "        n += 1\n        if n > 3:\n            raise", ""),
    "counted_and_broken": (
        "n = 0\n" + LOOP + "        n += 1\n        if n > 3:\n            break", "",
    ),
    "counted_before": (
        "n = 0\nwhile True:\n    n += 1\n    if n > 3:\n        return None\n    try:\n" + ENDS
        + "    except Exception:\n        continue", "",
    ),
    "deadline": (LOOP
                 + "        time.sleep(1)\n    if time.time() > end:\n        raise OSError", ""),
    "deadline_broken": (LOOP
                        + "        time.sleep(1)\n    if time.time() > end:\n        break", ""),
    "counted_loop": (LOOP.replace("while True", "for _ in range(3)") + "        continue", ""),
    "conditional_loop": (LOOP.replace("True", "not self.stopped") + "        continue", ""),
    "while_false": (LOOP.replace("True", "0") + "        continue", ""),
    "worker": ("while True:\n    try:\n        get(self.q.get())\n    except Exception:\n"
               "        print('failed')", ""),
    "inner_loop_ends": (
        "while True:\n    try:\n        for each in args:\n            break\n"
        "    except Exception:\n        continue", "",
    ),
    "another_value": (
        "n = 0\nwhile True:\n    try:\n        return open(f'x{n}')\n    except OSError:\n"
        "        n += 1", "",
    ),
    "another_address": (
        "url = args\nwhile True:\n    try:\n        return get(url)\n    except Exception:\n"
        "        url = self.other", "",
    ),
    "waits_for_one_of_two": (
        "while True:\n    try:\n        return self.q.get(timeout=1)\n"
        "    except (queue.Empty, OSError):\n        continue", "",
    ),
    "no_loop": ("try:\n    return get(args)\nexcept Exception:\n    time.sleep(1)", ""),
    "no_handler": ("while True:\n    try:\n" + ENDS + "    finally:\n        time.sleep(1)", ""),
    "task": ("asyncio.create_task(work())",
             "async def work():\n    while True:\n        try:\n            return get(1)\n"
             "        except Exception:\n            time.sleep(1)\n"),
    "waited_for": ("return await asyncio.wait_for(work(), 10)",
                   "async def work():\n    while True:\n        try:\n            return get(1)\n"
                   "        except Exception:\n            time.sleep(1)\n"),
    "unreached": ("return 1", "def work():\n"
                  "    while True:\n        try:\n            return get(1)\n"
                  "        except Exception:\n            time.sleep(1)\n"),
    "tenacity_stops": (
        "return got(args)",
        "@retry(stop=stop_after_attempt(3))\ndef got(args):\n    return get(args)\n",
    ),
    "tenacity_spread": (
        "return got(args)", "@retry(**dict(args=1))\ndef got(args):\n    return get(args)\n",
    ),
    "another_decorator": ("return got(args)",
                          "@chute.cord()\ndef got(self, args):\n    return 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    cord, module = FIRES[name]
    (found,) = findings(app(cord, GET + module), ID)
    assert found.message.endswith("(cord x)")


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    cord, module = SILENT[name]
    assert findings(app(cord, GET + module), ID) == []


@pytest.mark.parametrize("name", sorted(STOPS))
def test_every_library_can_be_told_to_stop(name: str, findings: Findings) -> None:
    assert len(findings(app(f"return {name}(get)(args)", GET), ID)) == 1
    for keyword in STOPS[name]:
        assert findings(app(f"return {name}(get, {keyword}=3)(args)", GET), ID) == []


@pytest.mark.parametrize("name", sorted(WAITING))
def test_waiting_is_no_failure(name: str, findings: Findings) -> None:
    cord = LOOP.replace("Exception", name) + "        continue"
    assert findings(app(cord, GET), ID) == []


@pytest.mark.parametrize("name", sorted(DEADLINES))
def test_every_deadline(name: str, findings: Findings) -> None:
    lines = (LOOP + "        continue").splitlines()
    around = f"async with asyncio.{name}(9):\n" + "\n".join(f"    {each}" for each in lines)
    assert findings(app(around, GET), ID) == []
    other = around.replace(f"asyncio.{name}(9)", "self.session(9)")
    assert len(findings(app(other, GET), ID)) == 1


def test_says_what_stops_it(findings: Findings) -> None:
    (found,) = findings(app(*FIRES["tenacity"]), ID)
    assert found.help == "give it stop"
    assert [step.note for step in found.trace] == ["cord x", "x runs got"]


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = app("if self.exposure == 'direct':\n    return fetched(args)", FIRES["helper"][1])
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1
