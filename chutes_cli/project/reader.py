"""Source text to `ModuleFacts`, and why a text cannot be read."""

from __future__ import annotations

import ast
import warnings

from chutes_cli.project.depth import Obstacle, obstacle
from chutes_cli.project.facts import ModuleFacts
from chutes_cli.project.questions import room_to_recurse

_TOO_DEEP = "the code is nested too deeply to read"
_TOO_LONG = "an expression is too long to read"


class UnreadableSource(Exception):
    """A source text that cannot be read.

    Attributes:
        message: Why, in one line.
        line: 1-based line.
        column: 1-based column.
        is_python: Whether Python accepts it all the same, so that it is no syntax error.
    """

    def __init__(
        self, message: str, line: int = 1, column: int = 1, *, is_python: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.is_python = is_python


def read_facts(text: str) -> ModuleFacts:
    """Return the facts of one module's source text.

    Args:
        text: Python source, decoded.

    Raises:
        UnreadableSource: The text is not Python, or nested too deeply to read.
    """
    # Here, because an audit whose files are all in the cache needs no parser.
    import libcst as cst

    from chutes_cli.project.statements import StatementReader

    match obstacle(text):
        case Obstacle.TOO_DEEP:
            raise UnreadableSource(_TOO_DEEP)
        case Obstacle.TOO_LONG:
            raise UnreadableSource(_TOO_LONG, is_python=True)
        case Obstacle.REFUSED:
            raise _why(text)
    refused = _refused(text)
    with warnings.catch_warnings(), room_to_recurse():
        # Evaluating "\d" warns about the audited code; that is not this program's business.
        warnings.simplefilter("ignore")
        try:
            module = cst.parse_module(text)
        except cst.ParserSyntaxError:
            raise _why(text) from None
        if refused is not None:
            raise refused
        try:
            return StatementReader(module).facts()
        except RecursionError as error:
            raise UnreadableSource(_TOO_DEEP) from error


def _refused(text: str) -> UnreadableSource | None:
    """Return what Python's compiler refuses though the grammar allows it.

    Such as a keyword given twice, or a ``return`` outside a function. What this Python
    cannot parse at all may be newer syntax, and is left to LibCST.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        try:
            compile(tree, "<audited>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return UnreadableSource(error.msg, error.lineno or 1, max(1, error.offset or 1))
        except (ValueError, RecursionError, MemoryError):
            return None
    return None


def _why(text: str) -> UnreadableSource:
    """Return Python's own reason, which names the right line where LibCST's often does not."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        return UnreadableSource(error.msg, error.lineno or 1, max(1, error.offset or 1))
    except ValueError as error:
        return UnreadableSource(str(error))
    return UnreadableSource("LibCST cannot read this syntax yet", is_python=True)
