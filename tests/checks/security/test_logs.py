from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.logs import COPIES, COPYING_METHODS, ENVIRONMENT, PIECES, WRITES
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "secret-or-prompt-logged"
HEAD = """\
import hashlib
import json
import logging
import os
from chutes.chute import Chute
from loguru import logger
from pydantic import BaseModel, Field

class Ask(BaseModel):
    prompt: str = Field(max_length=1000)
    model: str = "a"
    max_tokens: int = 9

class Job(BaseModel):
    job_id: str

log = logging.getLogger(__name__)
API_KEY = os.environ["API_KEY"]
chute = Chute("u", "my-service", "i")
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: Ask):\n"


def body(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def app(cord: str, more: str = "") -> str:
    return f"{HEAD}{more}\n{CORD}{body(cord)}"


SETTINGS = (
    "from dataclasses import dataclass, field\nfrom pydantic import SecretStr\n{}\n"
    "class Settings:\n    base: str = 'x'\n    api_key: {}\nsettings = Settings()\n"
)
SHORT = "class Short(BaseModel):\n    prompt: str = Field(max_length=100)\n"
FIRES = {
    "all_headers": app("log.info('%s', self.request.headers)"),
    "all_headers_of_a_hook": app(
        "self.client.get('/x')",
        "import httpx\ndef told(request):\n    log.info('%s', dict(request.headers))\n"
        "@chute.on_startup()\nasync def start(self):\n"
        "    self.client = httpx.Client(event_hooks={'request': [told]})\n",
    ),
    "titled": app("text = args.prompt.title()\nprint(text)"),
    "choice": app("print(args.prompt if args.model else '')"),
    "repeated": app("print(args.prompt * 2)"),
    "cleaned": app(
        "text = clean(args.prompt)\nprint(text)", "def clean(t):\n    return t.strip()\n"
    ),
    "short_prompt": app("print(args)", SHORT).replace("args: Ask", "args: Short"),
    "headers_of_another_module": {
        "app.py": app("logger.info(HEADERS)", "from config import HEADERS\n"),
        "config.py": "import os\nHEADERS = {'X-Key': os.environ['VOICE_TOKEN']}\n",
    },
    "headers_of_the_module": app(
        "logger.info(HEADERS)", "HEADERS = {'X-Key': os.environ['VOICE_TOKEN']}\n"
    ),
    "settings_compared": app(
        "logger.info(settings)",
        "from dataclasses import dataclass, field\n@dataclass\nclass Settings:\n"
        "    api_key: str = field(compare=False, repr=True)\nsettings = Settings()\n",
    ),
    "settings": app("logger.info(settings)", SETTINGS.format("@dataclass", "str = ''")),
    "settings_in_text": app(
        "logger.info('with {}', settings)", SETTINGS.format("@dataclass(frozen=True)", "str")
    ),
    "settings_of_pydantic": app(
        "logger.info(settings)",
        SETTINGS.format("", "str = ''").replace("class Settings", "class Settings(BaseModel)"),
    ),
    "free_text": app(
        "print(args)",
        "class Wish(BaseModel):\n    wishes: str = Field(max_length=500)\n",
    ).replace("args: Ask", "args: Wish"),
    "copy_by_name": app("facts = args.model_dump()\nlogger.info(facts)"),
    "copy_in_a_display": app("facts = {'n': 1, **args.model_dump()}\nlogger.info(facts)"),
    "headers": app(
        "headers = {'Authorization': f\"Bearer {os.environ['VOICE_TOKEN']}\"}\n"
        "logger.info(f'ready: {headers}')"
    ),
    "prompt": app("logger.info(args.prompt)"),
    "f_string": app("logger.info(f'asked {args.prompt}')"),
    "argument": app("log.info('asked %s', args.prompt)"),
    "keyword": app("logger.info('asked', prompt=args.prompt)"),
    "percent": app("print('asked %s' % args.prompt)"),
    "sum": app("print('asked ' + args.prompt)"),
    "format": app("print('asked {}'.format(args.prompt))"),
    "beginning": app("print(args.prompt[:50])"),
    "dict": app("print({'prompt': args.prompt})"),
    "list": app("print([args.prompt])"),
    "local": app("text = args.prompt\nprint(text)"),
    "whole_body": app("print(args)"),
    "whole_body_as_text": app("print(args.model_dump_json())"),
    "raw_body": app("print(args['messages'])").replace("args: Ask", "args: dict"),
    "helper": app("note(args.prompt)", "def note(text):\n    log.warning(text)\n"),
    "self_method": app("NOTES.put(args.prompt)", "class Notes:\n    def put(self, text):\n"
                       "        print(text)\n\nNOTES = Notes()\n"),
    "other_module": {
        "notes.py": "from loguru import logger\n\ndef note(text):\n    logger.info(text)\n",
        "app.py": app("note(args.prompt)", "from notes import note\n"),
    },
    "secret": app("print(API_KEY)"),
    "or": app("print(args.prompt or 'nothing')"),
    "setting_by_name": app("print(os.getenv(API_KEY))"),
    "own_function": app(
        "log.info('asked %s', told(args))", "def told(ask):\n    return ask.model_dump_json()\n"
    ),
    "own_method": app(
        "print(TELLER.told(args))",
        "class Teller:\n    def told(self, ask):\n        return ask.prompt\n\nTELLER = Teller()\n",
    ),
    "secret_in_text": app("print(f'key {API_KEY}')"),
    "secret_of_environment": app("print(os.environ['HF_TOKEN'])"),
    "secret_on_self": app("print(self.api_key)"),
    "at_import": app("return 1", "print(API_KEY)"),
    "start_up": app("return 1")
    + "@chute.on_startup()\nasync def start(self):\n    print(API_KEY)\n",
}  # fmt: skip
SILENT = {
    "one_header": app("log.info('%s', self.request.headers['Date'])"),
    "headers_of_a_response": app("log.info('%s', self.response.headers)"),
    "headers_of_a_table": app("log.info('%s', args.headers)"),
    "copy_by_name_without_it": app(
        "facts = args.model_dump(exclude={'prompt'})\nlogger.info(facts)"
    ),
    "settings_with_a_constant": app(
        "logger.info(settings)",
        SETTINGS.format("@dataclass", "str = field(repr=False)\n    token = 'x'"),
    ),
    "settings_shown_perhaps": app(
        "logger.info(settings)", SETTINGS.format("@dataclass", "str = field(repr=SHOW)")
    ),
    "numbers": app(
        "print(args)", "class Wish(BaseModel):\n    ids: list[int] = Field(max_length=1000)\n"
    ).replace("args: Ask", "args: Wish"),
    "text_of_a_line": app(
        "print(args)", "class Wish(BaseModel):\n    wishes: str = Field(max_length=499)\n"
    ).replace("args: Ask", "args: Wish"),
    "settings_without_repr": app(
        "logger.info(settings)", SETTINGS.format("@dataclass", "str = field(repr=False)")
    ),
    "settings_that_hide": app(
        "logger.info(settings)", SETTINGS.format("@dataclass", "SecretStr | None = None")
    ),
    "settings_without_any_repr": app(
        "logger.info(settings)", SETTINGS.format("@dataclass(repr=False)", "str = ''")
    ),
    "settings_with_their_own": app(
        "logger.info(settings)",
        SETTINGS.format("@dataclass", "str = ''\n    def __repr__(self):\n        return 'x'"),
    ),
    "plain_object": app("logger.info(settings)", SETTINGS.format("", "str = ''")),
    "part_of_the_settings": app(
        "logger.info(settings.base)", SETTINGS.format("@dataclass", "str = ''")
    ),
    "short_text": app(
        "print(args)", "class Wish(BaseModel):\n    wishes: str = Field(max_length=20)\n"
    ).replace("args: Ask", "args: Wish"),
    "text_of_a_pattern": app(
        "print(args)",
        "class Wish(BaseModel):\n    ids: str = Field(max_length=2000, pattern='^[0-9,]+$')\n",
    ).replace("args: Ask", "args: Wish"),
    "copy_without_it": app(
        "facts = {'n': len(args.prompt), **args.model_dump(exclude={'prompt'})}\n"
        "logger.info('{}', facts)"
    ),
    "names_of_headers": app(
        "headers = {'Authorization': f\"Bearer {os.environ['VOICE_TOKEN']}\"}\n"
        "logger.info(sorted(headers))"
    ),
    "length": app("logger.info(f'asked {len(args.prompt)}')"),
    "hash": app("logger.info(hashlib.sha256(args.prompt.encode()).hexdigest())"),
    "number": app("print(args.max_tokens)"),
    "model": app("print(args.model)"),
    "id": app("print(args['prompt_id'], args['input_tokens'])").replace("args: Ask", "args: dict"),
    "body_without_prompt": app("print(args)").replace("args: Ask", "args: Job"),
    "raw_body": app("print(args)").replace("args: Ask", "args: dict"),
    "own_text": app("text = 'ready'\nprint(text)"),
    "constant": app("print('asked for a prompt')"),
    "own_function": app("print(hide(args.prompt))", "def hide(text):\n    return len(text)\n"),
    "own_function_that_keeps": app(
        "print(hide(args.prompt))", "def hide(text):\n    kept = text\n    return len(kept)\n"
    ),
    "chosen": app("print(args.model_dump_json(exclude={'prompt'}))"),
    "chosen_too": app("print(args.model_dump(include={'model'}))"),
    "own_class": app("print(Job(args))"),
    "circle": app(
        "print(told(args))", "def told(ask):\n    print(told(ask))\n    return told(ask)\n"
    ),
    "two_functions": app("print(told(args))", "def told(ask):\n    return told_too(ask)\n"
                         "def told_too(ask):\n    return told(ask)\n"),
    "whether": app("print(API_KEY is not None, not API_KEY, bool(API_KEY))"),
    "beginning_of_a_key": app("print(API_KEY[:4])"),
    "other_setting": app("print(os.environ['MODEL'], os.getenv('MODEL'), os.getenv())"),
    "other_sink": app("self.engine.ask(args.prompt)"),
    "as_script": app("return 1", "if __name__ == '__main__':\n    print(API_KEY)\n"),
    "unreached": app("return 1", "def show():\n    print(API_KEY)\n"),
    "test": {
        "app.py": app("return 1"),
        "tests/test_app.py": f"from app import chute\n{HEAD}\nprint(API_KEY)\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize("name", sorted(WRITES))
def test_every_log(name: str, findings: Findings) -> None:
    parts = name.split(".")
    if {"getLogger", "get_logger", "bind", "opt", "patch"}.intersection(parts):
        call = f"{'.'.join(parts[:-1])}().{parts[-1]}"
    else:
        call = name.removeprefix("builtins.")
    source = app(f"import {parts[0]}\n{call}(args.prompt)")
    assert len(findings(source, ID)) == 1


@pytest.mark.parametrize("name", sorted(COPIES))
def test_every_copy(name: str, findings: Findings) -> None:
    call = name.removeprefix("builtins.")
    assert len(findings(app(f"import {name.split('.')[0]}\nprint({call}(args.prompt))"), ID)) == 1


@pytest.mark.parametrize("name", sorted(COPYING_METHODS))
def test_every_method(name: str, findings: Findings) -> None:
    assert len(findings(app(f"print(API_KEY.{name}())"), ID)) == 1


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_every_setting(name: str, findings: Findings) -> None:
    assert len(findings(app(f"print({name}('HF_TOKEN'))"), ID)) == 1


@pytest.mark.parametrize("name", sorted(PIECES))
def test_pieces_of_an_answer_are_no_secrets(name: str, findings: Findings) -> None:
    assert findings(app(f"for {name} in self.model():\n    print({name})"), ID) == []


def test_only_the_exposure_judged(findings: Findings) -> None:
    source = app("if self.exposure == 'direct':\n    print(API_KEY)")
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_says_what_and_how_it_gets_there(findings: Findings) -> None:
    (found,) = findings(FIRES["prompt"], ID)
    assert found.message == "the log tells prompt of cord x"
    (found,) = findings(FIRES["whole_body"], ID)
    assert found.message == "the log tells the whole body of cord x"
    (found,) = findings(FIRES["secret_of_environment"], ID)
    assert found.message == "the log tells the secret HF_TOKEN"
    (found,) = findings(app("print(os.getenv('HF_TOKEN'))"), ID)
    assert found.message == "the log tells the secret HF_TOKEN"
    (found,) = findings(FIRES["helper"], ID)
    assert [each.note for each in found.trace] == ["cord x", "x runs note"]
