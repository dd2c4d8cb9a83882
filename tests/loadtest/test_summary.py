"""From events to a verdict."""

from __future__ import annotations

import json

import pytest

from chutes_cli.core.errors import RunError
from chutes_cli.core.result import TargetInfo
from chutes_cli.loadtest.plan import make_plan, parse_request
from chutes_cli.loadtest.slo import parse_slo
from chutes_cli.loadtest.summary import summarise
from chutes_cli.loadtest.user.recorder import NOT_SENT, Recorder
from chutes_cli.output.loadtest.json_v1 import render

PLAN = make_plan(requests=[parse_request("GET /x")], rate=10.0, duration_s=10.0)
ENDPOINT = ("GET /x", "GET")


def record(*, late=0.0, waited=False, **seconds_by_outcome):
    """Return a recorder that saw the given latencies, service time being half of each."""
    recorder = Recorder()
    for outcome, latencies in seconds_by_outcome.items():
        for latency in latencies:
            if outcome == NOT_SENT:
                recorder.completed(ENDPOINT, outcome, latency=latency, service=None)
                continue
            recorder.departed(lateness=late, in_time=True, waited=waited)
            recorder.completed(ENDPOINT, outcome, latency=latency, service=latency / 2)
    return recorder


def summary(recorder, *slos, cpu=0.1, **more):
    # Through JSON, as over the pipe.
    final = json.loads(json.dumps(recorder.final(cpu=cpu)))
    target = TargetInfo(kind="url", url="http://127.0.0.1")
    judged = [parse_slo(text) for text in slos]
    return summarise([final], plan=PLAN, slos=judged, target=target, **more)


def observed(recorder, slo):
    return summary(recorder, slo).slos[0].observed


def test_percentiles_are_right_to_three_digits():
    result = summary(record(ok=[number / 1000 for number in range(1, 1001)]))
    (endpoint,) = result.endpoints
    latency = endpoint.latency_ms
    for seen, true in [
        (latency.p50, 500),
        (latency.p90, 900),
        (latency.p95, 950),
        (latency.p99, 990),
        (latency.p999, 999),
    ]:
        assert seen == pytest.approx(true, rel=0.002)
    assert (latency.max, latency.mean) == (1000.0, 500.5)
    assert endpoint.service_time_ms.max == 500.0


def test_quick_failures_do_not_make_latency_look_good():
    recorder = record(ok=[0.8] * 50, http_429=[0.002] * 50)
    assert observed(recorder, "p50<1s") == pytest.approx(800, rel=0.002)
    assert observed(recorder, "mean<1s") == 800.0
    assert observed(recorder, "error_rate<1%") == 0.5


def test_timeouts_do_not_drop_out_of_the_tail():
    recorder = record(ok=[0.1] * 90, timeout=[5.0] * 10)
    assert observed(recorder, "p95<1s") == pytest.approx(5000, rel=0.002)


def test_without_a_success_there_is_no_latency():
    result = summary(record(http_500=[0.01] * 10), "p95<1s", "max<1s", "error_rate<=100%")
    assert [(slo.observed, slo.met) for slo in result.slos] == [
        (None, False),
        (None, False),
        (1.0, True),
    ]
    assert result.verdict == "fail"


def test_a_run_without_any_arrival_has_no_data_at_all():
    result = summary(record(), "p95<1s", "error_rate<1%", "achieved>=0")
    assert [(slo.observed, slo.met) for slo in result.slos] == [(None, False)] * 3
    assert result.generator.send_lateness_ms is None
    assert json.loads(render(result))["generator"]["send_lateness_ms"] is None


def test_rates():
    recorder = record(ok=[0.1] * 80, http_500=[0.1] * 10, not_sent=[30.0] * 10)
    assert observed(recorder, "rate>1") == pytest.approx(9.0)
    assert observed(recorder, "goodput>1") == pytest.approx(8.0)
    assert observed(recorder, "achieved>0.5") == pytest.approx(0.9)
    assert observed(recorder, "error_rate<1%") == pytest.approx(0.2)
    (endpoint,) = summary(recorder).endpoints
    assert (endpoint.sent, endpoint.ok, endpoint.failed) == (90, 80, 20)
    assert endpoint.by_outcome == {"ok": 80, "http_500": 10, "not_sent": 10}


def test_no_objectives_pass():
    assert summary(record(ok=[0.1])).verdict == "pass"


@pytest.mark.parametrize(
    ("recorder", "cpu", "reason"),
    [
        (record(ok=[0.1] * 100), 0.96, "used 96% of its core"),
        (record(ok=[0.3] * 100, late=0.2), 0.1, "200 ms late"),
    ],
)
def test_a_generator_at_its_limit_makes_the_run_invalid(recorder, cpu, reason):
    result = summary(recorder, "p95<10s", "error_rate<1%", cpu=cpu)
    assert (result.valid, result.verdict) == (False, "invalid")
    assert reason in result.invalid_reasons[0]


@pytest.mark.parametrize(
    "recorder",
    [
        record(ok=[0.1] * 100, late=0.09),
        # Late, but a small part of what was measured.
        record(ok=[9.0] * 100, late=0.5),
        # Late because the service left no room.
        record(ok=[9.0] * 100, late=8.0, waited=True),
    ],
)
def test_no_wolf_is_cried(recorder):
    assert summary(recorder, "p95<10s", cpu=0.9).verdict == "pass"


def test_a_dead_target_makes_the_run_invalid():
    result = summary(record(ok=[0.1]), target_died=True)
    assert (result.verdict, result.invalid_reasons) == (
        "invalid",
        ("the chute died during the run",),
    )


def test_events_without_an_end_are_no_result():
    target = TargetInfo(kind="url", url="http://127.0.0.1")
    for events in ([], [{"event": "start", "arrivals": 1}]):
        with pytest.raises(RunError):
            summarise(events, plan=PLAN, slos=[], target=target)


def test_durations_beyond_the_histogram_are_kept_as_its_largest():
    (endpoint,) = summary(record(ok=[7200.0, -0.001])).endpoints
    assert endpoint.latency_ms.max == 3_600_000.0
    assert endpoint.latency_ms.p50 == 0.0


def test_windows():
    recorder = record(ok=[0.1, 0.2, 0.3], http_500=[0.4])
    tick = recorder.tick(1.0)
    assert (tick["sent"], tick["ok"], tick["failed"], tick["in_flight"]) == (4, 3, 1, 0)
    assert (tick["p50_ms"], tick["p95_ms"]) == (300.0, 400.0)
    empty = recorder.tick(2.0)
    assert (empty["sent"], empty["p50_ms"]) == (0, None)
