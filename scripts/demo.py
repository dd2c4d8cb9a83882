"""Show the whole way: scaffold a project, audit it, serve it and load-test it.

Each step is one command of the installed program, printed before it runs. The first
step that fails ends the demo with exit code 1.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = "demo-service"
# Tells a folder of the demo from one of the user's, which is never touched.
MARKER = ".made-by-make-demo"

REQUESTS = (
    'POST /generate {"prompt": "The quick brown fox", "max_tokens": 16}',
    "GET /health",
)
OBJECTIVES = ("p95<500ms", "error_rate<1%", "achieved>0.99")


@dataclass(frozen=True)
class Step:
    """One command of the demo.

    Attributes:
        title: What it does.
        words: The words after the program's name.
        outcome: What may be said when it exits with 0.
        leaves: What it must have written by then.
    """

    title: str
    words: tuple[str, ...]
    outcome: str
    leaves: Path


def steps(workdir: Path) -> list[Step]:
    """Return the demo's steps for a folder."""
    project = str(workdir / PROJECT)
    load = ["loadtest", "--serve", project]
    for request in REQUESTS:
        load += ["--request", request]
    load += ["--rate", "20", "--duration", "10s"]
    for objective in OBJECTIVES:
        load += ["--slo", objective]
    load += ["--format", "text", "--format", f"json={workdir / 'loadtest.json'}"]
    return [
        Step(
            "Scaffold a project",
            ("new", PROJECT, "--no-input", "--output-dir", str(workdir)),
            f"{project} is written",
            leaves=workdir / PROJECT,
        ),
        Step(
            "Audit it",
            (
                *("audit", project, "--fail-on", "warning"),
                *("--format", "text", "--format", f"json={workdir / 'audit.json'}"),
            ),
            # Whether it is ready for production is more than the absence of findings.
            "no errors and no warnings",
            leaves=workdir / "audit.json",
        ),
        Step(
            "Serve it under the real SDK on 127.0.0.1 and load-test it",
            tuple(load),
            f"every objective is met: {', '.join(OBJECTIVES)}",
            leaves=workdir / "loadtest.json",
        ),
    ]


def prepare(workdir: Path) -> str | None:
    """Make the demo's folder, and remove what an earlier demo left in it.

    Returns:
        Why the folder cannot be used, or None.
    """
    if workdir.exists() and not workdir.is_dir():
        return f"{workdir} is not a folder"
    is_ours = (workdir / MARKER).is_file()
    if not is_ours and workdir.exists() and any(workdir.iterdir()):
        return f"{workdir} holds files this demo did not make: name another with --workdir"
    workdir.mkdir(parents=True, exist_ok=True)
    (workdir / MARKER).touch()
    if (workdir / PROJECT).exists():
        shutil.rmtree(workdir / PROJECT)
    for report in ("audit.json", "loadtest.json"):
        (workdir / report).unlink(missing_ok=True)
    return None


def run(command: list[str]) -> int:
    """Run a command with its output on ours, and return its exit code.

    On Ctrl-C the command gets the signal as well: it is waited for, so that it can stop
    what it serves.
    """
    process = subprocess.Popen(command)
    interrupted = False
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            interrupted = True
        else:
            return 130 if interrupted else code


def main() -> int:
    """Run the demo and return its exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--workdir", type=Path, default=Path("demo"), metavar="DIR")
    options.add_argument(
        "--program",
        default=str(Path(sys.executable).parent / "chutes-prod"),
        metavar="PATH",
        help="the chutes-prod to show (default: the one installed beside this Python)",
    )
    chosen = options.parse_args()
    refusal = prepare(chosen.workdir)
    if refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return 2
    plan = steps(chosen.workdir)
    for number, step in enumerate(plan, start=1):
        print(f"\n=== {number}/{len(plan)}  {step.title}")
        print(f"$ {shlex.join(['chutes-prod', *step.words])}\n", flush=True)
        code = run([chosen.program, *step.words])
        if code == 130:
            print(f"\n=== demo interrupted at step {number}/{len(plan)}: {step.title}")
            return 130
        if code or not step.leaves.exists():
            why = f"exit {code}" if code else f"it left no {step.leaves}"
            print(f"\n=== demo failed at step {number}/{len(plan)}: {step.title} ({why})")
            return 1
        print(f"\n--- {step.outcome}")
    print("\n=== done. The project and the reports:")
    for step in plan:
        print(f"  {step.leaves}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
