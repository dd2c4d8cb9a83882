"""What a check is: a static rule with its documentation, which is also its test.

A check's docstring has five sections, and the two code blocks in it are executed as
tests: the check must fire on the first and stay silent on the second::

    One sentence that says the rule.

    ## What it does
    ## Why it matters
    ## Example            (a fenced Python block: the rule fires)
    ## Use instead        (a fenced Python block: it does not)
    ## Source             (SDK file or platform rule that makes it true)

A block is the file ``app.py``, or several files: see `files_of`.
"""

from __future__ import annotations

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Protocol

from chutes_cli.core.finding import Confidence, Finding, Location, Severity, TraceStep
from chutes_cli.core.report import Account, Exposure
from chutes_cli.project.facts import Span
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site

SECTIONS = ("What it does", "Why it matters", "Example", "Use instead", "Source")
CATEGORIES = (
    "platform",
    "runtime",
    "security",
    "performance",
    "reliability",
    "monitoring",
    "documentation",
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the audited code is judged for.

    Attributes:
        exposure: Where the chute is reached from.
        account: Who deploys it.
    """

    exposure: Exposure = Exposure.GATEWAY
    account: Account = Account.ORDINARY

    def concerns(self, exposures: frozenset[str]) -> bool:
        """Say whether code that runs under some exposures is judged at all."""
        return self.exposure is Exposure.BOTH or self.exposure.value in exposures

    @property
    def on_gateway(self) -> bool:
        """Whether gateway exposure is part of what is judged."""
        return self.exposure is not Exposure.DIRECT


@dataclass(frozen=True, slots=True)
class CheckDocs:
    """A check's documentation, taken apart.

    Attributes:
        summary: The rule in one sentence.
        what: What it does.
        why: Why it matters.
        example: Code on which it fires.
        instead: Code on which it does not.
        source: What makes it true.
    """

    summary: str
    what: str
    why: str
    example: str
    instead: str
    source: str


class Source(Protocol):
    """A file that a finding can be in."""

    @property
    def path(self) -> str:
        """POSIX path relative to the project root."""

    def snippet(self, span: Span) -> str:
        """Return the text of a range, white space collapsed."""


class Check(ABC):
    """A static rule.

    Class attributes:
        id: Kebab-case name, unique in the house.
        category: One of `CATEGORIES`.
        severity: How bad its findings are.
        confidence: How sure they are.
        item: The checklist item its findings speak of, if any.
    """

    id: ClassVar[str]
    category: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence] = Confidence.HIGH
    item: ClassVar[str | None] = None

    @abstractmethod
    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield what is wrong in a project."""

    @cached_property
    def docs(self) -> CheckDocs:
        """The documentation in the class's docstring.

        Raises:
            ValueError: A section is missing, empty or without its code block.
        """
        return parse_docs(self.id, inspect.getdoc(type(self)) or "")

    def finding(
        self,
        module: Module,
        span: Span,
        scope: int,
        message: str,
        help: str,
        *,
        trace: tuple[TraceStep, ...] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
    ) -> Finding:
        """Return a finding of this check.

        Args:
            module: The module it is in.
            span: The range it points to.
            scope: Index of the scope it is in.
            message: What is wrong, in one sentence.
            help: What to do instead, in one sentence.
            trace: How execution gets there.
            severity: Where it differs from the check's own.
            confidence: Where it differs from the check's own.
        """
        symbol = module.scope(scope).qualname
        found = self.within(module, span, symbol, message, help, severity=severity)
        return replace(found, trace=trace, confidence=confidence or self.confidence)

    def within(
        self,
        source: Source,
        span: Span,
        symbol: str,
        message: str,
        help: str,
        *,
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding in any text that is read, Python or not.

        Args:
            source: The file it is in.
            span: The range it points to.
            symbol: The function, job or target around it.
            message: What is wrong, in one sentence.
            help: What to do instead, in one sentence.
            severity: Where it differs from the check's own.
        """
        return Finding(
            check=self.id,
            category=self.category,
            severity=severity or self.severity,
            confidence=self.confidence,
            item=self.item,
            location=Location(source.path, *span),
            symbol=symbol,
            message=message,
            help=help,
            snippet=source.snippet(span),
        )

    def at(
        self,
        site: Site,
        message: str,
        help: str,
        *,
        trace: tuple[TraceStep, ...] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding at a site; the arguments are those of `finding`."""
        return self.finding(
            site.module, site.span, site.scope, message, help, trace=trace, severity=severity
        )


_FILE = re.compile(r"^# file: (\S+)\n", re.MULTILINE)
_LENGTH = re.compile(r"<(\d+) characters>")


def files_of(block: str) -> dict[str, str]:
    """Return the files that an example consists of, by path.

    A line ``# file: pkg/names.py`` starts a file; without one, the block is ``app.py``.
    ``<160000 characters>`` stands for that many.
    """
    block = _LENGTH.sub(lambda match: "x" * int(match.group(1)), block)
    first, *rest = _FILE.split(block)
    files = dict(zip(rest[::2], rest[1::2], strict=True))
    return files if not first.strip() else {"app.py": first, **files}


_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_FENCE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def parse_docs(check_id: str, text: str) -> CheckDocs:
    """Take a check's docstring apart.

    Raises:
        ValueError: A section is missing, empty or without its code block.
    """
    summary, *rest = _HEADING.split(text)
    found = {title.strip(): body.strip() for title, body in zip(rest[::2], rest[1::2], strict=True)}
    missing = [name for name in SECTIONS if not found.get(name)]
    if missing or not summary.strip():
        raise ValueError(f"check {check_id}: no section {', '.join(missing) or 'summary'}")
    return CheckDocs(
        summary=" ".join(summary.split()),
        what=found["What it does"],
        why=found["Why it matters"],
        example=_code(check_id, found["Example"]),
        instead=_code(check_id, found["Use instead"]),
        source=found["Source"],
    )


def _code(check_id: str, section: str) -> str:
    match = _FENCE.search(section)
    if match is None:
        raise ValueError(f"check {check_id}: a section without a ```python block")
    return match.group(1)
