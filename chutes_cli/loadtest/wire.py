"""What passes between chutes-prod and its Locust process: a plan in, events out.

The plan goes in as JSON, in a file without a name: it may hold an API key. Requests are
already encoded to the bytes that go over the wire, so that the generator does nothing but
send them. Events come back as JSON lines on a pipe of their own, never mixed with Locust's
log:

    start   {"event", "arrivals"}
    tick    {"event", "t_s", "sent", "ok", "failed", "in_flight", "p50_ms", "p95_ms"}
    final   {"event", "sent_in_time", "waited_for_room", "max_in_flight_seen", "cpu",
             "send_lateness", "endpoints": [{"name", "method", "outcomes":
             [{"outcome", "count", "latency", "service_time"}]}]}

A histogram is {"histogram": HdrHistogram V2 in base64, "count", "max_us", "sum_us"}.
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit

from chutes_cli import __version__
from chutes_cli.loadtest.plan import Plan, PlannedRequest


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the plan as the Locust process reads it. Contains header values: keep it private."""
    parts = urlsplit(plan.url)
    tls = parts.scheme == "https"
    return {
        "host": parts.hostname,
        "port": parts.port or (443 if tls else 80),
        "tls": tls,
        "rate": plan.rate,
        "arrivals": plan.arrivals,
        "spacing": plan.spacing,
        "seed": plan.seed,
        "timeout_s": plan.timeout_s,
        "max_in_flight": plan.max_in_flight,
        "requests": [
            {
                "name": request.name,
                "method": request.method,
                "weight": request.weight,
                "raw": base64.b64encode(encode_request(plan, request)).decode(),
            }
            for request in plan.requests
        ],
    }


def encode_request(plan: Plan, request: PlannedRequest) -> bytes:
    """Return one request as the bytes of an HTTP/1.1 message."""
    parts = urlsplit(plan.url)
    headers = {"Host": parts.netloc, "User-Agent": f"chutes-prod/{__version__}", "Accept": "*/*"}
    if request.body:
        headers["Content-Type"] = "application/json"
    if request.body or request.method in {"POST", "PUT", "PATCH"}:
        headers["Content-Length"] = str(len(request.body))
    for name, value in plan.headers:
        # The user's spelling replaces ours, whatever its case: no header is sent twice.
        for own in [own for own in headers if own.lower() == name.lower()]:
            del headers[own]
        headers[name] = value.get_secret_value()
    path = parts.path.rstrip("/") + request.path
    lines = [f"{request.method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + request.body
