"""What counts as middleware: it meets requests before cords do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = """\
from chutes.chute import Chute
from starlette.middleware import Middleware
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
        ("STACK = [Middleware(Guard)]\nmine = Chute('u', 'm', 'i', middleware=STACK)",
         ["Guard.__call__"]),
        ("mine = Chute('u', 'm', 'i', middleware=[Middleware(Guard), None, Middleware(guard)])",
         ["Guard.__call__"]),
        ("mine = Chute('u', 'm', 'i', middleware=given)", []),
    ],
)  # fmt: skip
def test_functions_and_objects(source: str, names: list[str], project: ReadTree) -> None:
    chutes = project({"app.py": f"{HEAD}\n{source}\n"}).chutes
    assert [each.qualname for chute in chutes for each in chute.routes] == names


KEPT = """
class Store:
    def write(self): ...


@chute.on_startup()
async def start(self):
    self.store = Store()
"""


@pytest.mark.parametrize(
    ("source", "is_reached"),
    [
        ("async def look(request, call_next):\n    request.app.store.write()", True),
        ("async def look(asked: Request, call_next):\n    asked.app.store.write()", True),
        ("async def look(asked, call_next):\n    asked.app.store.write()", False),
        ("async def look(request: Other, call_next):\n    request.app.store.write()", False),
        ("async def look(request, call_next):\n    request.state.store.write()", False),
        ("async def look(request, call_next):\n    request.app.store.write()\n"
         "other = Chute('u', 'm', 'i')", False),
    ],
)  # fmt: skip
def test_the_chute_of_a_request(source: str, is_reached: bool, project: ReadTree) -> None:
    head = f"{HEAD}from fastapi import Request\nfrom elsewhere import Other\n{KEPT}\n"
    found = project(f"{head}{source}\nchute.middleware('http')(look)\n")
    names = {function.qualname for function, _ in found.reach.reached("route")}
    assert ("Store.write" in names) == is_reached


def test_tests_make_chutes_of_their_own(project: ReadTree) -> None:
    look = "async def look(request, call_next):\n    request.app.store.write()\n"
    files = {
        "app.py": f"{HEAD}{KEPT}\n{look}chute.middleware('http')(look)\n",
        "tests/test_app.py": "from chutes.chute import Chute\nother = Chute('u', 'm', 'i')\n",
    }
    names = {function.qualname for function, _ in project(files).reach.reached("route")}
    assert "Store.write" in names
