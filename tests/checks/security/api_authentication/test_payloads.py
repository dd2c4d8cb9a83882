"""Which entries the payload of a token can have, however it is put together."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "jwt-without-expiry"
HEAD = """\
import copy
import os
import time
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import NamedTuple
import jwt
from chutes.chute import Chute
from pydantic import BaseModel, computed_field, model_serializer

chute = Chute("u", "my-service", "i")
KEY = os.environ["JWT_SECRET"]
"""
MODEL = "class C(BaseModel):\n    sub: str\n"
RECORD = "@dataclass\nclass C:\n    sub: str\n"
MADE = "jwt.encode(C(sub='x').model_dump(), KEY)"


def after(put: str, claims: str = "{'sub': 'x'}") -> str:
    return f"def f(data):\n    claims = {claims}\n    {put}\n    return jwt.encode(claims, KEY)\n"


def adding(body: str) -> str:
    return f"def add(claims, more=None):\n    {body}\n{after('add(claims)')}"


def returning(body: str) -> str:
    return f"def made(data=None):\n    {body}\njwt.encode(made(), KEY)"


ENDLESS = {
    "spread": "BASE = {'iss': 'a'}\njwt.encode({**BASE, 'sub': 'x'}, KEY)",
    "key_of_a_constant": "NAME = 'sub'\njwt.encode({NAME: 1}, KEY)",
    "awaited": "async def made():\n    return {'sub': 'x'}\n"
    "async def f():\n    return jwt.encode(await made(), KEY)",
    "walrus": "def f():\n    return jwt.encode((c := {'sub': 'x'}), KEY)",
    "merged": "jwt.encode({'sub': 'x'} | {'iss': 'a'}, KEY)",
    "or": "EMPTY = {}\njwt.encode(EMPTY or {'iss': 'a'}, KEY)",
    "conditional": "jwt.encode({'sub': 'x'} if os.name else {'iss': 'a'}, KEY)",
    "comprehension": "C = {'sub': 'x'}\njwt.encode({k: v for k, v in C.items()}, KEY)",
    "merged_into": after("claims |= {'iss': 'a'}"),
    "added": after("claims['iss'] = 'a'"),
    "added_to_another": after("data['exp'] = 1"),
    "updated": after("claims.update(iss='a')"),
    "updated_by_a_display": after("claims.update({'iss': 'a'})"),
    "updated_by_nothing": after("claims.update()"),
    "another_is_updated": after("data.update(exp=1)"),
    "set_by_default": after("claims.setdefault('iss', 'a')"),
    "another_is_named": after("other = data\n    other['exp'] = 1"),
    "read": after("print(claims.get('exp'))"),
    "handed_to_a_library": after("print(claims)"),
    "of_another_function": f"def g(claims):\n    claims['exp'] = 1\n{after('pass')}",
    "handed_to_a_reader": adding("return len(claims)"),
    "handed_to_one_that_adds_others": adding("claims['iss'] = 'a'"),
    "handed_to_a_method": "class A:\n    def add(self, claims):\n        claims['iss'] = 'a'\n"
    f"a = A()\n{after('a.add(claims)')}",
    "chosen": after("if data:\n        claims = {'iss': 'a'}"),
    "imported": {
        "app.py": f"{HEAD}from names import CLAIMS\njwt.encode(CLAIMS, KEY)\n",
        "names.py": "CLAIMS = {'sub': 'x'}\n",
    },
    "parameter": "def f(claims):\n    return jwt.encode(claims, KEY)\nf({'sub': 'x'})",
    "options": "def f(**claims):\n    return jwt.encode(claims, KEY)\nf(sub='x')",
    "attribute": "class A:\n    def __init__(self):\n        self.claims = {'sub': 'x'}\n"
    "    def f(self):\n        return jwt.encode(self.claims, KEY)",
    "dict": "jwt.encode(dict(sub='x'), KEY)",
    "dict_of_nothing": "jwt.encode(dict(), KEY)",
    "dict_of_a_dictionary": "jwt.encode(dict({'sub': 'x'}, iss='a'), KEY)",
    "dict_spread": "BASE = {'iss': 'a'}\njwt.encode(dict(sub='x', **BASE), KEY)",
    "copied": "BASE = {'iss': 'a'}\njwt.encode(BASE.copy(), KEY)",
    "copied_by_a_function": "BASE = {'iss': 'a'}\njwt.encode(copy.copy(BASE), KEY)",
    "copied_deeply": "BASE = {'iss': 'a'}\njwt.encode(copy.deepcopy(BASE), KEY)",
    "dataclass": f"{RECORD}jwt.encode(asdict(C(sub='x')), KEY)",
    "variables": f"{RECORD}jwt.encode(vars(C(sub='x')), KEY)",
    "model": f"{MODEL}{MADE}",
    "model_older": f"{MODEL}jwt.encode(C(sub='x').dict(), KEY)",
    "model_without_none": f"{MODEL}jwt.encode(C(sub='x').model_dump(exclude_none=True), KEY)",
    "model_with_a_method": f"{MODEL}    def f(self):\n        return 1\n{MADE}",
    "model_of_a_model": f"class B(BaseModel):\n    iss: str = 'a'\nclass C(B):\n    sub: str\n"
    f"{MADE}",
    "model_beside_one_that_computes": "class B(BaseModel):\n    @computed_field\n"
    f"    def exp(self) -> int:\n        return 1\n{MODEL}{MADE}",
    "named_tuple": "class C(NamedTuple):\n    sub: str\njwt.encode(C('x')._asdict(), KEY)",
    "returned": returning("return {'sub': 'x'}"),
    "returned_or_nothing": returning("if data:\n        return\n    return {'sub': 'x'}"),
    "returned_by_a_method": "class A:\n    def made(self):\n        return {'sub': 'x'}\n"
    "    def f(self):\n        return jwt.encode(self.made(), KEY)",
    "returned_by_a_static_method": "class A:\n    @staticmethod\n    def made():\n"
    "        return {'sub': 'x'}\njwt.encode(A.made(), KEY)",
    "returned_by_a_class_method": "class A:\n    @classmethod\n    def made(cls):\n"
    "        return {'sub': 'x'}\njwt.encode(A.made(), KEY)",
    "returned_by_those_below": "class A(ABC):\n    @abstractmethod\n    def made(self):\n"
    "        ...\n    def f(self):\n        return jwt.encode(self.made(), KEY)\n"
    "class B(A):\n    def made(self):\n        return {'sub': 'x'}\nB().f()",
}
ENDS = {
    "spread": "BASE = {'exp': 1}\njwt.encode({**BASE, 'sub': 'x'}, KEY)",
    "key_of_a_constant": "NAME = 'exp'\njwt.encode({NAME: 1}, KEY)",
    "merged": "jwt.encode({'sub': 'x'} | {'exp': 1}, KEY)",
    "merged_with_the_unknown": "jwt.encode({'sub': 'x'} | os.X, KEY)",
    "conditional": "jwt.encode({'sub': 'x'} if os.name else {'exp': 1}, KEY)",
    "conditional_first": "jwt.encode({'exp': 1} if os.name else {'sub': 'x'}, KEY)",
    "comprehension": "C = {'exp': 'x'}\njwt.encode({k: v for k, v in C.items()}, KEY)",
    "comprehension_of_others": "C = {'sub': 'x'}\njwt.encode({v: k for k, v in C.items()}, KEY)",
    "comprehension_of_values": "C = {'sub': 'x'}\njwt.encode({k: 1 for k in C.values()}, KEY)",
    "comprehension_of_pages": "C = {'sub': 'x'}\njwt.encode({k: v for k, v in C.items(2)}, KEY)",
    "subtracted": "jwt.encode({'sub': 'x'} - {'exp': 1}, KEY)",
    "merged_into": after("claims |= {'exp': 1}"),
    "merged_into_by_the_unknown": after("claims |= data"),
    "added_under_an_unknown_name": after("claims[data] = 'a'"),
    "added_by_default": after("claims.setdefault('exp', 'a')"),
    "added_by_nothing": after("claims.setdefault()"),
    "updated_by_a_display": after("claims.update({'exp': 'a'})"),
    "updated_by_the_unknown": after("claims.update(data)"),
    "updated_by_a_spread": after("claims.update(**data)"),
    "under_another_name": after("other = claims\n    other['exp'] = 1"),
    "under_another_typed_name": after("other: dict = claims\n    other['exp'] = 1"),
    "kept_on_an_object": after("data.claims = claims\n    data.end()"),
    "in_an_inner_function": after("def end():\n        claims['exp'] = 1\n    end()"),
    "handed_to_one_that_ends_it": adding("claims['exp'] = 1"),
    "handed_to_one_that_updates_it": adding("claims.update(exp=1)"),
    "handed_on": f"def end(claims):\n    claims['exp'] = 1\n{adding('end(claims)')}",
    "handed_by_name": f"def add(more=None):\n    more['exp'] = 1\n{after('add(more=claims)')}",
    "handed_to_a_method": "class A:\n    def add(self, claims):\n        claims['exp'] = 'a'\n"
    f"a = A()\n{after('a.add(claims)')}",
    "handed_to_the_unknown": after("data.add(claims)"),
    "handed_to_an_object": "class A:\n    def __init__(self, claims):\n        self.kept = claims\n"
    f"{after('A(claims)')}",
    "handed_in_a_circle": adding("add(claims)"),
    "chosen": after("if data:\n        claims = {'exp': 'a'}"),
    "opened": "def f(p):\n    with p as claims:\n        return jwt.encode(claims, KEY)",
    "opened_as_one": "def f():\n    with {'sub': 'x'} as claims:\n"
    "        return jwt.encode(claims, KEY)",
    "gone_over": "def f(several):\n    for claims in several:\n"
    "        return jwt.encode(claims, KEY)",
    "gone_over_the_names": "C = {'a': {'sub': 'x'}}\ndef f():\n    for claims in {'sub': 'x'}:\n"
    "        return jwt.encode(claims, KEY)",
    "imported_from_outside": "from somewhere import CLAIMS\njwt.encode(CLAIMS, KEY)",
    "imported_whole": "import claims\njwt.encode(claims, KEY)",
    "imported": {
        "app.py": f"{HEAD}from names import CLAIMS\njwt.encode(CLAIMS, KEY)\n",
        "names.py": "CLAIMS = {'sub': 'x', 'exp': 1}\n",
    },
    "name_of_nothing": "jwt.encode(claims, KEY)",
    "parameter": "def f(claims):\n    return jwt.encode(claims, KEY)\nf({'exp': 'x'})",
    "parameter_of_one": "def f(claims):\n    return jwt.encode(claims, KEY)\n"
    "f({'exp': 'x'})\nf({'sub': 'x'})",
    "parameter_of_the_unknown": "def f(claims):\n    return jwt.encode(claims, KEY)\n"
    "f(os.X)\nf({'sub': 'x'})",
    "options": "def f(**claims):\n    return jwt.encode(claims, KEY)\nf(exp='x')",
    "options_of_the_unknown": "def f(**claims):\n    return jwt.encode(claims, KEY)\nf(**os.X)",
    "options_of_a_cord": "@chute.cord()\nasync def f(self, **claims):\n"
    "    return jwt.encode(claims, KEY)",
    "several_parameters": "def f(*claims):\n    return jwt.encode(claims, KEY)\nf({'sub': 'x'})",
    "attribute": "class A:\n    def __init__(self):\n        self.claims = {'exp': 'x'}\n"
    "    def f(self):\n        return jwt.encode(self.claims, KEY)",
    "attribute_that_is_added_to": "class A:\n    def __init__(self):\n"
    "        self.claims = {'sub': 'x'}\n        self.claims['exp'] = 1\n"
    "    def f(self):\n        return jwt.encode(self.claims, KEY)",
    "attribute_that_is_updated": "class A:\n    def __init__(self):\n"
    "        self.claims = {'sub': 'x'}\n    def f(self):\n        self.claims.update(exp=1)\n"
    "        return jwt.encode(self.claims, KEY)",
    "attribute_of_nothing": "class A:\n    def f(self):\n        return jwt.encode(self.x, KEY)",
    "attribute_of_the_unknown": "def f(a):\n    return jwt.encode(a.x, KEY)",
    "dict": "jwt.encode(dict(sub='x', exp=1), KEY)",
    "dict_of_pairs": "jwt.encode(dict([('exp', 1)]), KEY)",
    "copied": "BASE = {'exp': 'a'}\njwt.encode(BASE.copy(), KEY)",
    "copied_by_a_function": "BASE = {'exp': 'a'}\njwt.encode(copy.copy(BASE), KEY)",
    "copied_of_several": "BASE = {'iss': 'a'}\njwt.encode(copy.copy(*BASE), KEY)",
    "copied_by_its_own": "class A:\n    def copy(self, n):\n        return os.X\n"
    "BASE = {'iss': 'a'}\njwt.encode(BASE.copy(2), KEY)",
    "dataclass": "@dataclass\nclass C:\n    exp: int\njwt.encode(asdict(C(1)), KEY)",
    "dataclass_below": f"{RECORD}@dataclass\nclass D(C):\n    exp: int = 0\n"
    "def f(c: C):\n    return jwt.encode(asdict(c), KEY)",
    "dataclass_of_others": f"{RECORD}def f(c):\n    return jwt.encode(asdict(c), KEY)",
    "dataclass_or_the_unknown": f"{RECORD}def f(c):\n    d = C('x') if c else os.X\n"
    "    return jwt.encode(asdict(d), KEY)",
    "plain_object": "class C:\n    sub = 'x'\njwt.encode(vars(C()), KEY)",
    "model": "class C(BaseModel):\n    exp: int\njwt.encode(C(exp=1).model_dump(), KEY)",
    "model_below": f"{MODEL}class D(C):\n    exp: int = 0\n"
    "def f(c: C):\n    return jwt.encode(c.model_dump(), KEY)",
    "model_by_alias": f"{MODEL}jwt.encode(C(sub='x').model_dump(by_alias=True), KEY)",
    "model_with_more": f"{MODEL}    model_config = {{'extra': 'allow'}}\n{MADE}",
    "model_asked_otherwise": f"{MODEL}jwt.encode(C(sub='x').ending(), KEY)",
    "model_in_a_circle": "class A(B):\n    sub: str\nclass B(A, BaseModel, extra='allow'):\n"
    "    iss: str\njwt.encode(A(sub='x').model_dump(), KEY)",
    "imported_in_a_circle": {
        "app.py": f"{HEAD}from names import CLAIMS\njwt.encode(CLAIMS, KEY)\n",
        "names.py": "from more import CLAIMS\n",
        "more.py": "from names import CLAIMS\n",
    },
    "imported_module_of_the_tree": {
        "app.py": f"{HEAD}import names\njwt.encode(names, KEY)\n",
        "names.py": "names = {'sub': 'x'}\n",
    },
    "model_with_more_by_keyword": "class C(BaseModel, extra='allow'):\n    sub: str\n"
    "jwt.encode(C(sub='x', exp=1).model_dump(), KEY)",
    "model_with_more_in_a_class": f"{MODEL}    class Config:\n        extra = 'allow'\n{MADE}",
    "model_that_computes": f"{MODEL}    @computed_field\n    def exp(self) -> int:\n"
    f"        return 1\n{MADE}",
    "model_that_writes_itself": f"{MODEL}    @model_serializer\n    def own(self):\n"
    f"        return {{'exp': 1}}\n{MADE}",
    "model_below_one_that_computes": "class B(BaseModel):\n    @computed_field\n"
    "    def exp(self) -> int:\n        return 1\nclass C(B):\n    sub: str\n"
    f"{MADE}",
    "dataclass_with_an_own_dump": f"{RECORD}    def dict(self):\n"
    "        return {'sub': self.sub, 'exp': 1}\njwt.encode(C('x').dict(), KEY)",
    "model_with_an_own_dump": f"{MODEL}    def model_dump(self):\n"
    f"        return {{'sub': self.sub, 'exp': 1}}\n{MADE}",
    "returned": returning("return {'exp': 'x'}"),
    "returned_by_one": returning("if data:\n        return {'exp': 1}\n    return {'sub': 'x'}"),
    "returned_by_chance": returning("return {'sub': 'x'} if data else os.X"),
    "returned_by_none": returning("pass"),
    "returned_by_a_generator": returning("yield 1\n    return {'sub': 'x'}"),
    "returned_and_wrapped": "from a import ending\n@ending\ndef made():\n"
    "    return {'sub': 'x'}\njwt.encode(made(), KEY)",
    "returned_by_those_below": "class A(ABC):\n    @abstractmethod\n    def made(self):\n"
    "        ...\n    def f(self):\n        return jwt.encode(self.made(), KEY)\n"
    "class B(A):\n    def made(self):\n        return {'exp': 'x'}\nB().f()",
    "returned_by_one_or_the_other": "def made():\n    return {'sub': 'x'}\n"
    "def f(a):\n    g = made if a else os.X\n    return jwt.encode(g(), KEY)",
    "returned_or_made": "def made():\n    return {'sub': 'x'}\nclass Made(dict):\n    pass\n"
    "def f(a):\n    g = made if a else Made\n    return jwt.encode(g(), KEY)",
    "of_the_library": "jwt.encode(os.claims(), KEY)",
    "text": "jwt.encode('sub', KEY)",
}


def source(text: str | dict[str, str]) -> str | dict[str, str]:
    return text if isinstance(text, dict) else f"{HEAD}{text}\n"


@pytest.mark.parametrize("name", ENDLESS)
def test_endless(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(source(ENDLESS[name]), ID)] == [ID]


@pytest.mark.parametrize("name", ENDS)
def test_ends(name: str, findings: Findings) -> None:
    assert findings(source(ENDS[name]), ID) == []


def handed_through(functions: int) -> str:
    return "def f0():\n    return {'sub': 'x'}\n" + "".join(
        f"def f{number}():\n    return f{number - 1}()\n" for number in range(1, functions)
    )


@pytest.mark.parametrize(("functions", "count"), [(4, 1), (8, 1), (9, 0), (30, 0)])
def test_functions_that_return_what_others_return(
    functions: int, count: int, findings: Findings
) -> None:
    made = f"{HEAD}{handed_through(functions)}jwt.encode(f{functions - 1}(), KEY)\n"
    assert len(findings(made, ID)) == count


@pytest.mark.parametrize(("functions", "count"), [(4, 1), (8, 1), (9, 0), (30, 0)])
def test_functions_that_hand_on(functions: int, count: int, findings: Findings) -> None:
    further = "def f0(claims):\n    print(claims)\n" + "".join(
        f"def f{number}(claims):\n    f{number - 1}(claims)\n" for number in range(1, functions)
    )
    made = f"{HEAD}{further}{after(f'f{functions - 1}(claims)')}"
    assert len(findings(made, ID)) == count
