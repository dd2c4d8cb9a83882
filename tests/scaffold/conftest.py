"""A small template of the tests' own, and the command in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.cli.app import main
from chutes_cli.scaffold.template import Template, template_named

MANIFEST = """\
title = "Tiny"
description = "A template for tests."

[[questions]]
key = "colour"
type = "text"
default = "red"
help = "The colour."
pattern = "[a-z]+"
rule = "it must be lower-case letters"

[[questions]]
key = "count"
type = "integer"
default = 3
help = "How many."
minimum = 1
maximum = 9

[[questions]]
key = "loud"
type = "boolean"
default = false
help = "Whether it shouts."
"""


@pytest.fixture
def make_template(tmp_path: Path) -> Callable[..., Template]:
    """Make a template `tiny` of the given files and read it."""

    def make(files: dict[str, str | bytes], manifest: str = MANIFEST) -> Template:
        folder = tmp_path / "templates" / "tiny"
        for name, content in {"template.toml": manifest, **files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return template_named("tiny", tmp_path / "templates")

    return make


class Outcome:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


@pytest.fixture
def new(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run `chutes-prod new` without a terminal."""

    def run(*words: str | Path) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(["new", *map(str, words)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        code = ended.value.code
        assert isinstance(code, int)
        return Outcome(code, captured.out, captured.err)

    return run
