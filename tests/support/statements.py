"""Which statements of a file fail under the real SDK, each tried even when another failed.

Run as a script by `scripts/corpus.py`, without a network. Reads one path per line and
answers with one JSON list per line: ``{"spans", "error", "of_sdk"}`` for every statement at
module level that raised; the spans are its lines and those of the calls that led to the
error, each ``[first, last]``. Names that are not defined and libraries that are not
installed are stood in for, so that a snippet of documentation can be judged for what it
does with the SDK. Nothing here is a sandbox: run it on code you would run.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import json
import os
import re
import signal
import sys
import traceback
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

LIMIT_S = 30
_OF_SDK = re.compile(
    r"\bchutes\b|\bChute\b|ChutePack|\bImage\b|NodeSelector|\bPort\b|\bJob\b|\bCord\b|ENTRYPOINT"
    r"|\bADD\b|build_\w+_chute|InvalidPath|DuplicatePath"
)


def main() -> None:
    """Answer paths until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a file prints must not reach the answers
    import chutes.chute
    import chutes.chute.template.diffusion
    import chutes.chute.template.embedding
    import chutes.chute.template.sglang
    import chutes.chute.template.vllm  # noqa: F401 - imported once, for every fork

    sys.meta_path.append(_StandIns())
    for line in sys.stdin:
        answers.write(_in_a_fork(Path(line.strip())) + "\n")
        answers.flush()


def _in_a_fork(path: Path) -> str:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        signal.alarm(LIMIT_S)
        try:
            found = list(failures(path))
        except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
            found = [_failure([(1, 1)], "could not be judged", of_sdk=False)]
        with os.fdopen(writing, "w") as out:
            json.dump(found, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    return answer or json.dumps([_failure([(1, 1)], "died or hung", of_sdk=False)])


def failures(path: Path) -> Iterator[dict[str, Any]]:
    """Execute a file statement by statement; yield what raised."""
    os.chdir(path.parent)
    sys.path.append(str(path.parent))
    try:
        tree = ast.parse(path.read_bytes())
        compile(tree, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 1) or 1
        yield _failure([(line, line)], f"{type(error).__name__}: {error}", of_sdk=True)
        return
    module = types.ModuleType(path.stem)
    module.__file__ = str(path)
    sys.modules[path.stem] = module
    flags = 0
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            flags = _future_flags(statement)
            continue
        first = min([statement.lineno, *(one.lineno for one in _decorators(statement))])
        error = _raised(statement, module, str(path), flags)
        if error is not None:
            for one in _one_by_one(statement):  # the names that do exist serve what follows
                _raised(one, module, str(path), flags)
            spans = [(first, statement.end_lineno or first), *_calls_in(str(path), error)]
            text = f"{type(error).__name__}: {error}"
            yield _failure(spans, text, of_sdk=_is_of_sdk(error))


def _one_by_one(statement: ast.stmt) -> list[ast.stmt]:
    """Return a statement for each name that an import statement brings."""
    if not isinstance(statement, ast.ImportFrom):
        return []
    return [
        ast.copy_location(ast.ImportFrom(statement.module, [each], statement.level), statement)
        for each in statement.names
    ]


def _raised(
    statement: ast.stmt, module: types.ModuleType, path: str, flags: int
) -> BaseException | None:
    """Execute one statement; what it lacks is stood in for, and it is tried again."""
    code = compile(ast.Module([statement], []), path, "exec", flags, dont_inherit=True)
    for _ in range(20):
        try:
            exec(code, module.__dict__)
        except NameError as error:
            if not error.name or error.name in module.__dict__:
                return error
            module.__dict__[error.name] = MagicMock(name=error.name)
        except BaseException as error:  # noqa: BLE001 - SystemExit is an answer as well
            return error
        else:
            return None
    return None


def _calls_in(path: str, error: BaseException) -> Iterator[tuple[int, int]]:
    """Yield the lines of a file that an error came through."""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == path and frame.lineno:
            yield frame.lineno, frame.end_lineno or frame.lineno


def _is_of_sdk(error: BaseException) -> bool:
    """Say whether an error is the SDK's doing, not that of code around it or of a stand-in."""
    if "MagicMock" in str(error):
        return False
    frames = traceback.extract_tb(error.__traceback__)
    inside = any("/chutes/" in frame.filename for frame in frames)
    named = isinstance(error, ImportError | AttributeError | TypeError | ValueError)
    return inside or (named and bool(_OF_SDK.search(str(error))))


def _failure(spans: list[tuple[int, int]], error: str, *, of_sdk: bool) -> dict[str, Any]:
    return {"spans": spans, "error": error, "of_sdk": of_sdk}


def _decorators(statement: ast.stmt) -> Sequence[ast.expr]:
    return getattr(statement, "decorator_list", ())


def _future_flags(statement: ast.ImportFrom) -> int:
    import __future__

    return sum(getattr(__future__, each.name).compiler_flag for each in statement.names)


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what nothing else finds, but for the SDK's own modules."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname.split(".")[0] == "chutes":
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: Any) -> types.ModuleType:
        module = types.ModuleType(spec.name)
        module.__path__ = []
        module.__getattr__ = lambda name: MagicMock(name=name)  # type: ignore[method-assign] - PEP 562 asks for it
        return module

    def exec_module(self, module: types.ModuleType) -> None: ...


if __name__ == "__main__":
    main()
