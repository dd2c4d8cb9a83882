from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.tidying import TIDYING
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "exception-swallowed"

HEAD = """\
import asyncio
import contextlib
import logging
import os
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""


def app(cord: str, module: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return (
        f"{HEAD}{module}\n@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n{body}"
    )


TRY = "try:\n    n = 1 / args['n']\n"

FIRES = {
    "bare": TRY + "except:\n    pass",
    "bare_that_logs": TRY + "except:\n    logging.exception('failed')",
    "bare_that_returns": TRY + "except:\n    return None",
    "after_a_named_one": TRY + "except ValueError:\n    pass\nexcept:\n    pass",
    "everything": TRY + "except Exception:\n    pass",
    "base": TRY + "except BaseException:\n    pass",
    "ellipsis_free_continue": "for a in args:\n    try:\n        int(a)\n    except Exception:\n"
    "        continue",
    "in_a_tuple": TRY + "except (ValueError, Exception):\n    pass",
    "named_and_unused": TRY + "except Exception as e:\n    pass",
    "other_work_beside_tidying": (
        "try:\n    n = 1 / args['n']\n    self.f.close()\nexcept Exception:\n    pass"
    ),
    "with_a_finally": TRY + "except Exception:\n    pass\nfinally:\n    print()",
    "inner": "try:\n    try:\n        n = int(args)\n    except Exception:\n        pass\n"
    "    n = 1\nexcept ValueError:\n    raise",
    "under_a_condition": (
        "if args:\n    try:\n        n = int(args)\n    except Exception:\n        pass"
    ),
}
SILENT = {
    "named": TRY + "except ZeroDivisionError:\n    pass",
    "named_ones": TRY + "except (ValueError, ZeroDivisionError):\n    pass",
    "cancelled": "try:\n    await self.task\nexcept asyncio.CancelledError:\n    pass",
    "suppressed": "with contextlib.suppress(ValueError):\n    int(args)",
    "logged": TRY + "except Exception:\n    logging.exception('failed')",
    "raised": TRY + "except Exception:\n    raise",
    "bare_raised": TRY + "except:\n    self.failed += 1\n    raise",
    "bare_raised_under_a_condition": TRY + "except:\n    if args:\n        raise",
    "returned": TRY + "except Exception:\n    return {'error': 'failed'}",
    "counted": TRY + "except Exception:\n    self.failed += 1",
    "kept": TRY + "except Exception as e:\n    last = e",
    "broken_off": "while True:\n    try:\n        int(args)\n    except Exception:\n        break",
    "optional_import": "try:\n    import torch\nexcept Exception:\n    pass",
    "closing": "try:\n    self.f.close()\nexcept Exception:\n    pass",
    "awaited_closing": "try:\n    await self.f.aclose()\nexcept Exception:\n    pass",
    "unlinking": (
        "try:\n    if os.path.exists('x'):\n        os.unlink('x')\nexcept Exception:\n    pass"
    ),
    "closing_all": "try:\n    for f in self.fs:\n        f.close()\nexcept Exception:\n    pass",
    "closing_in_a_try_of_its_own": (
        "try:\n    try:\n        self.f.close()\n    except OSError:\n        self.g.close()\n"
        "except Exception:\n    pass"
    ),
    "plain_call": "try:\n    cleanup()\nexcept:\n    pass",
    "no_try": "n = 1 / args['n']",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.message.endswith("(cord x)")


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


def test_says_which(findings: Findings) -> None:
    (found,) = findings(app(FIRES["bare_that_logs"]), ID)
    assert found.message.startswith("a bare except catches everything")
    (found,) = findings(app(FIRES["everything"]), ID)
    assert found.message.startswith("every exception is caught here")


@pytest.mark.parametrize("name", sorted(TIDYING))
def test_tidying_up_may_fail(name: str, findings: Findings) -> None:
    assert findings(app(f"try:\n    self.f.{name}()\nexcept Exception:\n    pass"), ID) == []


HELPER = "def helper():\n    try:\n        open('x')\n    except Exception:\n        pass\n"


@pytest.mark.parametrize(
    "use",
    [
        "@chute.on_startup()\nasync def start(self):\n    helper()\n",
        "@chute.job()\nasync def work(self):\n    helper()\n",
        "@chute.cord()\ndef y(self, args: dict):\n    helper()\n",
        "class Work:\n    def run(self):\n        helper()\n"
        "@chute.on_startup()\nasync def start(self):\n    self.work = Work()\n"
        "@chute.cord()\ndef y(self, args: dict):\n    self.work.run()\n",
    ],
)
def test_follows_helpers(use: str, findings: Findings) -> None:
    (found,) = findings(app("return 1", HELPER + use), ID)
    assert found.symbol == "helper"
    assert len(found.trace) > 1


@pytest.mark.parametrize(
    "use", ["", "helper()\n", "@chute.on_shutdown()\ndef stop(self):\n    helper()\n"]
)
def test_what_serves_nobody_is_left_alone(use: str, findings: Findings) -> None:
    assert findings(app("return 1", HELPER + use), ID) == []


def test_counts_where_the_exposure_lets_it_run(findings: Findings) -> None:
    source = app("if self.exposure == 'direct':\n    return helper()", HELPER)
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["bare"])}, ID) == []
