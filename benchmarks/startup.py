"""How much slower `chutes-prod --help` is than the libraries it cannot do without.

Both are timed in turn in one run, so that a busy machine slows both alike; the medians
and their ratio are printed, and the exit code is 1 when the target is missed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 15
TARGET = 1.5

PROGRAM = [str(Path(sys.executable).parent / "chutes-prod"), "--help"]
BASELINE = [sys.executable, "-c", "import typer, rich.console"]


def seconds(command: list[str]) -> float:
    """Return how long one run of a command takes.

    Raises:
        subprocess.CalledProcessError: The command failed.
    """
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> int:
    """Run the benchmark and return its exit code."""
    for command in (PROGRAM, BASELINE):
        seconds(command)  # the first run compiles and fills the page cache
    program, baseline = [], []
    for _ in range(ROUNDS):
        program.append(seconds(PROGRAM))
        baseline.append(seconds(BASELINE))
    ratio = statistics.median(program) / statistics.median(baseline)
    print(f"chutes-prod --help             {statistics.median(program) * 1000:7.1f} ms (median)")
    print(f"import typer, rich.console     {statistics.median(baseline) * 1000:7.1f} ms (median)")
    print(f"ratio                          {ratio:7.2f}    (target < {TARGET}, {ROUNDS} rounds)")
    return 0 if ratio < TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
