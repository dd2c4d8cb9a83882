"""Child processes that never outlive chutes-prod.

Both the Locust process and a served chute run behind `guard.py`, in sessions of their own:
Ctrl-C in the terminal reaches chutes-prod alone, which then stops them in order; and if
chutes-prod dies without a word (SIGKILL), the guard notices and stops them all the same.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_GUARD = Path(__file__).with_name("guard.py")
_TAIL_BYTES = 64 * 1024


class GuardedProcess:
    """One child process with its process group and its log.

    Args:
        command: The program and its arguments.
        cwd: The folder it runs in.
        environment: Its whole environment.
        log: Where its standard output and error go.
        grace_s: Seconds between SIGTERM and SIGKILL.
        pass_fds: File descriptors it inherits.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        log: Path,
        grace_s: float = 3.0,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self._grace_s = grace_s
        self._log = log
        guard = [sys.executable, "-I", "-S", str(_GUARD), str(grace_s)]
        kept = ",".join(str(number) for number in pass_fds)
        with log.open("wb") as output:
            self._guard = subprocess.Popen(
                [*guard, kept, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=dict(environment),
                pass_fds=tuple(pass_fds),
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def status(self) -> int | None:
        """Return the exit status, or None while the process runs."""
        return self._guard.poll()

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the end and return the exit status; None if it still runs after that."""
        try:
            return self._guard.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Stop the process and its whole group, and wait until they are gone."""
        if self._guard.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.close()
        try:
            self._guard.wait(self._grace_s + 5.0)
        except subprocess.TimeoutExpired:
            # The guard is stuck; the kernel takes the child with it.
            self._guard.kill()
            self._guard.wait()
        except BaseException:
            # A second Ctrl-C: do not leave without a last word.
            self._guard.kill()
            raise

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log_text().splitlines()[-lines:])

    def log_text(self) -> str:
        """Return the end of the log, at most 64 KiB of it."""
        with self._log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
