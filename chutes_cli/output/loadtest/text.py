"""Text for people: the verdict first, then what it rests on."""

from __future__ import annotations

from io import StringIO
from textwrap import fill

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chutes_cli.core.result import Distribution, EndpointResult, LoadResult, SloResult

NAME = "text"
WIDTH = 80
_STYLE = {"pass": "bold green", "fail": "bold red", "invalid": "bold yellow"}
_RATIOS = ("error_rate", "achieved")
_RATES = ("rate", "goodput")


def render(result: LoadResult, *, color: bool = False) -> str:
    """Return the result as text of at most 80 columns."""
    console = Console(
        file=StringIO(),
        width=WIDTH,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    _verdict(console, result)
    if result.slos:
        console.print(_slos(result.slos))
        console.print()
    for endpoint in result.endpoints:
        console.print(_endpoint(endpoint))
        console.print()
    _health(console, result)
    output = console.file
    assert isinstance(output, StringIO)
    lines = (line.rstrip() for line in output.getvalue().splitlines())
    return "\n".join(lines).strip("\n") + "\n"


def _verdict(console: Console, result: LoadResult) -> None:
    met = sum(slo.met for slo in result.slos)
    says = f"{met} of {len(result.slos)} objectives met"
    if result.verdict == "invalid":
        says = "this run cannot be judged"
    verdict = Text(result.verdict.upper(), style=_STYLE[result.verdict])
    console.print(verdict.append(f"  {says}", style="default"))
    for reason in result.invalid_reasons:
        console.print(_indented("because  ", reason))
    target = result.target
    name = f"{target.chute} of {target.path} at {target.url}" if target.chute else target.url
    console.print(f"target   {name}", soft_wrap=True)
    console.print(
        f"load     {result.achieved_rate:g} of {result.target_rate:g} requests/s for "
        f"{result.plan.arrivals / result.plan.rate:g} s ({result.plan.spacing} arrivals)"
    )
    console.print()


def _slos(slos: tuple[SloResult, ...]) -> Table:
    table = _table("objective", "observed", "")
    for slo in slos:
        mark = Text("met", "green") if slo.met else Text("NOT MET", "bold red")
        table.add_row(slo.expression, _observed(slo), mark)
    return table


def _observed(slo: SloResult) -> str:
    if slo.observed is None:
        return "no data"
    if slo.expression.lower().startswith(_RATIOS):
        return f"{slo.observed:.2%}"
    if slo.expression.lower().startswith(_RATES):
        return f"{slo.observed:.4g}/s"
    return _ms(slo.observed)


def _endpoint(endpoint: EndpointResult) -> Table:
    table = _table(endpoint.name, "count", "p50", "p90", "p95", "p99", "max")
    for outcome, count in endpoint.by_outcome.items():
        style = "" if outcome == "ok" else "red"
        split = endpoint.latency_by_outcome_ms.get(outcome)
        table.add_row(Text(outcome, style), str(count), *_columns(split))
    total = str(endpoint.ok + endpoint.failed)
    table.add_row("latency, all", total, *_columns(endpoint.latency_ms))
    table.add_row("service time, all", str(endpoint.sent), *_columns(endpoint.service_time_ms))
    return table


def _columns(split: Distribution | None) -> list[str]:
    if split is None:
        return ["-"] * 5
    return [_ms(value) for value in (split.p50, split.p90, split.p95, split.p99, split.max)]


def _health(console: Console, result: LoadResult) -> None:
    health = result.generator
    late = health.send_lateness_ms
    parts = [f"sends late by {_ms(late.p99)} at p99" if late else "nothing was sent"]
    if health.cpu is not None:
        parts.append(f"{health.cpu:.0%} of a core")
    parts.append(f"at most {health.max_in_flight_seen} in flight")
    console.print(f"generator: {', '.join(parts)}")
    for note in result.notes:
        console.print(_indented("note: ", note))


def _indented(label: str, text: str) -> str:
    return fill(label + text, WIDTH, subsequent_indent=" " * len(label))


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=False)
    for number, column in enumerate(columns):
        right = number > 0 and column != ""
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table


def _ms(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"
