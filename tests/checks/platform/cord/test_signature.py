"""cord-signature in every shape, and what the SDK does with each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from chutes_cli.core.finding import Finding, Severity

HEAD = """\
from typing import Annotated, Optional

from chutes.chute import Chute, NodeSelector
from fastapi import Depends, Query, Request, UploadFile
from pydantic import BaseModel

chute = Chute(username="you", name="my-service", image="you/my-service:1.0",
              node_selector=NodeSelector(gpu_count=1))


class Input(BaseModel):
    prompt: str


def identity():
    return "nobody"


"""

# name -> (function, severity or None, status the SDK answers {"prompt": "hi"} with)
CASES: dict[str, tuple[str, Severity | None, int]] = {
    "one_model": ("async def one_model(self, args: Input): return {'p': args.prompt}", None, 200),
    "one_dict": ("def one_dict(self, args: dict): return args", None, 200),
    "any_rest": ("def any_rest(self, *args): return len(args)", None, 200),
    "only_rest": ("def only_rest(*args): return len(args)", None, 200),
    "two_required": ("def two_required(self, prompt: str, n: int): return n", Severity.ERROR, 500),
    "two_models": ("def two_models(self, a: Input, b: Input): return 1", Severity.ERROR, 500),
    "model_and_default": (
        "def model_and_default(self, args: Input, n: int = 3): return {'p': args.prompt}",
        Severity.ERROR,
        500,
    ),
    "dict_and_default": (
        "def dict_and_default(self, args: dict, n: int = 3): return n",
        Severity.WARNING,
        200,
    ),
    "scalar_and_default": (
        "def scalar_and_default(self, prompt: str, n: int = 3): return prompt.upper()",
        Severity.ERROR,
        500,
    ),
    "no_chute": ("def no_chute(): return 1", Severity.ERROR, 500),
    "only_a_model": (
        "def only_a_model(args: Input): return {'p': args.prompt}",
        Severity.ERROR,
        500,
    ),
    "keyword_only": ("def keyword_only(self, *, prompt): return prompt", Severity.ERROR, 500),
    "keywords": ("def keywords(self, **fields): return len(fields)", Severity.ERROR, 500),
    "renamed": ("def renamed(app, args: Input): return {'p': args.prompt}", None, 200),
    "annotated_self": (
        "def annotated_self(self: Chute, args: Input): return {'p': args.prompt}",
        None,
        200,
    ),
    "annotated_app": (
        "def annotated_app(app: Chute, args: Input): return {'p': args.prompt}",
        Severity.ERROR,
        500,
    ),
    "request": (
        "def request(self, request: Request): return request.headers['host']",
        Severity.ERROR,
        500,
    ),
    "upload": ("def upload(self, file: UploadFile): return file.filename", Severity.ERROR, 500),
    "depends": (
        "def depends(self, args: dict, who: str = Depends(identity)): return who.upper()",
        Severity.ERROR,
        500,
    ),
    "annotated": (
        "def annotated(self, page: Annotated[int, Query(le=3)]): return page + 1",
        Severity.ERROR,
        500,
    ),
}


def decorated(name: str) -> str:
    function = CASES[name][0]
    return f'@chute.cord(public_api_path="/{name}")\n{function}\n\n\n'


@pytest.mark.parametrize("name", CASES)
def test_says_what_the_sdk_does(name: str, findings: Callable[..., list[Finding]]) -> None:
    expected = CASES[name][1]
    found = findings(HEAD + decorated(name), "cord-signature")
    assert [each.severity for each in found] == ([expected] if expected else [])


@pytest.mark.parametrize(
    "decorator",
    [
        '@chute.cord(public_api_path="/x", passthrough=True, passthrough_path="/x")',
        '@chute.cord(public_api_path="/x", passthrough=SETTINGS.upstream)',
    ],
)
def test_leaves_passthrough_alone(decorator: str, findings: Callable[..., list[Finding]]) -> None:
    source = f"{HEAD}{decorator}\nasync def x(data, more): ...\n"
    assert findings(source, "cord-signature") == []


@pytest.mark.sdk
def test_the_sdk_agrees(tmp_path: Path) -> None:
    from chutes_cli.loadtest.target import serve

    (tmp_path / "app.py").write_text(HEAD + "".join(map(decorated, CASES)))
    with serve(str(tmp_path)) as served:
        answered = {
            name: httpx.post(
                f"{served.info.url}/{name}", json={"prompt": "hi"}, timeout=20, trust_env=False
            ).status_code
            for name in CASES
        }
    assert answered == {name: case[2] for name, case in CASES.items()}
