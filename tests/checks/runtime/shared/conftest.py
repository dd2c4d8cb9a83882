from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
import asyncio
import collections
import dataclasses
import functools
import random
import threading
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
STARTUP = "@chute.on_startup()\nasync def start(self):\n"
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def source(startup: str = "pass", cord: str = "pass", module: str = "") -> str:
    return f"{HEAD}{module}\n{STARTUP}{indented(startup)}\n{CORD}{indented(cord)}"


@pytest.fixture
def app() -> Callable[..., str]:
    """A chute with the given start-up, cord and module-level code."""
    return source
