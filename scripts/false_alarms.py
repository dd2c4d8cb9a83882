"""How often checks speak up on code that is known to be good.

Usage::

    python -P scripts/false_alarms.py CHECK... [--inputs none|first|all]... [--in FOLDER]
        [--sample N] [--draw N] [--seed S] [--every N] [--jobs N] [--slow SECONDS]

Every Python file below the folders (the standard library and all that is installed, unless
some are named) is audited by itself, as if each of its functions were a cord's helper.
Printed for each check: findings, findings per 1,000 lines, and some findings at random, to be
read by eye; ``--draw`` picks from the findings of all checks together. Files that take long
are named. Tests are left out, as the audit leaves them out.

``--inputs`` says what a caller sends to those functions; given several times, every file is
read once and asked so many times:

- ``none``: nothing. Each function is reachable, and what its parameters hold is not known:
  the rate of false alarms proper. A check that asks for a caller's value hears of none.
- ``first``: the first parameter of each, after ``self``, as a cord's body: validated where
  it is annotated with a model.
- ``all`` (the default): every parameter, raw, but ``self`` and ``cls``. In a library that is
  asked too much: ``def load(path)`` opens what its caller names, which is what it is for.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.report import Account, Exposure
from chutes_cli.project.link import link
from chutes_cli.project.model import Project
from chutes_cli.project.reach import Entry, Reach
from chutes_cli.project.schemas import Shape
from chutes_cli.project.source import SourceFile, SourceTree, decode
from chutes_cli.project.taint.sources import Taint
from chutes_cli.project.targets import Function
from chutes_cli.project.tree import ModuleSet
from chutes_cli.registry import checks

CIRCUMSTANCES = Circumstances(Exposure.BOTH, Account.PRIVILEGED)
INPUTS = ("none", "first", "all")
_AT_ONCE = 16
_LEFT_OUT = frozenset({"test", "tests", "site-packages", "dist-packages"})
"""Folders that are no part of the one above: what Python's own folder has installed in it."""
_OWN = frozenset({"self", "cls"})


class Finding(NamedTuple):
    """What a check says, told one of the `INPUTS`."""

    inputs: str
    check: str
    text: str


class Heard(NamedTuple):
    """What the checks say of one file."""

    lines: int
    findings: tuple[Finding, ...]
    crashes: tuple[str, ...]
    seconds: float
    file: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit every file and print the rates."""
    options = _parser().parse_args(arguments)
    files = sorted(set(_files(options.folders or _installed())))[:: options.every]
    each_way = tuple(dict.fromkeys(options.inputs or ("all",)))
    with ProcessPoolExecutor(options.jobs) as pool:
        ask = partial(listen, options.checks, each_way=each_way)
        heard = list(pool.map(ask, files, chunksize=_AT_ONCE))
    lines = sum(each.lines for each in heard)
    for inputs in each_way:
        print(f"{len(files)} files, {lines} lines, inputs: {inputs}")
        said = {check: [one.text for each in heard for one in each.findings
                        if (one.inputs, one.check) == (inputs, check)]
                for check in options.checks}  # fmt: skip
        _print(said, lines, options)
    for each in heard:
        if each.seconds > options.slow:
            print(f"{each.file}: {each.seconds:.0f} s for {each.lines} lines", file=sys.stderr)
    crashes = [each for one in heard for each in one.crashes]
    print(*crashes, sep="\n", end="\n" if crashes else "", file=sys.stderr)
    return 1 if crashes else 0


def _print(said: Mapping[str, list[str]], lines: int, options: argparse.Namespace) -> None:
    for check, texts in said.items():
        rate = 1000 * len(texts) / max(lines, 1)
        print(f"{check}: {len(texts)} findings, {rate:.4f} per 1,000 lines")
        _print_some(texts, options.sample, options.seed)
    if options.draw:
        together = [f"{check}: {each}" for check, texts in said.items() for each in texts]
        print(f"{min(options.draw, len(together))} of {len(together)}, at random:")
        _print_some(together, options.draw, options.seed)


def _parser() -> argparse.ArgumentParser:
    known = sorted(each.id for each in checks())
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("checks", nargs="+", metavar="CHECK", choices=known)
    parser.add_argument("--inputs", action="append", choices=INPUTS, help="what callers send")
    parser.add_argument("--in", dest="folders", action="append", type=Path, metavar="FOLDER")
    parser.add_argument("--sample", type=int, default=0, help="findings to print for each check")
    parser.add_argument("--draw", type=int, default=0, help="findings to print of all together")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--every", type=int, default=1, help="take every Nth file only")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--slow", type=float, default=10, help="name files that take longer")
    return parser


def _print_some(texts: Sequence[str], number: int, seed: int) -> None:
    for text in sorted(Random(seed).sample(texts, min(number, len(texts)))):
        print(f"  {text}")


def listen(ids: Sequence[str], file: Path, each_way: Sequence[str] = ("all",)) -> Heard:
    """Audit one file with some checks, once for each of some `INPUTS`."""
    began = time.monotonic()
    text = decode(file.read_bytes())
    if not isinstance(text, str):
        return Heard(0, (), (), 0, file)
    # A place of its own, where none of its imports is found: else each file reads its package.
    alone = Path("/alone")
    source = SourceFile(file.name, alone / file.name, text, named=True)
    tree = SourceTree(alone, whole=False, files=[source])
    project = link(tree, ModuleSet(tree))
    chosen = [each for each in checks() if each.id in ids]
    findings: list[Finding] = []
    crashes: list[str] = []
    for inputs in each_way:
        reached = everything_reached(project, inputs)
        found, errors = engine.run_checks(reached, chosen, CIRCUMSTANCES)
        findings += [
            Finding(inputs, one.check,
                    f"{file}:{one.location.line}: {one.message} | {one.snippet}")
            for one in found
        ]  # fmt: skip
        crashes += [f"{file}: {each.check} crashed: {each.message}" for each in errors]
    production = project.modules and not project.modules[0].is_test
    lines = len(text.splitlines()) if production else 0
    return Heard(lines, tuple(findings), tuple(crashes), time.monotonic() - began, file)


def everything_reached(project: Project, inputs: str = "none") -> Project:
    """Return a project in which every function runs from a cord.

    Args:
        project: The project.
        inputs: What their parameters hold, one of `INPUTS`.
    """
    functions = [
        Function(module, index)
        for module in project.modules
        for index, scope in enumerate(module.facts.scopes)
        if scope.kind == "function"
    ]
    taint = Taint(
        project.knowledge,
        project.schemas,
        project.passings,
        project.chutes,
    )
    for function in functions if inputs != "none" else ():
        _receive(project, taint, function, all_of_them=inputs == "all")
    entries = [Entry("cord", each) for each in functions]
    reach = Reach(project.knowledge.resolver, project.passings, project.modules, entries)
    return replace(project, reach=reach, taint=taint)


def _receive(project: Project, taint: Taint, function: Function, *, all_of_them: bool) -> None:
    sent = [each for each in function.scope.parameters if each.name not in _OWN]
    for parameter in sent if all_of_them else sent[:1]:
        model = project.schemas.annotated_model(
            function.module, function.scope.parent, parameter.annotation
        )
        shape = Shape("model", model=model) if model and not all_of_them else None
        taint.receives(function, parameter.name, function.qualname, shape)


def _installed() -> list[Path]:
    return [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for file in folder.rglob("*.py"):
            below = set(file.relative_to(folder).parts)
            if not below & _LEFT_OUT and file.is_file():
                yield file


if __name__ == "__main__":
    sys.exit(main())
