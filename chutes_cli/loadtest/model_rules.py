"""What a pydantic model demands beyond the shapes of its fields: names, settings, choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from chutes_cli.loadtest.scalars import NoSample
from chutes_cli.project import facts
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site
from chutes_cli.project.schemas import BASE_MODELS, ModelField
from chutes_cli.project.targets import Class, External
from chutes_cli.project.values import Known, Unknown, Value

_FIELD = frozenset({"pydantic.Field", "pydantic.fields.Field"})
_VALIDATORS = frozenset({"field_validator", "model_validator", "validator", "root_validator"})
_HARMLESS_BASES = BASE_MODELS | {"abc.ABC", "typing.Generic", "builtins.object"}
# Types and constraints that the shape of a field does not tell apart from plain ones.
_HIDDEN = frozenset(
    {"Base64Str", "Base64Bytes", "Base64UrlStr", "Base64UrlBytes", "EncodedStr", "EncodedBytes",
     "StrictBytes", "Discriminator", "Ge", "Gt", "MinLen", "MultipleOf", "Predicate"}
)  # fmt: skip
# A text by such a name is data in an encoding: the model takes a sentence, and the cord fails.
_ENCODED = frozenset(
    {"b64", "base64", "url", "urls", "uri", "uris", "image", "images", "audio", "video", "file",
     "files", "path", "uuid", "email", "date"}
)  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Options:
    """What ``Field(...)`` says of a field besides its bounds, by keyword."""

    named: dict[str, Value] = field(default_factory=dict)

    def given(self, name: str) -> bool:
        """Say whether an option is set, or may be."""
        found = self.named.get(name)
        return found is not None and not (isinstance(found, Known) and found.value in (None, False))


class ModelRules:
    """Answers what else stands between a field's shape and a value that is accepted.

    Args:
        project: The tree that holds the models.
    """

    def __init__(self, project: Project) -> None:
        self._schemas = project.schemas
        self._resolver = project.knowledge.resolver
        self._evaluator = project.knowledge.evaluator
        self._binder = project.knowledge.binder

    # Models

    def ensure_whole(self, model: Class) -> None:
        """Make sure that every field of a model is seen, and takes its own name.

        Raises:
            NoSample: It is a root model, or inherits from what the source does not show.
        """
        name = model.scope.name
        ancestors = self._resolver.members.ancestors(model)
        if "pydantic.RootModel" in ancestors:
            raise NoSample(f"{name} is a root model")
        if outside := sorted(ancestors - _HARMLESS_BASES):
            raise NoSample(f"{name} inherits from {outside[0]}, which is not in the source")
        if not self._bases_known(model):
            raise NoSample(f"{name} has a base class that cannot be told")
        if self.settings(model).given("alias_generator"):
            raise NoSample(f"{name} may rename its fields (alias_generator)")

    def _bases_known(self, model: Class, depth: int = 0) -> bool:
        for base in model.scope.bases:
            plain = _unsubscripted(base)
            targets = self._resolver.resolve(model.module, model.scope.parent, plain)
            if len(targets) != 1 or depth > _DEEPEST:
                return False
            if isinstance(targets[0], Class) and not self._bases_known(targets[0], depth + 1):
                return False
        return True

    def settings(self, model: Class, depth: int = 0) -> Options:
        """Return a model's configuration, what it inherits included."""
        found: dict[str, Value] = {}
        for base in self._resolver.members.bases(model):
            if isinstance(base, Class) and depth < _DEEPEST:
                found |= self.settings(base, depth + 1).named
        for keyword in model.scope.keywords:
            if keyword.keyword:
                value = self._evaluator.value(model.module, model.scope.parent, keyword.value)
                found[keyword.keyword] = value
        for statement in model.module.statements_in(model.index):
            if "model_config" in _target_names(statement) and statement.values:
                found |= self._configuration(model.module, statement)
        for index, inner in enumerate(model.module.facts.scopes):
            if inner.parent == model.index and (inner.kind, inner.name) == ("class", "Config"):
                for statement in model.module.statements_in(index):
                    for name in _target_names(statement) if statement.values else ():
                        expression = statement.values[-1]
                        found[name] = self._evaluator.value(model.module, index, expression)
        return Options(found)

    def _configuration(self, module: Module, statement: facts.Statement) -> dict[str, Value]:
        """Return what ``model_config = ...`` sets; where it hides something, an alias_generator."""
        expression = statement.values[-1]
        hidden: dict[str, Value] = {"alias_generator": Unknown()}
        match expression:
            case facts.Call():
                bound = self._binder.bind(Site(module, statement, expression))
                found = {each.name: each.value for each in bound if each.name}
                return found if bound.complete else found | hidden
            case facts.Mapping(keys=keys, values=values):
                found = {}
                for key, value in zip(keys, values, strict=True):
                    if not isinstance(key, facts.Literal) or not isinstance(key.value, str):
                        found |= hidden
                    else:
                        found[key.value] = self._evaluator.value(module, statement.scope, value)
                return found
            case _:
                return hidden

    def validators(self, model: Class, depth: int = 0) -> bool:
        """Say whether a model, or one it inherits from, has validators of its own."""
        for scope in model.module.facts.scopes:
            if scope.kind != "function" or scope.parent != model.index:
                continue
            for decorator in scope.decorators:
                callee = decorator.function if isinstance(decorator, facts.Call) else decorator
                if _last_name(callee) in _VALIDATORS:
                    return True
        bases = self._resolver.members.bases(model) if depth < _DEEPEST else []
        return any(self.validators(base, depth + 1) for base in bases if isinstance(base, Class))

    # Fields

    def is_field(self, each: ModelField) -> bool:
        """Say whether an annotated name is a field, and not a class variable."""
        head = _unsubscripted(each.site.statement.values[0])
        return not (self._dotted(each.site, head) or "").endswith(".ClassVar")

    def required(self, each: ModelField) -> bool:
        """Say whether a field must be sent: ``x: int = ...`` and ``Field(default=...)`` too."""
        values = each.site.statement.values
        default = values[1] if len(values) > 1 else None
        if isinstance(default, facts.Call):
            given = [one.value for one in default.arguments if one.keyword == "default"]
            default = given[0] if given else None
        return each.required or getattr(default, "kind", "") == "Ellipsis"

    def options(self, each: ModelField) -> Options:
        """Return what the ``Field(...)`` calls of a field say."""
        found: dict[str, Value] = {}
        statement = each.site.statement
        for root in statement.values:
            for expression in root.walk():
                if not isinstance(expression, facts.Call):
                    continue
                if self._dotted(each.site, expression.function) in _FIELD:
                    bound = self._binder.bind(
                        Site(each.site.module, statement, expression), ("default",)
                    )
                    found |= {one.name: one.value for one in bound if one.name}
        return Options(found)

    def key(self, each: ModelField) -> str:
        """Return the name a field has in the body.

        Raises:
            NoSample: An alias gives it another one, which cannot be told.
        """
        options = self.options(each)
        for name in ("validation_alias", "alias"):
            if options.given(name):
                alias = options.named[name]
                if isinstance(alias, Known) and isinstance(alias.value, str):
                    return alias.value
                raise NoSample(f"has a {name} that cannot be told from the source", (each.name,))
        return each.name

    def ensure_plain(self, each: ModelField) -> None:
        """Make sure that a field's shape tells all about it.

        Raises:
            NoSample: A type or constraint beyond the shape is at work, or the field's name
                says that its text is no plain text.
        """
        text = each.shape.items[0] if each.shape.kind == "list" and each.shape.items else each.shape
        words = {word.lower() for word in _WORD.findall(each.name)}
        if text.kind in ("str", "bytes") and words & _ENCODED:
            raise NoSample("its name says that it holds more than plain text")
        if self.options(each).given("discriminator"):
            raise NoSample("is a discriminated union")
        for expression in each.site.statement.values[0].walk():
            if isinstance(expression, facts.Name | facts.Attribute):
                name = (self._dotted(each.site, expression) or "").rsplit(".", 1)[-1]
                if name in _HIDDEN:
                    raise NoSample(f"has the type or constraint {name}")

    def default(self, each: ModelField) -> Value:
        """Return a field's default, where the source fixes it."""
        values = each.site.statement.values
        if len(values) < 2 or each.required:
            return Unknown()
        if self.options(each).named:
            return self.options(each).named.get("default", Unknown())
        return self._evaluator.value(each.site.module, each.site.scope, values[1])

    def choice(self, each: ModelField, *, strict: bool) -> str | int | float | bool:
        """Return the first value of a field that is a Literal or an enum.

        Args:
            each: The field.
            strict: Whether the model converts nothing: then a plain value is no enum member.

        Raises:
            NoSample: It is neither, or its values cannot be told.
        """
        site = each.site
        annotation = site.statement.values[0]
        first = next(self._choices(site.module, site.scope, annotation, strict), Unknown())
        if isinstance(first, Known) and isinstance(first.value, str | int | float | bool):
            return first.value
        raise NoSample("is of a type this tool makes no values for")

    def _choices(
        self, module: Module, scope: int, annotation: facts.Expression, strict: bool
    ) -> Iterator[Value]:
        match annotation:
            case facts.Operation(operator="|", operands=parts):
                for part in parts:
                    yield from self._choices(module, scope, part, strict)
            case facts.Operation(operator="[]", operands=(head, *parts)):
                name = (self._resolver.dotted(module, scope, head) or "").rsplit(".", 1)[-1]
                inner = _flat(parts)
                if name == "Literal":
                    yield from (self._evaluator.value(module, scope, part) for part in inner)
                elif name in ("Optional", "Union", "Annotated"):
                    for part in inner[:1] if name == "Annotated" else inner:
                        yield from self._choices(module, scope, part, strict)
            case facts.Name() | facts.Attribute():
                yield from self._named_choices(module, scope, annotation, strict)

    def _named_choices(
        self, module: Module, scope: int, annotation: facts.Expression, strict: bool
    ) -> Iterator[Value]:
        """Yield the members of an enum, or what ``Mode = Literal[...]`` stands for."""
        targets = self._resolver.resolve(module, scope, annotation)
        if len(targets) == 1 and isinstance(targets[0], Class) and not strict:
            owner = targets[0]
            if any(each.startswith("enum.") for each in self._resolver.members.ancestors(owner)):
                for statement in owner.module.statements_in(owner.index):
                    names = _target_names(statement) if statement.kind == "assign" else []
                    if names and not names[0].startswith("_"):
                        value = statement.values[-1]
                        yield self._evaluator.value(owner.module, owner.index, value)
        elif not targets and isinstance(annotation, facts.Name):
            where, bindings = module.lookup(annotation.id, scope)
            if len(bindings) == 1 and isinstance(bindings[0].value, facts.Operation):
                yield from self._choices(module, where, bindings[0].value, strict)

    def _dotted(self, site: Site, expression: facts.Expression) -> str | None:
        targets = self._resolver.resolve(site.module, site.scope, expression)
        found = targets[0] if len(targets) == 1 else None
        return found.name if isinstance(found, External) else None


def _target_names(statement: facts.Statement) -> list[str]:
    return [each.id for each in statement.targets if isinstance(each, facts.Name)]


def _unsubscripted(expression: facts.Expression) -> facts.Expression:
    if isinstance(expression, facts.Operation) and expression.operator == "[]":
        return expression.operands[0]
    return expression


def _flat(parts: list[facts.Expression]) -> list[facts.Expression]:
    """Return the arguments of a subscript; several are kept as one tuple."""
    if len(parts) == 1 and isinstance(parts[0], facts.Collection):
        return list(parts[0].items)
    return parts


def _last_name(expression: facts.Expression) -> str:
    if isinstance(expression, facts.Name):
        return expression.id
    return expression.attribute if isinstance(expression, facts.Attribute) else ""
