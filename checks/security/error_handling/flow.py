"""Where the text of a caught exception goes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from chutes_cli.contract.libraries.error_texts import (
    ABOUT_THE_INPUT,
    EXCEPTIONS,
    HANDED_ON,
    TEXTS,
    TRACEBACKS,
)
from chutes_cli.contract.libraries.values import FILLS
from chutes_cli.project.facts import (
    Argument,
    Attribute,
    Await,
    Call,
    Collection,
    Expression,
    FormattedText,
    Literal,
    Mapping,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module, Site, given_back
from chutes_cli.project.questions import Questions
from chutes_cli.project.targets import Class, Function, Instance, Method

from ..production import last_name, library_names

_DEEPEST = 40
"""Questions that may be open at a time: each leads through one name or one helper."""
_COMPREHENSIONS = frozenset({"ListComp", "SetComp", "GeneratorExp", "DictComp"})
_COMPARES = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not", "not"})


@dataclass(frozen=True, slots=True)
class Place:
    """An expression in a function, and what the function's parameters hold there.

    Attributes:
        function: The function.
        statement: The statement the expression is part of.
        errors: Names of parameters that hold a caught exception.
        texts: Names of parameters that hold an exception's text.
    """

    function: Function
    statement: Statement
    errors: frozenset[str] = field(default=frozenset())
    texts: frozenset[str] = field(default=frozenset())

    @property
    def module(self) -> Module:
        """The module it is in."""
        return self.function.module


class ErrorTexts:
    """Answers whether an expression holds the text of an exception not meant for callers."""

    def __init__(self, project: Project) -> None:
        self._knowledge = project.knowledge
        self._fields = project.knowledge.evaluator.fields
        self._reach = project.reach
        self._passings = project.passings
        self._passing_on: dict[Class, bool] = {}
        self._answers: Questions[tuple[Site | None, ...]] = Questions((), _DEEPEST)

    def found(self, place: Place, expression: Expression) -> Site | None:
        """Return where an exception becomes a text that the expression holds, None for nowhere."""
        if self._is_text(place, expression):
            return Site(place.module, place.statement, expression)
        return _first(self._below(place, expression))

    def _below(self, place: Place, expression: Expression) -> Iterator[Site | None]:
        match expression:
            case Name(id=name):
                key = (name, place.function, place.errors, place.texts)
                yield from self._once(key, self._named(place, name))
            case Call():
                yield from self._called(place, expression)
            case Attribute(value=owner, attribute=name):
                yield from self._kept(place, owner, name)
            case Operation(operator="?:", operands=(_, body, orelse)):
                yield self.found(place, body)
                yield self.found(place, orelse)
            case Operation(
                operator="[]",
                operands=(
                    (Call() as call) | Await(value=Call() as call),
                    Literal(value=int(number)),
                ),
            ) if not self._is_text(place, call):
                yield from self._called(place, call, number)
            case Operation(operator="[]", operands=(value, *_)):
                yield self.found(place, value)
            case Operation(operator=operator, operands=operands) if operator not in _COMPARES:
                yield from (self.found(place, each) for each in _terms(operands))
            case Mapping() | Collection() | FormattedText():
                yield from (self.found(place, each) for each in expression.children())
            case Await(value=value):
                yield self.found(place, value)
            case Opaque(kind=kind, parts=(iterated, *_, head)) if kind in _COMPREHENSIONS:
                yield self.found(place, head)
                yield from self._gone_over(place, iterated, head)

    def _is_text(self, place: Place, expression: Expression) -> bool:
        """Say whether an expression itself makes a text of an exception."""
        match expression:
            case Name(id=name):
                return name in place.texts
            case FormattedText(parts=parts):
                return any(self._is_error(place, each) for each in parts)
            case Attribute(value=value, attribute=name) if name in TEXTS:
                return self._is_error(place, value)
            case Operation(operator="%", operands=(_, Collection(items=items))):
                return any(self._is_error(place, each) for each in items)
            case Operation(operator="%", operands=(_, right)):
                return self._is_error(place, right)
            case Call(function=function, arguments=arguments):
                dotted = self._knowledge.resolver.dotted(
                    place.module, place.function.index, function
                )
                if dotted in TRACEBACKS:
                    return True
                given = any(self._is_error(place, each.value) for each in arguments)
                return given and last_name(function) in HANDED_ON
            case _:
                return False

    def _is_error(self, place: Place, expression: Expression) -> bool:
        """Say whether an expression is a caught exception whose text is not for callers."""
        if not isinstance(expression, Name):
            return False
        if expression.id in place.errors:
            return True
        caught = _caught_as(place, expression.id)
        if caught is not None:
            return not self._is_for_callers(place.module, caught)
        return self._is_parameter(place, expression.id)

    def _is_parameter(self, place: Place, name: str) -> bool:
        """Say whether a name is a parameter that is annotated as an exception not for callers."""
        scope = place.function.scope
        for each in scope.parameters:
            if each.name == name and each.annotation is not None:
                kind = self._knowledge.resolver.dotted(place.module, scope.parent, each.annotation)
                return str(kind).endswith(EXCEPTIONS) and kind not in ABOUT_THE_INPUT
        return False

    def _is_for_callers(self, module: Module, caught: Statement) -> bool:
        """Say whether all that a handler catches has a text that is meant for callers."""
        kind = caught.values[0]
        kinds = kind.items if isinstance(kind, Collection) else (kind,)
        for each in kinds:
            targets = self._knowledge.resolver.resolve(module, caught.scope, each)
            own = [target for target in targets if isinstance(target, Class)]
            if not own and not library_names(targets) & ABOUT_THE_INPUT:
                return False
            if any(map(self._passes_on, own)):
                return False
        return True

    def _passes_on(self, owner: Class) -> bool:
        """Say whether an exception of the tree's own is raised with the text of another."""
        if owner not in self._passing_on:
            self._passing_on[owner] = False  # until told otherwise: it may be raised with its own
            says_itself = not any(self._knowledge.resolver.members.methods(owner, "__init__"))
            self._passing_on[owner] = any(
                self.found(place, argument.value) is not None
                or (says_itself and self._is_error(place, argument.value))
                for made in self._passings.making(owner)
                for place in (_place_of(made.site),)
                for argument in made.arguments
            )
        return self._passing_on[owner]

    def _named(self, place: Place, name: str) -> Iterator[Site | None]:
        """Follow a name to what it is given, and to what is put into it later."""
        where, bindings = place.module.lookup(name, place.function.index)
        for binding in bindings:
            statement = binding.statement
            if statement is None:
                continue
            there = _at(place, statement)
            if binding.value is not None:
                yield self.found(there, binding.value)
            elif statement.kind in ("for", "augment"):
                yield self.found(there, statement.values[0])
        for statement in place.module.statements_in(where):
            for value in _put_into(statement, name):
                yield self.found(_at(place, statement), value)

    def _kept(self, place: Place, owner: Expression, name: str) -> Iterator[Site | None]:
        """Follow an attribute of an object of the tree's own to what it is given."""
        for each in self._knowledge.resolver.resolve(place.module, place.function.index, owner):
            match each:
                case Instance(of=Class() as of):
                    yield from self._once((each, name), self._held(place, each, of, name))

    def _gone_over(
        self, place: Place, iterated: Expression, head: Expression
    ) -> Iterator[Site | None]:
        """Follow what a comprehension gives of each object that it goes over."""
        whole, names = _of_bound(head)
        if whole:
            yield self.found(place, iterated)
        items = self._knowledge.resolver.tables.items(place.module, place.function.index, iterated)
        for each in items if names else ():
            for name in sorted(names):
                match each:
                    case Instance(of=Class() as of):
                        held = self._held(place, each, of, name)
                        yield from self._once((each, name), held)
                        for method in self._knowledge.resolver.members.methods_of(each, name):
                            yield from self._returned(Place(method, place.statement), None)

    def _held(self, asked: Place, owner: Instance, of: Class, name: str) -> Iterator[Site | None]:
        for method in self._knowledge.resolver.members.methods_of(owner, name):
            if method.is_property:
                yield from self._returned(Place(method, asked.statement), None)
        made = [each for each in self._passings.making(of) if owner.site in (None, each.site)]
        for site, value in self._knowledge.resolver.members.stores(owner, name):
            place = _place_of(site)
            yield self.found(place, value)
            if place.function.scope.name == "__init__":
                for each in made:
                    given = self._given(_place_of(each.site), each.arguments, place.function, 1)
                    yield self.found(replace(given, statement=site.statement), value)
        fields = self._fields.names(of) if self._fields.is_record(of) else []
        for each in made if name in fields else ():
            argument = each.argument(fields.index(name), name)
            if argument is not None:
                yield self.found(_place_of(each.site), argument)

    def _called(self, place: Place, call: Call, number: int | None = None) -> Iterator[Site | None]:
        """Follow a call: into functions of the tree, through what hands its arguments on.

        With a number, of several values that a function returns only that one counts.
        """
        targets = self._knowledge.resolver.resolve(
            place.module, place.function.index, call.function
        )
        own = [each for each in targets if isinstance(each, Function | Method)]
        for each in own:
            inside = self._inside(place, call, each)
            yield from self._returned(inside, number)
            for wrapper in self._reach.wrappers(inside.function):
                yield from self._returned(Place(wrapper, place.statement), number)
        name = last_name(call.function)
        # What is written in capitals makes an object of what it is given.
        if not own and (name in HANDED_ON or name[:1].isupper()):
            if isinstance(call.function, Attribute):
                yield self.found(place, call.function.value)
            yield from (self.found(place, each.value) for each in call.arguments)

    def _inside(self, place: Place, call: Call, target: Function | Method) -> Place:
        """Return a place in a function of the tree that is called, with what it is given."""
        if isinstance(target, Method):
            return self._given(place, call.arguments, target.function, 1)
        return self._given(place, call.arguments, target, 0)

    def _given(
        self, place: Place, arguments: Sequence[Argument], function: Function, filled: int
    ) -> Place:
        names = [each.name for each in function.scope.parameters][filled:]
        errors, texts = set(), set()
        for position, argument in enumerate(arguments):
            name = argument.keyword or (names[position] if position < len(names) else "")
            if self._is_error(place, argument.value):
                errors.add(name)
            elif self.found(place, argument.value) is not None:
                texts.add(name)
        return Place(function, place.statement, frozenset(errors), frozenset(texts))

    def _returned(self, place: Place, number: int | None) -> tuple[Site | None, ...]:
        """Return what a function of the tree gives back of the exceptions it sees."""
        values = (
            self.found(_at(place, statement), _one_of(value, number))
            for statement in place.module.statements_in(place.function.index)
            for value in given_back(statement)
        )
        key = (place.function, place.errors, place.texts, number)
        return self._once(key, values)

    def _once(self, question: Hashable, values: Iterator[Site | None]) -> tuple[Site | None, ...]:
        return self._answers.answer(question, lambda: (_first(values),))


def _put_into(statement: Statement, name: str) -> Iterator[Expression]:
    """Yield what a statement puts into the object of a name."""
    for target in statement.targets:
        match target:
            case Operation(operator="[]", operands=(Name(id=owner), *_)) if owner == name:
                yield from statement.values
    for expression in statement.expressions():
        match expression:
            case Call(function=Attribute(value=Name(id=owner), attribute=method)) if (
                owner == name and method in FILLS
            ):
                yield from (each.value for each in expression.arguments)


def _terms(operands: tuple[Expression, ...]) -> Iterator[Expression]:
    """Yield the operands of sums within sums, which generated code makes very deep."""
    waiting = list(operands)
    while waiting:
        match waiting.pop(0):
            case Operation(operator="+" | "-" | "*", operands=inner):
                waiting = [*inner, *waiting]
            case each:
                yield each


def _of_bound(head: Expression) -> tuple[bool, set[str]]:
    """Return whether a comprehension gives an item itself, and which attributes of it."""
    names = set()
    taken = set()
    for each in head.walk():
        match each:
            case Attribute(value=Opaque(kind="Bound") as item, attribute=name):
                taken.add(item)
                names.add(name)
    bound = {each for each in head.walk() if isinstance(each, Opaque) and each.kind == "Bound"}
    return bool(bound - taken), names


def _one_of(value: Expression, number: int | None) -> Expression:
    """Return one of the values that are returned together, all where it cannot be told."""
    match value:
        case Collection(items=items):
            numbered: dict[int | None, Expression] = {**dict(enumerate(items))}
            return numbered.get(number, value)
        case _:
            return value


def _first(found: Iterable[Site | None]) -> Site | None:
    return next((each for each in found if each is not None), None)


def _place_of(site: Site) -> Place:
    return Place(Function(site.module, site.scope), site.statement)


def _at(place: Place, statement: Statement) -> Place:
    """Return a place at another statement, perhaps of a function around it."""
    if statement.scope == place.function.index:
        return Place(place.function, statement, place.errors, place.texts)
    return Place(Function(place.module, statement.scope), statement)


def _caught_as(place: Place, name: str) -> Statement | None:
    """Return the handler around a place that binds a name to what it caught."""
    handlers = {
        statement.values[0]: statement
        for statement in place.module.statements_in(place.function.index)
        if statement.kind == "except"
        and any(last_name(target) == name for target in statement.targets)
    }
    for index in place.module.guards_of(place.statement.guards):
        test = place.module.facts.guards[index].test
        if test in handlers:
            return handlers[test]
    return None
