"""When arrivals are due."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chutes_cli.loadtest.user.schedule import arrivals


def schedule(**changes):
    fields = {"rate": 20.0, "count": 400, "spacing": "uniform", "weights": [1.0], "seed": 7}
    return list(arrivals(**fields | changes))


def test_uniform_arrivals_are_evenly_spaced():
    offsets = [offset for offset, _ in schedule()]
    assert offsets[:3] == pytest.approx([0.0, 0.05, 0.1])
    assert len(offsets) == 400
    assert offsets[-1] == pytest.approx(399 / 20)


def test_poisson_arrivals_fill_the_same_time_with_random_gaps():
    offsets = [offset for offset, _ in schedule(spacing="poisson")]
    gaps = [later - earlier for earlier, later in pairwise(offsets)]
    assert offsets == sorted(offsets)
    assert 0.0 <= offsets[0] <= offsets[-1] <= 20.0
    # Of exponential gaps, 1 - 1/e are shorter than the mean; of uniform ones none or all.
    assert 0.5 < sum(gap < 0.05 for gap in gaps) / len(gaps) < 0.75


def test_the_same_seed_gives_the_same_schedule():
    for spacing in ("uniform", "poisson"):
        same = {"spacing": spacing, "weights": [1.0, 1.0]}
        assert schedule(**same) == schedule(**same)
        assert schedule(**same) != schedule(seed=8, **same)


def test_weights_are_respected():
    indices = [index for _, index in schedule(weights=[3.0, 1.0], count=4000)]
    assert 0.70 < indices.count(0) / 4000 < 0.80
