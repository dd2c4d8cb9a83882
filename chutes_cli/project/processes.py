"""Programs that Python code starts: `subprocess`, `os.system` and their kin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chutes_cli.project import facts
from chutes_cli.project.arguments import Arguments
from chutes_cli.project.module import Module, Site
from chutes_cli.project.shell import Command, Piece, Pipeline, Word, commands
from chutes_cli.project.shell_parser import exec_form, parse
from chutes_cli.project.tree import Knowledge
from chutes_cli.project.values import Known

_STARTERS: Mapping[str, str] = {
    "os.system": "command",
    "os.popen": "cmd",
    "subprocess.run": "args",
    "subprocess.call": "args",
    "subprocess.check_call": "args",
    "subprocess.check_output": "args",
    "subprocess.Popen": "args",
    "subprocess.getoutput": "cmd",
    "subprocess.getstatusoutput": "cmd",
    "asyncio.create_subprocess_shell": "cmd",
    "asyncio.create_subprocess_exec": "program",
}
_UNKNOWN = "${_}"
_DEEPEST = 10


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """A program that Python code starts.

    Attributes:
        site: The call.
        callee: What is called, such as ``subprocess.run``.
        arguments: Its arguments.
        pipelines: What it runs; parts that only a run can tell are ``${_}``.
    """

    site: Site
    callee: str
    arguments: Arguments
    pipelines: tuple[Pipeline, ...]

    @property
    def commands(self) -> tuple[Command, ...]:
        """Its commands, nested ones after the one they are in."""
        return tuple(commands(self.pipelines))


def find_processes(knowledge: Knowledge) -> Iterator[Process]:
    """Yield every program that the modules start, as far as their source tells."""
    reader = CommandReader(knowledge)
    for site, target in knowledge.calls_to(*_STARTERS):
        name: str = getattr(target, "name", "")
        arguments = knowledge.binder.bind(site, (_STARTERS[name],))
        first = arguments.get(_STARTERS[name])
        if first is None:
            continue
        if name.endswith("_exec"):
            words = [reader.text(each.module, each.scope, each.expression)
                     for each in arguments if each.name in ("program", None)]  # fmt: skip
            pipelines = _exec(words)
        else:
            pipelines = reader.pipelines(first.module, first.scope, first.expression)
        yield Process(site, name, arguments, tuple(pipelines))


class CommandReader:
    """Reads what an expression runs when it is given to a shell or to ``exec``.

    Args:
        knowledge: What names and values stand for.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def pipelines(self, module: Module, scope: int, expression: facts.Expression) -> list[Pipeline]:
        """Return what a text or a list of words runs."""
        words = self._words(module, scope, expression, 0)
        if words is not None:
            return _exec(words)
        return parse(Piece.whole(self.text(module, scope, expression)))

    def text(self, module: Module, scope: int, expression: facts.Expression, depth: int = 0) -> str:
        """Return a text, with ``${_}`` for what only a run can tell."""
        value = self._knowledge.evaluator.value(module, scope, expression)
        if isinstance(value, Known) and isinstance(value.value, str | int | float):
            return str(value.value)
        if depth > _DEEPEST:
            return _UNKNOWN
        match expression:
            case facts.FormattedText(parts=parts) | facts.Operation(operator="+", operands=parts):
                return "".join(self.text(module, scope, part, depth + 1) for part in parts)
            case facts.Name(id=name):
                where, assigned = _assigned(module, scope, name)
                if assigned is not None:
                    return self.text(module, where, assigned, depth + 1)
        dotted = self._knowledge.resolver.dotted(module, scope, expression)
        return "python" if dotted == "sys.executable" else _UNKNOWN

    def _words(
        self, module: Module, scope: int, expression: facts.Expression, depth: int
    ) -> list[str] | None:
        """Return the words of a list, None for anything else."""
        if depth > _DEEPEST:
            return None
        match expression:
            case facts.Collection(items=items):
                return [self.text(module, scope, item) for item in items]
            case facts.Operation(operator="+", operands=(left, right)):
                first = self._words(module, scope, left, depth + 1)
                if first is None:
                    return None
                return first + (self._words(module, scope, right, depth + 1) or [_UNKNOWN])
            case facts.Name(id=name):
                where, value = _assigned(module, scope, name)
                return None if value is None else self._words(module, where, value, depth + 1)
            case facts.Call(function=facts.Attribute(value=owner, attribute="split"), arguments=[]):
                return self._split(module, scope, owner)
            case facts.Call(arguments=(first_argument, *_), function=function):
                if self._knowledge.resolver.dotted(module, scope, function) == "shlex.split":
                    return self._split(module, scope, first_argument.value)
        return None

    def _split(self, module: Module, scope: int, expression: facts.Expression) -> list[str]:
        found = commands(parse(Piece.whole(self.text(module, scope, expression))))
        return [text for command in found for text in command.texts]


def _assigned(module: Module, scope: int, name: str) -> tuple[int, facts.Expression | None]:
    """Return what a name is assigned, and in which scope, when it is assigned once."""
    where, bindings = module.lookup(name, scope)
    if len(bindings) != 1 or bindings[0].statement is None:
        return where, None
    return bindings[0].statement.scope, bindings[0].value


def _exec(words: list[str]) -> list[Pipeline]:
    return exec_form([Word(Piece.whole(text), True, 0, len(text)) for text in words])
