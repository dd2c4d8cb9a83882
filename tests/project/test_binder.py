"""What ``**expression`` passes, asked of the binder without a call around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

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


@pytest.mark.parametrize(
    ("made", "call", "given", "complete"),
    [
        ("partial(f, 1)", "asked(2)", {"a": 1, "b": 2}, True),
        ("partial(f, b=1)", "asked(2)", {"b": 1, "a": 2}, True),
        ("partial(f, 1, 2)", "asked(c=3)", {"a": 1, "b": 2, "c": 3}, True),
        ("partial(f)", "asked(1, 2, 3)", {"a": 1, "b": 2, "c": 3}, True),
        ("partial(f, *g())", "asked(c=3)", {"c": 3}, False),
        ("partial(f, **g())", "asked(1)", {"a": 1}, False),
        ("partial()", "asked(1)", {"a": 1}, True),
        ("other(f, 1)", "asked(2)", {"a": 2}, True),
    ],
)
def test_what_a_partial_fills(
    made: str, call: str, given: dict[str, int], complete: bool, project: ReadTree
) -> None:
    source = f"import chutes\nfrom functools import partial\nasked = {made}\n{call}\n"
    read = project(source)
    site = next(site for site, _ in reversed(read.knowledge.calls) if site.statement.span.line == 4)
    found = read.knowledge.binder.bind(site, ("a", "b", "c"))
    values = {each.name: each.value for each in found}
    assert values == {name: Known(value) for name, value in given.items()}
    assert found.complete == complete
