"""The formats of a load-test result, all from one result."""

from __future__ import annotations

import json

import pytest

from chutes_cli.core import result as data
from chutes_cli.output.loadtest import formats

SPLIT = data.Distribution(
    p50=12.3, p90=80.0, p95=150.0, p99=2300.0, p999=9000.0, max=30_000, mean=50
)
RESULT = data.LoadResult(
    target=data.TargetInfo("served", "http://127.0.0.1:1234", "chute:chute", "demo"),
    plan=data.PlanInfo(
        rate=20.0,
        duration_s=10.0,
        arrivals=200,
        spacing="uniform",
        timeout_s=30.0,
        max_in_flight=610,
        seed=0,
        headers=("Authorization",),
        requests=(data.PlannedRequestInfo("POST /generate", "POST", "/generate", 16, 1.0),),
    ),
    valid=True,
    verdict="fail",
    slos=(
        data.SloResult("p95<500ms", 150.0, True),
        data.SloResult("error_rate<1%", 0.025, False),
        data.SloResult("goodput>20/s", 19.5, False),
        data.SloResult("p50<1s", None, False),
    ),
    endpoints=(
        data.EndpointResult(
            name="POST /generate",
            method="POST",
            sent=200,
            ok=195,
            failed=5,
            by_outcome={"ok": 195, "http_429": 5},
            latency_ms=SPLIT,
            service_time_ms=None,
            latency_by_outcome_ms={"ok": SPLIT},
        ),
    ),
    achieved_rate=19.9,
    target_rate=20.0,
    generator=data.GeneratorHealth(SPLIT, 0.12, 3, 40),
    series=(data.SeriesPoint(1.0, 20, 20, 0, 1, 12.0, None),),
    notes=("the in-flight bound of 610 was reached and 3 arrivals waited for room",),
)
TEXT = """\
FAIL  1 of 4 objectives met
target   chute:chute of demo at http://127.0.0.1:1234
load     19.9 of 20 requests/s for 10 s (uniform arrivals)

objective       observed
──────────────────────────────────
p95<500ms         150 ms   met
error_rate<1%      2.50%   NOT MET
goodput>20/s      19.5/s   NOT MET
p50<1s           no data   NOT MET

POST /generate      count       p50       p90      p95       p99      max
─────────────────────────────────────────────────────────────────────────
ok                    195   12.3 ms   80.0 ms   150 ms   2300 ms   30.0 s
http_429                5         -         -        -         -        -
latency, all          200   12.3 ms   80.0 ms   150 ms   2300 ms   30.0 s
service time, all     200         -         -        -         -        -

generator: sends late by 2300 ms at p99, 12% of a core, at most 40 in flight
note: the in-flight bound of 610 was reached and 3 arrivals waited for room
"""


def test_formats_are_discovered():
    assert sorted(formats()) == ["json", "text"]


def test_text():
    assert formats()["text"].render(RESULT) == TEXT


def test_text_in_colour_says_the_same(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    colored = formats()["text"].render(RESULT, color=True)
    assert "\x1b[" in colored


def test_text_fits_80_columns_whatever_the_names_are():
    from dataclasses import replace

    long = replace(
        RESULT,
        verdict="invalid",
        invalid_reasons=("the load generator " + "was very tired " * 20,),
        endpoints=(replace(RESULT.endpoints[0], name="POST /" + "very-long/" * 12),),
        slos=(data.SloResult("p95<500ms", None, False),),
    )
    lines = formats()["text"].render(long).splitlines()
    assert max(len(line) for line in lines if not line.startswith("target")) <= 80
    assert lines[0] == "INVALID  this run cannot be judged"


def test_json_has_the_fields_of_version_1():
    document = json.loads(formats()["json"].render(RESULT), parse_constant=pytest.fail)
    assert document["schema_version"] == 1
    assert {
        "target",
        "plan",
        "valid",
        "verdict",
        "slos",
        "endpoints",
        "achieved_rate",
        "target_rate",
        "generator",
        "series",
        "probes",
    } <= set(document)
    endpoint = document["endpoints"][0]
    assert set(endpoint["latency_ms"]) == {"p50", "p90", "p95", "p99", "p999", "max", "mean"}
    assert endpoint["service_time_ms"] is None
    for later in ("ttft_ms", "chunk_gap_ms", "tokens_per_second"):
        assert endpoint[later] is None
    assert document["probes"] == []
    assert set(document["generator"]) >= {"send_lateness_ms", "cpu"}
    assert document["slos"][3] == {"expression": "p50<1s", "observed": None, "met": False}
