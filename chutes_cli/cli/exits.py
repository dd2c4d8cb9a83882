"""Exit codes of every command, and how an error becomes one."""

from __future__ import annotations

from enum import IntEnum

from chutes_cli.core.errors import ChutesProdError, UsageError


class Exit(IntEnum):
    """The exit codes of the CLI contract."""

    OK = 0
    NOT_READY = 1
    """A finding reaches ``--fail-on``, an SLO is violated, or a merge left conflicts."""
    USAGE = 2
    """Wrong usage or configuration, a missing path, a missing extra."""
    NOT_DONE = 3
    """The job could not be done: nothing to audit, target unreachable, run invalid."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it (128 + SIGINT)."""


def exit_code_of(error: ChutesProdError) -> Exit:
    """Return the exit code that the CLI contract gives an error."""
    return Exit.USAGE if isinstance(error, UsageError) else Exit.NOT_DONE
