"""What counts as middleware: it meets requests before cords do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = """\
from chutes.chute import Chute
from starlette.middleware.base import BaseHTTPMiddleware

chute = Chute("u", "n", "i")


async def guard(request, call_next):
    return await call_next(request)


class Guard:
    async def __call__(self, request, call_next):
        return await call_next(request)
"""


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("chute.middleware('http')(guard)", ["guard"]),
        ("chute.middleware('http')(Guard())", ["Guard.__call__"]),
        ("one = Guard()\nchute.middleware('http')(one)", ["Guard.__call__"]),
        ("chute.add_middleware(Guard)", ["Guard.__call__"]),
        ("chute.add_middleware(BaseHTTPMiddleware, dispatch=guard)", ["guard"]),
        ("chute.add_middleware(BaseHTTPMiddleware, other=guard)", []),
    ],
)
def test_functions_and_objects(source: str, names: list[str], project: ReadTree) -> None:
    (chute,) = project({"app.py": f"{HEAD}\n{source}\n"}).chutes
    assert [each.qualname for each in chute.routes] == names
