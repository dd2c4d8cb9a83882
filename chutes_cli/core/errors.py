"""Every error chutes-prod raises on purpose.

The tree, and the exit code the command line gives each branch
(`chutes_cli.cli.app` is the only place that knows the codes)::

    ChutesProdError
    ├── UsageError              2   a wrong option, argument or path
    │   ├── ConfigurationError  2   a configuration or answers file that does not hold
    │   └── MissingExtra        2   an optional part of chutes-prod is not installed
    └── JobError                3   the request was fine and the job could not be done
        ├── NothingToAudit      3   a directory without a chute, or nothing readable
        ├── TargetError         3   the target died, never answered or cannot be reached
        └── RunError            3   the load generator itself failed
"""

from __future__ import annotations


class ChutesProdError(Exception):
    """An error with a shape: what is wrong, where, and what to do about it.

    Args:
        what: One sentence that says what is wrong.
        where: The path, option or URL it is about, if there is one.
        hint: The next step for the reader, if there is one.
        detail: Further lines to show as they are, such as the end of a log.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        self.detail = detail


class UsageError(ChutesProdError):
    """The command was called wrongly: an option, an argument or a path."""


class ConfigurationError(UsageError):
    """A configuration, plan or answers file says something that does not hold."""


class MissingExtra(UsageError):
    """An optional part of chutes-prod is needed and not installed.

    Args:
        extra: The extra's name, such as ``loadtest``.
        needed_for: What asked for it, such as ``loadtest --serve``.
    """

    def __init__(self, extra: str, *, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the [{extra}] extra, which is not installed",
            hint=f"pip install 'chutes-prod[{extra}]'",
        )
        self.extra = extra


class JobError(ChutesProdError):
    """The request was well-formed and the job could not be done."""


class NothingToAudit(JobError):
    """There is no chute in the given directory, or nothing in it can be read."""


class TargetError(JobError):
    """The target of a load test died, never answered or cannot be reached."""


class RunError(JobError):
    """The load generator failed, so the run says nothing about the target."""
