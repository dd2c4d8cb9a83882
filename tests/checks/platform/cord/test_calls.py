"""cord-calls-cord, and what the SDK does with each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "cord-calls-cord"
HEAD = """\
import asyncio

from chutes.chute import Chute

chute = Chute("you", "my-service", "you/my-service:1.0")
other = Chute("you", "other", "you/my-service:1.0")


@chute.cord(public_api_path="/y")
async def y(self, args: dict):
    return {"y": 1}


@chute.cord(public_api_path="/plain")
def plain(self, args: dict):
    return {"plain": 1}


@chute.cord(public_api_path="/z", stream=True)
async def z(self, args: dict):
    yield "z"


@chute.cord(public_api_path="/up", passthrough=True, passthrough_port=9)
async def up(data):
    pass


@chute.cord(public_api_path="/get")
def get(self, args: dict):
    return {"get": 1}


@chute.cord(public_api_path="/kept")
def kept(self, args: dict):
    return {"kept": 1}


def same(self, args):
    return {"same": 1}


chute.cord(public_api_path="/same")(same)


@other.on_startup()
async def warm(self):
    self.n = 1


@other.on_startup()
async def prepare(self, n=1):
    self.n = n


@other.on_startup()
async def strict(self, *, n=1):
    self.n = n


def early(self, n=1):
    self.n = n


def late(self):
    return 1


other.on_startup()(early)
other.on_startup()(lambda self: None)
other.job()(late)
other.job()(lambda self: None)


@other.job()
async def work(self, **data):
    return {"work": 1}


def helper(self, args):
    return y(self, args)


async def unreached(self):
    return await y(self, {})


async def main():
    print(await y({"a": 1}))


if __name__ == "__main__":
    asyncio.run(main())


"""
BAD = [
    "return await y(self, args)",
    "return await y(args)",
    "return await y()",
    "return plain(self, args)",
    "return await plain(self, args)",
    "return await up(args)",
    "return [each async for each in z(args)]",
    "return [each async for each in z()]",
    "return await asyncio.gather(y(self, args))",
    "await warm(other)\nreturn 1",
    "await strict(other)\nreturn 1",
    "await prepare(other, 2)\nreturn 1",
    "return await work(self)",
]
GOOD = [
    "return same(self, args)",
    "return [each async for each in z(self, args)]",
    "return await self._cords[0]._func(self, args)",
    "await warm()\nreturn 1",
    "await prepare()\nreturn 1",
    "await prepare(2)\nreturn 1",
    "await strict(n=2)\nreturn 1",
    "early(other, 2)\nreturn 1",
    "return late(other)",
    "return y.__name__",
    "self.kept = same\nreturn self.kept(self, args)",
    "self.get('/late')\nreturn 1",
    "def y(args):\n    return 1\nreturn y(args)",
]


def cord(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n{lines}"


@pytest.mark.parametrize("body", BAD)
def test_fires(body: str, findings: Findings) -> None:
    (found,) = findings(HEAD + cord(body), ID)
    assert found.symbol == "x"
    assert "this call fails (cord x)" in found.message
    assert found.trace == ()


@pytest.mark.parametrize("body", GOOD)
def test_stays_silent(body: str, findings: Findings) -> None:
    assert findings(HEAD + cord(body), ID) == []


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("@chute.on_startup()\nasync def start(self):\n    await y(self, {})\n", "start-up hook"),
        ("@chute.on_shutdown()\nasync def stop(self):\n    await y(self, {})\n", "shutdown hook"),
        ("@other.job()\nasync def run(self, **data):\n    await y(self, {})\n", "job"),
        ("@chute.middleware('http')\nasync def guard(request, call_next):\n    y(request, {})\n",
         "route"),
    ],
)  # fmt: skip
def test_wherever_the_chute_runs_it(source: str, label: str, findings: Findings) -> None:
    (found,) = findings(HEAD + source, ID)
    assert f"({label} " in found.message


def test_follows_helpers_and_shows_the_way(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("return await helper(self, args)"), ID)
    assert (found.symbol, found.snippet) == ("helper", "y(self, args)")
    assert [step.note for step in found.trace] == ["cord x", "x runs helper"]


def test_what_only_your_own_machine_runs_is_left_alone(findings: Findings) -> None:
    assert findings(HEAD, ID) == []


def test_says_the_way_out(findings: Findings) -> None:
    (found,) = findings(HEAD + cord("await warm(other)"), ID)
    assert found.help.startswith("call `warm()` without arguments")
    (found,) = findings(HEAD + cord("return await work(self)"), ID)
    assert found.message.startswith("work is the SDK's Job")
    assert found.help.startswith("move what work does into a plain function")


@pytest.mark.parametrize("body", ["return await self.y(args)", "return await other.work()"])
def test_an_attribute_that_is_not_there_is_told_once(body: str, findings: Findings) -> None:
    source = HEAD + cord(body)
    assert findings(source, ID) == []
    (found,) = findings(source, "sdk-unknown-attribute")
    assert found.help.startswith("a registered function is no method")


def test_a_cord_that_cannot_be_told(findings: Findings) -> None:
    assert findings(HEAD + "chute.cord()(lambda self: None)\n", ID) == []


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    bodies = (*BAD, *GOOD)
    found = answers(HEAD, [cord(body) for body in bodies], [{"a": 1}], {})
    wrong = [
        (body, answer)
        for body, (answer,) in zip(bodies, found, strict=True)
        if (answer[0] == 500) != (body in BAD)
    ]
    assert wrong == [], wrong
