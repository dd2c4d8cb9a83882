"""Where answers come from, which one wins, and what a wrong one is told."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.core.errors import ConfigurationError, UsageError
from chutes_cli.scaffold.answers import Answers, gather
from chutes_cli.scaffold.naming import check_name
from chutes_cli.scaffold.template import Question, Template, Value

NAME = check_name("my-thing")


@pytest.fixture
def tiny(make_template: Callable[..., Template]) -> Template:
    return make_template({})


def test_defaults(tiny: Template) -> None:
    answers = gather(tiny, NAME)
    assert answers.values == {"colour": "red", "count": 3, "loud": False}
    assert answers.context()["package"] == "my_thing"


def test_later_sources_win(tiny: Template, tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text('colour = "blue"\ncount = 4\n')
    asked: list[str] = []

    def ask(question: Question, default: Value) -> Value:
        asked.append(question.key)
        return True

    answers = gather(tiny, NAME, answers_file=file, settings=["count=5"], ask=ask)
    assert answers.values == {"colour": "blue", "count": 5, "loud": True}
    assert asked == ["loud"], "only what neither the file nor a setting answered"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("colour=Red", "'Red' is no valid answer for 'colour': it must be lower-case letters"),
        ("colour=\udcff", "it must be valid Unicode text"),
        ("colour=red\n", "it must be lower-case letters"),
        ("count=0", "it must be at least 1"),
        ("count=10", "it must be at most 9"),
        ("count=4.5", "it must be a whole number"),
        ("count=\u0663", "it must be a whole number"),
        ("loud=maybe", "it must be true or false"),
        ("color=red", "asks nothing called 'color'"),
    ],
)
def test_wrong_settings(tiny: Template, setting: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        gather(tiny, NAME, settings=[setting])
    assert message in refused.value.what
    assert refused.value.where == f"--set {setting}"


def test_an_unknown_key_is_told_the_nearest(tiny: Template) -> None:
    with pytest.raises(ConfigurationError) as refused:
        gather(tiny, NAME, settings=["color=red"])
    assert refused.value.hint == "did you mean 'colour'?"


def test_a_setting_needs_an_equals_sign(tiny: Template) -> None:
    with pytest.raises(UsageError, match="key=value"):
        gather(tiny, NAME, settings=["colour"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"colour = ", "not valid TOML"),
        (b'colour = "\xff"', "not valid TOML"),
        (b'colour = "Red"', "lower-case letters"),
        (b"count = true", "must be of type integer"),
        (b"count = 4.0", "must be of type integer"),
        (b"loud = 1", "must be of type boolean"),
        (b"size = 1", "asks nothing called 'size'"),
        (b"answers = 1", "must be a table"),
        (b'template = "other"\n[answers]\n', "for the template 'other'"),
    ],
)
def test_wrong_files(tiny: Template, tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "answers.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as refused:
        gather(tiny, NAME, answers_file=file)
    assert message in refused.value.what
    assert refused.value.where == str(file)


def test_a_missing_file(tiny: Template, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        gather(tiny, NAME, answers_file=tmp_path / "none.toml")
    with pytest.raises(UsageError, match="Is a directory"):
        gather(tiny, NAME, answers_file=tmp_path)


def test_the_answers_file_is_read_back(
    make_template: Callable[..., Template], tmp_path: Path
) -> None:
    manifest = """\
title = "T"
description = "D"
[[questions]]
key = "text"
type = "text"
default = ""
help = "H"
"""
    template = make_template({}, manifest)
    odd = 'a "quote", a \\ and a \U0001f40d\x7f\x01\ttab\nline'
    written = Answers(NAME, {"text": odd}).to_toml(template, "9.9")
    file = tmp_path / "answers.toml"
    file.write_text(written, encoding="utf-8")
    assert gather(template, NAME, answers_file=file).values == {"text": odd}
    head = tomllib.loads(written)
    assert (head["template"], head["tool_version"], head["name"]) == ("tiny", "9.9", "my-thing")
