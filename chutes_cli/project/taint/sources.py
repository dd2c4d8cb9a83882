"""What callers send: the bodies of cords, the parameters of jobs and of plain routes."""

from __future__ import annotations

from collections.abc import Iterable

from chutes_cli.core.finding import TraceStep
from chutes_cli.project.exposure import EXPOSURES
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Chute, Cord, Job
from chutes_cli.project.module import Site
from chutes_cli.project.passing import Passings
from chutes_cli.project.schemas import Schemas, Shape
from chutes_cli.project.taint.origin import OUTPUT_DIR, Origin
from chutes_cli.project.taint.spot import Spot, spot_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.taint.tracer import Tracer
from chutes_cli.project.targets import Class, Function
from chutes_cli.project.tree import Knowledge

_NOT_INPUT = frozenset({"self", "cls", "call_next"})
_OF_A_JOB = frozenset({OUTPUT_DIR})


class Taint:
    """Answers whether a caller's value reaches an expression, and how.

    Args:
        knowledge: What names stand for.
        schemas: What models let through.
        passings: Who calls what.
        chutes: The chutes whose cords and routes are called.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        schemas: Schemas,
        passings: Passings,
        chutes: Iterable[Chute],
    ) -> None:
        self._schemas = schemas
        self._passings = passings
        self._received: dict[tuple[Function, str], Origin] = {}
        for chute in chutes:
            for cord in chute.cords:
                self._cord(cord)
            for function in chute.routes:
                self._route(function)
            for job in chute.jobs:
                self._job(job)
        self._tracer = Tracer(knowledge, schemas, passings, lambda *key: self._received.get(key))
        self.lists = self._tracer.lists

    def origin(self, site: Site, threat: Threat) -> Origin | None:
        """Return how what a caller sends reaches an expression in a form that is a threat.

        Returns:
            None when it does not, as far as the source tells, or when it was validated,
            converted or quoted on the way.
        """
        return self.origin_at(spot_of(site), site.expression, threat)

    def origin_at(self, spot: Spot, expression: Expression, threat: Threat) -> Origin | None:
        """Return what `origin` does, for an expression on a way that is being followed."""
        return self._tracer.origin(spot, expression, threat) if self._received else None

    def stops(self, model: Class, name: str, threat: Threat) -> bool:
        """Say whether validators of a model's own stop a threat in a field."""
        return self._tracer.stops(model, name, threat)

    def receives(
        self,
        function: Function,
        name: str,
        label: str,
        shape: Shape | None = None,
        exposures: frozenset[str] = EXPOSURES,
        own: frozenset[str] = frozenset(),
    ) -> None:
        """Take a parameter of a function for what a caller sends; to be told before asking.

        Args:
            function: The function.
            name: The parameter's name.
            label: How messages call the function.
            shape: What pydantic lets through; None for what nothing validates.
            exposures: The exposures under which it is called.
            own: Keys of it that the platform fills in.
        """
        line = function.scope.name_span.line
        start = TraceStep(function.module.path, line, f"{label} receives {name!r}")
        origin = Origin(function, label, shape, exposures, (start,), own=own)
        self._received.setdefault((function, name), origin)

    def _cord(self, cord: Cord) -> None:
        """The body is the one argument after ``self`` (SDK 0.6.9 chute/cord.py)."""
        function = cord.function
        if function is None or cord.passthrough:
            return
        model = self._model(cord)
        shape = Shape("model", model=model) if model else None
        for each in (function, *self._passings.wrappers(function)):
            for parameter in each.scope.parameters[1:]:
                if parameter.kind in ("positional", "*"):
                    self.receives(each, parameter.name, cord.label, shape)

    def _model(self, cord: Cord) -> Class | None:
        """Return the model a cord's body is validated with, if it is (PLATFORM F39)."""
        given = cord.arguments.get("input_schema")
        if given is not None:
            return self._schemas.annotated_model(given.module, given.scope, given.expression)
        function = cord.function
        assert function is not None
        for parameter in function.scope.parameters[1:2]:
            return self._schemas.annotated_model(
                function.module, function.scope.parent, parameter.annotation
            )
        return None

    def _route(self, function: Function) -> None:
        """Plain routes are within reach on direct exposure only (PLATFORM F51)."""
        for parameter in function.scope.parameters:
            if parameter.name not in _NOT_INPUT:
                label = f"route {function.scope.name}"
                self.receives(function, parameter.name, label, exposures=frozenset({"direct"}))

    def _job(self, job: Job) -> None:
        """Every key of the JSON a job is started with is an argument (PLATFORM F74)."""
        if job.function is not None:
            for parameter in job.function.scope.parameters[1:]:
                if parameter.name != OUTPUT_DIR:
                    label = f"job {job.function.scope.name}"
                    self.receives(job.function, parameter.name, label, own=_OF_A_JOB)
