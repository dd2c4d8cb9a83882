"""How long `chutes-prod audit` takes: for one chute, and per chute in trees of many.

One chute is timed as its user waits for it, with a new process and no cache, in turn with the
import of the libraries that no audit can do without. The trees are made of the checks' examples,
each in a folder of its own. A busy machine slows all alike, so ratios are held against targets,
and the exit code is 1 when one is missed: a chute among many must cost about what it costs
among few, or the audit of a monorepo would take minutes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chutes_cli.audit import engine
from chutes_cli.check import Circumstances
from chutes_cli.registry import checks

ROUNDS = 5
FEW, MANY = 50, 400
TARGET_ALONE = 3.0
TARGET_GROWTH = 1.5

PROGRAM = [str(Path(sys.executable).parent / "chutes-prod"), "audit", "--no-cache"]
BASELINE = [sys.executable, "-c", "import libcst, typer, rich.console"]


def write_tree(folder: Path, count: int) -> None:
    """Write some chutes, each into a folder of its own."""
    sources = [text for each in checks() for text in (each.docs.example, each.docs.instead)]
    sources = [text for text in sources if "Chute(" in text]
    for number in range(count):
        file = folder / f"service_{number}" / "chute.py"
        file.parent.mkdir(parents=True)
        file.write_text(sources[number % len(sources)], "utf-8")


def seconds(command: list[str]) -> float:
    """Return how long one run of a command takes."""
    started = time.perf_counter()
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    assert done.returncode in (0, 1), done.returncode  # findings are no failure here
    return time.perf_counter() - started


def seconds_each(folder: Path, count: int) -> float:
    """Return how long the audit of a tree takes per chute."""
    started = time.perf_counter()
    report = engine.audit([folder], checks(), Circumstances())
    assert len(report.chutes) > count * 0.8  # some examples are not even Python
    return (time.perf_counter() - started) / count


def main() -> int:
    """Run the benchmark and return its exit code."""
    with tempfile.TemporaryDirectory() as parent:
        trees = {count: Path(parent, str(count)) for count in (FEW, MANY)}
        for count, folder in trees.items():
            write_tree(folder, count)
        one = [*PROGRAM, str(trees[FEW] / "service_0" / "chute.py")]
        seconds(one)  # the first run compiles and fills the page cache
        rounds = [
            (seconds(one), seconds(BASELINE), *(seconds_each(trees[n], n) for n in trees))
            for _ in range(ROUNDS)
        ]
    alone, baseline, few, many = (statistics.median(each) for each in zip(*rounds, strict=True))
    ratio, growth = alone / baseline, many / few
    print(f"chutes-prod audit, one chute   {alone * 1000:7.1f} ms")
    print(f"import libcst, typer, rich     {baseline * 1000:7.1f} ms")
    print(f"ratio                          {ratio:7.2f}    (target < {TARGET_ALONE})")
    print(f"per chute, among {FEW:<4}          {few * 1000:7.1f} ms")
    print(f"per chute, among {MANY:<4}          {many * 1000:7.1f} ms")
    print(f"growth                         {growth:7.2f}    (target < {TARGET_GROWTH})")
    return 0 if ratio < TARGET_ALONE and growth < TARGET_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
