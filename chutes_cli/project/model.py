"""The Project: the audited tree as facts about chutes, and what checks may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from chutes_cli.project.arguments import Arguments
from chutes_cli.project.displays import Turn
from chutes_cli.project.module import Module, Site
from chutes_cli.project.targets import Function, Instance
from chutes_cli.project.values import Known

if TYPE_CHECKING:
    from chutes_cli.project.passing import Passings
    from chutes_cli.project.processes import Process
    from chutes_cli.project.reach import Reach
    from chutes_cli.project.references import References
    from chutes_cli.project.schemas import Schemas
    from chutes_cli.project.scripts import Script
    from chutes_cli.project.taint.sources import Taint
    from chutes_cli.project.tree import BrokenFile, Knowledge


@dataclass(frozen=True, slots=True)
class Directive:
    """One call on an image, such as ``run_command("pip install x")``.

    Attributes:
        method: The method's name.
        site: The call.
        arguments: Its arguments.
        conditional: Whether it stands under a condition or in a loop.
        turn: The turn of the loops around it; the same call is a directive in each.
    """

    method: str
    site: Site
    arguments: Arguments
    conditional: bool
    turn: Turn = ()


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """An image and everything done to it, in the order it is done."""

    site: Site
    arguments: Arguments
    directives: tuple[Directive, ...]


@dataclass(frozen=True, slots=True, eq=False)
class NodeSelector:
    """A ``NodeSelector(...)`` call."""

    site: Site
    arguments: Arguments


_Made = TypeVar("_Made", Image, NodeSelector)


@dataclass(frozen=True, slots=True, eq=False)
class Cord:
    """A function registered with ``@chute.cord(...)`` or ``chute.cord(...)(function)``.

    Attributes:
        site: The ``chute.cord(...)`` call.
        arguments: Its arguments.
        function: The function, None when it cannot be told (a lambda, a computed name).
        turn: The turn of the loops around the call; the same call makes a cord in each.
    """

    site: Site
    arguments: Arguments
    function: Function | None
    turn: Turn = ()

    def flag(self, name: str) -> bool | None:
        """Return a boolean option: False when left out, None when it cannot be told."""
        value = self.arguments.value(name)
        if value is None:
            return False
        return bool(value.value) if isinstance(value, Known) else None

    @property
    def passthrough(self) -> bool | None:
        """Whether calls go to a local upstream and the function's body never runs."""
        return self.flag("passthrough")

    @property
    def stream(self) -> bool | None:
        """Whether the cord streams."""
        return self.flag("stream")

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"cord {self.function.scope.name}" if self.function else "cord"


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A function registered with ``@chute.job(...)``."""

    site: Site
    arguments: Arguments
    function: Function | None


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    """A function registered with ``@chute.on_startup()`` or ``@chute.on_shutdown()``.

    Attributes:
        kind: ``on_startup`` or ``on_shutdown``.
        site: The decorator.
        function: The function, None when it cannot be told.
    """

    kind: str
    site: Site
    function: Function | None


@dataclass(frozen=True, slots=True, eq=False)
class Chute:
    """A chute: the call that makes it and everything registered with it.

    Attributes:
        instance: The object, for comparing with resolved expressions.
        site: The ``Chute(...)`` or template builder call.
        callee: Canonical name of what is called.
        arguments: Its arguments.
        cords: Registered cords, in source order.
        jobs: Registered jobs.
        hooks: Start-up and shutdown hooks.
        routes: Functions registered as plain routes or middleware (they run on the main loop).
    """

    instance: Instance
    site: Site
    callee: str
    arguments: Arguments
    cords: tuple[Cord, ...]
    jobs: tuple[Job, ...]
    hooks: tuple[Hook, ...]
    routes: tuple[Function, ...]

    @property
    def from_template(self) -> bool:
        """Whether a template builder makes it."""
        return ".template." in self.callee


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """The audited tree.

    Attributes:
        root: The folder paths are relative to.
        modules: Every module read, in order of path.
        chutes: Every chute, in order of place.
        images: Every image.
        directives: Every call on an image, in source order; also where only the image's class
            is known (an annotated parameter, a subclass).
        node_selectors: Every node selector.
        reach: Which functions run from cords, start-up and jobs, and how they get there.
        references: The variables that hold the chutes.
        schemas: The pydantic models.
        passings: Who calls what with which arguments.
        taint: What of a caller's input reaches an expression.
        knowledge: Names and values: what an expression stands for.
        broken: Files that are not Python.
        scripts: CI files, scripts and container files beside the chutes.
        processes: The programs that the modules start.
    """

    root: Path
    modules: tuple[Module, ...]
    chutes: tuple[Chute, ...]
    images: tuple[Image, ...]
    directives: tuple[Directive, ...]
    node_selectors: tuple[NodeSelector, ...]
    reach: Reach = field(repr=False)
    references: References = field(repr=False)
    schemas: Schemas = field(repr=False)
    passings: Passings = field(repr=False)
    taint: Taint = field(repr=False)
    knowledge: Knowledge = field(repr=False)
    broken: tuple[BrokenFile, ...] = ()
    scripts: tuple[Script, ...] = ()
    processes: tuple[Process, ...] = ()

    def node_selector_of(self, chute: Chute) -> NodeSelector | None:
        """Return the node selector a chute is given, None when it cannot be told."""
        return self._given(chute, "node_selector", self.node_selectors)

    def image_of(self, chute: Chute) -> Image | None:
        """Return the image a chute is given, None when it is a text or cannot be told."""
        return self._given(chute, "image", self.images)

    def _given(self, chute: Chute, name: str, known: tuple[_Made, ...]) -> _Made | None:
        argument = chute.arguments.get(name)
        if argument is None:
            return None
        targets = self.knowledge.resolver.resolve(
            argument.module, argument.scope, argument.expression
        )
        if len(targets) != 1 or not isinstance(targets[0], Instance):
            return None
        site = targets[0].site
        return next((each for each in known if each.site == site), None)

    @property
    def cords(self) -> tuple[Cord, ...]:
        """The cords of every chute."""
        return tuple(cord for chute in self.chutes for cord in chute.cords)

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """The hooks of every chute."""
        return tuple(hook for chute in self.chutes for hook in chute.hooks)
