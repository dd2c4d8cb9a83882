"""The grammar of `--slo`, and when an objective counts as met."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from chutes_cli.core.errors import UsageError
from chutes_cli.loadtest.slo import parse_slo


@dataclass
class Seen:
    """A run as objectives see it."""

    latency: float | None = 100.0
    figures: dict[str, float | None] = field(default_factory=dict)

    def latency_ms(self, metric: str, percentile: float | None) -> float | None:
        return self.latency

    def ratio_or_rate(self, metric: str) -> float | None:
        return self.figures.get(metric)


@pytest.mark.parametrize(
    ("text", "metric", "percentile", "comparison", "threshold"),
    [
        ("p95<500ms", "percentile", 95.0, "<", 500.0),
        ("p99.9<=2s", "percentile", 99.9, "<=", 2000.0),
        (" P50 < 1.5 s ", "percentile", 50.0, "<", 1500.0),
        ("p5>100us", "percentile", 5.0, ">", 0.1),
        ("mean<200ms", "mean", None, "<", 200.0),
        ("max<=1m", "max", None, "<=", 60_000.0),
        ("error_rate<1%", "error_rate", None, "<", 0.01),
        ("error_rate<=0.05", "error_rate", None, "<=", 0.05),
        ("error_rate<=0", "error_rate", None, "<=", 0.0),
        ("achieved>0.99", "achieved", None, ">", 0.99),
        ("achieved>=99%", "achieved", None, ">=", 0.99),
        ("rate>19/s", "rate", None, ">", 19.0),
        ("rate>600/m", "rate", None, ">", 10.0),
        ("goodput>=20", "goodput", None, ">=", 20.0),
    ],
)
def test_grammar(text, metric, percentile, comparison, threshold):
    slo = parse_slo(text)
    assert (slo.metric, slo.percentile, slo.comparison) == (metric, percentile, comparison)
    assert slo.threshold == pytest.approx(threshold)
    assert slo.expression == text.strip()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no comparison"),
        ("p95", "no comparison"),
        ("p95=500ms", "'=' is not one of"),
        ("p95=<500ms", "'=<' is not one of"),
        ("p95!=500ms", "'!=' is not one of"),
        ("<500ms", "no metric"),
        ("p95<", "'' after '<' is not a number"),
        ("p95<fast", "'fast' after '<' is not a number"),
        ("p95<-1ms", "'-1ms' after '<' is not a number"),
        ("p95<nan", "not a number"),
        ("p95<500", "'p95' needs a unit"),
        ("p95<500%", "unit '%' does not fit 'p95'"),
        ("p95<500ms 2", "unit 'ms2' does not fit"),
        ("p100<1s", "'p100' is not a known metric"),
        ("p0<1s", "'p0' is not a known metric"),
        ("median<1s", "'median' is not a known metric"),
        ("error_rate<1ms", "unit 'ms' does not fit 'error_rate'"),
        ("rate>19ms", "unit 'ms' does not fit 'rate'"),
    ],
)
def test_errors_name_the_bad_part_and_list_what_is_known(text, problem):
    with pytest.raises(UsageError) as caught:
        parse_slo(text)
    assert problem in caught.value.what
    assert "error_rate" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "met"),
    [("p95<100ms", False), ("p95<=100ms", True), ("p95>100ms", False), ("p95>=100ms", True)],
)
def test_comparisons_at_the_threshold(text, met):
    assert parse_slo(text).judge(Seen()).met is met


@pytest.mark.parametrize("text", ["p95<500ms", "p95>0ms", "mean>=0s", "error_rate<1%", "rate>=0"])
def test_no_data_is_never_met(text):
    result = parse_slo(text).judge(Seen(latency=None))
    assert result.observed is None
    assert result.met is False


def test_observed_is_kept():
    result = parse_slo("error_rate<1%").judge(Seen(figures={"error_rate": 0.02}))
    assert (result.observed, result.met) == (0.02, False)
