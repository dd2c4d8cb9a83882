"""Audit what nobody would audit, and see that nothing crashes, hangs or points outside a file.

Usage::

    python -P scripts/robustness.py                      all of it, about half an hour
    python -P scripts/robustness.py --mutations 500      fewer mutations (0 for none)
    python -P scripts/robustness.py --no-files FOLDER    mutations of a folder's chutes as well

Audited are every file of the standard library and of site-packages, alone with a chute
appended to it, so that the checks have something to look at; every package of them as a
tree; a tree of hundreds of chutes; and random mutations (see `noise.py`) of the templates, of
the examples of all checks, of the tests' own sources, and of the files below the folders given.
Prints every crash, every file that took longer than its limit, and the slowest ones; the exit
code is 1 when there was any.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import sysconfig
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parent))

from noise import damaged

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.core.errors import NothingToAudit
from chutes_cli.core.report import Exposure, Report
from chutes_cli.project.source import collect
from chutes_cli.registry import checks

ROOT = Path(__file__).resolve().parents[1]
CIRCUMSTANCES = Circumstances(exposure=Exposure.BOTH)
FILE_LIMIT_S, TREE_LIMIT_S, MUTATION_LIMIT_S = 60, 600, 20
LARGEST = 1_000_000
CHUTE = """
from chutes.chute import Chute as _Chute, NodeSelector as _NodeSelector
from chutes.image import Image as _Image

image = _Image(username="you", name="my-service", tag="1.0").run_command("echo hi")
chute = _Chute(username="you", name="my-service", image=image, node_selector=_NodeSelector())


@chute.cord(public_api_path="/x", public_api_method="POST")
async def _x(self, args: dict) -> dict:
    return {"n": len(args), "all": [one(args) for one in globals().values()]}
"""
SCRIPTS = {
    ".github/workflows/deploy.yml": (
        "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: |\n          set -e\n"
        "          yes | chutes build app:chute --wait | tee log\n"
        "          grep -q 'Uploaded image package' log\n      - run: chutes deploy app:chute\n"
    ),
    "Dockerfile": 'FROM python:3.12\nRUN pip install x \\\n  && true\nCMD ["chutes", "run"]\n',
    "deploy.sh": "#!/bin/sh\nset -eu\nfor one in a b; do\n  chutes deploy $one:chute\ndone\n",
    "docker-compose.yml": "services:\n  app:\n    command: chutes run app:chute --dev\n",
}


class TooLongError(BaseException):
    """An audit ran past its limit; no check may catch it."""


@dataclass(frozen=True)
class Task:
    """One thing to audit.

    Attributes:
        name: How it is reported.
        limit: Seconds it may take.
        prepare: Returns the folder to audit; the argument is an empty one to use.
    """

    name: str
    limit: int
    prepare: Callable[[Path], Path]


@dataclass(frozen=True)
class Outcome:
    """What became of a task: how long it took, and what went wrong, if anything."""

    name: str
    seconds: float
    fault: str | None


def main() -> int:
    """Run everything asked for and return the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    options.add_argument("--mutations", type=int, default=5000, metavar="N")
    options.add_argument("--seed", type=int, default=1, metavar="N")
    options.add_argument("--no-files", action="store_true", help="leave out installed files")
    options.add_argument("--every", type=int, default=1, metavar="N", help="every Nth file only")
    options.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default 2)")
    chosen = options.parse_args()
    tasks = list(mutations(chosen.mutations, chosen.seed, sources(chosen.folders)))
    tasks.append(tree_of_chutes(500))
    if not chosen.no_files:
        files = list(installed_files())[:: chosen.every]
        tasks = [*installed_trees(), *files, *tasks]
    outcomes = run(tasks, chosen.jobs)
    faults = [each for each in outcomes if each.fault]
    for each in faults:
        print(f"FAULT {each.name} ({each.seconds:.1f} s): {each.fault}")
    for each in sorted(outcomes, key=lambda one: -one.seconds)[:15]:
        print(f"slow  {each.seconds:6.1f} s  {each.name}")
    print(f"{len(outcomes)} audited, {len(faults)} faults")
    return 1 if faults else 0


# What is audited


def tree_of_chutes(count: int) -> Task:
    """Return the task to audit many chutes at once, made of the examples of the checks."""
    texts = [text for each in checks() for text in (each.docs.example, each.docs.instead)]

    def prepare(folder: Path) -> Path:
        for number in range(count):
            file = folder / f"service_{number}" / "chute.py"
            file.parent.mkdir()
            file.write_text(texts[number % len(texts)], "utf-8")
        return folder

    return Task(f"a tree of {count} chutes", FILE_LIMIT_S, prepare)


def installed_files() -> Iterator[Task]:
    """Yield each file of the standard library and of site-packages."""
    for folder in _installed():
        for file in sorted(folder.rglob("*.py")):
            inner = file.relative_to(folder).parts[:-1]
            if "site-packages" not in inner and file.stat().st_size < LARGEST:
                yield file_task(file)


def file_task(file: Path) -> Task:
    """Return the task to audit one file with a chute appended to it."""

    def prepare(folder: Path) -> Path:
        (folder / "app.py").write_bytes(file.read_bytes() + CHUTE.encode())
        return folder

    return Task(str(file), FILE_LIMIT_S, prepare)


def _where_it_lies(package: Path, _: Path) -> Path:
    return package


def installed_trees() -> Iterator[Task]:
    """Yield each package of the standard library and of site-packages."""
    for folder in _installed():
        for package in sorted(folder.iterdir()):
            if package.is_dir() and package.name not in ("site-packages", "__pycache__"):
                yield Task(f"{package}/", TREE_LIMIT_S, partial(_where_it_lies, package))


def _installed() -> list[Path]:
    packages = [Path(path) for path in sys.path if path.endswith("site-packages")]
    return [Path(sysconfig.get_path("stdlib")), *packages]


def sources(folders: Iterable[Path] = ()) -> list[str]:
    """Return the texts that mutations start from: templates, examples, tests, and folders."""
    files = [*ROOT.glob("templates/**/*.py*"), *ROOT.glob("tests/**/*.py")]
    for folder in folders:
        files += folder.rglob("*.py")
    texts = [file.read_text("utf-8", errors="replace") for file in sorted(files)]
    for check in checks():
        # Given more often than a test file, as they are what chutes look like.
        texts += [check.docs.example, check.docs.instead] * 3
    return [text for text in texts if text.strip()]


def mutations(count: int, seed: int, texts: Sequence[str]) -> Iterator[Task]:
    """Yield random mutations of texts; the same for the same arguments."""
    for number in range(count):
        yield Task(f"mutation {seed}/{number}", MUTATION_LIMIT_S, _Mutation(seed, number, texts))


@dataclass(frozen=True)
class _Mutation:
    seed: int
    number: int
    texts: Sequence[str]

    def __call__(self, folder: Path) -> Path:
        random = Random(f"{self.seed}/{self.number}")
        written = {"app.py": damaged(random, random.choice(self.texts), self.texts)}
        if random.random() < 0.3:
            written["helper.py"] = damaged(random, random.choice(self.texts), self.texts)
        name = random.choice(list(SCRIPTS))
        written[name] = damaged(random, SCRIPTS[name], self.texts)
        for path, text in written.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8", errors="surrogatepass", newline="")
        return folder


# Auditing


def audited(task: Task) -> Outcome:
    """Audit one thing under its time limit."""
    started = time.monotonic()
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(task.limit)
    fault = None
    try:
        with tempfile.TemporaryDirectory() as empty:
            folder = task.prepare(Path(empty))
            fault = fault_of(folder)
    except TooLongError:
        fault = f"took more than {task.limit} s"
    except Exception:  # noqa: BLE001 - this is what we look for
        fault = traceback.format_exc(limit=-6)
    finally:
        signal.alarm(0)
    return Outcome(task.name, time.monotonic() - started, fault)


def fault_of(folder: Path) -> str | None:
    """Return what is wrong with the audit of a folder."""
    try:
        report = engine.audit([folder], checks(), CIRCUMSTANCES)
    except NothingToAudit:
        return None
    if report.errors:
        return f"checks crashed: {report.errors}"
    return misplaced(report, folder)


def misplaced(report: Report, folder: Path) -> str | None:
    """Return a finding that points outside its file."""
    root = collect([folder]).root
    for finding in report.findings:
        at = finding.location
        file = root / at.path
        if not file.is_file():
            return f"{finding.check} points to a file that is not there: {at}"
        lines = _lines(file)
        first, last = (at.line, at.column), (at.end_line, at.end_column)
        inside = all(
            1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1
            for line, column in (first, last)
        )
        if not inside or last < first:
            return f"{finding.check} points outside {at.path}: {at}"
    return None


def _lines(file: Path) -> list[str]:
    """Return a file's lines as Python counts them."""
    text = file.read_bytes().decode("utf-8", errors="replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TooLongError


# Processes


def run(tasks: Sequence[Task], jobs: int) -> list[Outcome]:
    """Audit everything in some processes; one that dies is told and replaced."""
    shards = [list(tasks[number::jobs]) for number in range(jobs)]
    running = {}
    outcomes: list[Outcome] = []
    for shard in shards:
        if shard:
            running.update(_started(shard))
    while running:
        pid, status = os.wait()
        file, shard = running.pop(pid)
        done = [Outcome(*json.loads(line)) for line in file.read_text().splitlines()]
        file.unlink()
        outcomes += done
        rest = shard[len(done) :]
        if rest:
            outcomes.append(Outcome(rest[0].name, 0.0, f"the process died: wait status {status}"))
            if rest[1:]:
                running.update(_started(rest[1:]))
    return outcomes


def _started(shard: list[Task]) -> dict[int, tuple[Path, list[Task]]]:
    handle, name = tempfile.mkstemp()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(handle)
        return {pid: (Path(name), shard)}
    try:
        with os.fdopen(handle, "w", buffering=1) as out:
            for number, task in enumerate(shard, 1):
                each = audited(task)
                out.write(json.dumps([each.name, each.seconds, each.fault]) + "\n")
                if number % 500 == 0:
                    print(f"{number} of {len(shard)} audited", file=sys.stderr, flush=True)
    finally:
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
