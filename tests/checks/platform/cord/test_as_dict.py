"""cord-model-as-dict: what a model cannot do, and when nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "cord-model-as-dict"
HEAD = """\
from chutes.chute import Chute
from pydantic import BaseModel
chute = Chute('u', 'n', 'i')
class Input(BaseModel):
    prompt: str
"""


def source(body: str, *, model: str = "Input", more: str = "", head: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (
        f"{HEAD}{head}@chute.cord(public_api_path='/x'{more})\n"
        f"async def x(self, args: {model}):\n{lines}"
    )


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (source("return {'p': args['prompt']}"), "args['prompt']"),
        (source("return {'p': args['prompt']}", model="dict", more=", input_schema=Input"),
         "args['prompt']"),
        (source("return {'p': args['prompt']}", more=", input_schema={'type': 'object'}"),
         "args['prompt']"),
        (source("return {'p': args.get('prompt')}"), "args.get"),
        (source("return dict(args.items())"), "args.items"),
        (source("return list(args.keys())"), "args.keys"),
        (source("return list(args.values())"), "args.values"),
        (source("args.update(prompt='')\nreturn {}"), "args.update"),
        (source("args.setdefault('n', 1)\nreturn {}"), "args.setdefault"),
        (source("return {'p': args.pop('prompt')}"), "args.pop"),
        (source("if not args.prompt:\n    raise ValueError\nelse:\n    return args['prompt']"),
         "args['prompt']"),
        (source("return read(args)", head="def read(body):\n    return body['prompt']\n"),
         "body['prompt']"),
        (source("return read(body=args)", head="def read(*, body):\n    return body['prompt']\n"),
         "body['prompt']"),
        (source("try:\n    return args['prompt']\nexcept KeyError:\n    return {}"),
         "args['prompt']"),
        (source("if args.prompt:\n    args.get('a')\nreturn args['prompt']"), "args['prompt']"),
        (source("if not isinstance(args, Input):\n    raise ValueError\nreturn args['prompt']"),
         "args['prompt']"),
        (source("if isinstance(args.prompt, int):\n    raise ValueError\nreturn args['prompt']"),
         "args['prompt']"),
        (source("return args['prompt']", model="More",
                head="class More(Input):\n    more: int = 1\n"), "args['prompt']"),
        (source("return args['prompt']", model="Own",
                head="from pydantic.main import BaseModel as Main\nclass Own(Main):\n    n: int\n"),
         "args['prompt']"),
    ],
)  # fmt: skip
def test_a_model_read_as_a_dict(code: str, what: str, findings: Findings) -> None:
    (found,) = findings(code, ID)
    assert found.severity is Severity.ERROR
    assert f"`{what}` raises" in found.message


@pytest.mark.parametrize(
    "code",
    [
        source("return {'p': args.prompt}"),
        source("return {'p': args.prompt[0], 'q': {'a': 1}[args.prompt]}"),
        source("return PAGES[args]"),
        source("return args.model_dump()"),
        source("return {}", more=", input_schema=Input").replace("args: Input", "*args"),
        source("return read(args)", head="def read(*all):\n    return {'p': all[0].prompt}\n"),
        source("return read(a=args)", head="def read(**b):\n    return b['a'].prompt\n"),
        source("return read(args)", head="def read(*, body):\n    return body['prompt']\n"),
        source("return {'p': args['prompt']}", model="dict"),
        source("return {'p': args['prompt']}", more=", passthrough=True"),
        source("if isinstance(args, dict):\n    return args['prompt']\nreturn args.prompt"),
        source("if isinstance(args, (Input, dict)):\n    pass\nreturn args['prompt']"),
        source("match args:\n    case dict():\n        return args['prompt']\nreturn {}"),
        source("if hasattr(args, 'get'):\n    pass\nreturn args['prompt']"),
        source("try:\n    return args['prompt']\nexcept TypeError:\n    return args.prompt"),
        source("try:\n    return args.get('p')\nexcept AttributeError:\n    return args.prompt"),
        source("args = args.model_dump()\nreturn args['prompt']"),
        source("return args.get('prompt')", model="Own",
               head="class Own(BaseModel):\n    def get(self, name):\n        return 1\n"),
        source("return args['prompt']", model="Own",
               head="class Own(BaseModel):\n    def __getitem__(self, name):\n        return 1\n"),
        source("return args['prompt']", model="Own",
               head="class Base(BaseModel):\n    def __getitem__(self, name):\n        return 1\n"
                    "class Own(Base):\n    more: int\n"),
        source("return args['prompt']", model="Own",
               head="from shared import Mapped\nclass Own(BaseModel, Mapped):\n    more: int\n"),
    ],
)  # fmt: skip
def test_what_is_no_such_fault(code: str, findings: Findings) -> None:
    assert findings(code, ID) == []


def test_under_a_condition_it_is_a_warning(findings: Findings) -> None:
    (found,) = findings(source("if args.prompt:\n    return args['prompt']\nreturn {}"), ID)
    assert found.severity is Severity.WARNING


def test_each_cord_is_judged(findings: Findings) -> None:
    code = source("return args['prompt']")
    again = code.removeprefix(HEAD).replace("def x", "def y").replace("/x", "/y")
    assert len(findings(code + again, ID)) == 2


@pytest.mark.sdk
@pytest.mark.parametrize("body", ["return {'p': args['prompt']}", "return {'p': args.get('p')}"])
@pytest.mark.parametrize(
    "ways",
    [
        ("Input", ""),
        ("dict", ", input_schema=Input"),
        ("Input", ", input_schema={'type': 'object'}"),  # for the documentation alone
    ],
)
def test_every_call_fails_under_the_sdk(body: str, ways: tuple[str, str], judge: Any) -> None:
    model, more = ways
    code = source(body, model=model, more=f"{more}, public_api_method='POST'")
    (answer,) = judge.calls(code, ("POST", "/x", {"prompt": "a"}))
    assert answer[0] == 500
