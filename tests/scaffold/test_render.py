"""From a template to a tree in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.errors import ConfigurationError
from chutes_cli.scaffold.answers import ANSWERS_FILE, gather
from chutes_cli.scaffold.naming import check_name
from chutes_cli.scaffold.render import RenderedTree, render
from chutes_cli.scaffold.template import Template


def rendered(template: Template, *settings: str) -> RenderedTree:
    return render(template, gather(template, check_name("my-thing"), settings=settings), "9.9")


def test_contents_and_paths_are_rendered(make_template: Callable[..., Template]) -> None:
    template = make_template(
        {
            "project/{{package}}/{{colour}}.txt.jinja": "{{ name }} is {{ colour }}\n",
            "project/plain.txt": "{{ name }} stays\r\n",
            "project/weights.bin": b"\xff\x00{{ name }}",
            "project/.hidden/.file.jinja": "{{ count + 1 }}",
            "project/run": "#!/bin/sh\n",
            "project/{{package}}/__pycache__/x.pyc": b"left over",
            "notes.md": "not part of the project",
        }
    )
    tree = rendered(template, "colour=blue")
    assert {path: file.content for path, file in tree.items() if path != ANSWERS_FILE} == {
        "my_thing/blue.txt": b"my-thing is blue\n",
        "plain.txt": b"{{ name }} stays\r\n",
        "weights.bin": b"\xff\x00{{ name }}",
        ".hidden/.file": b"4",
        "run": b"#!/bin/sh\n",
    }
    assert tree["run"].mode == 0o755
    assert tree["plain.txt"].mode == 0o644
    assert list(tree) == sorted(tree)


def test_the_answers_are_part_of_the_tree(make_template: Callable[..., Template]) -> None:
    tree = rendered(make_template({"project/a": ""}), "count=5")
    assert b"count = 5" in tree[".chutes-prod/answers.toml"].content


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("project/a.jinja", "{{ nothing }}", "'nothing' is undefined"),
        ("project/a.jinja", "{% if %}", "the template is at fault"),
        ("project/{{nothing}}", "", "'nothing' is undefined"),
        ("project/{{''}}", "", "'' cannot be a file's name"),
        ("project/{{'..'}}/a", "", "'..' cannot be a file's name"),
        ("project/{{'a%sb'|replace('%s', '\\x2f')}}", "", "'a/b' cannot be a file's name"),
    ],
)
def test_a_template_at_fault(
    make_template: Callable[..., Template], path: str, content: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        rendered(make_template({path: content}))
    assert message in refused.value.what
    assert str(refused.value.where).startswith("tiny/project/")


def test_two_files_of_one_name(make_template: Callable[..., Template]) -> None:
    template = make_template({"project/a.jinja": "", "project/a": ""})
    with pytest.raises(ConfigurationError, match="two files of the template become a"):
        rendered(template)
