"""Pydantic models of the audited tree: their fields, shapes and bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from chutes_cli.contract.libraries import handing
from chutes_cli.project import facts
from chutes_cli.project.binder import ArgumentBinder
from chutes_cli.project.module import Module, Site
from chutes_cli.project.resolve import Resolver
from chutes_cli.project.targets import Class, External, Instance
from chutes_cli.project.validators import Validators
from chutes_cli.project.values import Value

BASE_MODELS = frozenset({"pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic.RootModel"})
_FIELD_CALLS = frozenset(
    {"pydantic.Field", "pydantic.fields.Field", "pydantic.StringConstraints",
     "pydantic.types.StringConstraints", "annotated_types.MaxLen", "annotated_types.Len",
     "annotated_types.Le", "annotated_types.Lt", "annotated_types.Interval",
     "annotated_types.Ge", "annotated_types.Gt", "annotated_types.MinLen"}
)  # fmt: skip
_POSITIONAL = {"MaxLen": ("max_length",), "Len": ("min_length", "max_length"),
               "Le": ("le",), "Lt": ("lt",), "Ge": ("ge",), "Gt": ("gt",),
               "MinLen": ("min_length",)}  # fmt: skip
_CONSTRAINED = {
    "constr": "str", "conbytes": "bytes", "conint": "int", "confloat": "float",
    "conlist": "list", "conset": "set", "confrozenset": "set", "condecimal": "float",
}  # fmt: skip
_ALIASES = {
    "StrictStr": "str", "StrictBytes": "bytes", "StrictInt": "int", "StrictFloat": "float",
    "PositiveInt": "int", "NonNegativeInt": "int", "PositiveFloat": "float",
    "NonNegativeFloat": "float", "FiniteFloat": "float", "Decimal": "float",
    "Base64Str": "str", "Base64Bytes": "bytes", "SecretStr": "str", "SecretBytes": "bytes",
}  # fmt: skip
_CONTAINERS = {
    "list": "list", "List": "list", "Sequence": "list", "Iterable": "list", "set": "set",
    "Set": "set", "frozenset": "set", "FrozenSet": "set", "deque": "list", "dict": "dict",
    "Dict": "dict", "Mapping": "dict", "defaultdict": "dict", "tuple": "tuple",
    "Tuple": "tuple",
}  # fmt: skip
_DEEPEST_ALIAS = 12
"""Annotations that stand for annotations; also ends ``A = Annotated[A, ...]``."""
_PLAIN = frozenset({"str", "bytes", "int", "float", "bool", "complex", "bytearray"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a field accepts.

    Attributes:
        kind: ``str``, ``bytes``, ``int``, ``float``, ``bool``, ``list``, ``set``,
            ``tuple``, ``dict``, ``model``, ``any``, ``union`` or ``other`` (an enum, a
            literal, a date: finite or bounded by its own type, or not known).
        items: Shapes of the items, of the alternatives of a union, or of a dict's
            keys and values.
        model: The model, for ``model``.
        bounds: Constraints by pydantic's names, such as ``max_length`` and ``le``.
    """

    kind: str
    items: tuple[Shape, ...] = ()
    model: Class | None = None
    bounds: Mapping[str, Value] = field(default_factory=dict)

    def bounded(self, extra: Mapping[str, Value]) -> Shape:
        """Return the shape with further constraints, given to a union's alternatives."""
        if self.kind == "union":
            return replace(self, items=tuple(item.bounded(extra) for item in self.items))
        return replace(self, bounds={**self.bounds, **extra})


@dataclass(frozen=True, slots=True)
class ModelField:
    """One field of a model.

    Attributes:
        name: Its name.
        site: The annotated assignment.
        shape: What it accepts.
        required: Whether it has no default.
        checked: Whether a validator of the model's own looks at its size or value.
        ignored: Keywords given to ``Field`` that pydantic does not know (``gte``).
    """

    name: str
    site: Site
    shape: Shape
    required: bool
    checked: bool
    ignored: tuple[str, ...]


class Schemas:
    """Answers what the pydantic models of the tree accept."""

    def __init__(self, resolver: Resolver, binder: ArgumentBinder) -> None:
        self._resolver = resolver
        self._binder = binder
        self.validators = Validators(resolver, binder, self._alias)

    def is_model(self, owner: Class) -> bool:
        """Say whether a class is a pydantic model."""
        return bool(self._resolver.members.ancestors(owner) & BASE_MODELS)

    def annotated_model(
        self, module: Module, scope: int, annotation: facts.Expression | None, depth: int = 0
    ) -> Class | None:
        """Return the model a bare annotation names, None for anything else.

        Bare as `typing.get_type_hints` sees it: ``Annotated[Model, ...]``, an alias of it and
        ``Model[int]`` are; ``Model | None`` is not.
        """
        if annotation is None or depth > _DEEPEST_ALIAS:
            return None
        alias = self._alias(module, scope, annotation)
        if alias is not None:
            return self.annotated_model(*alias, depth + 1)
        if isinstance(annotation, facts.Operation) and annotation.operator == "[]":
            head, first, *_ = annotation.operands
            name = self._resolver.dotted(module, scope, head) or ""
            if name.rsplit(".", 1)[-1] == "Annotated":
                return self.annotated_model(module, scope, first, depth + 1)
            annotation = head  # a generic model with its parameters is a class of its own
        targets = self._resolver.resolve(module, scope, annotation)
        if len(targets) == 1 and isinstance(targets[0], Class) and self.is_model(targets[0]):
            return targets[0]
        return None

    def fields(self, model: Class) -> tuple[ModelField, ...]:
        """Return a model's fields, inherited ones included, in order of definition."""
        found: dict[str, ModelField] = {}
        for owner in (*self._model_bases(model), model):
            for each in self._own_fields(owner):
                found[each.name] = each
        return tuple(found.values())

    def _model_bases(self, model: Class, depth: int = 0) -> Iterator[Class]:
        for base in self._resolver.members.bases(model):
            if isinstance(base, Class) and depth < 10 and self.is_model(base):
                yield from self._model_bases(base, depth + 1)
                yield base

    def _own_fields(self, model: Class) -> Iterator[ModelField]:
        limit = self.validators.text_limit(model)
        checked = self.validators.checked_names(model)
        for statement in model.module.statements_in(model.index):
            if statement.kind != "annotate" or not isinstance(statement.targets[0], facts.Name):
                continue
            name = statement.targets[0].id
            if name.startswith("_") or name == "model_config":
                continue
            annotation = statement.values[0]
            if self._is_class_variable(model, annotation):
                continue
            default = statement.values[1] if len(statement.values) > 1 else None
            shape = self.shape(model.module, model.index, annotation)
            extra, ignored, is_field = self._constraints(model.module, statement, default)
            has_default = default is not None and not (
                self._no_default(default) if is_field else _is_ellipsis(default)
            )
            shape = shape.bounded(extra)
            if limit is not None:
                shape = _with_text_limit(shape, limit)
            yield ModelField(
                name,
                Site(model.module, statement, statement.targets[0]),
                shape,
                not has_default,
                name in checked
                or "*" in checked
                or self.validators.in_annotation(model, annotation),
                ignored,
            )

    def _is_class_variable(self, model: Class, annotation: facts.Expression) -> bool:
        head = annotation.operands[0] if isinstance(annotation, facts.Operation) else annotation
        dotted = self._resolver.dotted(model.module, model.index, head)
        return dotted in ("typing.ClassVar", "typing_extensions.ClassVar")

    def _constraints(
        self, module: Module, statement: facts.Statement, expression: facts.Expression | None
    ) -> tuple[dict[str, Value], tuple[str, ...], bool]:
        """Return the constraints of a ``Field(...)``, the keywords it ignores, and if it is one."""
        if not isinstance(expression, facts.Call):
            return {}, (), False
        dotted = self._resolver.dotted(module, statement.scope, expression.function)
        if dotted not in _FIELD_CALLS:
            return self._prefilled(module, statement, expression)
        names = _POSITIONAL.get(dotted.rsplit(".", 1)[-1], ())
        bound = self._binder.bind(Site(module, statement, expression), names)
        known = {each.name: each.value for each in bound if each.name in _BOUNDS}
        if "max_items" in known:
            known["max_length"] = known["max_items"]
        ignored = tuple(each.name for each in bound if each.name in _MISSPELT)
        return {name: value for name, value in known.items() if name}, ignored, True

    def _prefilled(
        self, module: Module, statement: facts.Statement, call: facts.Call
    ) -> tuple[dict[str, Value], tuple[str, ...], bool]:
        """Return the same for ``Short = partial(Field, max_length=9)`` that is called."""
        for each in self._resolver.resolve(module, statement.scope, call.function):
            match each:
                case Instance(
                    of=External(name=handing.PARTIAL),
                    site=Site(expression=facts.Call(arguments=(first, *_))) as made,
                ) if self._resolver.dotted(made.module, made.scope, first.value) in _FIELD_CALLS:
                    bound = (*self._binder.bind(made), *self._binder.bind(Site(
                        module, statement, call)))  # fmt: skip
                    known = {one.name: one.value for one in bound if one.name in _BOUNDS}
                    ignored = tuple(one.name for one in bound if one.name in _MISSPELT)
                    return known, ignored, True
        return {}, (), False

    def takes_more(self, model: Class) -> bool:
        """Say whether a model may keep what it has no field for: ``extra="allow"``."""
        return any(
            getattr(part, "value", None) == "allow" or getattr(part, "attribute", "") == "allow"
            for owner in (*self._model_bases(model), model)
            for statement in owner.module.facts.statements
            if _configures(owner, statement)
            for part in statement.expressions()
        )

    def _no_default(self, call: facts.Expression) -> bool:
        """Say whether a Field call leaves the field required."""
        assert isinstance(call, facts.Call)
        for argument in call.arguments:
            if argument.keyword in (None, "default", "default_factory"):
                return _is_ellipsis(argument.value)
        return True

    # Shapes

    def shape(
        self, module: Module, scope: int, annotation: facts.Expression, depth: int = 0
    ) -> Shape:
        """Return what an annotation accepts."""
        if depth > 12:
            return Shape("other")
        match annotation:
            case facts.Literal(value=None):
                return Shape("other")
            case facts.Literal(value=str(name)) if name.isidentifier():
                return self._named(module, scope, facts.Name(annotation.span, name), depth)
            case facts.Operation(operator="|", operands=parts):
                return self._union(module, scope, parts, depth)
            case facts.Operation(operator="[]", operands=(head, *parts)):
                return self._subscripted(module, scope, head, parts, depth)
            case facts.Call():
                return self._constrained(module, scope, annotation)
            case _:
                return self._named(module, scope, annotation, depth)

    def _union(
        self, module: Module, scope: int, parts: tuple[facts.Expression, ...], depth: int
    ) -> Shape:
        shapes = [
            self.shape(module, scope, part, depth + 1)
            for part in parts
            if not (isinstance(part, facts.Literal) and part.value is None)
        ]
        return shapes[0] if len(shapes) == 1 else Shape("union", tuple(shapes))

    def _subscripted(
        self,
        module: Module,
        scope: int,
        head: facts.Expression,
        parts: list[facts.Expression],
        depth: int,
    ) -> Shape:
        if len(parts) == 1 and isinstance(parts[0], facts.Collection):
            parts = list(parts[0].items)
        name = (self._resolver.dotted(module, scope, head) or "").rsplit(".", 1)[-1]
        if name in ("Optional", "Union"):
            return self._union(module, scope, tuple(parts), depth)
        if name == "Annotated" and parts:
            shape = self.shape(module, scope, parts[0], depth + 1)
            for extra in parts[1:]:
                statement = facts.Statement("expression", scope, -1, extra.span)
                constraints, _, _ = self._constraints(module, statement, extra)
                shape = shape.bounded(constraints)
            return shape
        if name in _CONTAINERS:
            items = tuple(
                self.shape(module, scope, part, depth + 1)
                for part in parts
                if not _is_ellipsis(part)
            )
            kind = _CONTAINERS[name]
            endless = any(map(_is_ellipsis, parts))
            if kind == "tuple" and endless:
                kind = "list"
            return Shape(kind, items)
        generic = self.annotated_model(module, scope, head)
        return Shape("model", model=generic) if generic else Shape("other")

    def _constrained(self, module: Module, scope: int, call: facts.Call) -> Shape:
        name = (self._resolver.dotted(module, scope, call.function) or "").rsplit(".", 1)[-1]
        if name not in _CONSTRAINED:
            return Shape("other")
        statement = facts.Statement("expression", scope, -1, call.span)
        bound = self._binder.bind(Site(module, statement, call), ("item_type",))
        item = bound.get("item_type") if _CONSTRAINED[name] in ("list", "set") else None
        return Shape(
            _CONSTRAINED[name],
            (self.shape(module, scope, item.expression),) if item else (),
            bounds={each.name: each.value for each in bound if each.name in _BOUNDS},
        )

    def _named(self, module: Module, scope: int, annotation: facts.Expression, depth: int) -> Shape:
        alias = self._alias(module, scope, annotation)
        if alias is not None:
            return self.shape(alias[0], alias[1], alias[2], depth + 1)
        targets = self._resolver.resolve(module, scope, annotation)
        if len(targets) != 1:
            return Shape("other")
        match targets[0]:
            case Class() as owner if self.is_model(owner):
                return Shape("model", model=owner)
            case External(name=dotted):
                name = dotted.rsplit(".", 1)[-1]
                if name in _PLAIN and dotted.startswith("builtins."):
                    return Shape("bytes" if name == "bytearray" else name)
                if name in ("Any", "object"):
                    return Shape("any")
                if name in _ALIASES:
                    return Shape(_ALIASES[name])
                if name in _CONTAINERS:
                    return Shape("list" if _CONTAINERS[name] == "tuple" else _CONTAINERS[name])
        return Shape("other")

    def _alias(
        self, module: Module, scope: int, annotation: facts.Expression
    ) -> tuple[Module, int, facts.Expression] | None:
        """Follow ``Prompt = Annotated[str, ...]`` to what it stands for, across modules."""
        if not isinstance(annotation, facts.Name):
            return None
        for _ in range(5):
            where, bindings = module.lookup(annotation.id, scope)
            if where < 0 or len(bindings) != 1:
                return None
            binding = bindings[0]
            if binding.kind == "value" and binding.value is not None:
                if isinstance(binding.value, facts.Operation | facts.Call):
                    return module, where, binding.value
                return None
            imported = binding.imported
            if binding.kind != "import" or imported is None or not imported.name:
                return None
            found = self._resolver.find_module(module, imported.module, imported.level)
            if found is None:
                return None
            module, scope = found, 0
            annotation = facts.Name(annotation.span, imported.name)
        return None


_BOUNDS = frozenset(
    {"max_length", "min_length", "max_items", "le", "lt", "ge", "gt", "pattern", "multiple_of"}
)
_MISSPELT = frozenset({"gte", "lte", "max", "min", "maxlen", "max_len", "maximum", "minimum"})


def _is_ellipsis(expression: facts.Expression) -> bool:
    """Say whether an expression is ``...``, pydantic's word for required."""
    return isinstance(expression, facts.Opaque) and expression.kind == "Ellipsis"


def _with_text_limit(shape: Shape, limit: Value) -> Shape:
    items = tuple(_with_text_limit(item, limit) for item in shape.items)
    if shape.kind == "str" and "max_length" not in shape.bounds:
        return replace(shape, items=items, bounds={**shape.bounds, "max_length": limit})
    return replace(shape, items=items)


def _configures(owner: Class, statement: facts.Statement) -> bool:
    """Say whether a statement is of a model's ``model_config``, or in its class ``Config``."""
    scopes = owner.module.facts.scopes
    if statement.scope == owner.index:
        return any(
            isinstance(each, facts.Name) and each.id == "model_config" for each in statement.targets
        )
    inner = scopes[statement.scope]
    return inner.parent == owner.index and inner.name == "Config"
