from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "chute-lifespan"
HEAD = """\
import os
from contextlib import asynccontextmanager
from chutes.chute import Chute, NodeSelector

SELECTOR = NodeSelector(gpu_count=1)

@asynccontextmanager
async def life(app):
    yield

def made():
    return life

"""
PLAIN = "chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR)\n"
BAD = [
    "chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, lifespan=life)",
    "chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, **{'lifespan': life})",
    "chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, lifespan=made())",
    "chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, lifespan=5)",
    PLAIN + "chute.router.lifespan_context = life",
    PLAIN + "app = chute\napp.router.lifespan_context = life",
    PLAIN + "def prepare(it: Chute): ...\nrouter = chute.router\nrouter.lifespan_context = life",
]
GOOD = [
    PLAIN,
    "chute = Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, lifespan=None)",
    # A wrapper that keeps the old one.
    PLAIN + """
old = chute.router.lifespan_context

@asynccontextmanager
async def wrapped(app):
    async with old(app) as state:
        yield state

chute.router.lifespan_context = wrapped
""",
    PLAIN + "chute.state.lifespan_context = life",
    PLAIN + "class Other: ...\nother = Other()\nother.router = Other()\n"
    "other.router.lifespan_context = life",
    PLAIN + "chute.router.redirect_slashes = life",
]  # fmt: skip
UNKNOWN = [
    "def make(lifespan=None):\n"
    "    return Chute('you', 'svc', 'u/i:1', node_selector=SELECTOR, lifespan=lifespan)\n"
    "chute = make()",
]
# What the SDK does to activate an instance (entrypoint/run.py), and what a server then does.
ACTIVATED = """
import asyncio

active = []

@chute.on_event("startup")
async def activate():
    active.append(True)

asyncio.run(chute.router.lifespan_context(chute).__aenter__())
assert active, "never activated"
"""


@pytest.mark.parametrize("source", BAD)
def test_fires(source: str, findings: Findings) -> None:
    (found,) = findings(f"{HEAD}{source}\n", ID)
    assert "never becomes active" in found.message
    assert "life" in found.snippet


@pytest.mark.parametrize("source", [*GOOD, *UNKNOWN])
def test_stays_silent(source: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{source}\n", ID) == []


def test_each_chute_keeps_its_own(findings: Findings) -> None:
    source = f"{HEAD}{PLAIN}{PLAIN.replace('chute =', 'other =')}old = chute.router."
    source += "lifespan_context\nprint(old)\nother.router.lifespan_context = life\n"
    (found,) = findings(source, ID)
    assert found.snippet == "other.router.lifespan_context = life"


@pytest.mark.sdk
def test_the_sdk_agrees(judge: Any) -> None:
    for source in BAD:
        assert judge.imports(f"{HEAD}{source}\n{ACTIVATED}"), source
    for source in [*GOOD, *UNKNOWN]:
        assert judge.imports(f"{HEAD}{source}\n{ACTIVATED}") is None, source
