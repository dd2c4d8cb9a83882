"""Reading templates: every folder is one, and a manifest that does not hold says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.core.errors import ConfigurationError, UsageError
from chutes_cli.scaffold.template import Template, all_templates, template_named

HEAD = 'title = "T"\ndescription = "D"\n'


def question(**parts: str) -> str:
    """Return a manifest with one question, some of its parts replaced (as TOML)."""
    whole = {"key": '"colour"', "type": '"text"', "default": '"red"', "help": '"H"', **parts}
    lines = [f"{key} = {value}" for key, value in whole.items() if value]
    return HEAD + "[[questions]]\n" + "\n".join(lines)


def test_the_text_template_ships() -> None:
    assert "text" in all_templates()


def test_a_folder_is_a_template(make_template: Callable[..., Template], tmp_path: Path) -> None:
    make_template({"project/a": ""})
    (tmp_path / "templates" / "no-template").mkdir()
    assert list(all_templates(tmp_path / "templates")) == ["tiny"]


def test_an_unknown_template_names_the_nearest() -> None:
    with pytest.raises(UsageError) as refused:
        template_named("txt")
    assert refused.value.hint == "did you mean 'text'?"
    with pytest.raises(UsageError) as refused:
        template_named("zzz")
    assert "text" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("title = ", "not valid TOML"),
        ('title = "T"', "description missing"),
        (question(type='"colour"'), "no type 'colour'"),
        (question(help=""), "missing or unknown parts: help"),
        (question(patern='"x"'), "missing or unknown parts: patern"),
        (question(default="3"), "must be of type text"),
        (question(pattern='"[0-9]+"'), "must match [0-9]+"),
        (question(key='"package"'), "always known"),
        (question() + question().removeprefix(HEAD).join("\n\n"), "asked twice: colour"),
    ],
)
def test_a_manifest_that_does_not_hold(
    make_template: Callable[..., Template], manifest: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        make_template({}, manifest)
    assert message in refused.value.what
    assert refused.value.where == "tiny/template.toml"
