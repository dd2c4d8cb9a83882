from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "hardcoded-secret"
HEAD = """\
import os
import jwt
import openai
import requests
from pydantic import BaseModel, Field, SecretStr
from chutes.chute import Chute
from chutes.image import Image

chute = Chute("u", "my-service", "i")
"""
ALNUM = "q7Zt3LwX9bKd2RvN5mJc8HsF4gPy6TuA1eWoBiDxCzE0kGhMnQrSlUvYpVjIaO"
"""What generators make; joined with prefixes here only, so that nothing scans as a key."""
HEX = "9f3ac81e07b5d264f1e8a3c70b92d65e4f1c8a37b0e59d264c7a1f830eb5d92c"
KEYS = {
    "aws": "AKIA" + "Q7ZT3LWX5BKD2RVN",
    "google": "AIza" + ALNUM[:35],
    "google_oauth": "GOCSPX-" + ALNUM[:28],
    "github": "ghp_" + ALNUM[:36],
    "github_fine": "github_pat_" + ALNUM + ALNUM[:20],
    "gitlab": "glpat-" + ALNUM[:20],
    "slack": "xoxb-" + "1204589372-" + ALNUM[:24],
    "slack_app": "xapp-" + "1-" + ALNUM[:24],
    "slack_hook": "https://hooks.slack.com/services/" + "T02Q7ZK3L/B05BKD2RV/" + ALNUM[:24],
    "discord_hook": "https://discord.com/api/webhooks/" + "98127364500918273/" + ALNUM[:60],
    "stripe": "sk_" + "live_" + ALNUM[:24],
    "like_stripe": "pfk_" + "live_" + ALNUM[:24],
    "stripe_hook": "whsec_" + ALNUM[:32],
    "anthropic": "sk-" + "ant-api03-" + ALNUM,
    "openai_project": "sk-" + "proj-" + ALNUM,
    "openai": "sk-" + ALNUM[:48],
    "hugging_face": "hf_" + ALNUM[:34],
    "chutes": "cpk_" + HEX[:32] + "." + HEX[32:] + "." + ALNUM[:32],
    "replicate": "r8_" + ALNUM[:37],
    "groq": "gsk_" + ALNUM[:52],
    "xai": "xai-" + ALNUM + ALNUM[:20],
    "fireworks": "fw_" + ALNUM[:24],
    "perplexity": "pplx-" + ALNUM[:48],
    "nvidia": "nvapi-" + ALNUM + ALNUM[:4],
    "npm": "npm_" + ALNUM[:36],
    "pypi": "pypi-" + "AgEIcHlwaS5vcmc" + ALNUM,
    "sendgrid": "SG." + ALNUM[:22] + "." + ALNUM[:43],
    "twilio": "SK" + HEX[:32],
    "telegram": "721938465:" + "AA" + ALNUM[:33],
    "azure": "AccountName=a;AccountKey=" + ALNUM + ALNUM[:24] + "==",
    "digital_ocean": "dop_v1_" + HEX,
    "databricks": "dapi" + HEX[:32],
    "linear": "lin_api_" + ALNUM[:40],
    "notion": "secret_" + ALNUM[:43],
    "sentry": "sntryu_" + HEX,
    "private_key": "-----BEGIN RSA " + "PRIVATE KEY-----\\n" + ALNUM,
}
WEAK = {
    "jwt": "eyJhbGciOiJSUzI1NiJ9" + ".eyJ" + ALNUM[:20] + "." + ALNUM[:43],
    "database": "postgresql://app:" + "k3Strel-9@db.internal/app",
    "redis": "redis://:" + "k3Strel-9@cache:6379/0",
    "proxy": "http://user:" + "k3Strel-9@proxy.internal:3128",
    "bearer": "Bearer " + ALNUM[:40],
    "basic_header": "Authorization: Basic " + ALNUM[:24],
}
SECRET = ALNUM[:32]
NAMED = {
    "module": f"API_KEY = '{SECRET}'",
    "annotated": f"API_KEY: str = '{SECRET}'",
    "bytes": f"SECRET_KEY = b'{SECRET}'",
    "hexadecimal": f"SECRET_KEY = '{HEX[:40]}'",
    "lower_case_and_digits": "API_KEY = 'k3x9qz7w2v8m5t1r'",
    "camel_case": f"apiKey = '{SECRET}'",
    "numbered": f"API_KEY_2 = '{SECRET}'",
    "for_production": f"JWT_SECRET_PROD = '{SECRET}'",
    "class": f"class Settings:\n    jwt_secret = '{SECRET}'",
    "field": f"class Settings(BaseModel):\n    api_key: str = Field(default='{SECRET}')",
    "field_of_a_dataclass": f"class Settings:\n    api_key: str = field(default='{SECRET}')",
    "field_of_attrs": f"class Settings:\n    api_key = attr.ib(default='{SECRET}')",
    "field_of_attrs_spelt_out": f"class Settings:\n    api_key = attr.attrib(default='{SECRET}')",
    "factory_of_a_field": (
        f"class Settings:\n    api_key: str = field(default_factory=lambda: '{SECRET}')"
    ),
    "field_positional": f"class Settings(BaseModel):\n    api_key: str = Field('{SECRET}')",
    "secret_str": f"class S(BaseModel):\n    token: SecretStr = SecretStr('{SECRET}')",
    "function": "def connect():\n    password = 'Kestrel9wings'\n    return password",
    "attribute": f"openai.api_key = '{SECRET}'",
    "environ": f"os.environ['ACCESS_TOKEN'] = '{SECRET}'",
    "own_asker": f"def from_env(name, default): ...\nx = from_env('DB_PASSWORD', '{SECRET}')",
    "setdefault": f"os.environ.setdefault('ACCESS_TOKEN', '{SECRET}')",
    "getenv": f"KEY = os.getenv('API_KEY', '{SECRET}')",
    "getenv_keyword": f"API_KEY = os.getenv('X', default='{SECRET}')",
    "or": f"API_KEY = os.getenv('API_KEY') or '{SECRET}'",
    "conditional": f"API_KEY = os.environ['K'] if os.getenv('K') else '{SECRET}'",
    "conditional_first": f"API_KEY = '{SECRET}' if not os.getenv('K') else os.environ['K']",
    "encoded": f"SECRET_KEY = '{SECRET}'.encode()",
    "joined": f"API_KEY = '{SECRET[:16]}' '{SECRET[16:]}'",
    "option": f"import typer\ndef f(api_key=typer.Option('{SECRET}')):\n    pass",
    "secret_bytes": f"from pydantic import SecretBytes\nSECRET_KEY = SecretBytes(b'{SECRET}')",
    "secret_by_name": f"from a import Secret\nAPI_KEY = Secret('{SECRET}')",
    "made_bytes": f"SECRET_KEY = bytes('{SECRET}', 'utf8')",
    "made_text": f"SECRET_KEY = str('{SECRET}')",
    "config": f"from decouple import config\nAPI_KEY = config('X', default='{SECRET}')",
    "env": f"from environs import env\nAPI_KEY = env('X', '{SECRET}')",
    "pop": f"API_KEY = os.environ.pop('X', '{SECRET}')",
    "decoded": f"SECRET_KEY = b'{SECRET}'.decode()",
    "of_hexadecimal": f"SECRET_KEY = bytes.fromhex('{HEX[:40]}')",
    "of_binascii": f"from binascii import unhexlify\nSECRET_KEY = unhexlify('{HEX[:40]}')",
    "of_base64": f"import base64\nSECRET_KEY = base64.b64decode('{SECRET}')",
    "of_base64_of_addresses": f"import base64\nSECRET_KEY = base64.urlsafe_b64decode('{SECRET}')",
    "unwrapped": f"API_KEY = SecretStr('{SECRET}').get_secret_value()",
    "long_under_some_key": f"UPSTREAM_KEY = '{SECRET}'",
    "stripped": f"SECRET_KEY = '{SECRET}'.strip()",
    "lowered": f"SECRET_KEY = '{HEX[:40]}'.lower()",
    "added": f"client = openai.OpenAI(api_key='{SECRET[:16]}' + '{SECRET[16:]}')",
    "once_with_its_use": f"API_KEY = '{SECRET}'\nclient = openai.OpenAI(api_key=API_KEY)",
    "known_format_with_its_use": f"X = '{KEYS['github']}'\nopenai.OpenAI(api_key=X)",
    "in_another_directive": f"Image('u', 'n', '1').with_maintainer('{KEYS['github']}')",
    "fallback_in_the_image": "Image('u', 'n', '1').with_env('A', os.getenv('API_KEY', "
    f"'{SECRET}'))",
    "comment_before_the_image": f"Image('u', 'n', '1').with_env(  # {KEYS['github']}\n"
    "    'A', 'b')",
    "comment_after_the_image": f"Image('u', 'n', '1').with_env('A', 'b')  # {KEYS['github']}",
    "keyword": f"client = openai.OpenAI(api_key='{SECRET}')",
    "innocent_name": f"X = '{SECRET}'\nclient = openai.OpenAI(api_key=X)",
    "dictionary": f"HEADERS = {{'X-API-Key': '{SECRET}'}}",
    "header": f"requests.get('https://a.b', headers={{'Authorization': '{SECRET}'}})",
    "parameter": f"def call(text, api_key='{SECRET}'):\n    pass",
    "formatted": f"TOKEN = f'{SECRET}{{os.getpid()}}'",
    "compared": f"def check(api_key):\n    return api_key == '{SECRET}'",
    "compared_backwards": f"def check(args):\n    return '{SECRET}' != args.token",
    "compared_item": f"def check(args):\n    return args['token'] == '{SECRET}'",
    "jwt": f"jwt.encode({{}}, '{SECRET}', algorithm='HS256')",
    "basic_auth": "requests.get('https://a.b', auth=('bob', 'Kestrel9wings'))",
    "set_of_keys": f"VALID_API_KEYS = {{'{SECRET}'}}",
    "frozen": f"API_KEYS = frozenset(['{SECRET}'])",
    "dictionary_of_keys": f"API_KEYS = {{'{SECRET}': 'alice'}}",
    "password": "DB_PASSWORD = 'Kestrel9wings'",
    "password_with_sign": "DB_PASSWORD = 'correct-horse!battery'",
    "in_a_comment": "# curl -H 'X-Key: " + KEYS["chutes"] + "'",
    "in_a_docstring": f'def f():\n    """Use {KEYS["github"]} to call."""',
    "in_the_main_block": f"if __name__ == '__main__':\n    print('{KEYS['github']}')",
    "run_command_elsewhere": f"class Shell:\n    def run_command(self, x): pass\n"
    f"Shell().run_command('curl -H {KEYS['github']}')",
}
SILENT = {
    "environment": "API_KEY = os.environ['API_KEY']",
    "name_of_a_variable": "API_KEY = 'MY_SERVICE_API_KEY_V2'",
    "name_of_a_header": "API_KEY = 'X-Api-Key-2024-Header'",
    "getenv_of_another_name": "password = os.getenv('SERVICE_PASSWORD_2')",
    "grant_type": "PASSWORD = 'password'",
    "field_name": "PASSWORD_FIELD = 'user_password1'",
    "algorithm": "SIGNING_KEY = 'rsa-sha2-256'",
    "urn": "TOKEN = 'urn:ietf:params:oauth:token-type:jwt2'",
    "tokenizer": "TOKENIZER = 'meta-llama/Llama-3.1-8B-Instruct'",
    "model_as_token": "token = 'NousResearch/Hermes-2-Pro'",
    "special_token": "EOS_TOKEN = 'k3x9qz7w2v8m5t1r'",
    "many_special_tokens": "SPECIAL_TOKENS = ['k3x9qz7w2v8m5t1r']",
    "count": "MAX_TOKENS = 4096",
    "token_text": "def f(token):\n    return token == '<|endoftext|>'",
    "placeholder": "API_KEY = '<your key from 2024>'",
    "your": "API_KEY = 'your-k3x9qz7w2v8m5t1r'",
    "crosses": "API_KEY = 'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
    "stars": "API_KEY = '****************'",
    "template": "API_KEY = '${SERVICE_API_KEY_2}'",
    "brace_template": "API_KEY = '{k3x9qz7w2v8m5t1r}'",
    "example": f"API_KEY = 'example-{SECRET}'",
    "test": f"API_KEY = 'test-{SECRET}'",
    "aws_example": "AWS_ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE'",
    "uuid": "CLIENT_SECRET = '9f3ac81e-07b5-d264-f1e8-a3c70b92d65e'",
    "revision": f"REVISION = '{HEX[:40]}'",
    "digits_only": "API_KEY = '20240917123456789'",
    "hash_of_a_file": f"SHA256 = '{HEX}'",
    "public_key": f"PUBLIC_KEY = '{SECRET}'",
    "published_by_stripe": "KEY = 'pk_" + "live_" + ALNUM[:24] + "'",
    "published_by_others": "KEY = 'pub_" + "live_" + ALNUM[:24] + "'",
    "too_short_for_a_key": "KEY = 'abc_live_" + ALNUM[:19] + "'",
    "name_of_a_setting": "KEY = 'transcription_live_" + ALNUM[:24] + "'",
    "path": "PRIVATE_KEY = '/run/secrets/k3x9qz7w2v8m5t1r'",
    "file": "PRIVATE_KEY = 'k3x9qz7w2v8m5t1r.pem'",
    "address": "TOKEN = 'https://auth.example/k3x9qz7w2v8m5t1r'",
    "sentence": "PASSWORD = 'Enter the password, 8 characters'",
    "short": "PASSWORD = 'a1b2c3'",
    "words": "API_KEY = 'internal-service-gateway'",
    "camel_words": "SECRET = 'applicationCredentialSecret'",
    "long": f"SECRET = '{ALNUM * 8}'",
    "image_data": "ICON = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk'",
    "label_of_a_private_key": "if '-----BEGIN RSA PRIVATE KEY-----' in os.environ['K']:\n    pass",
    "address_without_password": "URL = 'postgresql://app@db.internal/app'",
    "address_with_a_variable": "URL = 'postgresql://app:${PASSWORD}@db.internal/app'",
    "address_to_fill": "URL = 'postgresql://user:password@host/db'",
    "address_user_twice": "URL = 'postgresql://kestrel:kestrel@db.internal/db'",
    "address_of_the_kind": "URL = 'amqp://app:amqp@queue.internal/'",
    "address_formatted": "URL = f'postgresql://app:{os.environ[\"P\"]}@db.internal/app'",
    "docstring": "def f():\n    '''" + WEAK["database"] + "'''",
    "jwt_of_the_introductions": "X = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    + "eyJzdWIiOiIxMjM0NTY3ODkwIn0."
    + ALNUM[:43]
    + "'",
    "bearer_placeholder": "HEADERS = {'Authorization': 'Bearer YOUR_API_TOKEN_2'}",
    "bearer_scheme": "SCHEME = 'Bearer authentication-required'",
    "default": "JWT_SECRET = os.getenv('JWT_SECRET', 'changeme')",
    "wild_name": f"X = {{'AWS::MSK::BatchScramSecret': '{HEX[:16]}'}}",
    "in_the_main_block": f"if __name__ == '__main__':\n    api_key = '{SECRET}'",
    "handed_in_the_main_block": f"if __name__ == '__main__':\n    X = '{SECRET}'\n"
    "    openai.OpenAI(api_key=X)",
    "handed_a_variable_name": "X = 'MY_API_KEY'\nopenai.OpenAI(api_key=X)",
    "handed_under_no_secret_name": f"X = '{SECRET}'\nopenai.OpenAI(base=X)",
    "handed_from_outside": "openai.OpenAI(api_key=os.environ.x)",
    "handed_a_number": "X = 4096\nopenai.OpenAI(token=X)",
    "annotated_only": "API_KEY: str",
    "other_keys": f"X = {{1: '{SECRET}', os.name: '{SECRET}', **os.X}}",
    "unpacked": f"name, api_key = os.name, '{SECRET}'",
    "other_call": f"print('API_KEY', '{SECRET}')",
    "made_by_another_call": f"from a import make\nAPI_KEY = make('x', '{SECRET}')",
    "getenv_by_name": f"NAME = os.name\nX = os.getenv(NAME, '{SECRET}')",
    "getenv_by_number": f"X = os.environ.get(1, '{SECRET}')",
    "factory_of_a_field_that_asks": (
        "class S:\n    api_key: str = field(default_factory=lambda: os.environ['API_KEY'])"
    ),
    "described": f"class S(BaseModel):\n    api_key: str = Field(description='{SECRET}')",
    "added_to_the_unknown": f"API_KEY = '{SECRET}' + os.name",
    "added_to_by_the_unknown": f"API_KEY = os.name + '{SECRET}'",
    "short_under_some_key": f"UPSTREAM_KEY = '{SECRET[:31]}'",
    "keys_spread": "API_KEYS = {**os.X}",
    "jwt_without_key": "jwt.encode({})",
    "format_in_with_env": f"Image('u', 'n', '1').with_env('A', '{KEYS['github']}')",
    "in_the_image": "Image('u', 'n', '1').with_env('SERVICE_TOKEN', 'k3x9qz7w2v8m5t1r')",
    "variable_like_a_key_in_the_image": f"Image('u', 'n', '1').with_env('A', {KEYS['aws']})",
    "key_in_the_image": "Image('u', 'n', '1').run_command('curl -H " + KEYS["github"] + "')",
}


def app(text: str) -> str:
    return f"{HEAD}{text}\n"


@pytest.mark.parametrize("name", KEYS)
def test_known_formats_anywhere(name: str, findings: Findings) -> None:
    source = app(f"VALUE = '{KEYS[name]}'\n# {KEYS[name]}")
    found = findings(source, ID)
    assert [(each.location.line, each.severity) for each in found] == [
        (10, Severity.ERROR),
        (11, Severity.ERROR),
    ]
    assert not any(KEYS[name] in each.message + each.help for each in found)


@pytest.mark.parametrize("name", KEYS)
def test_the_image_checks_speak_of_what_is_handed_to_an_image(
    name: str, findings: Findings
) -> None:
    source = app(f"Image('u', 'n', '1').with_env('A', '{KEYS[name]}')")
    assert findings(source, ID) == []
    assert [each.check for each in findings(source, "image-secret-literal")] == [
        "image-secret-literal"
    ]


@pytest.mark.parametrize("name", WEAK)
def test_weaker_formats_in_values(name: str, findings: Findings) -> None:
    found = findings(app(f"VALUE = '{WEAK[name]}'\n# {WEAK[name]}"), ID)
    assert [(each.location.line, each.severity) for each in found] == [(10, Severity.ERROR)]


@pytest.mark.parametrize("name", NAMED)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(app(NAMED[name]), ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal"])
def test_a_password_for_a_service_beside_it_is_a_warning(host: str, findings: Findings) -> None:
    (found,) = findings(app("URL = 'redis://:" + f"k3Strel-9@{host}:6379/0'"), ID)
    assert (found.severity, found.confidence) == (Severity.WARNING, Confidence.MEDIUM)


def test_a_password_for_another_host_is_an_error(findings: Findings) -> None:
    (found,) = findings(app("URL = 'redis://:" + "k3Strel-9@cache:6379/0'"), ID)
    assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.HIGH)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        (f"API_KEY = '{SECRET}'", "the value of API_KEY is"),
        (f"API_KEY = os.getenv('API_KEY', '{SECRET}')", "the value of API_KEY, a fallback, is"),
        (f"class S(BaseModel):\n    api_key: str = Field('{SECRET}')",
         "the value of api_key, a fallback, is"),
        (f"def f(token=SecretStr('{SECRET}')):\n    pass", "the value of token, a fallback, is"),
        (f"from pydantic import SecretBytes\ndef f(token=SecretBytes(b'{SECRET}')):\n    pass",
         "the value of token, a fallback, is"),
        (f"TOKEN = SecretStr('{SECRET}')", "the value of TOKEN is"),
    ],
)  # fmt: skip
def test_a_fallback_is_called_one(source: str, what: str, findings: Findings) -> None:
    (found,) = findings(app(source), ID)
    assert found.message == f"{what} written into the code"


def test_the_image_of_one_module_hides_nothing_of_another(findings: Findings) -> None:
    key = KEYS["github"]
    files = {
        "app.py": app(f"import helper\nImage('u', 'n', '1').with_env('A', '{key}')"),
        "helper.py": "\n" * 10 + f"# {' ' * 33}{key}\n",
    }
    assert [each.location.path for each in findings(files, ID)] == ["helper.py"]


def test_a_helper_module_and_a_key_of_another_module(findings: Findings) -> None:
    files = {
        "app.py": app("import helper\nimport names\nhelper.call(api_key=names.X)"),
        "helper.py": f"def call(api_key, token='{SECRET}'):\n    pass\n",
        "names.py": f"X = '{HEX[:32]}'\n",
    }
    assert [each.location.path for each in findings(files, ID)] == ["app.py", "helper.py"]


def test_tests_are_no_production_code(findings: Findings) -> None:
    files = {
        "app.py": app("import tests.helper"),
        "tests/__init__.py": "",
        "tests/helper.py": f"API_KEY = '{SECRET}'\nX = '{KEYS['github']}'\n",
    }
    assert findings(files, ID) == []


def test_ranges_are_those_of_the_text(findings: Findings) -> None:
    (found,) = findings(app(f"x = 1\n# see {KEYS['github']} there"), ID)
    assert (found.location.line, found.location.column, found.location.end_column) == (11, 7, 47)
    assert found.snippet == "…"
