"""`chutes-prod loadtest`: parse, call, print, exit."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chutes_cli.cli import reports
from chutes_cli.cli.exits import Exit
from chutes_cli.core.errors import UsageError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from chutes_cli.loadtest.plan import Plan, PlannedRequest

DEFAULT_SLO = "error_rate<1%"

Url = Annotated[str | None, typer.Argument(help="Base URL of a running service.")]
Serve = Annotated[
    str | None,
    typer.Option(
        metavar="PATH[:MODULE:CHUTE]",
        help="Start this chute under the real SDK on loopback, and stop it after.",
    ),
]
Requests = Annotated[
    list[str] | None,
    typer.Option(
        metavar="'METHOD /path JSON'",
        help="A request to send; repeatable.  [default: with --serve, one per cord, with a body"
        " its model accepts]",
    ),
]
Rate = Annotated[float, typer.Option(metavar="R", help="Arrivals per second.")]
Duration = Annotated[str, typer.Option(metavar="TIME", help="How long: 500ms, 30s, 2m, 1m30s.")]
Arrivals = Annotated[
    str, typer.Option(metavar="SPACING", help="uniform, or poisson (independent users).")
]
Slos = Annotated[
    list[str] | None,
    typer.Option(
        metavar="EXPR",
        help="An objective; repeatable. p95<500ms, mean, max, error_rate<1%, achieved>0.99,"
        f" rate>19/s, goodput>20/s.  [default: {DEFAULT_SLO}]",
    ),
]
Timeout = Annotated[
    str, typer.Option(metavar="TIME", help="After this a request counts as a timeout.")
]
StartupTimeout = Annotated[
    str, typer.Option(metavar="TIME", help="With --serve: time to become ready.")
]
Headers = Annotated[
    list[str] | None,
    typer.Option(
        metavar="'NAME: VALUE'",
        help="A header for every request; repeatable. Not for secrets: other users of this"
        " machine see command lines. Use --api-key-env.",
    ),
]
ApiKeyEnv = Annotated[
    str | None,
    typer.Option(
        metavar="VAR", help="Send the key in this environment variable as 'Authorization: Bearer'."
    ),
]
MaxRequests = Annotated[
    int | None, typer.Option(metavar="N", help="Send at most this many requests.")
]
OwnedHost = Annotated[
    str | None,
    typer.Option(
        metavar="HOST",
        help="Required for any host but loopback: the target's host name, as a statement"
        " that you may load it.",
    ),
]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Seed of request choice and poisson arrivals.")
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT[=FILE]",
        help="text or json, to stdout or to a file; repeatable.  [default: text]",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]


def loadtest(
    url: Url = None,
    serve: Serve = None,
    request: Requests = None,
    rate: Rate = 10.0,
    duration: Duration = "30s",
    arrivals: Arrivals = "uniform",
    slo: Slos = None,
    timeout: Timeout = "30s",
    startup_timeout: StartupTimeout = "120s",
    header: Headers = None,
    api_key_env: ApiKeyEnv = None,
    max_requests: MaxRequests = None,
    i_own_this: OwnedHost = None,
    seed: Seed = 0,
    format_: Formats = None,
    quiet: Quiet = False,
) -> None:
    """Offer load to a service and judge it against objectives.

    Requests arrive on schedule whether or not the service keeps up, and latency counts
    from the moment a request was due: a service that stalls cannot hide it.

    \b
    Examples:
      chutes-prod loadtest --serve .
      chutes-prod loadtest --serve . --request 'POST /generate {"prompt": "hi"}'
      chutes-prod loadtest http://127.0.0.1:8000 --rate 20 --duration 1m \\
          --request 'POST /generate {"prompt": "hi"}' \\
          --slo 'p95<500ms' --slo 'error_rate<1%' --slo 'achieved>0.99'
      chutes-prod loadtest https://api.example.com --i-own-this api.example.com \\
          --api-key-env API_KEY --request 'GET /health' --format json=result.json

    \b
    Exit codes: 0 every objective met; 1 one was not; 2 wrong usage; 3 the target
    cannot be reached, died or was never ready, or the run is invalid.
    """  # noqa: D301 - the backspace character is what tells click to keep line breaks
    if (url is None) == (serve is None):
        raise UsageError(
            "give exactly one target: a URL, or --serve PATH",
            hint="chutes-prod loadtest --help has examples",
        )
    from chutes_cli.loadtest import plan as plans
    from chutes_cli.loadtest.runner import require_generator
    from chutes_cli.loadtest.slo import parse_slo
    from chutes_cli.output.loadtest import formats

    known = formats()
    wanted = reports.destinations(format_ or ["text"], known)

    require_generator()
    # Only now: it reads histograms with a library of the extra.
    from chutes_cli.loadtest import session

    slos = [parse_slo(text) for text in slo or [DEFAULT_SLO]]
    plan = plans.make_plan(
        requests=[plans.parse_request(text) for text in request or []]
        or default_requests(serve, quiet=quiet),
        rate=rate,
        duration_s=plans.parse_duration(duration, option="--duration"),
        timeout_s=plans.parse_duration(timeout, option="--timeout"),
        spacing=arrivals,
        max_requests=max_requests,
        seed=seed,
        headers=_headers(header or [], api_key_env),
    )
    startup_timeout_s = plans.parse_duration(startup_timeout, option="--startup-timeout")
    watch = partial(_progress, plan, quiet=quiet)
    with _interruptible():
        if url is not None:
            outcome = session.load_url(url, plan, slos, owned_host=i_own_this, watch=watch)
        else:
            if not quiet:
                typer.echo(f"starting {serve} under the SDK's dev runtime...", err=True)
            outcome = session.load_served(
                serve or "", plan, slos, startup_timeout_s=startup_timeout_s, watch=watch
            )
    result = outcome.result
    reports.write(wanted, lambda name, color: known[name].render(result, color=color))
    if outcome.chute_log:
        typer.echo(f"the end of the chute's log:\n{outcome.chute_log}", err=True)
    code = {"pass": Exit.OK, "fail": Exit.NOT_READY, "invalid": Exit.NOT_DONE}[result.verdict]
    raise typer.Exit(code)


def _headers(texts: Sequence[str], api_key_env: str | None) -> tuple[tuple[str, SecretStr], ...]:
    """Return the extra headers; a key from the environment replaces any Authorization."""
    from chutes_cli.loadtest.plan import bearer_header, parse_headers

    headers = parse_headers(texts)
    if api_key_env is None:
        return headers
    kept = (pair for pair in headers if pair[0].lower() != "authorization")
    return (*kept, bearer_header(api_key_env, os.environ.get(api_key_env)))


def default_requests(serve: str | None, *, quiet: bool) -> list[PlannedRequest]:
    """Return the requests to send when none is given: one per cord of a chute to be served.

    Says on stderr which they are, and which cords get none; the latter with ``--quiet`` too,
    because the result does not speak for them.

    Args:
        serve: The chute to be served, None for a URL.
        quiet: Whether to keep silent about what is sent.

    Raises:
        UsageError: There are none: it is a URL, there is no such chute, or nothing can be
            derived from its cords.
    """
    if serve is None:
        raise UsageError(
            "there is nothing to send to the URL: its requests cannot be derived",
            hint="""give at least one: --request 'POST /generate {"prompt": "hi"}'""",
        )
    from chutes_cli.loadtest.payloads import requests_of

    found = requests_of(serve)
    if not quiet:
        typer.echo("requests derived from the chute's cords:", err=True)
        for each in found.requests:
            note = f"   ({each.note})" if each.note else ""
            typer.echo(f"  {each.line}{note}", err=True)
    if found.left_out:
        typer.echo("note: cords that get no request:", err=True)
        for one in found.left_out:
            typer.echo(f"  {one.line}", err=True)
    return [each.request for each in found.requests]


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind the stack, as Ctrl-C does, so that all is cleaned up."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("interrupted: everything was stopped, and there is no result", err=True)
        raise
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextlib.contextmanager
def _progress(plan: Plan, *, quiet: bool) -> Iterator[Any]:
    """Yield the callback for events: a live line on a terminal, silence elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda event: None
        return
    from rich.console import Console

    with Console(stderr=True).status(
        # Drawing costs CPU that the run needs.
        "starting the load generator...",
        refresh_per_second=2,
    ) as status:

        def show(event: dict[str, Any]) -> None:
            if event["event"] == "tick":
                p95 = "-" if event["p95_ms"] is None else f"{event['p95_ms']:.0f} ms"
                status.update(
                    f"{event['t_s']:.0f} of {plan.scheduled_s:.0f} s   {event['sent']} sent/s   "
                    f"{event['in_flight']} in flight   p95 {p95}   {event['failed']} failed"
                )

        yield show
