"""What the SDK cannot encode when a cord returns it: orjson without options."""

from __future__ import annotations

import builtins
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from chutes_cli.core.finding import Confidence
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Call,
    Collection,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Site
from chutes_cli.project.schemas import ModelField, Shape
from chutes_cli.project.targets import Class, External, Function, Instance
from chutes_cli.project.values import Known

from ..wording import article
from .json_tables import ARRAYS, BINARY, DUMP, LIST, PARTS, TABLE, TEXT
from .returns import Value, alternatives, called, generator_kind, is_coroutine, made_of, returned
from .statuses import RESPONSES, STREAMED

_DEEPEST = 8
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})
_NAMED_TUPLES = frozenset({"typing.NamedTuple"})
_CONTENT = (None, "content")
_JSON_RESPONSES = frozenset(each for each in RESPONSES if each.endswith(".JSONResponse"))
_VIEWS = frozenset({"keys", "values", "items"})
_DUMPED = frozenset({"model_dump", "dict"})
_DUMPS = frozenset({"model_dump", "model_dump_json", "dict", "json", "loads"})
"""Methods that give plain data whatever an annotation says."""
_SET = ("a set", LIST)
_BYTE_TEXT = ("bytes", BINARY)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that cannot be encoded.

    Attributes:
        what: What it is, with its article.
        help: What to return instead.
        shown: Where to point.
        confidence: MEDIUM where only an annotation says what it is.
    """

    what: str
    help: str
    shown: Expression
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Body:
    """The argument of a cord.

    Attributes:
        function: The cord's function.
        name: What it calls the argument.
        model: What the SDK makes of it, None where it stays as JSON has it.
    """

    function: Function
    name: str
    model: Class | None


class Encoder:
    """Answers what of a returned value cannot be encoded.

    Args:
        project: The audited tree.
        body: The cord's argument, if it has one.
    """

    def __init__(self, project: Project, body: Body | None) -> None:
        self._project = project
        self._body = body
        self._helpers: dict[Function, Refusal | None] = {}
        self._open: list[Function] = []

    def refusals(self, value: Value, depth: int = 0, *, by_json: bool = False) -> Iterator[Refusal]:
        """Yield what makes a value impossible to encode.

        Args:
            value: The value.
            depth: How deep inside the returned one it is.
            by_json: Whether a JSONResponse encodes it, which takes more kinds of keys and numbers.
        """
        if depth > _DEEPEST:
            return
        for each in alternatives(value):
            simple = self._simple(each, nested=depth > 0, by_json=by_json)
            simple = simple or self._from_helper(each)
            if simple is not None:
                yield simple
            inner = by_json or self._is_json_response(each)
            for part in self._parts(each):
                yield from self.refusals(part, depth + 1, by_json=inner)

    def _is_json_response(self, value: Value) -> bool:
        made = made_of(self._project, value)
        return isinstance(made, External) and made.name in _JSON_RESPONSES

    def _parts(self, value: Value) -> Iterator[Value]:
        """Yield what a container or a JSONResponse is made of."""
        match value.expression:
            case Mapping(values=values):
                inside = values
            case Collection(kind="list" | "tuple", items=items):
                inside = items
            case Opaque(kind="ListComp" | "DictComp", parts=(*_, head)):
                inside = (head,)
            case Call(arguments=arguments):
                names = self._encoded(value, arguments)
                inside = tuple(
                    each.value for each in arguments if not each.star and each.keyword in names
                )
            case _:
                inside = ()
        for each in inside:
            yield value.part(each)

    def _encoded(self, value: Value, arguments: Iterable[Argument]) -> Container[str | None]:
        """Return the arguments of a call that get encoded: of dict(...), of JSONResponse(...)."""
        made = made_of(self._project, value)
        if not isinstance(made, External):
            return ()
        if made.name == "builtins.dict":
            return {each.keyword for each in arguments} - {None}
        return _CONTENT if made.name in _JSON_RESPONSES else ()

    def _simple(self, value: Value, *, nested: bool, by_json: bool) -> Refusal | None:
        """Return why a value itself is refused, whatever it is made of."""
        found: tuple[str, str] | None = None
        match value.expression:
            case Literal(value=bytes()):
                found = "bytes", BINARY
            case Literal(value=int(number)) if not (by_json or -(2**63) <= number < 2**64):
                found = "a number beyond 64 bits", TEXT
            case Collection(kind="set") | Opaque(kind="SetComp"):
                found = "a set", LIST
            case Mapping(keys=keys) if not by_json:
                found = self._odd_key(value, keys)
            case Name(id=name):
                model = self._input(value, name)
                found = _model(model) if model else None
            case Attribute(value=Name(id=name), attribute=attribute):
                field = self._field(value, name, attribute)
                found = _shape(field.shape) if field else None
            case Call(function=Attribute(value=Literal() | FormattedText(), attribute="encode")):
                found = "bytes", BINARY
            case Call(
                function=Attribute(
                    value=Attribute(value=Name(id=name), attribute=attribute), attribute="encode"
                )
            ) if self._is_text(value, name, attribute):
                found = "bytes", BINARY
            case Call(function=Attribute(value=owner, attribute=name)) if name in _VIEWS:
                found = self._view(value.part(owner))
        if found is None:
            found = self._result(value, nested=nested, by_json=by_json)
        if nested and generator_kind(self._project, value) is not None:
            found = "a generator", LIST
        return Refusal(*found, value.shown) if found else None

    def _odd_key(self, value: Value, keys: tuple[Expression | None, ...]) -> tuple[str, str] | None:
        for key in filter(None, keys):
            known = self._project.knowledge.evaluator.value(value.module, value.scope, key)
            if isinstance(known, Known) and not isinstance(known.value, str):
                return f"a dict with the key {known.value!r}", "make every key a text"
        return None

    def _input(self, value: Value, name: str) -> Class | None:
        """Return the model of the cord's own argument, where a name is that argument."""
        body = self._body
        if body is None or name != body.name or value.module is not body.function.module:
            return None
        where, bindings = value.module.lookup(name, value.scope)
        if where != body.function.index or len(bindings) != 1:
            return None
        return body.model

    def _is_text(self, value: Value, name: str, attribute: str) -> bool:
        """Say whether a field of the cord's own argument is a text."""
        field = self._field(value, name, attribute)
        return field is not None and field.shape.kind == "str"

    def _field(self, value: Value, name: str, attribute: str) -> ModelField | None:
        """Return a field of the cord's own argument, None for any other attribute."""
        model = self._input(value, name)
        fields = self._project.schemas.fields(model) if model else ()
        return next((each for each in fields if each.name == attribute), None)

    def _view(self, owner: Value) -> tuple[str, str] | None:
        views = [isinstance(each.expression, Mapping) for each in alternatives(owner)]
        return ("a view of a dict", LIST) if all(views) else None

    def _result(self, value: Value, *, nested: bool, by_json: bool) -> tuple[str, str] | None:
        """Return what a call gives that is refused."""
        if is_coroutine(self._project, value):
            return "a coroutine that nobody awaits", "await it"
        made = made_of(self._project, value)
        if isinstance(made, Class):
            return self._object(made, by_json=by_json)
        if made is None:
            return None
        name = made.name
        short = name.rsplit(".", 1)[-1]
        if name in STREAMED:
            return article(short), "yield the parts from a cord with stream=True, or " + BINARY
        if name in RESPONSES:
            return (
                (f"{article(short)} inside something else", "return it alone") if nested else None
            )
        if name == "builtins.open.read":
            return ("bytes", BINARY) if self._is_binary(made) else None
        if short in _DUMPED:
            return self._dumped(value, made)
        for names, what, help in TABLE:
            if name in names and not (by_json and names is ARRAYS):
                return f"{what} ({short})" if what == "an object" else what, help
        kind = getattr(builtins, name.removeprefix("builtins."), None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            return f"{article(short)} that is not raised", "raise it"
        return None

    def _dumped(self, value: Value, dump: External) -> tuple[str, str] | None:
        """Return what ``model_dump()`` leaves in a dict that is refused."""
        owner = dump.receiver.of if isinstance(dump.receiver, Instance) else None
        if not isinstance(owner, Class) or not self._project.schemas.is_model(owner):
            return None
        assert isinstance(value.expression, Call)
        plain = not value.expression.arguments
        found = [_shape(each.shape) for each in self._project.schemas.fields(owner)]
        return next((
            (f"{each[0]} in a dict", 'write .model_dump(mode="json")')
            for each in found if plain and each in (_SET, _BYTE_TEXT)
        ), None)  # fmt: skip

    def _is_binary(self, read: External) -> bool:
        """Say whether a file that is read was opened with a `b` in its mode."""
        match read.receiver:
            case Instance(site=Site() as made):
                bound = self._project.knowledge.binder.bind(made, ("file", "mode"))
                mode = bound.value("mode")
                return isinstance(mode, Known) and "b" in str(mode.value)
            case _:
                return False

    def _object(self, owner: Class, *, by_json: bool) -> tuple[str, str] | None:
        """Return why an object of one of the tree's classes is refused."""
        if self._project.schemas.is_model(owner):
            return _model(owner)
        name = owner.scope.name
        bases = self._project.knowledge.resolver.members.ancestors(owner)
        if bases & _NAMED_TUPLES:
            return (
                None
                if by_json
                else (f"{article(name)}, a named tuple", "return a dict of its fields")
            )
        return (f"{article(name)} object", PARTS) if self._is_plain(owner) else None

    def _is_plain(self, owner: Class, depth: int = 0) -> bool:
        """Say whether nothing but the tree's own classes decides what an object is."""
        bases = self._project.knowledge.resolver.members.bases(owner)
        if owner.scope.decorators or len(bases) != len(owner.scope.bases) or depth > _DEEPEST:
            return False  # dataclasses are encoded; who knows of others
        if self._has_body(owner):
            return False
        return all(
            each.name in _PLAIN_BASES
            if isinstance(each, External)
            else self._is_plain(each, depth + 1)
            for each in bases
        )

    def _has_body(self, owner: Class) -> bool:
        """SDK cord.py, `_remote_call`: whatever has a `body` is taken for a response."""
        members = self._project.knowledge.resolver.members
        kept = members.stores(Instance(owner, None), "body")
        return bool(kept or "body" in owner.module.bindings.get(owner.index, {}))

    # Helpers

    def _from_helper(self, value: Value) -> Refusal | None:
        function = called(self._project, value)
        if function is None or function in self._open:
            return None
        if function not in self._helpers:
            self._open.append(function)
            self._helpers[function] = self._helper(function)
            self._open.pop()
        found = self._helpers[function]
        return replace(found, shown=value.shown) if found else None

    def _helper(self, function: Function) -> Refusal | None:
        """Return why what a function returns is refused, where every way out is."""
        values = [
            value
            for _, value in returned(function)
            # what calls itself adds nothing to what it returns
            if not _is_none(value) and called(self._project, value) not in self._open
        ]
        found = [next(self.refusals(value), None) for value in values]
        if values and all(found):
            return found[0]
        model = self._project.schemas.annotated_model(
            function.module, function.scope.parent, function.scope.returns
        )
        if model is None or not all(map(_is_unknown, values)):
            return None
        shown = function.scope.returns
        assert shown is not None  # it names the model
        return Refusal(*_model(model), shown, Confidence.MEDIUM)


def _model(model: Class) -> tuple[str, str]:
    return f"{article(model.scope.name)}, a pydantic model", DUMP


def _shape(shape: Shape) -> tuple[str, str] | None:
    """Return why a field of a shape is refused."""
    if shape.model is not None:
        return _model(shape.model)
    if shape.kind in ("set", "bytes"):
        return _SET if shape.kind == "set" else _BYTE_TEXT
    inner = [_shape(item) for item in shape.items if shape.kind in ("list", "dict", "tuple")]
    return next((each for each in inner if each is not None), None)


def _is_none(value: Value) -> bool:
    return isinstance(value.expression, Literal) and value.expression.value is None


def _is_unknown(value: Value) -> bool:
    """Say whether a returned expression could be anything, so that its annotation counts."""
    match value.expression:
        case Call(function=Attribute(attribute=name)):
            return name not in _DUMPS
        case Call() | Name() | Attribute() | Operation(operator="[]"):
            return True
        case _:
            return False
