from __future__ import annotations

from collections.abc import Callable

import pytest

HEAD = """\
import asyncio
import contextlib
import contextvars
import itertools
import os
import re
import sys
import threading
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def source(cord: str, module: str = "", *, is_async: bool = False, startup: str = "") -> str:
    hook = f"@chute.on_startup()\nasync def start(self):\n{indented(startup)}\n" if startup else ""
    define = "async def" if is_async else "def"
    registered = f"@chute.cord(public_api_path='/x')\n{define} x(self, args: dict):\n"
    return f"{HEAD}{module}\n{hook}{registered}{indented(cord)}"


@pytest.fixture
def app() -> Callable[..., str]:
    """A chute with one cord of the given body, plain unless ``is_async``."""
    return source
