"""Files beside the chute that build, deploy, start or configure it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial

from chutes_cli.core.report import Skipped
from chutes_cli.project import recipes, yaml_runs
from chutes_cli.project.facts import Span
from chutes_cli.project.kinds import Kind
from chutes_cli.project.module import snippet
from chutes_cli.project.runs import Role, Run, UnreadableScript, options
from chutes_cli.project.shell import Piece
from chutes_cli.project.shell_parser import parse
from chutes_cli.project.source import ScriptFile


class Script:
    """One such file; compared by identity.

    Args:
        path: POSIX path relative to the project root.
        kind: What it is.
        text: Its text.

    Attributes:
        runs: The pieces of shell in it, in source order.

    Raises:
        UnreadableScript: The text is not what its kind says.
    """

    def __init__(self, path: str, kind: Kind, text: str) -> None:
        self.path = path
        self.kind = kind
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.runs = _READERS[kind](self.text)

    def __repr__(self) -> str:
        return f"Script({self.path!r})"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def span(self, start: int, end: int) -> Span:
        """Return a range of offsets as lines and columns."""
        return Span(*self._place(start), *self._place(end))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def snippet(self, span: Span) -> str:
        """Return the text of a range with white space collapsed, 200 characters at most."""
        return snippet(self.text.split("\n"), span)


def read_scripts(files: Iterable[ScriptFile]) -> tuple[tuple[Script, ...], list[Skipped]]:
    """Return the scripts that can be read, and the files that cannot."""
    found, skipped = list[Script](), list[Skipped]()
    for file in files:
        try:
            found.append(Script(file.path, file.kind, file.text))
        except UnreadableScript as error:
            skipped.append(Skipped(file.path, str(error)))
    return tuple(found), skipped


_SHEBANG = re.compile(r"#!.*sh\b(.*)")


def _shell(text: str) -> tuple[Run, ...]:
    first = _SHEBANG.match(text)
    errexit, pipefail = options(first.group(1) if first else "")
    return (Run(Role.HAND, "", tuple(parse(Piece.whole(text))), errexit, pipefail),)


_READERS: Mapping[Kind, Callable[[str], tuple[Run, ...]]] = {
    **{kind: partial(yaml_runs.read, dialect) for kind, dialect in yaml_runs.DIALECTS.items()},
    Kind.CONTAINER: recipes.container,
    Kind.MAKE: recipes.make,
    Kind.JUST: recipes.just,
    Kind.PROCFILE: recipes.procfile,
    Kind.JENKINS: recipes.jenkins,
    Kind.SHELL: _shell,
    Kind.SETTINGS: lambda text: (),
}
