"""Which cords get a request, which one, and why others get none."""

from __future__ import annotations

import json

import pytest

from chutes_cli.core.errors import UsageError
from chutes_cli.loadtest.payloads import requests_of

HEAD = """
import os
from typing import Any
from pydantic import BaseModel, Field, HttpUrl
from chutes.chute import Chute

chute = Chute(username="u", name="n", image="u/n:1")
OTHER = {"type": "object"}

class Input(BaseModel):
    prompt: str = Field(max_length=12)
    tokens: int = 7

class Link(BaseModel):
    url: HttpUrl
    size: int = Field(ge=64)

class Careful(BaseModel):
    text: str

    @field_validator("text")
    def check(cls, text): ...

"""
HEALTH = """
@chute.cord(public_api_path="/health", public_api_method="GET")
async def health(self): ...

"""
TEXT = '{"prompt": "Write one sh"}'


@pytest.fixture
def derive(tmp_path):
    def run(source, head=HEAD):
        (tmp_path / "chute.py").write_text(head + source)
        return requests_of(str(tmp_path))

    return run


def cord(signature, decorator='public_api_path="/x"', indent=""):
    return f"{indent}@chute.cord({decorator})\n{indent}async def x({signature}): ...\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (cord("self, data: Input"), f"POST /x {TEXT}"),
        (cord("app, data: Input"), f"POST /x {TEXT}"),
        (cord("self: Any, data: Input"), f"POST /x {TEXT}"),
        (cord("self, data: Input = None"), f"POST /x {TEXT}"),
        (cord("self, data: dict", 'public_api_path="/x", input_schema=Input'), f"POST /x {TEXT}"),
        (cord("self, data", 'public_api_path="/x", input_schema=Input'), f"POST /x {TEXT}"),
        (cord("self, *data", 'public_api_path="/x", input_schema=Input'), f"POST /x {TEXT}"),
        (cord("self, data: Input", 'public_api_path="/x", stream=True'), f"POST /x {TEXT}"),
        (cord("self, data: Input", 'public_api_path="x/y/"'), f"POST /x/y {TEXT}"),
        (
            cord("self, data: Input", 'public_api_path="/x", public_api_method="put"'),
            f"PUT /x {TEXT}",
        ),
        # `method` is the upstream's, not the public one (PLATFORM F41).
        (cord("self", 'public_api_path="/x", method="GET"'), "POST /x {}"),
        (cord("self"), "POST /x {}"),
        (cord("self, *rest"), "POST /x {}"),
        (cord("self", 'public_api_path="/x", public_api_method="GET"'), "GET /x"),
        (cord("self", 'public_api_path="/x", public_api_method="DELETE"'), "DELETE /x"),
        (cord("self, q=None", 'public_api_path="/x", public_api_method="GET"'), "GET /x"),
        ("async def x(self, data: Input): ...\nchute.cord(public_api_path='/x')(x)\n",
         f"POST /x {TEXT}"),
        ("PATH = '/v1'\n" + cord("self", "public_api_path=f'{PATH}/x'"), "POST /v1/x {}"),
        ("try:\n" + cord("self", indent="    ") + "except Exception:\n    raise\n", "POST /x {}"),
        ('EXPOSURE = "direct"\nif EXPOSURE == "direct":\n' + cord("self", indent="    "),
         "POST /x {}"),
    ],
)  # fmt: skip
def test_a_cord_that_can_be_called_gets_one_request(derive, source, line):
    found = derive(source)
    assert [each.line for each in found.requests] == [line]
    assert found.left_out == ()
    assert found.requests[0].note == ""


GET = 'public_api_path="/x", public_api_method="GET"'


@pytest.mark.parametrize(
    ("source", "reason", "by_hand"),
    [
        (cord("self, data: Link"), "field 'url': is of a type",
         'POST /x {"url": "...", "size": 64}'),
        (cord("self, data: dict"), "'data' is no pydantic model", 'POST /x {"...": "..."}'),
        (cord("self, data"), "'data' is no pydantic model", 'POST /x {"...": "..."}'),
        (cord("self, data: dict = None"), "'data' is no pydantic", 'POST /x {"...": "..."}'),
        (cord("self, data: Input | None"), "'data' is no pydantic", 'POST /x {"...": "..."}'),
        (cord("chute: Chute, data: Input"), "'data' is no pydantic", 'POST /x {"...": "..."}'),
        (cord("self, data: Input, more: int = 1"), "'data' is no", 'POST /x {"...": "..."}'),
        (cord("self, data: Input, more: Input"), "nothing is ever passed for 'more'", None),
        (cord("self, *, key"), "nothing is ever passed for 'key'", None),
        (cord(""), "takes no `self`", None),
        (cord("self, data: Input", GET), "a GET request passes no argument", None),
        (cord("self, data: Input = None", GET), "a GET request passes no argument", None),
        (cord("self, data", GET), "a GET request passes no argument", None),
        (cord("self", 'public_api_path="/x", input_schema=Input'), "takes no input", None),
        (cord("self, d", 'public_api_path="/x", input_schema=OTHER'), "input_schema", None),
        (cord("self", 'public_api_path="/x", passthrough=True'), "passes calls through", None),
        (cord("self", 'public_api_path="/x", passthrough=os.environ["P"]'), "passes", None),
        (cord("self", ""), "it has no public_api_path", None),
        (cord("self", "public_api_path=os.environ['P']"), "public_api_path cannot be told", None),
        (cord("self", "public_api_path='/x/{id}'"), "not one the SDK takes", None),
        (cord("self", "public_api_path='/x', public_api_method='BANANA'"), "no HTTP method", None),
        ("chute.cord(public_api_path='/x')(lambda self: 1)\n", "cannot be told", None),
        ("if os.environ.get('X'):\n" + cord("self", indent="    "), "under a condition", None),
        ("for name in 'ab':\n" + cord("self", indent="    "), "or in a loop", None),
        ("if EXPOSURE == 'gateway':\n" + cord("self", indent="    "), "gateway only", None),
        (cord("self", 'public_api_path="/health", public_api_method="get"'), "an earlier", None),
    ],
)  # fmt: skip
def test_a_cord_that_cannot_is_left_out_with_its_reason(derive, source, reason, by_hand):
    found = derive(HEALTH + source)
    assert [each.line for each in found.requests] == ["GET /health"]
    (left_out,) = found.left_out
    assert reason in left_out.reason
    assert left_out.request == by_hand
    if by_hand:
        assert left_out.line.endswith(f"; write --request '{by_hand}'")


def test_each_turn_of_a_loop_gets_its_request(derive):
    source = """
def one(self, data: Input): ...
def two(self): ...
for path, function in (("/one", one), ("/two", two)):
    chute.cord(public_api_path=path)(function)
"""
    found = derive(source)
    assert [each.line for each in found.requests] == [f"POST /one {TEXT}", "POST /two {}"]
    assert found.left_out == ()


@pytest.mark.parametrize("inner", ["if os.environ.get('X'):", "for name in 'ab':"])
def test_a_turn_may_still_register_nothing(derive, inner):
    source = "for path in ('/one', '/two'):\n"
    source += f"    {inner}\n" + cord("self", "public_api_path=path", indent="        ")
    found = derive(HEALTH + source)
    assert [each.line for each in found.requests] == ["GET /health"]
    assert {each.reason for each in found.left_out} == {
        "it is registered under a condition or in a loop"
    }


def test_bodies_are_json_and_endpoints_are_named_by_method_and_path(derive):
    found = derive(HEALTH + cord("self, data: Input"))
    planned = [each.request for each in found.requests]
    assert [each.name for each in planned] == ["GET /health", "POST /x"]
    assert json.loads(planned[1].body) == {"prompt": "Write one sh"}
    assert planned[0].body == b""


def test_validators_of_the_model_are_a_note(derive):
    source = "from pydantic import field_validator\n"
    found = derive(cord("self, data: Careful"), source + HEAD)
    assert "Careful has validators of its own" in found.requests[0].note


def test_a_long_body_is_cut_in_messages(derive):
    source = "class Long(BaseModel):\n    text: str = Field(min_length=900)\n"
    (only,) = derive(source + cord("self, data: Long")).requests
    assert len(only.line) < 200
    assert "... (912 bytes)" in only.line


def test_models_of_imported_modules_are_read(tmp_path, derive):
    package = tmp_path / "service"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "schemas.py").write_text(
        "from pydantic import BaseModel, Field\nfrom .limits import MOST\n"
        "class Base(BaseModel):\n    prompt: str = Field(max_length=MOST)\n"
    )
    (package / "limits.py").write_text("MOST = 5\n")
    source = (
        "from service import schemas\nfrom service.schemas import Base\n"
        "class More(Base):\n    other: schemas.Base\n"
    )
    (only,) = derive(source + cord("self, data: More")).requests
    assert only.line == 'POST /x {"prompt": "Write", "other": {"prompt": "Write"}}'


def test_only_the_chosen_chute_is_asked(tmp_path):
    (tmp_path / "chute.py").write_text(
        HEAD
        + cord("self")
        + 'other = Chute(username="u", name="o", image="u/n:1")\n'
        + '@other.cord(public_api_path="/other")\ndef y(self): ...\n'
    )
    found = requests_of(f"{tmp_path}:chute:other")
    assert [each.line for each in found.requests] == ["POST /other {}"]
    with pytest.raises(UsageError, match="several chutes"):
        requests_of(str(tmp_path))


def test_a_chute_made_in_branches_or_by_a_function(derive):
    head = "import os\nfrom chutes.chute import Chute\n"
    branches = (
        "if os.environ.get('TEE'):\n    chute = Chute(tee=True)\nelse:\n    chute = Chute()\n"
    )
    assert [each.line for each in derive(branches + cord("self"), head).requests] == ["POST /x {}"]
    function = (
        "def make():\n    chute = Chute(name='n')\n"
        + cord("self", indent="    ")
        + "    return chute\nchute = make()\n"
    )
    assert [each.line for each in derive(function, head).requests] == ["POST /x {}"]


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("", "no cord is registered"),
        (cord("self, data: dict") + cord("self", ""), "cord x: 'data' is no pydantic model"),
    ],
)
def test_nothing_to_send_says_why(derive, source, detail):
    with pytest.raises(UsageError, match="no request can be derived") as caught:
        derive(source)
    assert detail in (caught.value.detail or "")
    assert "--request 'POST /generate" in (caught.value.hint or "")


def test_a_template_chute_says_why(derive):
    head = "from chutes.chute.template.vllm import build_vllm_chute\n"
    with pytest.raises(UsageError, match="no request can be derived") as caught:
        derive("chute = build_vllm_chute(username='u', model_name='m')\n", head)
    assert "template builder" in (caught.value.detail or "")
