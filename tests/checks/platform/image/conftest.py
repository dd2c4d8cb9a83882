from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
Chain = Callable[..., str]
HEAD = """\
import os
from pathlib import Path
from chutes.chute import Chute
from chutes.image import Image
"""
TAIL = "chute = Chute('you', 'my-service', image)\n"


@pytest.fixture
def chain() -> Chain:
    """Return the source of a chute on whose image some calls are made in a chain."""

    def source(
        *calls: str, image: str = "Image('you', 'my-service', '1.0')", above: str = ""
    ) -> str:
        made = "".join(f"\n    .{call}" for call in calls)
        return f"{HEAD}{above}\nimage = (\n    {image}{made}\n)\n{TAIL}"

    return source


@pytest.fixture
def fired(chain: Chain, findings: Findings) -> Callable[..., list[Finding]]:
    """Run one check on such a chute."""

    def run(check_id: str, *calls: str, **keywords: str) -> list[Finding]:
        return findings(chain(*calls, **keywords), check_id)

    return run
