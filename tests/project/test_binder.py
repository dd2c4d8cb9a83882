"""What ``**expression`` passes, asked of the binder without a call around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project

ReadTree = Callable[..., Project]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("{'a': 1, 'b': f()}", ["a", "b"]), ("dict(a=1)", ["a"]), ("NAMED", ["a"]), ("{}", []),
        ("f()", None), ("[1]", None), ("{g(): 1}", None),
    ],
)  # fmt: skip
def test_spread(expression: str, names: list[str] | None, project: ReadTree) -> None:
    source = f"import chutes\nNAMED = {{'a': 1}}\nasked = {expression}\n"
    read = project(source)
    (module,) = read.modules
    value = module.bindings[0]["asked"][0].value
    assert value is not None
    found = read.knowledge.binder.spread(module, 0, value)
    assert found.complete == (names is not None)
    assert [each.name for each in found] == (names or [])
