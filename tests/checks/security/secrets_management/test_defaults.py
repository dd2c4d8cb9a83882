from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "default-secret"
HEAD = """\
import os
from dataclasses import dataclass
from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
FIRES = {
    "getenv": "KEY = os.getenv('JWT_SECRET', 'secret')",
    "named_twice": "JWT_SECRET = os.getenv('JWT_SECRET', 'secret')",
    "get": "KEY = os.environ.get('ADMIN_PASSWORD', 'admin')",
    "get_of_a_variable": "PASSWORD = os.environ.get(VARIABLE, 'password')",
    "get_of_settings": "PASSWORD = settings.get('password', 'password')",
    "get_of_more": "PASSWORD = settings.get('db', 'password', fallback='secret')",
    "get_of_a_section_with_a_default": "PASSWORD = settings.get('db', 'admin')",
    "or": "API_KEY = os.getenv('API_KEY') or 'dev-key'",
    "field": "class S(BaseModel):\n    jwt_secret: str = Field(default='change-me-in-production')",
    "secret_str": "class S(BaseModel):\n    secret_key: SecretStr = SecretStr('super-secret-key')",
    "of_settings": "class S(BaseSettings):\n    secret_key: str = 'secret'",
    "of_settings_any": "class S(BaseSettings):\n    redis_password: str = 'redis'",
    "of_settings_wrapped": "class S(BaseSettings):\n    password: SecretStr = SecretStr('admin')",
    "of_settings_below": "class B(BaseSettings):\n    x: int = 1\nclass S(B):\n"
    "    api_key: str = 'changeme'",
    "of_a_model": "class S(BaseModel):\n    secret_key: str = 'secret'",
    "of_a_dataclass": "@dataclass\nclass S:\n    jwt_secret: str = 'dev'",
    "constructor": "class J:\n    def __init__(self, secret_key: str = 'secret'):\n"
    "        self.secret_key = secret_key",
    "hyphenated": "JWT_SECRET = os.getenv('JWT_SECRET', 'change-me')",
    "parameter": "def sign(text, secret='secret'):\n    return text",
    "assigned_to_be_changed": "SECRET_KEY = 'your-secret-key-change-in-production'",
    "handed_to_a_library": "import jwt\njwt.decode('x', 'secret', algorithms=['HS256'])",
    "capitals": "KEY = os.getenv('SECRET_KEY', 'CHANGE_ME!')",
}
SILENT = {
    "of_another_service": "import openai\nopenai.OpenAI(api_key='your-api-key')",
    "of_another_service_named": "SERVICE_API_KEY = 'your-api-key'",
    "key_that_opens_nothing": "KEY = os.getenv('ROUTING_KEY', 'default-routing-key-of-production')",
    "required": "JWT_SECRET = os.environ['JWT_SECRET']",
    "none": "JWT_SECRET = os.getenv('JWT_SECRET', '')",
    "nothing": "JWT_SECRET = os.getenv('JWT_SECRET')",
    "local_server": "API_KEY = os.getenv('OPENAI_API_KEY', 'EMPTY')",
    "not_needed": "API_KEY = os.getenv('OPENAI_API_KEY', 'not-needed')",
    "kind_of_token_of_a_model": "class T(BaseModel):\n    token: str = 'token'",
    "password_of_a_model": "class T(BaseModel):\n    password: str = 'password'",
    "token_of_a_language": "class T(BaseSettings):\n    eos_token: str = 'token'",
    "token_of_settings": "class T(BaseSettings):\n    token: str = 'eos'",
    "of_a_plain_class": "class T:\n    secret_key: str = 'secret'",
    "of_a_module": "secret_key: str = 'secret'",
    "given_in_settings": "class T(BaseSettings):\n    password = 'password'",
    "open_settings": "class T(BaseSettings):\n    mode: str = 'dev'",
    "in_a_method": "class T(BaseSettings):\n    def f(self):\n        secret_key: str = 'dev'",
    "grant_type": "PASSWORD = 'password'",
    "kind_of_token": "def f(token):\n    return token == 'key'",
    "section": "PASSWORD = settings.get('db', 'password')",
    "section_by_name": "LOGIN = {'password': settings.get(server, 'password')}",
    "no_secret": "MODE = os.getenv('MODE', 'development')",
    "not_known": "JWT_SECRET = 'k3x9qz7w2v8m5t1r'",
    "main_block": "if __name__ == '__main__':\n    SECRET = os.getenv('SECRET', 'secret')",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(f"{HEAD}{FIRES[name]}\n", ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}{SILENT[name]}\n", ID) == []


def test_what_is_said(findings: Findings) -> None:
    (fallback,) = findings(f"{HEAD}{FIRES['getenv']}\n", ID)
    assert fallback.message == "JWT_SECRET falls back to a value that everybody knows"
    (given,) = findings(f"{HEAD}{FIRES['assigned_to_be_changed']}\n", ID)
    assert given.message == "SECRET_KEY is a value that everybody knows"


def test_tests_are_no_production_code(findings: Findings) -> None:
    files = {
        "app.py": f"{HEAD}import tests.helper\n",
        "tests/__init__.py": "",
        "tests/helper.py": f"import os\n{FIRES['getenv']}\n",
    }
    assert findings(files, ID) == []
