"""What a program has made sure of before it uses a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.contract.libraries import values as libraries
from chutes_cli.project.facts import (
    Attribute,
    Call,
    Expression,
    Literal,
    Name,
    Opaque,
    Operation,
    Statement,
)
from chutes_cli.project.module import Binding
from chutes_cli.project.passing import Passing, Passings
from chutes_cli.project.questions import Questions
from chutes_cli.project.taint.definitions import Definitions
from chutes_cli.project.taint.matchings import MATCHERS, Matchings
from chutes_cli.project.taint.refusals import Refusals
from chutes_cli.project.taint.roots import Roots
from chutes_cli.project.taint.spot import EACH, Spot, conditions, path_of
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class, External, Function
from chutes_cli.project.tree import Knowledge
from chutes_cli.project.values import Known

_DEEPEST = 8
_MOST_OPEN = 20
_STRONG_METHODS = frozenset(
    {"isalnum", "isalpha", "isdigit", "isdecimal", "isnumeric", "isidentifier"}
)
_COMPARING_METHODS = frozenset({"is_relative_to", "issubset", "startswith", "endswith"})
_SEPARATORS = frozenset({"/", "..", "\\", "../"})
_ADDRESS_REFUSALS = frozenset({"is_private", "is_loopback", "is_link_local"})


class Validation:
    """Answers whether a value can still carry a threat where it is used."""

    def __init__(self, knowledge: Knowledge, passings: Passings, definitions: Definitions) -> None:
        self._resolver = knowledge.resolver
        self._evaluator = knowledge.evaluator
        self._passings = passings
        self._definitions = definitions
        self._roots = Roots(knowledge, definitions)
        self._matchings = Matchings(knowledge)
        self._refusals = Refusals(self, passings, definitions)
        self._clearing: Questions[bool] = Questions(False, _MOST_OPEN)

    def cleared(self, spot: Spot, expression: Expression, threat: Threat) -> bool:
        """Say whether what is known at a spot rules a threat out of an expression."""
        path = path_of(expression)
        if path is None:
            return False
        key = (spot.module, spot.at, spot.later, spot.around, path, threat)
        return self._clearing.answer(key, lambda: self._cleared(spot, path, threat))

    def _cleared(self, spot: Spot, path: str, threat: Threat) -> bool:
        for statement in (spot.at, *spot.later):
            here = Spot(spot.module, statement, frozenset(), spot.frame, spot.around)
            for test, truth in conditions(spot.module, statement):
                if self.holds(here, test, truth, path, threat):
                    return True
            if self._refusals.before(here, path, threat):
                return True
        return any(
            self.holds(spot, part, True, path, threat)
            for comprehension in spot.around
            if path in comprehension.names
            for part in comprehension.parts[1:-1]
        )

    def overwritten(self, spot: Spot, binding: Binding, name: str, threat: Threat) -> bool:
        """Say whether a name would hold something else, were its value a threat.

        ``if voice not in VOICES: voice = "plain"``
        """
        if binding.statement is not None and binding.statement.scope != spot.scope:
            return False
        return any(
            self.holds(spot.back_to(statement), guard.test, guard.kind == "else", name, threat)
            for statement, guard in self._definitions.replacing(spot.module, binding, name, spot.at)
            if guard.test is not None
        )

    def refuses(self, function: Function, path: str, threat: Threat) -> bool:
        """Say whether a function raises where what a path in it holds carries a threat."""
        return self._refusals.refuses(function, path, threat)

    def clears_under(
        self, spot: Spot, test: Expression, truth: bool, value: Expression, threat: Threat
    ) -> bool:
        """Say whether a test that came out so rules a threat out of a value."""
        path = path_of(value)
        return path is not None and self.holds(spot, test, truth, path, threat)

    # Tests

    def holds(
        self, spot: Spot, test: Expression, truth: bool, path: str, threat: Threat, depth: int = 0
    ) -> bool:
        """Say whether a test that came out so rules a threat out of a path."""
        if depth > _DEEPEST:
            return False
        match test:
            case Operation(operator="not", operands=(inner,)):
                return self.holds(spot, inner, not truth, path, threat, depth + 1)
            case Operation(operator="and" | "or" as joint, operands=parts):
                sides = (self.holds(spot, each, truth, path, threat, depth + 1) for each in parts)
                return any(sides) if (joint == "and") == truth else all(sides)
            case Operation(operator="in" | "not in" as operator, operands=(left, right)):
                inside = (operator == "in") == truth
                return self._member(spot, left, right, inside, path, threat)
            case Operation(
                operator="==" | "!=" | "is" | "is not" as operator,
                operands=(left, Literal(value=None | bool() as wanted)),
            ):
                same = (operator in ("==", "is")) == truth
                return self.holds(spot, left, same == bool(wanted), path, threat, depth + 1)
            case Operation(operator="==" | "!=" | "is" | "is not" as operator, operands=sides):
                same = (operator in ("==", "is")) == truth
                return same and threat is not Threat.SIZE and self._one(spot, sides, path, threat)
            case Operation(operator="<" | "<=" | ">" | ">=" as operator, operands=(left, right)):
                small = left if (operator in ("<", "<=")) == truth else right
                counts = threat is Threat.SIZE or (truth and _is_set(small))
                return counts and self.about(spot, small, path, threat)
            case Call():
                return self._answers(spot, test, truth, path, threat, depth)
            case Attribute(value=value, attribute=name):
                refused = name in _ADDRESS_REFUSALS and not truth
                return (
                    threat is Threat.URL
                    and (refused or (name == "is_global" and truth))
                    and self.about(spot, value, path, threat)
                )
            case Name(id=name):
                return self._flag(spot, name, truth, path, threat, depth)
            case Opaque(kind="NamedExpr", parts=(value,)):
                return self.holds(spot, value, truth, path, threat, depth + 1)
            case _:
                return not truth and self._none_left(spot, test, path, threat, depth)

    def _none_left(
        self, spot: Spot, rest: Expression, path: str, threat: Threat, depth: int
    ) -> bool:
        """``set(names) - ALLOWED``, ``[name for name in names if name not in ALLOWED]``: empty."""
        match rest:
            case Operation(operator="-", operands=(left, _)):
                return threat is not Threat.SIZE and self.about(spot, left, path, threat)
            case Opaque(kind="ListComp" | "SetComp", parts=(_, *tests, _)) if tests:
                inside = spot.within(rest)
                return all(
                    self.holds(inside, each, False, path, threat, depth + 1) for each in tests
                )
            case _:
                return False

    def _flag(
        self, spot: Spot, name: str, truth: bool, path: str, threat: Threat, depth: int
    ) -> bool:
        """``ok = name in ALLOWED`` … ``if not ok``."""
        where, _ = spot.module.lookup(name, spot.scope)
        if where != spot.scope or name == path:
            return False
        held = [
            each.value for each in self._definitions.reaching(spot.module, where, name, spot.at)
        ]
        return len(held) == 1 and held[0] is not None and self.holds(
            spot, held[0], truth, path, threat, depth + 1
        )  # fmt: skip

    def _member(
        self, spot: Spot, left: Expression, right: Expression, inside: bool, path: str,
        threat: Threat,
    ) -> bool:  # fmt: skip
        if threat is Threat.SIZE:
            return inside and self.about(spot, left, path, threat)
        if inside:
            # `name in ALLOWED`, and `BASE in path.parents`
            above = isinstance(right, Attribute) and right.attribute == "parents"
            return self.about(spot, right if above else left, path, threat)
        value = self._evaluator.value(spot.module, spot.scope, left)
        return (
            threat is Threat.PATH
            and isinstance(value, Known)
            and value.value in _SEPARATORS
            and self.about(spot, right, path, threat)
        )

    def _one(self, spot: Spot, sides: tuple[Expression, ...], path: str, threat: Threat) -> bool:
        """Say whether one side of an equality is the value and the other is the program's."""
        about = [self.about(spot, each, path, threat) for each in sides]
        if all(about):  # `os.path.basename(name) == name`
            return any(self._is_cleared(spot, each, threat) for each in sides)
        return any(about)

    def _is_cleared(self, spot: Spot, expression: Expression, threat: Threat) -> bool:
        """Say whether an expression is what is left of a value without the threat."""
        match expression:
            case Attribute(attribute=name):
                return name in libraries.DROPS.get(threat.value, ())
            case Call(function=function):
                dotted = self._resolver.dotted(spot.module, spot.scope, function)
                return dotted in libraries.CLEARS[threat.value]
            case _:
                return False

    # Calls in tests

    def _answers(
        self, spot: Spot, call: Call, truth: bool, path: str, threat: Threat, depth: int
    ) -> bool:
        dotted = self._resolver.dotted(spot.module, spot.scope, call.function) or ""
        if dotted in ("builtins.all", "builtins.any"):
            return self._of_each(spot, call, truth, path, threat, every=dotted.endswith("all"))
        if dotted == "builtins.isinstance":
            return truth and self._is_number(spot, call) and self.about(
                spot, call.arguments[0].value, path, threat
            )  # fmt: skip
        method = call.function.attribute if isinstance(call.function, Attribute) else ""
        if method in MATCHERS:
            pattern, text = self._matchings.parts(spot, call, dotted)
            return (
                text is not None
                and self.about(spot, text, path, threat)
                and self._matchings.rules_out(spot, pattern, method, truth, threat)
            )
        if isinstance(call.function, Attribute):
            found = self._method(spot, call.function, call, truth, path, threat)
            if found is not None:
                return found
        return self._asked(spot, call, truth, path, threat, depth)

    def _method(
        self, spot: Spot, callee: Attribute, call: Call, truth: bool, path: str, threat: Threat
    ) -> bool | None:
        """Judge a method of the value itself; None when it is none that is known."""
        name = callee.attribute
        if name not in _STRONG_METHODS | _COMPARING_METHODS:
            return None
        if not truth or threat is Threat.SIZE or not self.about(spot, callee.value, path, threat):
            return False
        if name in _STRONG_METHODS or name in ("is_relative_to", "issubset"):
            return name != "is_relative_to" or threat is Threat.PATH
        given = self._evaluator.value(
            spot.module, spot.scope, call.arguments[0].value if call.arguments else call
        )
        texts = _texts(given)
        if threat is Threat.URL and name == "startswith":
            return texts is None or all(re.match(r"\w+://[^/]+/", each) for each in texts)
        if threat is Threat.URL:
            return texts is not None and all(each.startswith(".") for each in texts)
        return (
            threat is Threat.PATH
            and name == "startswith"
            and self._roots.resolved(spot, callee.value)
        )

    def _of_each(
        self, spot: Spot, call: Call, truth: bool, path: str, threat: Threat, *, every: bool
    ) -> bool:
        """``all(c.isalnum() for c in name)``, ``any(c in name for c in "/;")``."""
        for argument in call.arguments:
            match argument.value:
                case Opaque(kind="GeneratorExp" | "ListComp", parts=(iterated, *_, head)) as inner:
                    if every is not truth:
                        return False
                    within = spot.within(inner)
                    if self.holds(within, head, truth, path, threat):
                        return True
                    return not every and self._excludes(within, iterated, head, path, threat)
        return False

    def _excludes(
        self, spot: Spot, iterated: Expression, head: Expression, path: str, threat: Threat
    ) -> bool:
        value = self._evaluator.value(spot.module, spot.scope, iterated)
        match head:
            case Operation(operator="in", operands=(_, right)):
                marks = {Threat.PATH: "/", Threat.SHELL: ";", Threat.SQL: "'", Threat.CODE: "("}
                return (
                    isinstance(value, Known)
                    and isinstance(value.value, str | list | tuple | set)
                    and marks.get(threat, "\0") in value.value
                    and self.about(spot, right, path, threat)
                )
            case _:
                return False

    def _asked(
        self, spot: Spot, call: Call, truth: bool, path: str, threat: Threat, depth: int
    ) -> bool:
        """Judge a function of the tree by its answers; trust one that nobody can read."""
        whole = path.removesuffix(EACH)
        for passing in self._passings.at(spot.site(call)):
            function = passing.function
            if function is not None:
                for parameter in function.scope.parameters:
                    if any(self.about(spot, each, whole, threat)
                           for each in passing.given(parameter)):  # fmt: skip
                        own = parameter.name + path.removeprefix(whole)
                        return self._predicate(function, own, truth, threat, depth)
            elif isinstance(passing.callee, External | Class):
                name = getattr(passing.callee, "name", "")
                if name in libraries.ASKS_NOTHING:
                    return False
                if truth and self.about_any(spot, passing, whole, threat):
                    return True
        return False

    def _predicate(
        self, function: Function, name: str, truth: bool, threat: Threat, depth: int
    ) -> bool:
        if depth > _DEEPEST:
            return False
        if self._refusals.refuses(function, name, threat):
            return True
        returns = [
            each for each in function.module.statements_in(function.index) if each.kind == "return"
        ]
        answers = [each for each in returns if not _answers_only(each, not truth)]
        if any(
            self._refusals.leaves(function.module, each, name, threat)
            for each in returns
            if each not in answers
        ):
            return True
        own = Name(function.scope.name_span, name)
        return bool(answers) and all(
            self.cleared(Spot(function.module, each), own, threat)
            or (
                bool(each.values)
                and self.holds(
                    Spot(function.module, each), each.values[0], truth, name, threat, depth + 1
                )
            )
            for each in answers
        )

    def _is_number(self, spot: Spot, call: Call) -> bool:
        kinds = call.arguments[1].value if len(call.arguments) > 1 else call
        names = {each.id for each in kinds.walk() if isinstance(each, Name)}
        return bool(names) and names <= {"int", "float", "bool", "complex"}

    # What an expression is about

    def about(self, spot: Spot, expression: Expression, path: str, threat: Threat) -> bool:
        """Say whether an expression speaks of a path."""
        return path in self._roots.of(spot, expression, threat)

    def about_any(self, spot: Spot, passing: Passing, path: str, threat: Threat) -> bool:
        """Say whether an argument of a call speaks of a path."""
        return any(self.about(spot, each.value, path, threat) for each in passing.arguments)


def _answers_only(statement: Statement, truth: bool) -> bool:
    """Say whether a ``return`` gives a constant that is true, or false."""
    if not statement.values:
        return not truth
    value = statement.values[0]
    return isinstance(value, Literal) and bool(value.value) is truth


def _is_set(expression: Expression) -> bool:
    match expression:
        case Call(function=Name(id="set" | "frozenset")):
            return True
        case _:
            return False


def _texts(value: object) -> Iterator[str] | list[str] | None:
    match value:
        case Known(value=str(text)):
            return [text]
        case Known(value=tuple() as several):
            return [each for each in several if isinstance(each, str)]
        case _:
            return None
