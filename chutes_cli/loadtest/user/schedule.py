"""When requests are due: the open arrival model, as pure data.

Arrivals do not depend on answers. A service that stalls keeps receiving them, as it would
from independent users, and the stall shows in the latency of everyone who came meanwhile.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence


def arrivals(
    *, rate: float, count: int, spacing: str, weights: Sequence[float], seed: int
) -> Iterator[tuple[float, int]]:
    """Yield ``(offset, index)``: when each arrival is due, and which request it sends.

    Args:
        rate: Arrivals per second.
        count: How many arrivals to yield.
        spacing: ``uniform``, or ``poisson`` for exponential gaps with the same mean. Poisson
            offsets are scaled to the length of the uniform schedule: `count` arrivals at
            `rate` always take the same time, and only the gaps between them are random.
        weights: One positive weight per request; the index is drawn by them.
        seed: The same seed gives the same schedule.

    Yields:
        Seconds after the start of the run, never decreasing, and an index into `weights`.
    """
    chooser = random.Random(seed)
    indices = range(len(weights))
    offsets = (
        _poisson_offsets(rate, count, random.Random(seed + 1))
        if spacing == "poisson"
        else (number / rate for number in range(count))
    )
    for offset in offsets:
        index = 0 if len(weights) == 1 else chooser.choices(indices, weights)[0]
        yield offset, index


def _poisson_offsets(rate: float, count: int, source: random.Random) -> Iterator[float]:
    # Given how many arrivals an interval holds, a Poisson process places them uniformly.
    # Drawn in order, one by one, so that a soak of a day needs no list of millions.
    length = count / rate
    left = 1.0
    for remaining in range(count, 0, -1):
        left *= source.random() ** (1.0 / remaining)
        yield length * (1.0 - left)
