"""What load to offer: requests, rate, duration, limits.

A `Plan` is complete and checked before anything is started, so a wrong option ends in a
`UsageError` and never in half a run.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from chutes_cli.core.errors import UsageError
from chutes_cli.core.result import PlanInfo, PlannedRequestInfo

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
IN_FLIGHT_CEILING = 2000
"""Most requests open at once: a guard for the machine, not a model of the users."""

_OPTION_OF = {
    "rate": "--rate",
    "duration_s": "--duration (in seconds)",
    "timeout_s": "--timeout (in seconds)",
    "spacing": "--arrivals",
    "max_requests": "--max-requests",
    "seed": "--seed",
    "requests": "--request",
}
_DURATION_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OWNED_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_PATH = re.compile(r"/[\x21-\x7e]*")


class PlannedRequest(BaseModel):
    """One kind of request: what is sent, and how often compared with its siblings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    method: str
    path: str
    body: bytes = b""
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0


class Plan(BaseModel):
    """The load to offer.

    Attributes:
        url: Base URL of the target, without a trailing slash; empty until it is known.
        requests: The requests to choose from, by weight.
        rate: Arrivals per second.
        duration_s: How long arrivals go on, in seconds.
        timeout_s: How long one request may take, in seconds, counted from its send.
        spacing: ``uniform`` arrivals, or ``poisson`` (memoryless, as independent users are).
        max_requests: The most requests to send, or None.
        seed: Seed of the choice of requests and of the Poisson spacing.
        headers: Extra headers sent with each request; values are never printed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    requests: Annotated[tuple[PlannedRequest, ...], Field(min_length=1)]
    rate: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
    duration_s: Annotated[float, Field(gt=0, le=7 * 86_400, allow_inf_nan=False)]
    timeout_s: Annotated[float, Field(gt=0, le=3_600, allow_inf_nan=False)] = 30.0
    spacing: Literal["uniform", "poisson"] = "uniform"
    max_requests: Annotated[int, Field(gt=0)] | None = None
    seed: int = 0
    headers: tuple[tuple[str, SecretStr], ...] = ()

    @property
    def arrivals(self) -> int:
        """How many arrivals the schedule holds; at least one."""
        # The small term undoes float noise: 20/s for 0.35 s is 7 arrivals, not 6.
        planned = max(1, math.floor(self.rate * self.duration_s + 1e-6))
        return planned if self.max_requests is None else min(planned, self.max_requests)

    @property
    def scheduled_s(self) -> float:
        """How long the schedule lasts; shorter than the duration when capped."""
        return self.arrivals / self.rate

    @property
    def max_in_flight(self) -> int:
        """Most requests open at once: all that can pile up within the timeout, capped."""
        return min(IN_FLIGHT_CEILING, math.ceil(self.rate * self.timeout_s) + 10)

    def aimed_at(self, url: str) -> Plan:
        """Return the same plan for a target."""
        return self.model_copy(update={"url": url})

    def info(self) -> PlanInfo:
        """Return the plan as result data, without bodies and header values."""
        return PlanInfo(
            rate=self.rate,
            duration_s=self.duration_s,
            arrivals=self.arrivals,
            spacing=self.spacing,
            timeout_s=self.timeout_s,
            max_in_flight=self.max_in_flight,
            seed=self.seed,
            headers=tuple(name for name, _ in self.headers),
            requests=tuple(
                PlannedRequestInfo(
                    name=request.name,
                    method=request.method,
                    path=request.path,
                    body_bytes=len(request.body),
                    weight=request.weight,
                )
                for request in self.requests
            ),
        )


def make_plan(**fields: Any) -> Plan:
    """Return the plan with the given fields of `Plan`.

    Raises:
        UsageError: A value is out of its bounds; the message names the option.
    """
    try:
        return Plan(**fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        raise UsageError(f"{_OPTION_OF.get(field, field)}: {first['msg']}") from error


def parse_duration(text: str, *, option: str) -> float:
    """Return the seconds that a duration such as ``30s``, ``500ms`` or ``1m30s`` means.

    Args:
        text: One or more numbers, each with its unit: ms, s, m or h, largest first.
        option: The option's name, for the message.

    Raises:
        UsageError: The text is no such duration, or is zero.
    """
    compact = text.strip().lower()
    parts = _DURATION_PART.findall(compact)
    units = [unit for _, unit in parts]
    ordered = sorted(set(units), key=lambda unit: -_DURATION_UNITS_S[unit])
    if not parts or "".join(number + unit for number, unit in parts) != compact or units != ordered:
        raise UsageError(
            f"{option}: {text!r} is not a duration",
            hint="write a number and a unit (ms, s, m, h), such as 500ms, 30s, 2m or 1m30s",
        )
    seconds = sum(float(number) * _DURATION_UNITS_S[unit] for number, unit in parts)
    if seconds <= 0:
        raise UsageError(f"{option}: {text!r} is no time at all", hint="give a duration above 0")
    return seconds


def parse_request(text: str) -> PlannedRequest:
    """Return the request that ``METHOD /path [JSON body]`` describes.

    Raises:
        UsageError: The method, the path or the body is not what it should be.
    """
    method, _, rest = text.strip().partition(" ")
    path, _, body = rest.strip().partition(" ")
    if method.upper() not in METHODS:
        raise _request_error(text, f"{method!r} is not an HTTP method ({', '.join(METHODS)})")
    if not path:
        raise _request_error(text, f"there is no path after {method!r}")
    if not _PATH.fullmatch(path):
        problem = (
            "does not begin with '/'" if path[0] != "/" else "has characters to percent-encode"
        )
        raise _request_error(text, f"the path {path!r} {problem}")
    body = body.strip()
    if body:
        if method.upper() in {"GET", "HEAD"}:
            raise _request_error(text, f"a {method.upper()} request carries no body")
        try:
            json.loads(body)
        except ValueError as error:
            raise _request_error(text, f"the body is not JSON: {error}") from error
    name = f"{method.upper()} {path.partition('?')[0]}"
    return PlannedRequest(name=name, method=method.upper(), path=path, body=body.encode())


def _request_error(text: str, problem: str) -> UsageError:
    return UsageError(
        f"--request: {problem}",
        where=text,
        hint="""write METHOD /path and a JSON body, such as 'POST /generate {"prompt": "hi"}'""",
    )


def parse_headers(texts: Sequence[str]) -> tuple[tuple[str, SecretStr], ...]:
    """Return the headers that a list of ``Name: value`` describes.

    Raises:
        UsageError: One has no colon, a bad name or value, or is one that the generator
            sets itself. The value is never part of the message.
    """
    headers = []
    for text in texts:
        name, colon, value = text.partition(":")
        name, value = name.strip(), value.strip()
        if not colon:
            raise UsageError("--header: there is no ':' between name and value", hint="Name: value")
        if not _HEADER_NAME.fullmatch(name):
            raise UsageError(f"--header: {name!r} is not a header name")
        if name.lower() in _OWNED_HEADERS:
            raise UsageError(f"--header: {name} is set by the load generator itself")
        headers.append((name, _secret_value(value, option=f"--header {name}")))
    return tuple(headers)


def bearer_header(variable: str, value: str | None) -> tuple[str, SecretStr]:
    """Return the Authorization header for an API key from the environment.

    Args:
        variable: The environment variable's name, for the message.
        value: The key, None when the variable is not set.

    Raises:
        UsageError: The variable is unset or empty, or no header can carry its value.
    """
    if not value:
        raise UsageError(
            f"--api-key-env: the environment variable {variable} is not set",
            hint=f"export {variable}=... first; the option takes its name, not the key",
        )
    return "Authorization", _secret_value(f"Bearer {value}", option=f"--api-key-env {variable}")


def _secret_value(value: str, *, option: str) -> SecretStr:
    if not _HEADER_VALUE.fullmatch(value):
        raise UsageError(f"{option}: the value has characters that no HTTP header can carry")
    return SecretStr(value)
