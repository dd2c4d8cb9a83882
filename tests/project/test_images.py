"""Images: what is done to them, wherever it is done, and how their methods are called."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.sdk import IMAGE, contract
from chutes_cli.project.fit import misfits
from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]
HEAD = "from chutes.image import Image\nimage = Image('you', 'nnn', 'tt')\n"


def test_every_call_on_an_image_is_a_directive_once(project: ReadTree) -> None:
    read = project(
        f"{HEAD}image.set_user('root')\n"
        "def grow(it: Image):\n    it.set_workdir('/x')\n"
        "class Mine(Image):\n    pass\n"
        "other = Mine('you', 'mmm', 'tt').run_command('ls')\n"
        "either = image if other else Image('you', 'lll', 'tt')\neither.with_env('A', 'b')\n"
    )
    assert [each.method for each in read.directives] == [
        "set_user",
        "set_workdir",
        "run_command",
        "with_env",
    ]
    assert [[each.method for each in image.directives] for image in read.images] == [
        ["set_user", "with_env"],
        ["with_env"],
    ]


@pytest.mark.parametrize(
    ("call", "kinds"),
    [("'x'", []), ("'x', 'y'", ["surplus"]), ("args='x'", ["unknown"]), ("", ["missing"])],
)
def test_a_positional_only_parameter(call: str, kinds: list[str], project: ReadTree) -> None:
    (directive,) = project(f"{HEAD}image.with_entrypoint({call})\n").directives
    signature = contract().signature(f"{IMAGE}.with_entrypoint")
    assert signature is not None
    found = [each.kind for each in misfits(directive.arguments, signature)]
    assert found == kinds
