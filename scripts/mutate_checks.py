"""Disable every condition of every check, one at a time, and see a test turn red.

Usage::

    python -P scripts/mutate_checks.py                        every module of checks/
    python -P scripts/mutate_checks.py checks/platform/cord   modules below a path
    python -P scripts/mutate_checks.py --list checks/...      only show the mutants

A mutant (see `mutants.py`) is held against the tests that belong to its module: the test
file that mirrors it below `tests/checks/`, and the examples of its checks. A module without
checks of its own belongs to those that import it. Mutants that no test notices are printed
with file and line and make the exit code 1, unless `tests/checks/survivors.toml` gives a
reason for each; so does an entry there that is no longer needed.

Every mutant runs in a fork of a process that has imported all there is and has run the
tests once, so that it costs a fraction of a second.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from chutes_cli.audit import engine
from chutes_cli.project.reader import read_facts
from chutes_cli.registry import checks

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "chutes_cli"
SURVIVORS = "tests/checks/survivors.toml"
EXAMPLES = "tests/checks/test_examples.py"
ON_EXAMPLES = (
    "test_fires_on_its_example",
    "test_example_has_no_other_fault",
    "test_stays_silent_on_its_instead",
)
# What only tells people what happened is left out: it costs more than the tests.
UNUSED = (
    "cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath", "logging",
    "pastebin", "setuponly", "setupplan", "stepwise", "threadexception", "unraisableexception",
)  # fmt: skip
PYTEST = (
    "-x", "-q", "-s", "-m", "not sdk and not slow", "--tb=no", "--assert=plain",
    "--disable-plugin-autoload", *(word for name in UNUSED for word in ("-p", f"no:{name}")),
)  # fmt: skip
MEMORY_BYTES = 4_000_000_000

Survivor = tuple[str, Mutant]


@dataclass(frozen=True)
class Target:
    """A module of checks and the tests that belong to it.

    Attributes:
        path: POSIX path in the repository.
        name: Import name.
        importers: Import names of the modules that hold its names, itself included.
        tests: What to give pytest.
    """

    path: str
    name: str
    importers: frozenset[str]
    tests: tuple[str, ...]


def main() -> int:
    """Run the mutants and return the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("paths", nargs="*", default=["checks"], metavar="PATH")
    options.add_argument("--list", action="store_true", help="show the mutants and run nothing")
    options.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default 2)")
    chosen = options.parse_args()
    os.chdir(ROOT)
    wanted = [path for path in modules() if _is_below(path, chosen.paths)]
    total = sum(len(mutants_of(path)[1]) for path in wanted)
    if chosen.list:
        print(*(_line(path, each) for path in wanted for each in mutants_of(path)[1]), sep="\n")
        return 0
    started = time.monotonic()
    survivors = run([target(path) for path in wanted], chosen.jobs)
    seconds = time.monotonic() - started
    print(f"{total} mutants, {len(survivors)} survived, {seconds:.0f} s")
    return judged(wanted, survivors)


def judged(paths: Sequence[str], survivors: Sequence[Survivor]) -> int:
    """Compare survivors with those that have a reason; return the exit code."""
    alive = {(path, *mutant.key) for path, mutant in survivors}
    listed = {key for key in explained() if key[0] in paths}
    for path, mutant in survivors:
        if (path, *mutant.key) not in listed:
            print(f"survived: {_line(path, mutant)}")
    for key in sorted(listed - alive):
        print(f"listed in {SURVIVORS}, but a test notices: {' / '.join(key)}")
    return 1 if listed != alive else 0


def explained() -> Iterator[tuple[str, str, str, str]]:
    """Yield the survivors with a reason: module, where, condition, mutation."""
    file = ROOT / SURVIVORS
    entries = tomllib.loads(file.read_text("utf-8")).get("survivor", []) if file.exists() else []
    for entry in entries:
        assert entry["reason"].strip(), entry
        yield (entry["module"], entry["where"], entry["condition"], entry["mutation"])


# Modules, mutants and the tests that belong to them


def modules() -> list[str]:
    """Return the modules that hold conditions, as POSIX paths."""
    return [path for path in _modules() if mutants_of(path)[1]]


def _modules() -> list[str]:
    """Return every module of checks."""
    return sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "checks").rglob("*.py"))


@cache
def mutants_of(path: str) -> tuple[ast.Module, list[Mutant]]:
    """Return a module's syntax tree and its mutants."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return tree, mutants(tree)


def target(path: str) -> Target:
    """Return a module with the tests that belong to it."""
    name = _import_name(path)
    importers = _importers(name)
    own = {each.id for each in checks() if type(each).__module__ == name}
    # What only serves others is tested through them.
    owners = {name} if own else importers
    files = [_mirror(each) for each in _modules() if _import_name(each) in owners]
    if not own:  # and through tests of the folder that are named after none of them
        folder = (ROOT / _mirror(path)).parent
        files += sorted(each.relative_to(ROOT).as_posix() for each in folder.glob("test_*.py"))
    ids = [each.id for each in checks() if type(each).__module__ in owners]
    return Target(
        path,
        name,
        importers,
        (
            *(file for file in dict.fromkeys(files) if (ROOT / file).exists()),
            *(f"{EXAMPLES}::{test}[{one}]" for one in ids for test in ON_EXAMPLES),
        ),
    )


def _importers(name: str) -> frozenset[str]:
    """Return a module and every module of checks that imports from it, however far."""
    found = {name}
    while True:
        more = {each for each, imported in _imports().items() if imported & found} - found
        if not more:
            return frozenset(found)
        found |= more


@cache
def _imports() -> dict[str, frozenset[str]]:
    """Return what each module of checks imports from its siblings."""
    found = {}
    for file in (ROOT / "checks").rglob("*.py"):
        name = _import_name(file.relative_to(ROOT).as_posix())
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        imported = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
                imported |= {base, *(f"{base}.{each.name}" for each in node.names)}
        found[name] = frozenset(imported)
    return found


def _import_name(path: str) -> str:
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join([PACKAGE, *parts])


def _mirror(path: str) -> str:
    folder, _, file = path.rpartition("/")
    return f"tests/{folder}/test_{file}"


def _is_below(path: str, given: Sequence[str]) -> bool:
    wanted = [os.path.relpath(Path(one).resolve(), ROOT) for one in given]
    return any(path == one or path.startswith(f"{one}/") or one == "." for one in wanted)


def _line(path: str, each: Mutant) -> str:
    return f"{path}:{each.line} in {each.where}: {each.condition}: {each.mutation}"


# Running


def run(targets: Sequence[Target], jobs: int) -> list[Survivor]:
    """Run every mutant of every module; return those that no test noticed.

    Raises:
        SystemExit: A module's tests fail without any mutant.
    """
    running: dict[int, tuple[Target, int]] = {}
    waiting = sorted(targets, key=lambda each: -len(mutants_of(each.path)[1]))
    found: list[Survivor] = []
    while waiting or running:
        while waiting and len(running) < jobs:
            one = waiting.pop(0)
            reading, writing = os.pipe()
            running[_forked(_Module(one, writing))] = (one, reading)
            os.close(writing)
        pid, status = os.wait()
        one, reading = running.pop(pid)
        with os.fdopen(reading) as pipe:
            answer = pipe.read()
        if status:
            raise SystemExit(f"{one.path}: its tests fail without any mutant")
        every = mutants_of(one.path)[1]
        alive = [every[number] for number in json.loads(answer)]
        print(f"{one.path}: {len(every)} mutants, {len(alive)} survived", flush=True)
        found += [(one.path, each) for each in alive]
    return found


def _forked(work: Callable[[], int]) -> int:
    """Run a function in a fork, its result the exit code; return the process id."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 70
        with contextlib.suppress(BaseException):
            code = work()
        os._exit(code)
    return pid


@dataclass(frozen=True)
class _Module:
    """Runs the mutants of one module in a process of their own."""

    target: Target
    writing: int

    def __call__(self) -> int:
        _, every = mutants_of(self.target.path)
        alive = list(range(len(every)))
        if self.target.tests:
            engine.audit.__defaults__ = ((), cache(read_facts))  # the same sources come again
            _silence()
            started = time.monotonic()
            with tempfile.TemporaryDirectory() as folder:
                if _tested(self.target, folder):
                    return 1
                limit = 10 + 10 * int(time.monotonic() - started)
                plugin = _Mutating(self.target, limit)
                code = _tested(self.target, folder, plugin)
                if plugin.is_fork:
                    os._exit(code)
                alive = plugin.alive
        os.write(self.writing, json.dumps(alive).encode())
        return 0


class _Mutating:
    """Forks for every mutant where pytest is ready and about to look for tests.

    Attributes:
        alive: The numbers of the mutants that no test noticed.
        is_fork: Whether this is a fork, whose exit code tells what the tests said.
    """

    def __init__(self, target: Target, limit: int) -> None:
        self._target = target
        self._limit = limit
        self.alive: list[int] = []
        self.is_fork = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """Go through the mutants; in a fork, let pytest go on."""
        tree, every = mutants_of(self._target.path)
        gc.freeze()
        for number, mutant in enumerate(every):
            code = mutant.compiled(tree, self._target.path)
            pid = os.fork()
            if pid == 0:
                self.is_fork = True
                signal.alarm(self._limit)  # a mutant that hangs dies of it
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
                _anew(self._target, code)
                return None
            if os.waitpid(pid, 0)[1] == 0:
                self.alive.append(number)
        session.items = []
        return True


def _tested(one: Target, folder: str, *plugins: object) -> int:
    arguments = [*PYTEST, f"--basetemp={folder}/tests", *one.tests]
    return int(pytest.main(arguments, plugins=plugins))


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _anew(one: Target, code: CodeType) -> None:
    """Have a module imported again with other code, and all that holds its names."""
    checks.cache_clear()
    for name in list(sys.modules):
        if name in one.importers or name.split(".")[0] == "tests":
            del sys.modules[name]
    sys.meta_path.insert(0, _Finder(one.name, code))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module, and gives it other code."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name = name
        self._code = code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for the one module only."""
        if fullname != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(fullname, spec.origin, self._code)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a file, but not what it says."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        """Return the other code."""
        return self._code


if __name__ == "__main__":
    sys.exit(main())
