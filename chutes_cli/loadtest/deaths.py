"""Why a served chute died, read off its log: the exception, and where in its own code."""

from __future__ import annotations

import re
from pathlib import Path

from chutes_cli.core.errors import TargetError

_EXCEPTION_LINE = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Exit|Interrupt|Warning)\b.*$", re.M)
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>.+))?$')
_MOST_FRAMES = 5
_TAIL_LINES = 15


def startup_error(log: str, folder: Path, where: str) -> TargetError:
    """Return what to tell of a chute that died before it was ready.

    Args:
        log: The end of its log.
        folder: The folder it ran in; frames below it are the user's own code.
        where: How messages call the chute.
    """
    exceptions = _EXCEPTION_LINE.findall(log)
    # The SDK turns a failed import into sys.exit(1); the import error stands before it.
    causes = [line for line in exceptions if not line.startswith("SystemExit")] or exceptions
    reason = f": {causes[-1].strip()[:300]}" if causes else ""
    if "address already in use" in log:
        reason = ": its port was taken by another process meanwhile; try again"
    return TargetError(
        f"the chute died at start-up{reason}",
        where=where,
        detail="\n".join(own_frames(log, folder)) or log_end(log),
    )


def own_frames(log: str, folder: Path) -> list[str]:
    """Return the last traceback's frames in the chute's own code, outermost first."""
    lines = log.splitlines()
    start = max((at for at, line in enumerate(lines) if line.startswith("Traceback")), default=0)
    found = []
    for at in range(start, len(lines)):
        frame = _FRAME.match(lines[at])
        if frame is None:
            continue
        file = Path(frame["file"])
        if not file.is_relative_to(folder) or "site-packages" in file.parts:
            continue
        code = lines[at + 1].strip() if at + 1 < len(lines) else ""
        name = f" in {frame['name']}" if frame["name"] else ""
        found.append(f"{file.relative_to(folder).as_posix()}:{frame['line']}{name}: {code}")
    return found[-_MOST_FRAMES:]


def log_end(log: str) -> str:
    """Return the last lines of a log, tracebacks reduced to the exceptions they end in."""
    kept = []
    inside = False
    for line in log.splitlines():
        if line.startswith("Traceback"):
            inside = True
        elif inside and not line.startswith(" "):
            inside = False
        if not inside:
            kept.append(line)
    return "\n".join(kept[-_TAIL_LINES:])
