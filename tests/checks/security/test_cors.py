from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "cors-wildcard"
HEAD = """\
import os
from dataclasses import dataclass
import fastapi.middleware.cors
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware as Cors
from pydantic import BaseModel, Field
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
FIRES = {
    "star": ("chute.add_middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)",
             ERROR),
    "alias": ("chute.add_middleware(Cors, allow_origins=['*'], allow_credentials=True)", ERROR),
    "dotted": ("chute.add_middleware(fastapi.middleware.cors.CORSMiddleware, "
               "allow_origins=['*'], allow_credentials=True)", ERROR),
    "options": ("OPTIONS = {'allow_origins': ('*',), 'allow_credentials': True}\n"
                "chute.add_middleware(CORSMiddleware, **OPTIONS)", ERROR),
    "made": ("app = CORSMiddleware(chute, allow_origins='*', allow_credentials=True)", ERROR),
    "listed": ("X = [Middleware(CORSMiddleware, allow_origins=['*'], allow_credentials=True)]",
               ERROR),
    "pattern": ("chute.add_middleware(CORSMiddleware, allow_origin_regex='.*', "
                "allow_credentials=True)", ERROR),
    "long_pattern": (f"chute.add_middleware(CORSMiddleware, allow_origin_regex='{'.*' * 150}', "
                     "allow_credentials=True)", ERROR),
    "helper": ("def protect(app):\n    app.add_middleware(CORSMiddleware, allow_origins=['*'], "
               "allow_credentials=True)", ERROR),
    "one_of_many": ("chute.add_middleware(CORSMiddleware, allow_origins=['https://a.b', '*'], "
                    "allow_credentials=True)", ERROR),
    "without_credentials": ("chute.add_middleware(CORSMiddleware, allow_origins=['*'])", INFO),
    "credentials_unknown": ("chute.add_middleware(CORSMiddleware, allow_origins=['*'], "
                            "allow_credentials=bool(os.name))", INFO),
    "reflected": ("def f(request, response):\n    response.headers['Access-Control-Allow-Origin']"
                  " = request.headers.get('origin')", ERROR),
    "reflected_item": ("def f(request, response):\n    response.headers"
                       "['access-control-allow-origin'] = request.headers['Origin']", ERROR),
    "reflected_entry": ("def f(request):\n    return {'Access-Control-Allow-Origin': "
                        "request.headers.get('Origin', '*')}", ERROR),
    "setting": ("class S(BaseModel):\n    allowed_origins: list[str] = ['*']", INFO),
    "setting_field": ("class S(BaseModel):\n    cors_origins: list[str] = Field(default=['*'])",
                      INFO),
    "setting_getenv": ("ALLOWED_ORIGINS = os.getenv('ALLOWED_ORIGINS', '*').split(',')", INFO),
    "setting_or": ("ALLOWED_ORIGINS = os.getenv('ALLOWED_ORIGINS') or '*'", INFO),
    "setting_get": ("ALLOWED_ORIGINS = os.environ.get('ALLOWED_ORIGINS', '*')", INFO),
    "setting_factory": ("class S(BaseModel):\n    origins: list = Field(default_factory=['*'])",
                        INFO),
    "credentials_off": ("chute.add_middleware(CORSMiddleware, allow_origins=['*'], "
                        "allow_credentials=False)", INFO),
    "default_with_credentials": ("chute.add_middleware(CORSMiddleware, allow_credentials=True, "
                                 "allow_origins=os.getenv('O', '*').split(','))", WARNING),
    "default_by_name": ("spec = {'allow_origins': os.getenv('O') or '*', 'allow_credentials': True}"
                        "\nchute.add_middleware(CORSMiddleware, **spec)", WARNING),
    "default_without": ("who = os.getenv('O', '*').split(',')\nchute.add_middleware("
                        "CORSMiddleware, allow_origins=who, allow_credentials='*' not in who)",
                        INFO),
    "field_default": ("@dataclass\nclass Web:\n    pattern: str = '.*'\nweb = Web()\n"
                      "chute.add_middleware(CORSMiddleware, allow_origin_regex=web.pattern, "
                      "allow_credentials=True)", ERROR),
    "setting_entry": ("X = {'allowed_origins': ['*']}", INFO),
}  # fmt: skip
SILENT = {
    "named": "chute.add_middleware(CORSMiddleware, allow_origins=['https://a.b'], "
    "allow_credentials=True)",
    "none": "chute.add_middleware(CORSMiddleware, allow_credentials=True)",
    "too_long_to_try": f"chute.add_middleware(CORSMiddleware, allow_origin_regex='{'.*' * 151}', "
    "allow_credentials=True)",
    "from_settings": "chute.add_middleware(CORSMiddleware, allow_origins=os.X, "
    "allow_credentials=True)",
    "number": "chute.add_middleware(CORSMiddleware, allow_origins=1)",
    "pattern": "chute.add_middleware(CORSMiddleware, allow_origin_regex=r'https://.*\\.a\\.b')",
    "other_middleware": "chute.add_middleware(os.X, allow_origins=['*'], allow_credentials=True)",
    "other_call": "def f(make):\n    make(CORSMiddleware)",
    "other_setting": "ALLOWED_METHODS = ['*']",
    "methods": "chute.add_middleware(CORSMiddleware, allow_methods=['*'], allow_headers=['*'])",
    "required": "ALLOWED_ORIGINS = os.environ['ALLOWED_ORIGINS'].split(',')",
    "no_default": "ALLOWED_ORIGINS = os.getenv('*')",
    "no_default_get": "ALLOWED_ORIGINS = os.environ.get('*')",
    "empty": "class S(BaseModel):\n    allowed_origins: list[str] = []",
    "declared": "class S(BaseModel):\n    allowed_origins: list[str]",
    "described": "class S(BaseModel):\n    origins: list[str] = Field([], description='*')",
    "other_function": "ALLOWED_ORIGINS = os.path.join('*')",
    "other_maker": "def f(make):\n    make(CORSMiddleware, allow_origins=['*'])",
    "key_by_number": "X = {1: ['*'], **os.X}",
    "named_elsewhere": "def f(origins):\n    return origins == os.split(['*'])",
    "used_elsewhere": "X = [os.origins, '*']",
    "split_by_function": "from a import split\nALLOWED_ORIGINS = split('*')",
    "key_by_variable": "X = {os.name: ['*']}",
    "chosen": "def f(request, response, origin):\n"
    "    response.headers['Access-Control-Allow-Origin'] = origin",
    "other_header": "def f(request, response):\n"
    "    response.headers['Vary'] = request.headers.get('origin')",
    "other_value": "def f(request, response):\n"
    "    response.headers['Access-Control-Allow-Origin'] = request.headers.get('host')",
    "other_item": "def f(request, response):\n"
    "    response.headers['Access-Control-Allow-Origin'] = request.headers['host']",
    "main_block": "if __name__ == '__main__':\n    ALLOWED_ORIGINS = ['*']",
    "main_block_call": "if __name__ == '__main__':\n"
    "    chute.add_middleware(CORSMiddleware, allow_origins=['*'])",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    source, severity = FIRES[name]
    found = findings(f"{HEAD}{source}\n", ID)
    assert [each.severity for each in found] == [severity]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []
