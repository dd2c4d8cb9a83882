"""Positions of LibCST nodes, the slim way.

LibCST's PositionProvider costs about four times the parse, most of it for nodes no
fact needs. This pass uses the same code generator and records only syntactic ranges.
A differential test holds it to PositionProvider's answers.
"""

from __future__ import annotations

import re
from types import TracebackType
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from chutes_cli.project.facts import Span

_NEWLINE = re.compile(r"\r\n?|\n")


class _Recording:
    """Context manager that notes where one node starts and ends."""

    __slots__ = ("_end_node", "_node", "_start", "_start_node", "_state")

    def __init__(
        self,
        state: _SpanRecorder,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self._state = state
        self._node = node
        self._start_node = start_node
        self._end_node = end_node

    def __enter__(self) -> None:
        self._start = (self._state.line, self._state.column)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        spans = self._state.spans
        start = self._start
        end = (self._state.line, self._state.column)
        if self._start_node is not None:
            start = spans[id(self._start_node)][:2]
        if self._end_node is not None and id(self._end_node) in spans:
            # A node without a range of its own (a closing parenthesis) ends right here.
            end = spans[id(self._end_node)][2:]
        spans[id(self._node)] = (*start, *end)


class _SpanRecorder(CodegenState):
    """A code generator that keeps positions and drops the code."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.line = 1
        self.column = 1
        self._alias_start = (1, 1)
        self.spans: dict[int, tuple[int, int, int, int]] = {}

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.column += len(token)

    def add_token(self, value: str) -> None:
        if "\n" in value or "\r" in value:
            segments = _NEWLINE.split(value)
            self.line += len(segments) - 1
            self.column = len(segments[-1]) + 1
        else:
            self.column += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        if type(node) is cst.ImportAlias:
            self._alias_start = (self.line, self.column)

    def after_codegen(self, node: cst.CSTNode) -> None:
        # The one node that facts and statements need and that records no range itself.
        if type(node) is cst.ImportAlias:
            last = node.asname.name if node.asname else node.name
            self.spans[id(node)] = (*self._alias_start, *self.spans[id(last)][2:])

    def pop_trailing_newline(self) -> None:
        """Nothing to pop: no tokens are kept."""

    def record_syntactic_position(
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> Any:
        return _Recording(self, node, start_node, end_node)


class Positions:
    """Ranges of the nodes of one parsed module; nodes are told apart by identity."""

    def __init__(self, module: cst.Module) -> None:
        recorder = _SpanRecorder(module)
        module._codegen(recorder)
        self._spans = recorder.spans

    def of(self, node: cst.CSTNode) -> Span:
        """Return the range of a node that LibCST gives a syntactic position."""
        return Span(*self._spans[id(node)])

    def between(self, first: cst.CSTNode, last: cst.CSTNode) -> Span:
        """Return the range from the start of one node to the end of another."""
        return Span(*self._spans[id(first)][:2], *self._spans[id(last)][2:])
