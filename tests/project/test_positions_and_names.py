"""The reader against LibCST's own providers, on code nobody here wrote."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import (
    MetadataWrapper,
    PositionProvider,
    QualifiedNameProvider,
    QualifiedNameSource,
)

from chutes_cli.contract.sdk import contract
from chutes_cli.project import facts
from chutes_cli.project.module import Module
from chutes_cli.project.reader import read_facts
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import External

PACKAGES = ("typer", "rich", "jinja2", "httpx", "pydantic", "pathspec")
# (files of each package, positions and names to compare at least)
QUICK = (5, 2_000, 600)
FULL = (20, 10_000, 2_500)
sizes = pytest.mark.parametrize("size", [QUICK, pytest.param(FULL, marks=pytest.mark.slow)])


def sources(files_each: int) -> Iterator[Path]:
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        files = sorted(Path(spec.origin).parent.rglob("*.py"))
        sized = [file for file in files if 500 < file.stat().st_size < 40_000]
        yield from sized[:: max(1, len(sized) // files_each)][:files_each]


@cache
def wrapped(path: Path) -> MetadataWrapper:
    return MetadataWrapper(cst.parse_module(path.read_text("utf-8")), unsafe_skip_copy=True)


def range_of(node: cst.CSTNode, wrapper: MetadataWrapper) -> facts.Span:
    found = wrapper.resolve(PositionProvider)[node]
    return facts.Span(
        found.start.line, found.start.column + 1, found.end.line, found.end.column + 1
    )


class Collector(cst.CSTVisitor):
    def __init__(self) -> None:
        self.calls: list[cst.Call] = []
        self.functions: list[cst.FunctionDef] = []
        self.classes: list[cst.ClassDef] = []
        self.raises: list[cst.Raise] = []
        self.assigns: list[cst.Assign] = []
        self.aliases: list[cst.ImportAlias] = []
        self.names: list[cst.Name | cst.Attribute] = []

    def visit_Call(self, node: cst.Call) -> None:
        self.calls.append(node)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.functions.append(node)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.classes.append(node)

    def visit_Raise(self, node: cst.Raise) -> None:
        self.raises.append(node)

    def visit_Assign(self, node: cst.Assign) -> None:
        self.assigns.append(node)

    def visit_ImportAlias(self, node: cst.ImportAlias) -> None:
        self.aliases.append(node)

    def visit_Name(self, node: cst.Name) -> None:
        self.names.append(node)

    def visit_Attribute(self, node: cst.Attribute) -> None:
        if dotted(node):
            self.names.append(node)

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        return False  # calls in annotations are evaluated as types, not as calls


def dotted(node: cst.CSTNode) -> bool:
    """Say whether a node is a plain dotted name; the provider also names what calls return."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def spans(module: facts.ModuleFacts, kind: str) -> list[facts.Span]:
    return sorted(each.span for each in module.statements if each.kind == kind)


def call_spans(module: facts.ModuleFacts) -> list[facts.Span]:
    return sorted(
        {
            expression.span
            for statement in module.statements
            for expression in statement.expressions()
            if isinstance(expression, facts.Call)
        }
    )


@sizes
def test_positions_agree_with_position_provider(size: tuple[int, int, int]) -> None:
    compared = 0
    for path in sources(size[0]):
        wrapper = wrapped(path)
        collected = Collector()
        wrapper.module.visit(collected)
        module = read_facts(path.read_text("utf-8"))
        defined = {
            kind: sorted(scope.span for scope in module.scopes if scope.kind == kind)
            for kind in ("function", "class")
        }
        groups = [
            (defined["function"], collected.functions),
            (defined["class"], collected.classes),
            (spans(module, "raise"), collected.raises),
            (spans(module, "assign"), collected.assigns),
            (
                sorted({each.span for each in module.imports if each.name != "*"}),
                collected.aliases,
            ),
            (call_spans(module), collected.calls),
        ]
        for found, nodes in groups:
            expected = sorted({range_of(node, wrapper) for node in nodes})
            assert found == expected, path
            compared += len(expected)
    assert compared > size[1], compared


@sizes
def test_names_agree_with_qualified_name_provider(size: tuple[int, int, int]) -> None:
    compared = 0
    for path in sources(size[0]):
        wrapper = wrapped(path)
        names = wrapper.resolve(QualifiedNameProvider)
        collected = Collector()
        wrapper.module.visit(collected)
        expected = {}
        for node in collected.names:
            lazy = names.get(node, set())
            qualified = lazy() if callable(lazy) else lazy
            found = [name.name for name in qualified if name.source is QualifiedNameSource.IMPORT]
            # Imports from the package itself start with dots; this tree has one module only.
            if len(found) == len(qualified) == 1 and not found[0].startswith("."):
                expected[range_of(node, wrapper)] = found[0]
        text = path.read_text("utf-8")
        module = Module(path.name, read_facts(text), text)
        resolver = Resolver([module], lambda *_: None, contract().canonical)
        for statement in module.facts.statements:
            for expression in statement.expressions():
                if not isinstance(expression, facts.Name | facts.Attribute):
                    continue
                if expression.span not in expected:
                    continue
                targets = resolver.resolve(module, statement.scope, expression)
                ours = {each.name for each in targets if isinstance(each, External)}
                assert expected[expression.span] in ours, (path, expression.span, ours)
                compared += 1
    assert compared > size[2], compared


@pytest.mark.parametrize(
    "text",
    [
        "x = (\n    a +\n    b)\n",
        "f(*args, **kwargs, key=(1))\n",
        "def f(\n    a,\n    b=(1, 2),\n): return a\n",
        "x = 'é' + \"\U0001d4b3\" + f'{y!r:>{width}}' + g()\n",
        "if x:\n\ty()\n",
        "if x:\r\n    y()\r\nelse:\r\n    z()\r\n",
        "class A(B, metaclass=M):\n    x: int = f(1)\n",
        "@a.b(c)\n@d\nasync def f(): await g()\n",
    ],
)
def test_positions_of_awkward_text(text: str) -> None:
    module = read_facts(text)
    wrapper = MetadataWrapper(cst.parse_module(text))
    collected = Collector()
    wrapper.module.visit(collected)
    assert call_spans(module) == sorted({range_of(each, wrapper) for each in collected.calls})
