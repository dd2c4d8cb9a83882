"""The health report: measured at the moment of asking, never a constant."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from .gate import Traffic

Status = Literal["healthy", "degraded", "critical"]

CROWDED = 0.9
"""The share of the limit above which the service says that it is nearly full."""


class HealthReport(BaseModel):
    """The answer of `/health`."""

    overall_status: Status
    reasons: list[str]
    model_answers: bool
    model_parameters: int
    device: str
    in_flight: int
    limit: int
    refused: int
    completed: int
    failed: int
    last_generation_ms: float | None
    memory_mb: float
    uptime_seconds: float


def judge(
    traffic: Traffic, *, model_answers: bool, memory_mb: float, memory_limit_mb: float
) -> tuple[Status, list[str]]:
    """Return the overall status with the reasons for anything but `healthy`."""
    critical, degraded = [], []
    if not model_answers:
        critical.append("the model does not answer")
    if traffic.closed:
        critical.append("shutting down")
    if traffic.in_flight >= CROWDED * traffic.limit:
        degraded.append(f"{traffic.in_flight} of {traffic.limit} places taken")
    if memory_mb > memory_limit_mb:
        degraded.append(f"{memory_mb:.0f} MB of memory in use, limit {memory_limit_mb:.0f}")
    if critical:
        return "critical", critical + degraded
    return ("degraded", degraded) if degraded else ("healthy", [])
