"""Validators and configuration of pydantic models: what else bounds a field."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chutes_cli.project import facts
from chutes_cli.project.binder import ArgumentBinder
from chutes_cli.project.callers import Placed
from chutes_cli.project.module import Module, Site
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Class, Function
from chutes_cli.project.values import Known, Value

_VALIDATORS = ("field_validator", "validator", "model_validator", "root_validator")
_DEEPEST_ALIAS = 5


Alias = Callable[[Module, int, facts.Expression], Placed | None]
"""Follows the name of an annotation to what it stands for."""


class Validators:
    """Answers which fields a model's own code looks at.

    Args:
        resolver: What names stand for.
        binder: What calls are given.
        alias: What names of annotations stand for.
    """

    def __init__(self, resolver: Resolver, binder: ArgumentBinder, alias: Alias) -> None:
        self._resolver = resolver
        self._binder = binder
        self._alias = alias

    def checked_names(self, model: Class) -> set[str]:
        """Return the fields that a validator of the model compares or measures."""
        found: set[str] = set()
        for function, decorator in self._applied(model):
            name, arguments = _decorator(decorator)
            if name in _VALIDATORS and self._measures(function):
                found |= set(arguments) if "field_" in name or name == "validator" else {"*"}
        return found

    def _applied(self, model: Class) -> Iterator[tuple[Function, facts.Expression]]:
        """Yield the functions of a model under decorators, ``field_validator("a")(f)`` as well."""
        for index, scope in enumerate(model.module.facts.scopes):
            if scope.parent == model.index and scope.kind == "function":
                for decorator in scope.decorators:
                    yield Function(model.module, index), decorator
        for statement in model.module.statements_in(model.index):
            for value in statement.values if statement.kind == "assign" else ():
                match value:
                    case facts.Call(
                        function=facts.Call() as decorator, arguments=(facts.Argument(value=given),)
                    ):
                        for target in self._resolver.resolve(model.module, model.index, given):
                            if isinstance(target, Function):
                                yield target, decorator

    def of(
        self, model: Class, name: str, annotation: facts.Expression | None
    ) -> tuple[tuple[tuple[Function, str], ...], tuple[tuple[Function, str], ...]]:
        """Return the validators of a field, and those of the whole model.

        Each comes with its parameter that holds the value, or the model.
        """
        own: list[tuple[Function, str]] = []
        whole: list[tuple[Function, str]] = []
        for function, decorator in self._applied(model):
            parameters = function.scope.parameters
            kind, fields = _decorator(decorator)
            if not parameters:
                continue
            if kind in ("field_validator", "validator") and {name, "*"} & set(fields):
                first = 1 if _is_bound(function) and len(parameters) > 1 else 0
                own.append((function, parameters[first].name))
            elif kind in ("model_validator", "root_validator"):
                whole.append((function, parameters[0].name))
        for function in self._annotated(model.module, model.index, annotation):
            if function.scope.parameters:
                own.append((function, function.scope.parameters[0].name))
        return tuple(own), tuple(whole)

    def _annotated(
        self, module: Module, scope: int, annotation: facts.Expression | None, depth: int = 0
    ) -> Iterator[Function]:
        """Yield the functions of ``AfterValidator(...)`` and the like in an annotation."""
        for expression in annotation.walk() if annotation is not None else ():
            alias = self._alias(module, scope, expression) if depth < _DEEPEST_ALIAS else None
            if alias is not None:
                yield from self._annotated(*alias, depth + 1)
            if isinstance(expression, facts.Call):
                name = self._resolver.dotted(module, scope, expression.function) or ""
                if name.endswith(("BeforeValidator", "AfterValidator", "WrapValidator")):
                    for argument in expression.arguments:
                        yield from (
                            target
                            for target in self._resolver.resolve(module, scope, argument.value)
                            if isinstance(target, Function)
                        )

    def _measures(self, function: Function) -> bool:
        """Say whether a validator's body measures, compares or cuts what it is given."""
        for statement in function.module.statements_in(function.index):
            for expression in statement.expressions():
                match expression:
                    case facts.Call(function=facts.Name(id="len" | "min" | "max")):
                        return True
                    case facts.Operation(operator="<" | "<=" | ">" | ">=" | ":" | "in"):
                        return True
        return False

    def in_annotation(self, model: Class, annotation: facts.Expression) -> bool:
        """Say whether an annotation carries a validator function that measures."""
        return any(map(self._measures, self._annotated(model.module, model.index, annotation)))

    def text_limit(self, model: Class, depth: int = 0) -> Value | None:
        """Return ``str_max_length`` of the model's configuration or of a base's."""
        for statement in model.module.statements_in(model.index):
            names = [each.id for each in statement.targets if isinstance(each, facts.Name)]
            if "model_config" not in names or not statement.values:
                continue
            call = statement.values[-1]
            if isinstance(call, facts.Call):
                bound = self._binder.bind(Site(model.module, statement, call))
                value = bound.value("str_max_length")
                if value is not None:
                    return None if isinstance(value, Known) and value.value is None else value
        for base in self._resolver.members.bases(model):
            if isinstance(base, Class) and depth < 10:
                limit = self.text_limit(base, depth + 1)
                if limit is not None:
                    return limit
        return None


def _is_bound(function: Function) -> bool:
    """Say whether a function's first parameter is the class or the object that it is of."""
    in_class = function.module.enclosing_class(function.index) >= 0
    return in_class and not function.has_decorator("staticmethod")


def _decorator(expression: facts.Expression) -> tuple[str, list[str]]:
    """Return a decorator's last name and the texts it is called with."""
    call = expression if isinstance(expression, facts.Call) else None
    callee = call.function if call else expression
    name = callee.id if isinstance(callee, facts.Name) else getattr(callee, "attribute", "")
    texts = [
        argument.value.value
        for argument in (call.arguments if call else ())
        if isinstance(argument.value, facts.Literal) and isinstance(argument.value.value, str)
    ]
    return name, texts
