"""From the events of a run to its `LoadResult`: pure, and the only judge of a run.

A run is invalid, whatever its objectives say, when the generator and not the service was
the limit, because its numbers then describe the wrong program:

- it used more than `CPU_LIMIT` of its core: greenlets then queue inside the generator;
- `LATENESS_PERCENTILE` of the sends were later than `LATENESS_LIMIT_MS` *and* than
  `LATENESS_SHARE` of the measured latency at the same percentile. Only arrivals that found
  room under the in-flight bound count, so a stalled service is never mistaken for a slow
  generator. The limit is generous on purpose: on two cores shared with the service, tens of
  milliseconds are normal, and lateness is part of the latency, so it can only make the
  service look slower, never faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hdrh.histogram import HdrHistogram

from chutes_cli.core.errors import RunError
from chutes_cli.core.result import (
    Distribution,
    EndpointResult,
    GeneratorHealth,
    LoadResult,
    SeriesPoint,
    TargetInfo,
)
from chutes_cli.loadtest.plan import Plan
from chutes_cli.loadtest.slo import Slo

CPU_LIMIT = 0.95
LATENESS_PERCENTILE = 99.0
LATENESS_LIMIT_MS = 100.0
LATENESS_SHARE = 0.1
_LARGEST_US = 3_600_000_000


class Durations:
    """Histograms of one kind, merged. All answers in milliseconds, None without data."""

    def __init__(self, encoded: Iterable[dict[str, Any]] = ()) -> None:
        self._histogram = HdrHistogram(1, _LARGEST_US, 3)
        self.count = 0
        self._sum_us = 0
        self._max_us = 0
        for entry in encoded:
            if entry["count"]:
                self._histogram.decode_and_add(entry["histogram"])
                self.count += entry["count"]
                self._sum_us += entry["sum_us"]
                self._max_us = max(self._max_us, entry["max_us"])

    def percentile(self, percentile: float) -> float | None:
        """Return the latency that this share of the values does not exceed."""
        if not self.count:
            return None
        # The histogram answers with the top of a bucket, up to 0.1 % too high.
        top_us: int = self._histogram.get_value_at_percentile(percentile)
        return round(min(top_us, self._max_us) / 1000, 3)

    def mean(self) -> float | None:
        """Return the exact mean."""
        return round(self._sum_us / self.count / 1000, 3) if self.count else None

    def max(self) -> float | None:
        """Return the exact maximum."""
        return round(self._max_us / 1000, 3) if self.count else None

    def distribution(self) -> Distribution | None:
        """Return the usual percentiles together."""
        values = [self.percentile(percentile) for percentile in (50, 90, 95, 99, 99.9)]
        p50, p90, p95, p99, p999 = values
        largest, mean = self.max(), self.mean()
        if p50 is None or p90 is None or p95 is None or p99 is None or p999 is None:
            return None
        if largest is None or mean is None:
            return None
        return Distribution(p50, p90, p95, p99, p999, largest, mean)


class Measurements:
    """A whole run as objectives see it: every endpoint taken together."""

    def __init__(self, final: dict[str, Any], plan: Plan) -> None:
        outcomes = [outcome for endpoint in final["endpoints"] for outcome in endpoint["outcomes"]]
        self._every = Durations(outcome["latency"] for outcome in outcomes)
        self._ok = Durations(
            outcome["latency"] for outcome in outcomes if outcome["outcome"] == "ok"
        )
        self.achieved_rate = final["sent_in_time"] / plan.scheduled_s
        self.target_rate = plan.arrivals / plan.scheduled_s
        self._scheduled_s = plan.scheduled_s

    def latency_ms(self, metric: str, percentile: float | None) -> float | None:
        """Return the slower of the figure over all requests and over successful ones."""
        if not self._ok.count:
            return None
        figures = []
        for durations in (self._every, self._ok):
            if metric == "mean":
                figures.append(durations.mean())
            elif metric == "max":
                figures.append(durations.max())
            else:
                figures.append(durations.percentile(percentile or 0.0))
        return max(figure for figure in figures if figure is not None)

    def ratio_or_rate(self, metric: str) -> float | None:
        """Return ``error_rate``, ``achieved``, ``rate`` or ``goodput``."""
        due = self._every.count
        if not due:
            return None
        figures: dict[str, float] = {
            "error_rate": (due - self._ok.count) / due,
            "achieved": self.achieved_rate / self.target_rate,
            "rate": self.achieved_rate,
            "goodput": self._ok.count / self._scheduled_s,
        }
        return figures[metric]


def summarise(
    events: Sequence[dict[str, Any]],
    *,
    plan: Plan,
    slos: Sequence[Slo],
    target: TargetInfo,
    target_died: bool = False,
) -> LoadResult:
    """Return the result of a run.

    Args:
        events: Every event of the run, as `runner.run` returns them.
        plan: What was asked for.
        slos: The objectives to judge.
        target: What was put under load.
        target_died: Whether a served chute was found dead after the run.

    Raises:
        RunError: There is no final event.
    """
    if not events or events[-1]["event"] != "final":
        raise RunError("the load generator gave no result")
    final = events[-1]
    measurements = Measurements(final, plan)
    latency_p99 = measurements.latency_ms("percentile", LATENESS_PERCENTILE)
    lateness = Durations([final["send_lateness"]])
    reasons = list(_generator_faults(final, lateness, latency_p99))
    if target_died:
        reasons.append("the chute died during the run")
    judged = tuple(slo.judge(measurements) for slo in slos)
    met = all(slo.met for slo in judged)
    return LoadResult(
        target=target,
        plan=plan.info(),
        valid=not reasons,
        verdict="invalid" if reasons else "pass" if met else "fail",
        slos=judged,
        endpoints=tuple(_endpoint(entry) for entry in final["endpoints"]),
        achieved_rate=round(measurements.achieved_rate, 4),
        target_rate=round(measurements.target_rate, 4),
        generator=GeneratorHealth(
            send_lateness_ms=lateness.distribution(),
            cpu=None if final["cpu"] is None else round(final["cpu"], 4),
            waited_for_room=final["waited_for_room"],
            max_in_flight_seen=final["max_in_flight_seen"],
        ),
        series=tuple(_point(event) for event in events if event["event"] == "tick"),
        invalid_reasons=tuple(reasons),
        notes=tuple(_notes(final, plan)),
    )


def _generator_faults(
    final: dict[str, Any], lateness: Durations, latency_p99: float | None
) -> Iterable[str]:
    cpu = final["cpu"]
    if cpu is not None and cpu > CPU_LIMIT:
        yield (
            f"the load generator used {cpu:.0%} of its core: it, not the service, was the"
            " limit; lower --rate"
        )
    late = lateness.percentile(LATENESS_PERCENTILE)
    if late is not None and late > max(LATENESS_LIMIT_MS, LATENESS_SHARE * (latency_p99 or 0.0)):
        yield (
            f"the load generator sent 1 % of the requests {late:.0f} ms late or more"
            f" (limit {LATENESS_LIMIT_MS:.0f} ms): the machine is too busy; lower --rate or"
            " give it a free core"
        )


def _notes(final: dict[str, Any], plan: Plan) -> Iterable[str]:
    if final["waited_for_room"]:
        yield (
            f"the in-flight bound of {plan.max_in_flight} was reached and"
            f" {final['waited_for_room']} arrivals waited for room; their latency counts from"
            " when they were due"
        )


def _endpoint(entry: dict[str, Any]) -> EndpointResult:
    outcomes = sorted(
        entry["outcomes"], key=lambda outcome: (-outcome["count"], outcome["outcome"])
    )
    counts = {outcome["outcome"]: outcome["count"] for outcome in outcomes}
    succeeded = counts.get("ok", 0)
    split = {
        outcome["outcome"]: Durations([outcome["latency"]]).distribution() for outcome in outcomes
    }
    return EndpointResult(
        name=entry["name"],
        method=entry["method"],
        sent=sum(counts.values()) - counts.get("not_sent", 0),
        ok=succeeded,
        failed=sum(counts.values()) - succeeded,
        by_outcome=counts,
        latency_ms=Durations(outcome["latency"] for outcome in outcomes).distribution(),
        service_time_ms=Durations(outcome["service_time"] for outcome in outcomes).distribution(),
        latency_by_outcome_ms={
            name: distribution for name, distribution in split.items() if distribution is not None
        },
    )


def _point(event: dict[str, Any]) -> SeriesPoint:
    return SeriesPoint(**{name: event[name] for name in SeriesPoint.__slots__})
