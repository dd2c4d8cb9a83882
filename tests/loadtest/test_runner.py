"""Real runs of the generator against a loopback server."""

from __future__ import annotations

import sys

import pytest

from chutes_cli.core.errors import RunError
from chutes_cli.core.result import TargetInfo
from chutes_cli.loadtest import runner
from chutes_cli.loadtest.plan import Plan, make_plan, parse_headers, parse_request
from chutes_cli.loadtest.slo import parse_slo
from chutes_cli.loadtest.summary import summarise


def offer(service, *requests, slos=("error_rate<1%",), kind=Plan, **fields):
    defaults = {"rate": 40.0, "duration_s": 2.0, "timeout_s": 5.0}
    plan = make_plan(requests=[parse_request(text) for text in requests], **defaults | fields)
    if kind is not Plan:
        plan = kind(**dict(plan))
    events = runner.run(plan.aimed_at(service.url), on_event=lambda event: None)
    return summarise(
        events,
        plan=plan,
        slos=[parse_slo(text) for text in slos],
        target=TargetInfo(kind="url", url=service.url),
    )


def test_every_arrival_is_sent_once_and_on_time(service):
    seen = []
    plan = make_plan(requests=[parse_request('POST /ok {"a": 1}')], rate=50.0, duration_s=2.0)
    events = runner.run(plan.aimed_at(service.url), on_event=seen.append)
    assert seen == events
    assert [event["event"] for event in events][:2] == ["start", "tick"]
    result = summarise(
        events,
        plan=plan,
        slos=[parse_slo("achieved>0.9"), parse_slo("error_rate<1%")],
        target=TargetInfo(kind="url", url=service.url),
    )
    assert len(service.hits) == 100
    assert (result.verdict, result.valid, result.invalid_reasons) == ("pass", True, ())
    (endpoint,) = result.endpoints
    assert (endpoint.sent, endpoint.ok, endpoint.failed) == (100, 100, 0)
    assert sum(point.sent for point in result.series) == 100
    assert sum(point.ok for point in result.series) == 100
    # Keep-alive: far fewer connections than requests.
    assert service.connections < 50


def test_a_stalled_service_cannot_hide(service):
    """In the middle of the run everything stalls for 1 s; arrivals go on meanwhile."""
    service.stall_at = 40
    result = offer(service, "GET /ok", slos=("p50<400ms", "p90<200ms"), rate=40.0, duration_s=3.0)
    (endpoint,) = result.endpoints
    assert endpoint.sent == len(service.hits) == 120
    latency = endpoint.latency_ms
    # 40 of 120 arrivals fall into the stall and wait 0 to 1 s; a closed loop would see one.
    assert latency.p90 > 400
    assert latency.max > 900
    assert result.generator.max_in_flight_seen > 20
    assert [slo.met for slo in result.slos] == [True, False]
    assert result.verdict == "fail"


class Narrow(Plan):
    """A plan with room for two requests at a time."""

    @property
    def max_in_flight(self) -> int:
        return 2


def test_waiting_for_room_counts_as_latency_but_not_as_service_time(service):
    service.stall_at = 20
    result = offer(service, "GET /ok", kind=Narrow, rate=40.0, duration_s=3.0)
    (endpoint,) = result.endpoints
    assert endpoint.sent == 120
    assert endpoint.latency_ms.p90 > 300
    assert endpoint.service_time_ms.p90 < endpoint.latency_ms.p90 / 2
    assert result.generator.waited_for_room > 10
    assert result.generator.max_in_flight_seen == 2
    # The service's doing, so the generator is not to blame, and the run is valid.
    assert result.valid
    assert any("in-flight bound of 2" in note for note in result.notes)


def test_arrivals_that_find_no_room_before_their_timeout_are_failures(service):
    result = offer(service, "GET /slow", kind=Narrow, rate=20.0, duration_s=1.0, timeout_s=1.0)
    (endpoint,) = result.endpoints
    assert endpoint.by_outcome["not_sent"] > 5
    assert endpoint.sent + endpoint.by_outcome["not_sent"] == 20
    assert endpoint.latency_by_outcome_ms["not_sent"].p50 > 900
    assert result.achieved_rate < 20.0
    assert (result.slos[0].observed, result.verdict) == (1.0, "fail")


def test_outcomes_are_told_apart(service):
    expected = {
        "GET /ok": "ok",
        "HEAD /ok": "ok",
        "GET /201": "ok",
        "GET /204": "ok",
        "GET /chunked": "ok",
        "GET /untilclose": "ok",
        "GET /500": "http_500",
        "GET /429": "http_429",
        "GET /redirect": "http_302",
        "GET /continued": "http_503",
        "GET /slow": "timeout",
        "GET /drip": "timeout",
        "GET /reset": "connection_error",
        "GET /hangup": "connection_error",
        "GET /truncated": "truncated",
        "GET /cut": "truncated",
        "GET /garbage": "protocol_error",
    }
    result = offer(service, *expected, slos=("p50<10s",), rate=60.0, duration_s=3.0, timeout_s=1.5)
    seen = {endpoint.name: set(endpoint.by_outcome) for endpoint in result.endpoints}
    assert seen == {name: {outcome} for name, outcome in expected.items()}
    assert sum(endpoint.sent for endpoint in result.endpoints) == 180
    assert service.loaded() == 180
    timeouts = next(each for each in result.endpoints if each.name == "GET /drip")
    assert 1400 < timeouts.latency_ms.p50 < 2500
    assert not any(path == "/elsewhere" for path, _ in service.hits)


def test_nobody_there_is_a_connection_error(service):
    service.server_close()
    result = offer(service, "GET /ok", slos=("p95<1s", "error_rate<1%"), duration_s=0.5)
    assert [set(each.by_outcome) for each in result.endpoints] == [{"connection_error"}]
    assert [(slo.observed, slo.met) for slo in result.slos] == [(None, False), (1.0, False)]


def test_headers_arrive_and_are_never_in_a_file_with_a_name(service, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    left = []
    plan = make_plan(
        requests=[parse_request("GET /ok")],
        rate=10.0,
        duration_s=0.5,
        headers=parse_headers(["X-Key: s3cret"]),
    )
    runner.run(
        plan.aimed_at(service.url),
        on_event=lambda event: left.extend(
            file
            for file in tmp_path.rglob("*")
            if file.is_file() and b"s3cret" in file.read_bytes()
        ),
    )
    assert left == []
    assert list(tmp_path.iterdir()) == []
    assert {headers["X-Key"] for _, headers in service.hits} == {"s3cret"}


def test_the_users_own_locust_settings_change_nothing(service, monkeypatch, tmp_path):
    (tmp_path / "locust.conf").write_text("users = 7\n")
    (tmp_path / ".locust.conf").write_text("users = 7\n")
    (tmp_path / "locust.py").write_text("raise RuntimeError('shadowed')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOCUST_USERS", "7")
    result = offer(service, "GET /ok", duration_s=0.5)
    assert sum(endpoint.sent for endpoint in result.endpoints) == 20


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; print('no luck'); sys.exit(3)", "ended with status 3 without a result"),
        ("print('no luck')", "ended with status 0 without a result"),
        ("import os; print('no luck', flush=True); os.kill(os.getpid(), 9)", "status 137"),
    ],
)
def test_a_failing_generator_is_a_run_error_with_its_log(monkeypatch, service, code, message):
    monkeypatch.setattr(runner, "_command", lambda: [sys.executable, "-c", code])
    with pytest.raises(RunError, match=message) as caught:
        offer(service, "GET /ok")
    assert "no luck" in (caught.value.detail or "")


def test_a_silent_generator_is_a_run_error(monkeypatch, service):
    monkeypatch.setattr(runner, "SILENCE_S", 0.5)
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(runner, "_command", lambda: sleeper)
    with pytest.raises(RunError, match="has said nothing"):
        offer(service, "GET /ok")


def test_the_parent_never_imports_locust():
    assert not {"locust", "gevent", "geventhttpclient"} & set(sys.modules)
