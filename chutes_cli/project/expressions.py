"""LibCST expressions to facts: one small function per kind of node, found by type."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import libcst as cst

from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Await,
    Call,
    Collection,
    Constant,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Span,
    Yield,
)
from chutes_cli.project.module import bound_names
from chutes_cli.project.positions import Positions

_SINGLETONS: dict[str, Constant] = {"None": None, "True": True, "False": False}

_QUOTING = frozenset({"r", "a"})
"""Conversions of f-strings that give a literal."""
_OPERATORS: dict[str, str] = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//",
    "Modulo": "%", "Power": "**", "MatrixMultiply": "@", "BitAnd": "&", "BitOr": "|",
    "BitXor": "^", "LeftShift": "<<", "RightShift": ">>", "And": "and", "Or": "or",
    "Equal": "==", "NotEqual": "!=", "LessThan": "<", "LessThanEqual": "<=",
    "GreaterThan": ">", "GreaterThanEqual": ">=", "In": "in", "NotIn": "not in",
    "Is": "is", "IsNot": "is not", "Not": "not", "Minus": "-u", "Plus": "+u",
    "BitInvert": "~",
}  # fmt: skip


def operator_name(node: cst.CSTNode) -> str:
    """Return the source spelling of an operator node (``AddAssign`` gives ``+``)."""
    return _OPERATORS[type(node).__name__.removesuffix("Assign")]


class ExpressionReader:
    """Turns the expressions of one module into facts.

    Args:
        positions: Ranges of the module's nodes.
        on_yield: Called for each yield, so that the reader can mark the function.
    """

    def __init__(self, positions: Positions, on_yield: Callable[[], None]) -> None:
        self._positions = positions
        self._on_yield = on_yield
        self._in_lambda = False
        self._hidden: list[str] = []
        self._readers: dict[type[cst.CSTNode], Callable[[Any, Span], Expression]] = {
            cst.Name: self._name,
            cst.Attribute: self._attribute,
            cst.Call: self._call,
            cst.Integer: self._number,
            cst.Float: self._number,
            cst.Imaginary: self._number,
            cst.SimpleString: self._string,
            cst.ConcatenatedString: self._joined,
            cst.FormattedString: self._formatted,
            cst.List: self._collection,
            cst.Tuple: self._collection,
            cst.Set: self._collection,
            cst.Dict: self._mapping,
            cst.UnaryOperation: self._unary,
            cst.BinaryOperation: self._binary,
            cst.BooleanOperation: self._binary,
            cst.Comparison: self._comparison,
            cst.Subscript: self._subscript,
            cst.IfExp: self._conditional,
            cst.Await: self._await,
            cst.Yield: self._yield,
            cst.Lambda: self._lambda,
            cst.NamedExpr: self._walrus,
            cst.StarredElement: self._starred,
            cst.GeneratorExp: self._comprehension,
            cst.ListComp: self._comprehension,
            cst.SetComp: self._comprehension,
            cst.DictComp: self._comprehension,
        }

    def read(self, node: cst.BaseExpression) -> Expression:
        """Return the facts of an expression."""
        reader = self._readers.get(type(node))
        span = self._positions.of(node)
        return reader(node, span) if reader else Opaque(span, type(node).__name__, (), ())

    def annotation(self, node: cst.Annotation | None) -> Expression | None:
        """Return the facts of an annotation; one written as text is read as code.

        Names inside a textual annotation all carry the text's range.
        """
        if node is None:
            return None
        inner = node.annotation
        if isinstance(inner, cst.SimpleString) and isinstance(text := _value(inner), str):
            return _textual(text, self._positions.of(inner))
        return self.read(inner)

    def argument(self, node: cst.Arg) -> Argument:
        """Return the facts of one argument of a call or class statement."""
        keyword = node.keyword.value if node.keyword else None
        first = node.keyword or node.value
        span = self._positions.between(first, node.value)
        if node.star:
            span = span._replace(column=max(1, span.column - len(node.star)))
        return Argument(self.read(node.value), keyword, node.star, span)

    def _name(self, node: cst.Name, span: Span) -> Expression:
        if node.value in _SINGLETONS:
            return Literal(span, _SINGLETONS[node.value])
        if node.value in self._hidden:
            return Opaque(span, "Bound", (node.value,), ())
        return Name(span, node.value)

    @contextmanager
    def _hiding(self, names: Sequence[str]) -> Iterator[None]:
        """Names bound by a lambda or comprehension hide outer ones inside it."""
        before = len(self._hidden)
        self._hidden += names
        yield
        del self._hidden[before:]

    def _attribute(self, node: cst.Attribute, span: Span) -> Expression:
        return Attribute(span, self.read(node.value), node.attr.value)

    def _call(self, node: cst.Call, span: Span) -> Expression:
        return Call(span, self.read(node.func), tuple(map(self.argument, node.args)))

    def _number(self, node: cst.Integer | cst.Float | cst.Imaginary, span: Span) -> Expression:
        try:
            return Literal(span, node.evaluated_value)
        except ValueError:  # past Python's limit of digits
            return Opaque(span, "Integer", (), ())

    def _string(self, node: cst.SimpleString, span: Span) -> Expression:
        try:
            return Literal(span, _value(node))
        except (SyntaxError, ValueError):  # an escape this Python does not know
            return Opaque(span, "SimpleString", (), ())

    def _joined(self, node: cst.ConcatenatedString, span: Span) -> Expression:
        left, right = self.read(node.left), self.read(node.right)
        match left, right:
            case Literal(value=str(head)), Literal(value=str(tail)):
                return Literal(span, head + tail)
            case Literal(value=bytes(start)), Literal(value=bytes(end)):
                return Literal(span, start + end)
        parts: list[Expression] = []
        quoted: list[int] = []
        exact = True
        for side in (left, right):
            if isinstance(side, FormattedText):
                quoted += (len(parts) + place for place in side.quoted)
                parts.extend(side.parts)
                exact = exact and side.exact
            else:
                parts.append(side)
        return FormattedText(span, tuple(parts), exact, tuple(quoted))

    def _formatted(self, node: cst.FormattedString, span: Span) -> Expression:
        parts, exact, quoted = self._format_parts(node.parts, node, span)
        return FormattedText(span, tuple(parts), exact, tuple(quoted))

    def _format_parts(
        self,
        contents: Sequence[cst.BaseFormattedStringContent],
        node: cst.FormattedString,
        span: Span,
    ) -> tuple[list[Expression], bool, list[int]]:
        """Return the parts of an f-string, if nothing changes their text, and which are quoted."""
        parts: list[Expression] = []
        quoted: list[int] = []
        exact = True
        for part in contents:
            if isinstance(part, cst.FormattedStringText):
                text = _unescaped(part.value, node)
                unknown = Opaque(span, "FormattedStringText", (), ())
                parts.append(unknown if text is None else Literal(span, text))
            elif isinstance(part, cst.FormattedStringExpression):
                if part.conversion in _QUOTING:
                    quoted.append(len(parts))
                parts.append(self.read(part.expression))
                exact = exact and not (part.conversion or part.format_spec or part.equal)
                parts += self._format_parts(part.format_spec or (), node, span)[0]
        return parts, exact, quoted

    def _collection(self, node: cst.List | cst.Tuple | cst.Set, span: Span) -> Expression:
        items = tuple(
            self.read(element)
            if isinstance(element, cst.StarredElement)
            else self.read(element.value)
            for element in node.elements
        )
        return Collection(span, type(node).__name__.lower(), items)

    def _mapping(self, node: cst.Dict, span: Span) -> Expression:
        keys = tuple(
            self.read(element.key) if isinstance(element, cst.DictElement) else None
            for element in node.elements
        )
        return Mapping(span, keys, tuple(self.read(element.value) for element in node.elements))

    def _unary(self, node: cst.UnaryOperation, span: Span) -> Expression:
        operand = self.read(node.expression)
        operator = operator_name(node.operator)
        if operator == "-u" and isinstance(operand, Literal):
            value = operand.value
            if isinstance(value, int | float | complex) and not isinstance(value, bool):
                return Literal(span, -value)
        return Operation(span, operator, (operand,))

    def _binary(self, node: cst.BinaryOperation | cst.BooleanOperation, span: Span) -> Expression:
        operands = (self.read(node.left), self.read(node.right))
        return Operation(span, operator_name(node.operator), operands)

    def _comparison(self, node: cst.Comparison, span: Span) -> Expression:
        left = self.read(node.left)
        links: list[Expression] = []
        for target in node.comparisons:
            right = self.read(target.comparator)
            links.append(Operation(span, operator_name(target.operator), (left, right)))
            left = right
        return links[0] if len(links) == 1 else Operation(span, "and", tuple(links))

    def _subscript(self, node: cst.Subscript, span: Span) -> Expression:
        operands = [self.read(node.value)]
        for element in node.slice:
            if isinstance(element.slice, cst.Index):
                operands.append(self.read(element.slice.value))
            elif isinstance(element.slice, cst.Slice):
                ends = (element.slice.lower, element.slice.upper)
                parts = [self.read(end) if end else Literal(span, None) for end in ends]
                if element.slice.step is not None:
                    parts.append(self.read(element.slice.step))
                operands.append(Operation(span, ":", tuple(parts)))
        return Operation(span, "[]", tuple(operands))

    def _conditional(self, node: cst.IfExp, span: Span) -> Expression:
        return Operation(
            span, "?:", (self.read(node.test), self.read(node.body), self.read(node.orelse))
        )

    def _await(self, node: cst.Await, span: Span) -> Expression:
        return Await(span, self.read(node.expression))

    def _yield(self, node: cst.Yield, span: Span) -> Expression:
        if not self._in_lambda:
            self._on_yield()
        if isinstance(node.value, cst.From):
            return Yield(span, self.read(node.value.item), delegated=True)
        return Yield(span, self.read(node.value) if node.value else None, delegated=False)

    def _lambda(self, node: cst.Lambda, span: Span) -> Expression:
        parameters = node.params
        every = (
            *parameters.posonly_params,
            *parameters.params,
            *parameters.kwonly_params,
            *(star for star in (parameters.star_arg, parameters.star_kwarg) if star),
        )
        names = tuple(item.name.value for item in every if isinstance(item, cst.Param))
        outer, self._in_lambda = self._in_lambda, True  # a yield makes the lambda a generator
        with self._hiding(names):
            body = self.read(node.body)
        self._in_lambda = outer
        return Opaque(span, "Lambda", names, (body,))

    def _walrus(self, node: cst.NamedExpr, span: Span) -> Expression:
        names = (node.target.value,) if isinstance(node.target, cst.Name) else ()
        return Opaque(span, "NamedExpr", names, (self.read(node.value),))

    def _starred(self, node: cst.StarredElement, span: Span) -> Expression:
        return Operation(span, "*", (self.read(node.value),))

    def _comprehension(self, node: Any, span: Span) -> Expression:
        loops: list[cst.CompFor] = []
        loop: cst.CompFor | None = node.for_in
        while loop is not None:
            loops.append(loop)
            loop = loop.inner_for_in
        names = [name for each in loops for name in bound_names(self.read(each.target))]
        # The first iterable alone is evaluated outside the comprehension.
        parts = [self.read(loops[0].iter)]
        with self._hiding(names):
            parts += [self.read(each.iter) for each in loops[1:]]
            parts += [self.read(condition.test) for each in loops for condition in each.ifs]
            heads = (node.key, node.value) if isinstance(node, cst.DictComp) else (node.elt,)
            parts += [self.read(head) for head in heads]
        return Opaque(span, type(node).__name__, tuple(names), tuple(parts))


def _unescaped(text: str, node: cst.FormattedString) -> str | None:
    """Return the text an f-string part stands for, None when an escape is unknown."""
    plain = text.replace("{{", "{").replace("}}", "}")
    if "r" in node.prefix.lower() or "\\" not in plain:
        return plain
    quote = node.quote
    try:
        value = ast.literal_eval(f"{quote}{plain}{quote}")
    except (SyntaxError, ValueError):
        return None
    return value if isinstance(value, str) else None


def _value(node: cst.SimpleString) -> str | bytes:
    """Return a string's value; LibCST asks Python's parser for it, which plain ones can spare."""
    if node.prefix or "\\" in node.value or "\r" in node.value:
        return node.evaluated_value
    return node.raw_value


def _textual(text: str, span: Span) -> Expression:
    """Read an annotation written as text; unreadable text stays Opaque."""
    try:
        node = cst.parse_expression(text.strip())
        module = cst.Module(
            body=[cst.SimpleStatementLine(body=[cst.Expr(node)])], has_trailing_newline=False
        )
        positions = Positions(module)
    except (cst.ParserSyntaxError, RecursionError):
        return Opaque(span, "Annotation", (), ())
    return _moved(ExpressionReader(positions, lambda: None).read(node), span)


def _moved(node: Expression, span: Span) -> Expression:
    """Return the expression with every range replaced by one."""
    match node:
        case Attribute(value=value, attribute=name):
            return Attribute(span, _moved(value, span), name)
        case Operation(operator=operator, operands=operands):
            return Operation(span, operator, tuple(_moved(part, span) for part in operands))
        case Collection(kind=kind, items=items):
            return Collection(span, kind, tuple(_moved(part, span) for part in items))
        case Name(id=name):
            return Name(span, name)
        case Literal(value=constant):
            return Literal(span, constant)
        case _:
            return Opaque(span, "Annotation", (), ())
