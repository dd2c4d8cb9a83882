"""cord-unvalidated-input, and what the SDK does with each of its cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "cord-unvalidated-input"
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
HEAD = """\
import asyncio
import base64
import collections.abc
import functools
import json
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Dict, Generic, List, Optional, TypedDict, TypeVar, Union

import jsonschema
import typing_extensions
from chutes.chute import Chute
import fastapi
from fastapi import Body, HTTPException, Query
from loguru import logger
from pydantic import BaseModel, Field, TypeAdapter

from models import Other, parse

chute = Chute("you", "my-service", "you/my-service:1.0")
T = TypeVar("T")


class Input(BaseModel):
    prompt: str


class Wide(BaseModel, Generic[T]):
    prompt: T


class Typed(typing_extensions.TypedDict):
    prompt: str


class Bag(dict):
    pass


class Shown(TypedDict):
    prompt: str


@dataclass
class Plain:
    prompt: str


Maybe = Optional[Input]
Marked = Annotated[Input, "marked"]


def made(raw):
    return Input(**raw)


def touched(raw):
    return raw.prompt


def shouted(text):
    return text.upper()


def again(raw, deep=True):
    return raw["prompt"] if deep else again(raw)


@functools.wraps(made)
def wrapped(raw):
    return raw["prompt"]


def asked(value):
    if not isinstance(value, dict):
        raise HTTPException(400)
    return value


class Service:
    def __init__(self, raw=None):
        self.text = raw and raw.prompt

    def run(self, raw):
        return raw.prompt

    @staticmethod
    def plain(raw):
        return raw.prompt


service = Service()

"""
MODELS = """\
from pydantic import BaseModel


class Other(BaseModel):
    prompt: str


def parse(data):
    return Other.model_validate(data)
"""
JSONSCHEMA = "def validate(instance, schema):\n    return None\n"
OPTIONAL = "args: Optional[Input] = None"
RETURN = "return {'p': args.prompt}"
TEXT = "return {'p': str(args)}"
BAD = [
    # (parameters, body, decorator, severity)
    (OPTIONAL, RETURN, "", ERROR),
    ("args: Input | None", RETURN, "", ERROR),
    ("args: 'Input | None'", RETURN, "", ERROR),
    ("args: Optional['Input']", RETURN, "", ERROR),
    ("args: Union[Input, Other]", RETURN, "", ERROR),
    ("args: Other | None = None", RETURN, "", ERROR),
    ("args: Maybe = None", RETURN, "", ERROR),
    ("args: Annotated[Input | None, 'x']", RETURN, "", ERROR),
    ("args: Optional[Wide[str]]", RETURN, "", ERROR),
    (OPTIONAL, "args = args or Input(prompt='x')\n" + RETURN, "", ERROR),
    (OPTIONAL, "if args is None:\n    args = Input(prompt='x')\n" + RETURN, "", ERROR),
    (OPTIONAL, "return {'p': touched(args)}", "", ERROR),
    (OPTIONAL, "return {'p': touched(raw=args)}", "", ERROR),
    (OPTIONAL, "return {'p': service.run(args)}", "", ERROR),
    (OPTIONAL, "return {'p': service.plain(args)}", "", ERROR),
    (OPTIONAL, "return {'p': Service(args).text}", "", ERROR),
    (OPTIONAL, "return {'p': await asyncio.to_thread(touched, args)}", "", ERROR),
    (OPTIONAL, "def inner():\n    return args.prompt\nreturn {'p': inner()}", "", ERROR),
    (OPTIONAL, "logger.info('{}', args.prompt)\nreturn {}", "", ERROR),
    (OPTIONAL, "print(args.prompt)\nreturn {}", "", ERROR),
    (OPTIONAL, "return {'p': args.model_dump()}", "", ERROR),
    (OPTIONAL, TEXT, "", WARNING),
    (OPTIONAL, "return {'p': args['prompt']}", "", WARNING),
    (OPTIONAL, "return {'p': args.get('prompt')}", "", WARNING),
    (OPTIONAL,
     "if isinstance(args, Input):\n    return args.prompt\nreturn str(args)", "", WARNING),
    (OPTIONAL, "if type(args) is Input:\n    return args.prompt\nreturn str(args)", "", WARNING),
    (OPTIONAL, "if hasattr(args, 'prompt'):\n    return args.prompt\nreturn 1", "", WARNING),
    (OPTIONAL, "return args.prompt if isinstance(args, Input) else str(args)", "", WARNING),
    (OPTIONAL, "return isinstance(args, Input) and args.prompt", "", WARNING),
    (OPTIONAL, "if isinstance(chute, Input):\n    return 1\nreturn args.prompt", "", ERROR),
    (OPTIONAL, "if callable(args):\n    return 1\nreturn args.prompt", "", ERROR),
    (OPTIONAL, "return isinstance(args, Input) or args.prompt", "", ERROR),
    (OPTIONAL, "if isinstance(args.prompt, str):\n    return args.prompt\nreturn 1", "", ERROR),
    (OPTIONAL, "return args.prompt", ", input_schema=None", ERROR),
    (OPTIONAL, "try:\n    return args.prompt\nexcept AttributeError:\n    return 1", "", WARNING),
    ("args: dict", RETURN, "", ERROR),
    ("args", RETURN, "", ERROR),
    ("args: Any", RETURN, "", ERROR),
    ("args: Dict[str, Any]", "return args['prompt']", "", WARNING),
    ("args: Annotated[dict, Field(max_length=3)]", "return args['prompt']", "", WARNING),
    ("args: dict | None = None", "return args['prompt']", "", WARNING),
    ("args: Union[dict, list]", "return args['prompt']", "", WARNING),
    ("args", "return args['prompt']", "", WARNING),
    ("args: Any", TEXT, "", WARNING),
    ("args: dict", "return shouted(args['prompt'])", "", WARNING),
    ("args: dict", "return again(args)", "", WARNING),
    ("args: dict", "return wrapped(args)", "", WARNING),
    ("args: dict = asked({})", "return args['prompt']", "", WARNING),
    ("args: object", TEXT, "", WARNING),
    ("args: Shown", "return args['prompt']", "", WARNING),
    ("args: dict", "return args.get('prompt')", "", INFO),
    ("args: dict", "return args.items() and 1", "", WARNING),
    ("args: dict", "args.update(x=1)\nreturn args.get('prompt')", "", WARNING),
    ("args: dict", "try:\n    return args['prompt']\nexcept KeyError:\n    return 1", "", INFO),
    ("args: dict", "try:\n    return args['prompt']\nexcept LookupError:\n    return 1", "", INFO),
    ("args: dict", "try:\n    return args['prompt']\nexcept Exception:\n    return 1", "", INFO),
    ("args: dict",
     "try:\n    return args['prompt']\nexcept BaseException:\n    return 1", "", INFO),
    ("args: dict", "try:\n    return args['prompt']\nexcept:\n    return 1", "", INFO),
    ("args: dict", "try:\n    return args.prompt\nexcept AttributeError:\n    return 1", "", INFO),
    ("args: dict", "try:\n    return args + 1\nexcept TypeError:\n    return 1", "", INFO),
    ("args: dict",
     "try:\n    return args['prompt']\nexcept ValueError:\n    return 1", "", WARNING),
    ("args: dict", "return args['prompt'] + str(args.get('x'))", "", WARNING),
    ("args: dict", "return args['prompt']", ", input_schema={'type': 'object'}", WARNING),
    ("args: dict", "return args['prompt']", ", minimal_input_schema=Input", WARNING),
    ("args: Plain", RETURN, "", ERROR),
    ("args: Plain", TEXT, "", WARNING),
    ("args: str", "return args.upper()", "", ERROR),
    ("args: str", "return 'a' + args", "", ERROR),
    ("args: str", "return args[0]", "", ERROR),
    ("args: str", "return args[:3]", "", ERROR),
    ("args: int", "return args - 1", "", ERROR),
    ("args: int", "return args * 2", "", ERROR),
    ("args: int", "return args / 2", "", ERROR),
    ("args: int", "return args // 2", "", ERROR),
    ("args: int", "return args ** 2", "", ERROR),
    ("args: int", "return args < 2", "", ERROR),
    ("args: int", "return args <= 2", "", ERROR),
    ("args: int", "return args > 2", "", ERROR),
    ("args: int", "return args >= 2", "", ERROR),
    ("args: int", "return -args", "", ERROR),
    ("args: int", "return int(args)", "", ERROR),
    ("args: float", "return float(args)", "", ERROR),
    ("args: int", "return list(range(args))", "", ERROR),
    ("args: int", "return abs(args)", "", ERROR),
    ("args: float", "return round(args)", "", ERROR),
    ("args: str", "return ord(args)", "", ERROR),
    ("args: bytes", "return len(base64.b64decode(args))", "", ERROR),
    ("args: bool", "return str(args)", "", WARNING),
    ("args: complex", "return str(args)", "", WARNING),
    ("args: str", "return '%s' % args", "", WARNING),
    ("args: str", "return f'{args}'", "", WARNING),
    ("args: str", "return args['prompt']", "", WARNING),
    ("args: str", "return args['pro' + 'mpt']", "", WARNING),
    ("args: str", "key = 'prompt'\nreturn args[key]", "", WARNING),
    ("args: dict", "return args - 1", "", ERROR),
    ("args: dict", "return args[0]", "", ERROR),
    ("args: dict", "return args | {}", "", WARNING),
    ("args: dict", "return args['prompt']", ", input_schema=None", WARNING),
    ("args: Shown", "return args.get('prompt')", "", INFO),
    ("args: Plain", "return args.get('prompt')", "", WARNING),
    ("args: str", "return args == 1", "", WARNING),
    ("args: str", "return len(args)", "", WARNING),
    ("args: Optional[str] = None", "return args.upper()", "", ERROR),
    ("args: str | int", "return args + 1", "", ERROR),
    ("args: list", "return args[0]", "", ERROR),
    ("args: List[str]", "return args.copy()", "", WARNING),
    ("args: set", "return len(args)", "", WARNING),
    ("args: tuple[int, int]", "return len(args)", "", WARNING),
    ("args: list[Input]", "return len([each for each in args])", "", WARNING),
]  # fmt: skip
GOOD = [
    ("args: Input", RETURN, ""),
    ("args: 'Input'", RETURN, ""),
    ("args: Marked", RETURN, ""),
    ("args: Annotated[Input, 'x']", RETURN, ""),
    ("args: Wide[str]", RETURN, ""),
    ("args: Other", RETURN, ""),
    ("args: Input = None", RETURN, ""),
    ("args: dict", RETURN, ", input_schema=Input"),
    ("args", RETURN, ", input_schema=Other"),
    (OPTIONAL, RETURN, ", input_schema=Input"),
    (OPTIONAL, "return {'ready': True}", ""),
    (OPTIONAL, "args = Input(**args)\n" + RETURN, ""),
    (OPTIONAL, "if isinstance(args, dict):\n    args = made(args)\n" + RETURN, ""),
    (OPTIONAL, "if isinstance(args, dict):\n    return args['prompt']\nreturn 1", ""),
    (OPTIONAL, "if isinstance(args, collections.abc.Mapping):\n    return args['prompt']", ""),
    (OPTIONAL, "if isinstance(args, typing.Mapping):\n    return args['prompt']", ""),
    (OPTIONAL, "match args:\n    case {'prompt': str()}:\n        return args['prompt']", ""),
    (OPTIONAL, "args = json.loads(json.dumps(args))\nreturn args['prompt']", ""),
    ("args: dict", "return made(args).prompt", ""),
    ("args: dict", "return parse(args).prompt", ""),
    ("args: dict", "return Input.model_validate(args).prompt", ""),
    ("args: dict", "return Input.model_validate_json(json.dumps(args)).prompt", ""),
    ("args: dict", "return Input.parse_obj(args).prompt", ""),
    ("args: dict", "return Input.parse_raw(json.dumps(args)).prompt", ""),
    ("args: dict", "return TypeAdapter(Input).validate_python(args).prompt", ""),
    ("args: dict", "jsonschema.validate(args, {})\nreturn args['prompt']", ""),
    ("args: dict", "return asked(args)['prompt']", ""),
    ("args: dict", "if type(args) is not dict:\n    return 1\nreturn args['prompt']", ""),
    ("args: dict", "if not isinstance(args.get('prompt'), str):\n    return 1\nreturn args", ""),
    ("args: Any", "if hasattr(args, 'prompt'):\n    return args.prompt\nreturn 1", ""),
    ("args", "return getattr(args, 'prompt', 1)", ""),
    ("args",
     "match args:\n    case {'prompt': str()}:\n        return 1\nreturn args['prompt']", ""),
    ("args: dict", "logger.info(args)\nreturn 1", ""),
    ("args: str", "print(f'got {args}')\nreturn 1", ""),
    ("args: dict", "def inner(args):\n    return args.prompt\nreturn 1", ""),
    ("*args", "return args[0]['prompt']", ""),
    ("args: T", RETURN.replace("args.prompt", "str(args)"), ""),
]  # fmt: skip


def cord(parameters: str, body: str, decorator: str = "") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    head = f"@chute.cord(public_api_path='/x'{decorator})\nasync def x(self, {parameters}):\n"
    return {"app.py": HEAD + head + lines, "models.py": MODELS}


@pytest.mark.parametrize(("parameters", "body", "decorator", "severity"), BAD)
def test_fires(
    parameters: str, body: str, decorator: str, severity: Severity, findings: Findings
) -> None:
    (found,) = findings(cord(parameters, body, decorator), ID)
    assert found.severity is severity
    assert found.snippet.startswith("args")
    assert ("fails on every call" in found.message) == (severity is ERROR)


@pytest.mark.parametrize(("parameters", "body", "decorator"), GOOD)
def test_stays_silent(parameters: str, body: str, decorator: str, findings: Findings) -> None:
    assert findings(cord(parameters, body, decorator), ID) == []


@pytest.mark.parametrize(
    ("parameters", "decorator"),
    [
        ("args: Unknown", ""),
        ("args: Input, *rest", ""),
        ("args: Marked, **rest", ""),
        ("args: HTTPException", ""),
        ("args: Optional[HTTPException]", ""),
        ("args: dict", ", passthrough=True"),
        ("args: dict", ", passthrough=LATER"),
        ("args: dict", ", input_schema=LATER"),
        ("args: dict", ", input_schema=5"),
        ("args: dict", ", **LATER"),
        ("args: dict, more: dict", ""),
        ("args: dict = Body(...)", ""),
        ("args=fastapi.Depends(made)", ""),
        ("args: Annotated[int, Query(le=3)]", ""),
        ("args: dict, more=3", ""),
    ],
)
def test_leaves_alone(parameters: str, decorator: str, findings: Findings) -> None:
    assert findings(cord(parameters, RETURN, decorator), ID) == []


def test_leaves_alone_what_a_decorator_may_change(findings: Findings) -> None:
    files = cord("args: dict", RETURN)
    files["app.py"] = files["app.py"].replace("async def x(", "@unknown\nasync def x(")
    assert findings(files, ID) == []


def test_of_an_annotated_first_parameter_the_signature_check_speaks(findings: Findings) -> None:
    source = cord("args: Input", RETURN)["app.py"].replace("x(self,", "x(app: Chute,")
    assert findings({"app.py": source, "models.py": MODELS}, ID) == []
    assert len(findings({"app.py": source, "models.py": MODELS}, "cord-signature")) == 1


@pytest.mark.parametrize(
    ("question", "severity"),
    [
        ("if not isinstance(args, Input):\n    raise HTTPException(400)", ERROR),
        ("if not isinstance(args, Input):\n    logger.info('odd')\n    raise ValueError", ERROR),
        ("if not isinstance(args, Input):\n    return 1", WARNING),
        (
            "if not isinstance(args, Input):\n    logger.info('odd')\nstr(args)\nraise KeyError",
            WARNING,
        ),
        ("if isinstance(args, Input):\n    raise HTTPException(400)", WARNING),
        ("if not isinstance(args, Input):\n    if chute:\n        raise ValueError", WARNING),
        ("if not isinstance(args, Input):\n    pass\nelse:\n    raise ValueError", WARNING),
        ("if not isinstance(args, Input):\n    pass\nif chute:\n    raise ValueError", WARNING),
        ("raise ValueError if not isinstance(args, Input) else KeyError", WARNING),
    ],
)
def test_a_guard_for_a_model_that_never_comes(
    question: str, severity: Severity, findings: Findings
) -> None:
    files = cord(OPTIONAL, f"{question}\nreturn str(args)")
    (found,) = findings(files, ID)
    assert found.severity is severity
    assert ("`not isinstance(args, Input)` holds on every call" in found.message) == (
        severity is ERROR
    )


def test_a_guard_that_is_the_first_of_its_module(findings: Findings) -> None:
    source = (
        "from typing import Optional\nfrom chutes.chute import Chute\n"
        "from pydantic import BaseModel\nchute = Chute('u', 'n', 'i')\n"
        "class Input(BaseModel):\n    prompt: str\n@chute.cord(public_api_path='/x')\n"
        "async def x(self, args: Optional[Input]):\n    if not isinstance(args, Input):\n"
        "        raise ValueError\n    return str(args)\n"
    )
    (found,) = findings(source, ID)
    assert found.severity is ERROR


def test_a_direct_caller_may_send_a_bare_text(findings: Findings) -> None:
    (found,) = findings(cord("args: str", "return args.upper()"), ID, exposure=Exposure.DIRECT)
    assert found.severity is WARNING
    (found,) = findings(cord("args: dict", RETURN), ID, exposure=Exposure.DIRECT)
    assert found.severity is ERROR


@pytest.mark.parametrize(
    ("parameters", "body", "words"),
    [
        ("args: str", TEXT, "never `str`, so args is a plain dict"),
        ("args: list[Input]", TEXT, "never `list[Input]`, so args is a plain dict"),
        ("args: str | int", TEXT, "never `str | int`, so args is a plain dict"),
        ("args: Union[dict, list]", TEXT, "not `Union[dict, list]`, so args is whatever a caller"),
        ("args: dict", TEXT, "not `dict`, so args is whatever a caller sends"),
        ("args: Shown", TEXT, "not the `Shown`, so args is whatever a caller sends"),
        ("args: Typed", TEXT, "not the `Typed`, so args is whatever a caller sends"),
        ("args: Bag", TEXT, "not the `Bag`, so args is whatever a caller sends"),
        ("args: Plain", TEXT, "`Plain` is no pydantic model and never made of the body"),
        ("args", TEXT, "args has no annotation to validate the body with"),
    ],
)
def test_says_why(parameters: str, body: str, words: str, findings: Findings) -> None:
    (found,) = findings(cord(parameters, body), ID)
    assert words in found.message


def test_names_the_model_and_the_way_out(findings: Findings) -> None:
    (found,) = findings(cord(OPTIONAL, RETURN), ID)
    assert found.message == (
        "cord x: the SDK validates a bare model only, not `Optional[Input]`, so args is a plain "
        "dict and `args.prompt` fails on every call"
    )
    assert found.help == "annotate it `args: Input` and nothing else, or pass input_schema=Input"
    (found,) = findings(cord("args", RETURN), ID)
    assert found.help == "annotate args with a pydantic model whose fields are bounded"


@pytest.mark.sdk
def test_the_sdk_agrees(answers: Callable[..., Any]) -> None:
    cases = [*BAD, *((*case, None) for case in GOOD)]
    cords = [cord(*case[:3])["app.py"].removeprefix(HEAD) for case in cases]
    files = {"models.py": MODELS, "jsonschema.py": JSONSCHEMA}
    found = answers(HEAD, cords, [{"prompt": "hi"}], files)
    wrong = [
        (case, answer)
        for case, (answer,) in zip(cases, found, strict=True)
        if answer[0] != (500 if case[3] is ERROR else 200)
    ]
    assert wrong == [], wrong
