"""Where a value that came from outside entered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chutes_cli.core.finding import TraceStep
from chutes_cli.project.exposure import EXPOSURES, exposures_at
from chutes_cli.project.module import Site
from chutes_cli.project.schemas import Shape
from chutes_cli.project.taint.threats import Threat, admits
from chutes_cli.project.targets import Function

OUTPUT_DIR = "output_dir"
"""The one argument of a job that is not the caller's (SDK 0.6.9 chute/job.py)."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One way by which what a caller sends reaches a value.

    Attributes:
        entry: The function called from outside.
        label: How messages call it.
        shape: What pydantic let through for this part of it; None for what nothing validated.
        exposures: The exposures under which it gets here.
        trace: The way, outermost first.
        path: Whether a path, such as `pathlib.Path`, was made of it on the way.
        own: Keys of it that the platform fills in, whatever the caller sends.
        member: Whether it is a member of an archive, whose name alone is a path.
    """

    entry: Function
    label: str
    shape: Shape | None = None
    exposures: frozenset[str] = EXPOSURES
    trace: tuple[TraceStep, ...] = ()
    path: bool = False
    own: frozenset[str] = frozenset()
    member: bool = False

    def shaped(self, shape: Shape | None) -> Origin:
        """Return the origin of a part of the value."""
        return replace(self, shape=shape)

    def as_path(self) -> Origin:
        """Return the origin of a path made of the value."""
        return replace(self, path=True)

    def admitted(self, threat: Threat) -> Origin | None:
        """Return the origin, None where what pydantic lets through can carry no threat."""
        shape = self.shape
        return self if shape is None or shape.kind == "model" or admits(shape, threat) else None

    def via(self, site: Site, note: str) -> Origin:
        """Return the origin with a further step of its way."""
        step = TraceStep(site.module.path, site.span.line, note)
        exposures = exposures_at(site.module, site.statement.guards)
        return replace(self, exposures=self.exposures & exposures, trace=(*self.trace, step))
