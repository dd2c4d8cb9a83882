"""One load test from target to result: check, start, run, judge, stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from chutes_cli.core.result import LoadResult
from chutes_cli.loadtest import runner, target
from chutes_cli.loadtest.plan import Plan
from chutes_cli.loadtest.slo import Slo
from chutes_cli.loadtest.summary import summarise

PREFLIGHT_S = 10.0

Watch = Callable[[], AbstractContextManager[Callable[[dict[str, Any]], None]]]
"""Opens a view of the run: entered when load begins, it yields what is called per event."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result, and the end of the chute's log if the chute died during the run."""

    result: LoadResult
    chute_log: str = ""


def load_url(
    url: str, plan: Plan, slos: Sequence[Slo], *, owned_host: str | None, watch: Watch
) -> Outcome:
    """Offer the plan's load to a URL.

    Raises:
        UsageError: The URL is not one to load.
        TargetError: Nobody answers there.
        RunError: The load generator failed.
    """
    base = target.check_url(url, owned_host=owned_host)
    info = target.preflight(base, timeout_s=min(PREFLIGHT_S, plan.timeout_s))
    with watch() as on_event:
        events = runner.run(plan.aimed_at(base), on_event=on_event)
    return Outcome(summarise(events, plan=plan, slos=slos, target=info))


def load_served(
    spec: str, plan: Plan, slos: Sequence[Slo], *, startup_timeout_s: float, watch: Watch
) -> Outcome:
    """Start a chute, offer the plan's load to it, and stop it.

    Raises:
        UsageError: There is no such chute, or the SDK is not installed.
        TargetError: The chute died at start-up or was not ready in time.
        RunError: The load generator failed.
    """
    with target.serve(spec, startup_timeout_s=startup_timeout_s) as served:
        with watch() as on_event:
            events = runner.run(plan.aimed_at(served.info.url), on_event=on_event)
        died = served.died()
        log = served.process.log_tail() if died else ""
    result = summarise(events, plan=plan, slos=slos, target=served.info, target_died=died)
    return Outcome(result, log)
