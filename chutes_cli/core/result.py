"""What a load run found out: plain data, no input or output.

Units are in the names: ``_ms`` milliseconds, ``_s`` seconds, rates per second. A value
that was not or could not be measured is ``None``, never 0 and never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["pass", "fail", "invalid"]
"""``invalid`` beats the other two: such a run says nothing about the service."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """Percentiles, mean and maximum of a set of durations, in milliseconds."""

    p50: float
    p90: float
    p95: float
    p99: float
    p999: float
    max: float
    mean: float


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """What was put under load.

    Attributes:
        kind: ``served`` when chutes-prod started the chute itself, else ``url``.
        url: The base URL, without credentials.
        chute: ``module:chute`` of a served chute.
        path: The project of a served chute, as it was given.
    """

    kind: Literal["served", "url"]
    url: str
    chute: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedRequestInfo:
    """One kind of request of the plan; its body is described by its size only."""

    name: str
    method: str
    path: str
    body_bytes: int
    weight: float


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """The load that was asked for.

    Attributes:
        rate: Arrivals per second.
        duration_s: How long arrivals are scheduled for.
        arrivals: How many arrivals the schedule holds.
        spacing: ``uniform`` or ``poisson``.
        timeout_s: How long one request may take before it counts as a timeout.
        max_in_flight: The most requests open at the same time.
        seed: What the choice of requests and the Poisson spacing are drawn from.
        headers: The names of extra headers; their values may be secret and are left out.
        requests: The requests to choose from.
    """

    rate: float
    duration_s: float
    arrivals: int
    spacing: str
    timeout_s: float
    max_in_flight: int
    seed: int
    headers: tuple[str, ...]
    requests: tuple[PlannedRequestInfo, ...]


@dataclass(frozen=True, slots=True)
class SloResult:
    """One objective and what was seen.

    Attributes:
        expression: The objective as it was given, such as ``p95<500ms``.
        observed: Milliseconds for latencies, a ratio for ``error_rate`` and ``achieved``,
            per second for rates; ``None`` when there is no data.
        met: Never true without data.
    """

    expression: str
    observed: float | None
    met: bool


@dataclass(frozen=True, slots=True)
class EndpointResult:
    """All requests of one name.

    Attributes:
        sent: Requests that went out.
        ok: Requests answered 2xx in full.
        failed: Everything else that was due, arrivals that were never sent included.
        by_outcome: How many ended as ``ok``, ``http_429``, ``timeout`` and so on.
        latency_ms: From the intended start, over every outcome.
        service_time_ms: From the actual start, over every request sent.
        latency_by_outcome_ms: Latency again, split by outcome.
        ttft_ms: Time to the first token of a stream.
        chunk_gap_ms: Time between the chunks of a stream.
        tokens_per_second: Tokens of a stream per second.
    """

    name: str
    method: str
    sent: int
    ok: int
    failed: int
    by_outcome: dict[str, int]
    latency_ms: Distribution | None
    service_time_ms: Distribution | None
    latency_by_outcome_ms: dict[str, Distribution]
    ttft_ms: Distribution | None = None
    chunk_gap_ms: Distribution | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class GeneratorHealth:
    """How the load generator itself fared.

    Attributes:
        send_lateness_ms: How much later than intended requests went out, for arrivals
            that found room under the in-flight bound: the generator's own delay.
        cpu: Share of one core used while requests were offered, 1.0 = a full core.
        waited_for_room: Arrivals that had to wait because the in-flight bound was reached.
        max_in_flight_seen: The most requests that were open at once.
    """

    send_lateness_ms: Distribution | None
    cpu: float | None
    waited_for_room: int
    max_in_flight_seen: int


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """What happened in one second of the run.

    Attributes:
        t_s: End of the window, seconds after the first intended start.
        sent: Requests sent in the window.
        ok: Requests that succeeded in the window.
        failed: Requests that failed in the window.
        in_flight: Requests open at the end of the window.
        p50_ms: Median latency of requests completed in the window.
        p95_ms: 95th percentile of the same.
    """

    t_s: float
    sent: int
    ok: int
    failed: int
    in_flight: int
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The whole result of one load run.

    Attributes:
        valid: False when the run says nothing about the service.
        verdict: ``invalid``, else ``pass`` when every objective is met, else ``fail``.
        invalid_reasons: Why the run is invalid; empty when it is valid.
        notes: Things a reader should know that do not change the verdict.
        achieved_rate: Requests actually sent per second of the schedule.
        target_rate: Scheduled arrivals per second.
    """

    target: TargetInfo
    plan: PlanInfo
    valid: bool
    verdict: Verdict
    slos: tuple[SloResult, ...]
    endpoints: tuple[EndpointResult, ...]
    achieved_rate: float
    target_rate: float
    generator: GeneratorHealth
    series: tuple[SeriesPoint, ...]
    invalid_reasons: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = field(default=())
