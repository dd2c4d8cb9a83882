"""Service level objectives: what `--slo` understands, and when one is met.

Grammar: ``METRIC OPERATOR NUMBER[UNIT]`` with the operators ``<  <=  >  >=``::

    p95<500ms  p99.9<=2s  mean<200ms  max<3s     latency from the intended start
    error_rate<1%  error_rate<=0.01              failed / due
    achieved>0.99  achieved>=99%                 sent in time / scheduled
    rate>19/s                                    requests sent per second
    goodput>20/s                                 requests answered 2xx per second

Latency is judged twice, over every request and over the successful ones, and the slower
figure counts. Over all requests alone, quick failures (a 429 in 2 ms) would make a broken
service look fast; over successes alone, timeouts would drop out of the tail. Without a
single success there is no latency to speak of, and the objective is not met.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chutes_cli.core.errors import UsageError
from chutes_cli.core.result import SloResult

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TIME_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
_RATIO_UNITS = {"": 1.0, "%": 0.01}
_RATE_UNITS = {"": 1.0, "/s": 1.0, "/m": 1 / 60}
_UNITS_OF = {
    "mean": _TIME_UNITS_MS,
    "max": _TIME_UNITS_MS,
    "error_rate": _RATIO_UNITS,
    "achieved": _RATIO_UNITS,
    "rate": _RATE_UNITS,
    "goodput": _RATE_UNITS,
}
_SHAPE = re.compile(r"\s*([^<>=!\s]*)\s*([<>=!]+)\s*([^\s]*)\s*(.*?)\s*")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(.*)")
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_KNOWN = "p50, p95, p99.9, ..., mean, max, error_rate, achieved, rate, goodput"


class Observed(Protocol):
    """What a run measured, as far as objectives ask for it."""

    def latency_ms(self, metric: str, percentile: float | None) -> float | None:
        """Return a latency in ms: a percentile, or ``mean`` or ``max``; None without data."""

    def ratio_or_rate(self, metric: str) -> float | None:
        """Return ``error_rate``, ``achieved``, ``rate`` or ``goodput``; None without data."""


@dataclass(frozen=True, slots=True)
class Slo:
    """One objective.

    Attributes:
        expression: As it was given.
        metric: ``percentile`` or a name of the grammar.
        percentile: 0 to 100 exclusive, for percentiles only.
        comparison: ``<``, ``<=``, ``>`` or ``>=``.
        threshold: In ms, as a ratio, or per second.
    """

    expression: str
    metric: str
    percentile: float | None
    comparison: str
    threshold: float

    def judge(self, observed: Observed) -> SloResult:
        """Return what was observed and whether the objective is met."""
        if self.metric in {"percentile", "mean", "max"}:
            value = observed.latency_ms(self.metric, self.percentile)
        else:
            value = observed.ratio_or_rate(self.metric)
        met = value is not None and _OPERATORS[self.comparison](value, self.threshold)
        return SloResult(expression=self.expression, observed=value, met=met)


def parse_slo(text: str) -> Slo:
    """Return the objective that an expression such as ``p95<500ms`` states.

    Raises:
        UsageError: Some part of it is not in the grammar; the message names that part.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise _grammar_error(text, "there is no comparison in it (<, <=, > or >=)")
    name, comparison, value, unit_after_space = shape.groups()
    if comparison not in _OPERATORS:
        raise _grammar_error(text, f"{comparison!r} is not one of <, <=, > and >=")
    metric, percentile, units = _metric(text, name)
    number = _NUMBER.fullmatch(value)
    if number is None:
        raise _grammar_error(text, f"{value!r} after {comparison!r} is not a number")
    unit = (number[2] + unit_after_space).lower()
    if unit not in units:
        known = ", ".join(repr(unit) for unit in units if unit)
        problem = f"unit {unit!r} does not fit {name!r}" if unit else f"{name!r} needs a unit"
        raise _grammar_error(text, f"{problem} (known: {known})")
    threshold = float(number[1]) * units[unit]
    return Slo(text.strip(), metric, percentile, comparison, threshold)


def _metric(text: str, name: str) -> tuple[str, float | None, dict[str, float]]:
    lowered = name.lower()
    if lowered in _UNITS_OF:
        return lowered, None, _UNITS_OF[lowered]
    percentile = _PERCENTILE.fullmatch(lowered)
    if percentile is None or float(percentile[1]) <= 0:
        problem = f"{name!r} is not a known metric" if name else "there is no metric before it"
        raise _grammar_error(text, problem)
    return "percentile", float(percentile[1]), _TIME_UNITS_MS


def _grammar_error(text: str, problem: str) -> UsageError:
    return UsageError(
        f"--slo: {problem}",
        where=text,
        hint=f"metrics: {_KNOWN}; examples: 'p95<500ms', 'error_rate<1%', 'achieved>0.99'",
    )
