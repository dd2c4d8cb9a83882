"""What the generator writes down: histograms per endpoint and outcome, and seconds.

Times are recorded in whole microseconds with three significant digits up to one hour.
"""

from __future__ import annotations

from typing import Any

from hdrh.histogram import HdrHistogram

LARGEST_US = 3_600_000_000
OK = "ok"
NOT_SENT = "not_sent"
"""The arrival waited for room under the in-flight bound until its timeout passed."""


class Durations:
    """A histogram of durations with its exact maximum and sum."""

    def __init__(self) -> None:
        self._histogram = HdrHistogram(1, LARGEST_US, 3)
        self.count = 0
        self.max_us = 0
        self.sum_us = 0

    def add(self, seconds: float) -> None:
        """Record one duration; negative ones count as 0, those over an hour as an hour."""
        us = min(max(int(seconds * 1_000_000), 0), LARGEST_US)
        self._histogram.record_value(us)
        self.count += 1
        self.sum_us += us
        self.max_us = max(self.max_us, us)

    def encode(self) -> dict[str, Any]:
        """Return the histogram as it goes over the wire."""
        return {
            "histogram": self._histogram.encode().decode(),
            "count": self.count,
            "max_us": self.max_us,
            "sum_us": self.sum_us,
        }


class Recorder:
    """Collects what happened; one per Locust process, used from greenlets only."""

    def __init__(self) -> None:
        self._outcomes: dict[tuple[str, str, str], tuple[Durations, Durations]] = {}
        self._window: list[float] = []
        self._window_sent = self._window_ok = 0
        self.lateness = Durations()
        self.sent_in_time = 0
        self.waited_for_room = 0
        self.in_flight = 0
        self.max_in_flight_seen = 0

    def departed(self, *, lateness: float, in_time: bool, waited: bool) -> None:
        """Note that a request goes out now.

        Args:
            lateness: Seconds after its intended start.
            in_time: Whether the schedule is still running.
            waited: Whether it had to wait for room; its lateness is then the service's
                doing and not counted as the generator's.
        """
        self._window_sent += 1
        self.sent_in_time += in_time
        self.in_flight += 1
        self.max_in_flight_seen = max(self.max_in_flight_seen, self.in_flight)
        if not waited:
            self.lateness.add(lateness)

    def completed(
        self, endpoint: tuple[str, str], outcome: str, *, latency: float, service: float | None
    ) -> None:
        """Note how an arrival ended.

        Args:
            endpoint: Name and method.
            outcome: ``ok``, ``http_429``, ``timeout`` and so on.
            latency: Seconds since the intended start.
            service: Seconds since the actual start; None when it was never sent.
        """
        key = (*endpoint, outcome)
        if key not in self._outcomes:
            self._outcomes[key] = (Durations(), Durations())
        latencies, services = self._outcomes[key]
        latencies.add(latency)
        if service is not None:
            services.add(service)
            self.in_flight -= 1
        self._window.append(latency)
        self._window_ok += outcome == OK

    def tick(self, t_s: float) -> dict[str, Any]:
        """Return the event of the window that ends now, and begin the next one."""
        latencies, self._window = sorted(self._window), []
        sent, self._window_sent = self._window_sent, 0
        succeeded, self._window_ok = self._window_ok, 0
        return {
            "event": "tick",
            "t_s": round(t_s, 3),
            "sent": sent,
            "ok": succeeded,
            "failed": len(latencies) - succeeded,
            "in_flight": self.in_flight,
            "p50_ms": _quantile_ms(latencies, 0.50),
            "p95_ms": _quantile_ms(latencies, 0.95),
        }

    def final(self, *, cpu: float | None) -> dict[str, Any]:
        """Return the event that ends the run: every histogram and the generator's health."""
        endpoints: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for (name, method, outcome), (latencies, services) in self._outcomes.items():
            endpoints.setdefault((name, method), []).append(
                {
                    "outcome": outcome,
                    "count": latencies.count,
                    "latency": latencies.encode(),
                    "service_time": services.encode(),
                }
            )
        return {
            "event": "final",
            "sent_in_time": self.sent_in_time,
            "waited_for_room": self.waited_for_room,
            "max_in_flight_seen": self.max_in_flight_seen,
            "cpu": cpu,
            "send_lateness": self.lateness.encode(),
            "endpoints": [
                {"name": name, "method": method, "outcomes": outcomes}
                for (name, method), outcomes in endpoints.items()
            ],
        }


def _quantile_ms(ordered: list[float], quantile: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[min(int(quantile * len(ordered)), len(ordered) - 1)] * 1000, 3)
