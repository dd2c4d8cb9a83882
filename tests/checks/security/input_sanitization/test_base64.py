"""Base64 of any size is found where it is decoded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]

UNBOUNDED = [
    "base64.b64decode(args['image'])",
    "base64.urlsafe_b64decode(args.get('image'))",
    "image = args['image'].split(',')[1]\nbase64.b64decode(image)",
    "if not isinstance(args['image'], str):\n    return {}\nbase64.b64decode(args['image'])",
]
BOUNDED = [
    "base64.b64decode('aaaa')",
    "base64.b64encode(args['image'])",
    "if len(args['image']) > 1000:\n    return {}\nbase64.b64decode(args['image'])",
    "base64.b64decode(args['image'][:1000])",
]


@pytest.mark.parametrize("body", UNBOUNDED)
def test_base64_of_any_size(findings: Findings, body: str) -> None:
    found = findings(source(body, parameter="args: dict"), "unbounded-base64")
    assert [each.check for each in found] == ["unbounded-base64"]


@pytest.mark.parametrize("body", BOUNDED)
def test_base64_of_known_size(findings: Findings, body: str) -> None:
    assert findings(source(body, parameter="args: dict"), "unbounded-base64") == []


def test_base64_of_a_field_is_told_at_the_field(findings: Findings) -> None:
    text = source("base64.b64decode(args.name)")
    assert findings(text, "unbounded-base64") == []
    assert len(findings(text, "unbounded-input-field")) == 3


COUNTED = [
    "if len(files) > 4:\n    return {}\nbase64.b64decode(files[0])",
    "if len(files) > 4:\n    return {}\nfor each in files:\n    base64.b64decode(each)",
    "if len(files) > 4:\n    return {}\nfor each in files:\n    base64.b64decode(each['data'])",
    "if len(files) > 4:\n    return {}\nfor each in files:\n    base64.b64decode(each.get('data'))",
    "if len(files) > 4:\n    return {}\n[base64.b64decode(each) for each in files]",
    "if len(files) > 4:\n    return {}\nlist(map(base64.b64decode, files))",
    "if len(files) > 4:\n    return {}\nfor _, each in files.items():\n    base64.b64decode(each)",
    "if len(args) > 4:\n    return {}\nbase64.b64decode(args['files'])",
    "count = len(files)\nif count > 4:\n    return {}\nbase64.b64decode(files[0])",
    "if len(args['files']) > 4:\n    return {}\n"
    "for each in args['files']:\n    base64.b64decode(each)",
    "for each in files[:4]:\n    base64.b64decode(each)",
    "def few(many):\n    if len(many) > 4:\n        raise ValueError\nfew(files)\n"
    "base64.b64decode(files[0])",
    "def few(many):\n    return len(many) < 4\nif not few(files):\n    return {}\n"
    "base64.b64decode(files[0])",
    "def raw(several):\n    return [base64.b64decode(each) for each in several]\n"
    "if len(files) > 4:\n    return {}\nraw(files)",
    "while files:\n    files = files[0]\n    base64.b64decode(files[0])",
]
MEASURED = [
    "for each in files:\n    if len(each) > 99:\n        return {}\n    base64.b64decode(each)",
    "if any(len(each) > 99 for each in files):\n    return {}\n"
    "for one in files:\n    base64.b64decode(one)",
    "if any(len(each['data']) > 99 for each in files):\n    return {}\n"
    "for one in files:\n    base64.b64decode(one['data'])",
    "if sum(len(each) for each in files) > 99:\n    return {}\nbase64.b64decode(files[0])",
    "if sum([len(each) for each in files]) > 99:\n    return {}\nbase64.b64decode(files[0])",
    "if max({len(each) for each in files}) > 99:\n    return {}\nbase64.b64decode(files[0])",
    "if sum(map(len, files)) > 99:\n    return {}\nbase64.b64decode(files[0])",
    "if len(str(args)) > 99:\n    return {}\nbase64.b64decode(args['files'][0])",
    "total = 0\nfor each in files:\n    total += len(each)\nif total > 99:\n    return {}\n"
    "base64.b64decode(files[0])",
    "for each in files:\n    if len(each) > 99:\n        raise ValueError\n"
    "base64.b64decode(files[0])",
    "def small(many):\n    if any(len(each) > 4 for each in many):\n        raise ValueError\n"
    "small(files)\nbase64.b64decode(files[0])",
    "def small(many):\n    return all(len(each) < 4 for each in many)\n"
    "if not small(files):\n    return {}\nbase64.b64decode(files[0])",
    "import validators\nif not validators.small(files):\n    return {}\nbase64.b64decode(files[0])",
    "if len(files[:4][0]) > 99:\n    return {}\nbase64.b64decode(files[:4][0][:9])",
    "text = args['text']\nif len(text) > 99:\n    return {}\n"
    "for line in text.splitlines():\n    base64.b64decode(line)",
]


@pytest.mark.parametrize("body", COUNTED)
def test_the_number_of_texts_is_no_bound_of_one(findings: Findings, body: str) -> None:
    text = source(f"files = args['files']\n{body}", parameter="args: dict")
    assert len(findings(text, "unbounded-base64")) == 1


@pytest.mark.parametrize("body", MEASURED)
def test_texts_that_are_measured_in_a_list(findings: Findings, body: str) -> None:
    text = source(f"files = args['files']\n{body}", parameter="args: dict")
    assert findings(text, "unbounded-base64") == []


CODECS = {
    "codecs.decode(args['a'], 'base64')": 1,
    "codecs.decode(args['a'], encoding='hex_codec')": 1,
    "codecs.decode(obj=args['a'], encoding=KIND)": 1,
    "codecs.decode(args['a'])": 0,
    "codecs.decode(args['a'], 'utf-8')": 0,
    "codecs.decode(args['a'], args['b'])": 0,
    "codecs.decode(args['a'][:99], 'base64')": 0,
}


@pytest.mark.parametrize("body", CODECS)
def test_decoders_that_are_named(findings: Findings, body: str) -> None:
    text = source(body, before="import codecs\nKIND = 'base64'\n", parameter="args: dict")
    assert len(findings(text, "unbounded-base64")) == CODECS[body]


RECORD = """
from dataclasses import dataclass

@dataclass
class Picture:
    data: str
    kind: str

    def __post_init__(self):
        if len(self.data) > 1000:
            raise ValueError

    def raw(self):
        return base64.b64decode(self.FIELD)
"""


@pytest.mark.parametrize(("field", "count"), [("data", 0), ("kind", 1)])
def test_what_a_record_refuses_when_it_is_made(findings: Findings, field: str, count: int) -> None:
    text = source(
        "return Picture(args['a'], args['b']).raw()",
        before=RECORD.replace("FIELD", field),
        parameter="args: dict",
    )
    assert len(findings(text, "unbounded-base64")) == count
