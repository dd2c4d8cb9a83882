"""Runs one plan in a Locust process and brings its events back."""

from __future__ import annotations

import contextlib
import json
import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chutes_cli.core.errors import MissingExtra, RunError
from chutes_cli.loadtest.plan import Plan
from chutes_cli.loadtest.process import GuardedProcess
from chutes_cli.loadtest.user import EVENTS_VARIABLE, PLAN_VARIABLE
from chutes_cli.loadtest.wire import plan_document

SILENCE_S = 60.0
"""Events come every second; after this long without one the generator is stuck."""
EXIT_S = 10.0
"""How long Locust may take to exit once it has closed the event pipe."""
_LOCUSTFILE = Path(__file__).parent / "user" / "locustfile.py"


def require_generator() -> None:
    """Make sure the load generator is installed, without importing it.

    Raises:
        MissingExtra: The ``[loadtest]`` extra is not installed.
    """
    if not all(find_spec(name) for name in ("locust", "hdrh")):
        raise MissingExtra("loadtest", needed_for="loadtest")


def run(plan: Plan, *, on_event: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """Offer the plan's load and return every event of the run, the final one last.

    However it ends, the Locust process is gone when this returns or raises.

    Args:
        plan: The load to offer.
        on_event: Called with each event as it arrives.

    Raises:
        RunError: Locust failed, fell silent, or ended without a result.
    """
    with (
        tempfile.TemporaryDirectory(prefix="chutes-prod-") as folder,
        _started(plan, Path(folder)) as (process, pipe),
    ):
        events = []
        for event in _events(pipe, process):
            on_event(event)
            events.append(event)
        status = process.wait(EXIT_S)
        complete = bool(events) and events[-1]["event"] == "final"
        # With a complete result in hand, a Locust that lingers is stopped, not mourned.
        if not complete or status not in {0, None}:
            ended = "did not end" if status is None else f"ended with status {status}"
            result = "after its result" if complete else "without a result"
            raise RunError(f"the load generator {ended} {result}", detail=process.log_tail())
        return events


@contextlib.contextmanager
def _started(plan: Plan, folder: Path) -> Iterator[tuple[GuardedProcess, int]]:
    reading, writing = os.pipe()
    try:
        try:
            # The plan may hold an API key: a file without a name leaves nothing behind.
            with tempfile.TemporaryFile(dir=folder) as plan_file:
                plan_file.write(json.dumps(plan_document(plan)).encode())
                plan_file.seek(0)
                process = GuardedProcess(
                    _command(),
                    cwd=folder,
                    environment=_environment(folder, plan_file.fileno(), writing),
                    log=folder / "locust.log",
                    pass_fds=(plan_file.fileno(), writing),
                )
        finally:
            os.close(writing)
        with process:
            yield process, reading
    finally:
        os.close(reading)


def _command() -> list[str]:
    locust = [sys.executable, "-P", "-m", "locust", "-f", str(_LOCUSTFILE)]
    # A failed request is a result, not an error of the generator.
    return [*locust, "--headless", "--only-summary", "-u", "1", "--exit-code-on-error", "0"]


def _environment(folder: Path, plan: int, events: int) -> dict[str, str]:
    # Locust reads settings from LOCUST_* and from ~/.locust.conf and its working folder.
    # They belong to the user's own Locust runs and must not bend this one.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    own = {"HOME": str(folder), PLAN_VARIABLE: str(plan), EVENTS_VARIABLE: str(events)}
    return kept | own


def _events(pipe: int, process: GuardedProcess) -> Iterator[dict[str, Any]]:
    """Yield events until the generator closes its end of the pipe."""
    buffer = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], SILENCE_S)
        if not ready:
            raise RunError(
                f"the load generator has said nothing for {SILENCE_S:g} s",
                detail=process.log_tail(),
            )
        block = os.read(pipe, 65_536)
        if not block:
            return
        *lines, buffer = (buffer + block).split(b"\n")
        for line in lines:
            yield json.loads(line)
