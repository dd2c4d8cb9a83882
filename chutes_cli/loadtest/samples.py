"""One small JSON object that a pydantic model of the tree accepts, read off its source."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chutes_cli.loadtest import scalars
from chutes_cli.loadtest.model_rules import ModelRules, Options
from chutes_cli.loadtest.scalars import NoSample
from chutes_cli.project.model import Project
from chutes_cli.project.schemas import ModelField, Shape
from chutes_cli.project.targets import Class
from chutes_cli.project.values import Known

PLACEHOLDER = "..."
MOST_BYTES = 1_000_000
_PLAIN = str | int | float | bool


class Sampler:
    """Makes one body for one model. Required fields only: what is optional is left out.

    Args:
        project: The tree that holds the model.
        model: The model.

    Attributes:
        validated: Names of the models filled whose own validators may refuse the values.
    """

    def __init__(self, project: Project, model: Class) -> None:
        self._project = project
        self._model = model
        self._rules = ModelRules(project)
        self.validated: list[str] = []

    def body(self) -> dict[str, Any]:
        """Return the body.

        Raises:
            NoSample: A required field has no value that is sure to be accepted, or nothing
                could be sent but ``{}``.
        """
        found = self._record(self._model, ())
        if not found:
            # The SDK takes `{}` for no argument at all and answers 500 (PLATFORM F36).
            found = self._one_optional()
        size = 0
        for piece in json.JSONEncoder().iterencode(found):
            size += len(piece)
            if size > MOST_BYTES:
                raise NoSample(f"the smallest body is larger than {MOST_BYTES // 1_000_000} MB")
        return found

    def sketch(self) -> dict[str, Any]:
        """Return the required fields with a placeholder where there is no sure value."""
        found: dict[str, Any] = {}
        for each in self._fields(self._model):
            if self._rules.required(each):
                try:
                    found[self._rules.key(each)] = self._field(each, (self._model,))
                except NoSample:
                    found[each.name] = PLACEHOLDER
        return found or {PLACEHOLDER: PLACEHOLDER}

    # Models

    def _record(self, model: Class, above: tuple[Class, ...]) -> dict[str, Any]:
        if model in above:
            raise NoSample(f"{model.scope.name} holds itself")
        self._rules.ensure_whole(model)
        required = [each for each in self._fields(model) if self._rules.required(each)]
        found = {self._rules.key(each): self._field(each, (*above, model)) for each in required}
        if self._rules.validators(model) or any(each.checked for each in required):
            self.validated.append(model.scope.name)
        return found

    def _fields(self, model: Class) -> list[ModelField]:
        fields = self._project.schemas.fields(model)
        return [each for each in fields if self._rules.is_field(each)]

    def _one_optional(self) -> dict[str, Any]:
        """Return one optional field, with its default where the source tells it."""
        for each in self._fields(self._model):
            try:
                key = self._rules.key(each)
                default = self._rules.default(each)
                if isinstance(default, Known) and isinstance(default.value, _PLAIN):
                    return {key: default.value}
                return {key: self._field(each, (self._model,))}
            except NoSample:
                continue
        raise NoSample(
            "no field is required and none can be filled, and the SDK answers 500 to an empty body"
        )

    def _field(self, each: ModelField, above: tuple[Class, ...]) -> Any:
        settings = self._rules.settings(above[-1])
        strict = settings.given("strict") or self._rules.options(each).given("strict")
        try:
            self._rules.ensure_plain(each)
            try:
                return self._value(_with_settings(each.shape, settings), strict, above)
            except NoSample as error:
                if each.shape.kind not in ("other", "union") or error.path:
                    raise
            return self._rules.choice(each, strict=strict)
        except NoSample as error:
            raise error.inside(each.name) from None

    # Values

    def _value(self, shape: Shape, strict: bool, above: tuple[Class, ...]) -> Any:
        match shape.kind:
            case "str" | "any":
                return scalars.text(shape.bounds)
            case "int" | "float":
                return scalars.number(shape.bounds, whole=shape.kind == "int")
            case "bool":
                return True
            case "bytes" if not strict:
                return scalars.text(shape.bounds)
            case "dict":
                if scalars.count(shape.bounds, "min_length"):
                    raise NoSample("must be a dict with entries")
                return {}
            case "list" | "set" | "tuple" if shape.kind == "list" or not strict:
                return self._items(shape, lambda item: self._value(item, strict, above))
            case "model" if shape.model is not None:
                return self._record(shape.model, above)
            case "union":
                return self._alternative(shape, strict, above)
            case _:
                raise NoSample("is of a type this tool makes no values for")

    def _items(self, shape: Shape, make: Callable[[Shape], Any]) -> list[Any]:
        """Return the items of a list: one, where none is asked for, to be like real use."""
        if shape.kind == "tuple":
            return [make(item) for item in shape.items]
        least = scalars.count(shape.bounds, "min_length") or 0
        most = scalars.count(shape.bounds, "max_length")
        if most is not None and most < max(least, 1):
            if most == 0 and least == 0:
                return []
            raise NoSample("has a max_length below its min_length")
        if shape.kind == "set" and least > 1:
            raise NoSample("must be a set of several items")
        try:
            if not shape.items:
                raise NoSample("must have items of a type that is not known")
            item = make(shape.items[0])
        except NoSample:
            if least:
                raise
            return []
        return [item] * max(least, 1)

    def _alternative(self, shape: Shape, strict: bool, above: tuple[Class, ...]) -> Any:
        """Return the first alternative of a union that can be filled."""
        first: NoSample | None = None
        for item in shape.items:
            try:
                return self._value(item, strict, above)
            except NoSample as error:
                first = first or error
        raise first or NoSample("is a union of nothing")


def _with_settings(shape: Shape, settings: Options) -> Shape:
    """Return a shape with the lengths a model's configuration gives to every text."""
    items = tuple(_with_settings(item, settings) for item in shape.items)
    if shape.kind != "str":
        return replace(shape, items=items)
    common = {
        bound: settings.named[name]
        for name, bound in (("str_min_length", "min_length"), ("str_max_length", "max_length"))
        if settings.given(name)
    }
    return replace(shape, items=items, bounds={**common, **shape.bounds})
