"""How often checks speak up on code that is known to be good.

Usage::

    python -P scripts/false_alarms.py CHECK... [--in FOLDER] [--sample N] [--seed S]

Every Python file below the folders (the standard library and all that is installed, unless
some are named) is audited by itself, as if each of its functions were a cord's helper.
Printed for each check: findings, findings per 1,000 lines, and some findings at random, to be
read by eye. Tests are left out, as the audit leaves them out.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterator, Sequence
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
from chutes_cli.project.source import SourceFile, SourceTree, decode
from chutes_cli.project.targets import Function
from chutes_cli.project.tree import ModuleSet
from chutes_cli.registry import checks

CIRCUMSTANCES = Circumstances(Exposure.BOTH, Account.PRIVILEGED)
_AT_ONCE = 16


class Heard(NamedTuple):
    """What the checks say of one file."""

    lines: int
    findings: tuple[tuple[str, str], ...]
    """Check and text of each finding."""
    crashes: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit every file and print the rates."""
    known = {each.id for each in checks()}
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("checks", nargs="+", metavar="CHECK", choices=sorted(known))
    parser.add_argument("--in", dest="folders", action="append", type=Path, metavar="FOLDER")
    parser.add_argument("--sample", type=int, default=0, help="findings to print for each check")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--every", type=int, default=1, help="take every Nth file only")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    files = sorted(set(_files(options.folders or _installed())))[:: options.every]
    with ProcessPoolExecutor(options.jobs) as pool:
        heard = list(pool.map(partial(listen, options.checks), files, chunksize=_AT_ONCE))
    lines = sum(each.lines for each in heard)
    said: dict[str, list[str]] = defaultdict(list)
    for each in heard:
        for check, text in each.findings:
            said[check].append(text)
    print(f"{len(files)} files, {lines} lines")
    for check in options.checks:
        count = len(said[check])
        print(f"{check}: {count} findings, {1000 * count / max(lines, 1):.4f} per 1,000 lines")
        picked = Random(options.seed).sample(said[check], min(options.sample, count))
        print(*(f"  {text}" for text in sorted(picked)), sep="\n", end="\n" if picked else "")
    crashes = [each for one in heard for each in one.crashes]
    print(*crashes, sep="\n", end="\n" if crashes else "", file=sys.stderr)
    return 1 if crashes else 0


def listen(ids: Sequence[str], file: Path) -> Heard:
    """Audit one file with some checks."""
    text = decode(file.read_bytes())
    if not isinstance(text, str):
        return Heard(0, (), ())
    # A place of its own, where none of its imports is found: else each file reads its package.
    alone = Path("/alone")
    source = SourceFile(file.name, alone / file.name, text, named=True)
    tree = SourceTree(alone, whole=False, files=[source])
    project = everything_reached(link(tree, ModuleSet(tree)))
    chosen = [each for each in checks() if each.id in ids]
    findings, errors = engine.run_checks(project, chosen, CIRCUMSTANCES)
    return Heard(
        len(text.splitlines()) if project.modules and not project.modules[0].is_test else 0,
        tuple(
            (each.check, f"{file}:{each.location.line}: {each.message} | {each.snippet}")
            for each in findings
        ),
        tuple(f"{file}: {each.check} crashed: {each.message}" for each in errors),
    )


def everything_reached(project: Project) -> Project:
    """Return a project in which every function runs from a cord."""
    entries = [
        Entry("cord", Function(module, index))
        for module in project.modules
        for index, scope in enumerate(module.facts.scopes)
        if scope.kind == "function"
    ]
    return replace(project, reach=Reach(project.knowledge.resolver, project.modules, entries))


def _installed() -> list[Path]:
    return [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib"))]


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for file in folder.rglob("*.py"):
            if not {"test", "tests"} & set(file.parts) and file.is_file():
                yield file


if __name__ == "__main__":
    sys.exit(main())
