from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.logging_handlers import NO_TEXT, TEXT_HANDLERS
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "formatter-returns-no-text"

HEAD = """\
import json
import logging
import logging.handlers
import orjson
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
SET = "handler = logging.StreamHandler()\nhandler.setFormatter(JSON())\n"


def app(body: str, *, base: str = "logging.Formatter", use: str = SET) -> str:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return f"{HEAD}class JSON({base}):\n    def format(self, record):\n{lines}{use}"


FIRES = {
    "mapping": "return {'message': record.getMessage()}",
    "list": "return [record.levelname, record.getMessage()]",
    "dict": "return dict(message=record.getMessage())",
    "loads": "return json.loads(record.getMessage())",
    "name": "entry = {'message': record.getMessage()}\nentry['level'] = 1\nreturn entry",
    "either": (
        "if record.exc_info:\n    entry = {'a': 1}\nelse:\n    entry = dict(b=1)\nreturn entry"
    ),
    "guide": (
        "try:\n    return json.loads(record.getMessage())\n"
        "except ValueError:\n    return json.dumps({'message': record.getMessage()})"
    ),
}
SILENT = {
    "text": "return json.dumps({'message': record.getMessage()})",
    "formatted": "return f'{record.levelname} {record.getMessage()}'",
    "name": "entry = {'message': 1}\nentry = json.dumps(entry)\nreturn entry",
    "renamed": "text = super().format(record)\nentry = text\nreturn entry",
    "itself": "entry = entry\nreturn entry",
    "unknown_name": "return entry",
    "unpacked": "entry, rest = record.args\nreturn entry",
    "parameter": "return record",
    "not_returned": "entry = {'a': 1}\nreturn str(entry)",
    "nothing_said": "return super().format(record)",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.symbol == "JSON.format"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize(
    "use",
    [
        "",
        "JSON()\n",
        "logging.StreamHandler.setFormatter(None, JSON())\n",
        "Post().setFormatter(JSON())\nclass Post(logging.Handler): ...\n",
        "logging.handlers.QueueHandler(None).setFormatter(JSON())\n",
        "def f(handler):\n    handler.setFormatter(JSON())\n",
        "h = logging.StreamHandler() if chute else Post()\nh.setFormatter(JSON())\n"
        "class Post(logging.Handler): ...\n",
        "logging.StreamHandler().setFormatter(logging.Formatter())\n",
        "logging.StreamHandler().setFormatter(JSON)\n",
        "logging.StreamHandler().addFilter(JSON())\n",
    ],
)
def test_handlers_that_take_anything_are_left_alone(use: str, findings: Findings) -> None:
    assert findings(app(FIRES["mapping"], use=use), ID) == []


def test_other_classes_are_left_alone(findings: Findings) -> None:
    assert findings(app(FIRES["mapping"], base="object"), ID) == []


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["mapping"])}, ID) == []


@pytest.mark.parametrize("name", sorted(TEXT_HANDLERS))
def test_every_handler_that_writes_text(name: str, findings: Findings) -> None:
    use = f"handler = {name}('x')\nhandler.setFormatter(JSON())\n"
    assert len(findings(app(FIRES["mapping"], use=use), ID)) == 1


@pytest.mark.parametrize("name", sorted(NO_TEXT))
def test_everything_that_is_no_text(name: str, findings: Findings) -> None:
    body = f"return {name.removeprefix('builtins.')}(record.args)"
    assert len(findings(app(body), ID)) == 1


def test_inherited_in_a_class_that_keeps_its_handler(findings: Findings) -> None:
    use = (
        "class Other(JSON): ...\n"
        "class Log:\n    def __init__(self):\n        self.handler = logging.StreamHandler()\n"
        "        self.handler.setFormatter(Other())\n"
    )
    (found,) = findings(app(FIRES["mapping"], use=use), ID)
    assert found.message.startswith("Other.format returns no text")


def test_format_that_is_no_function_is_left_alone(findings: Findings) -> None:
    source = f"{HEAD}class JSON(logging.Formatter):\n    format = len\n{SET}"
    assert findings(source, ID) == []


def logged(returned: object, capsys: pytest.CaptureFixture[str]) -> str:
    class Made(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return returned  # type: ignore[return-value] - the fault it shows

    handler = logging.StreamHandler()
    handler.setFormatter(Made())
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "said", (), None)
    handler.handle(record)
    return capsys.readouterr().err


def test_the_real_handler_drops_what_is_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--- Logging error ---" in logged({"message": "said"}, capsys)
    assert logged('{"message": "said"}', capsys) == '{"message": "said"}\n'
