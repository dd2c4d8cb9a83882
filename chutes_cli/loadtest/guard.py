"""A guard around one child process: when its owner is gone, so is the child. Run as a script.

``python -I -S guard.py GRACE_SECONDS KEEP_FDS COMMAND...`` with a pipe as standard input.
The owner holds the other end of the pipe and never writes to it. The pipe ends when the
owner closes it or dies, of SIGKILL too; the guard then stops the child and everything in
the child's process group: SIGTERM, a grace time, SIGKILL. Should the guard itself be
killed, Linux kills the child (PR_SET_PDEATHSIG). The guard exits with the child's status.

Standard library only, and nothing of chutes_cli: it starts in a few milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run the command, stop it when standard input ends, and return its exit status."""
    grace_s = float(arguments[0])
    kept = tuple(int(number) for number in arguments[1].split(",") if number)
    tie_to_me = None
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)

        def tie_to_me() -> None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    child = subprocess.Popen(
        arguments[2:],
        stdin=subprocess.DEVNULL,
        process_group=0,
        pass_fds=kept,
        # No thread runs yet, so code between fork and exec is safe here.
        preexec_fn=tie_to_me,  # noqa: PLW1509
    )
    for number in kept:
        os.close(number)
    threading.Thread(target=_stop_when_orphaned, args=(child, grace_s), daemon=True).start()
    status = child.wait()
    # What the child left behind in its group goes with it.
    _signal_group(child, signal.SIGKILL)
    return status if status >= 0 else 128 - status


def _stop_when_orphaned(child: subprocess.Popen[bytes], grace_s: float) -> None:
    while os.read(0, 4096):
        pass
    _signal_group(child, signal.SIGTERM)
    time.sleep(grace_s)
    # The main thread ends the process, and this daemon with it, as soon as the child ends.
    _signal_group(child, signal.SIGKILL)


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
