"""LibCST statements to facts: one traversal over the statements that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import libcst as cst

from chutes_cli.project.expressions import ExpressionReader
from chutes_cli.project.facts import (
    Expression,
    Guard,
    Import,
    ModuleFacts,
    Name,
    Parameter,
    Scope,
    Span,
    Statement,
)
from chutes_cli.project.flow import dotted_name, is_irrefutable, leaves
from chutes_cli.project.patterns import Patterns, any_of
from chutes_cli.project.positions import Positions


class StatementReader:
    """Collects the facts of one parsed module."""

    def __init__(self, module: cst.Module) -> None:
        self._module = module
        self._positions = Positions(module)
        self._expressions = ExpressionReader(self._positions, self._note_yield)
        self._scopes: list[Scope] = []
        self._guards: list[Guard] = []
        self._imports: list[Import] = []
        self._statements: list[Statement] = []
        self._generators: set[int] = set()
        self._declared: dict[int, list[str]] = {}
        self._scope = 0

    def facts(self) -> ModuleFacts:
        """Return what the module says."""
        whole = Span(1, 1, 1, 1)
        self._scopes.append(Scope("module", "", "", -1, whole, whole))
        self._block(self._module.body, -1)
        scopes = [
            replace(
                scope,
                is_generator=index in self._generators,
                declared=tuple(self._declared.get(index, ())),
            )
            for index, scope in enumerate(self._scopes)
        ]
        return ModuleFacts(
            tuple(scopes), tuple(self._guards), tuple(self._imports), tuple(self._statements)
        )

    def _note_yield(self) -> None:
        self._generators.add(self._scope)

    def _guard(self, kind: str, test: Expression | None, parent: int) -> int:
        self._guards.append(Guard(kind, test, parent))
        return len(self._guards) - 1

    def _say(self, kind: str, guards: int, span: Span, **rest: Any) -> None:
        self._statements.append(Statement(kind, self._scope, guards, span, **rest))

    def _block(self, body: Sequence[cst.CSTNode], guards: int) -> None:
        for node in body:
            if isinstance(node, cst.SimpleStatementLine):
                for small in node.body:
                    self._small(small, guards)
            elif isinstance(node, cst.BaseSmallStatement):
                self._small(node, guards)
            else:
                guards = self._compound(node, guards)

    def _suite(self, suite: cst.BaseSuite, guards: int) -> None:
        self._block(suite.body, guards)

    # Simple statements

    def _small(self, node: cst.BaseSmallStatement, guards: int) -> None:
        read = self._expressions.read
        span = self._positions.of(node)
        match node:
            case cst.Expr():
                self._say("expression", guards, span, values=(read(node.value),))
            case cst.Assign():
                targets = tuple(read(target.target) for target in node.targets)
                self._say("assign", guards, span, values=(read(node.value),), targets=targets)
            case cst.AnnAssign():
                self._annotated(node, guards, span)
            case cst.AugAssign():
                target = read(node.target)
                self._say("augment", guards, span, values=(read(node.value),), targets=(target,))
            case cst.Return(value=value) | cst.Raise(exc=value):
                kind = "return" if isinstance(node, cst.Return) else "raise"
                self._say(kind, guards, span, values=(read(value),) if value else ())
            case cst.Assert():
                values = tuple(read(part) for part in (node.test, node.msg) if part)
                self._say("assert", guards, span, values=values)
            case cst.Del():
                self._say("delete", guards, span, targets=(read(node.target),))
            case cst.Global() | cst.Nonlocal():
                names = [item.name.value for item in node.names]
                self._declared.setdefault(self._scope, []).extend(names)
            case cst.Break():
                self._say("break", guards, span)
            case cst.Import():
                self._import(node, guards)
            case cst.ImportFrom():
                self._import_from(node, guards)
            case _:
                pass  # pass, continue and type aliases say nothing a check needs

    def _annotated(self, node: cst.AnnAssign, guards: int, span: Span) -> None:
        annotation = self._expressions.annotation(node.annotation)
        values: tuple[Expression, ...] = (annotation,) if annotation else ()
        if node.value is not None:
            values = (*values, self._expressions.read(node.value))
        target = self._expressions.read(node.target)
        self._say("annotate", guards, span, values=values, targets=(target,))

    def _import(self, node: cst.Import, guards: int) -> None:
        for alias in node.names:
            dotted = dotted_name(alias.name)
            renamed = alias.asname.name if alias.asname else None
            bound = renamed.value if isinstance(renamed, cst.Name) else dotted.split(".")[0]
            module = dotted if renamed else dotted.split(".")[0]
            self._bind_import(module, None, bound, 0, alias, guards)
            if not renamed and "." in dotted:
                # `import a.b` binds `a`; the submodule is noted for the import closure.
                self._bind_import(dotted, None, "", 0, alias, guards)

    def _import_from(self, node: cst.ImportFrom, guards: int) -> None:
        module = dotted_name(node.module) if node.module else ""
        level = len(node.relative)
        if isinstance(node.names, cst.ImportStar):
            span = self._positions.of(node)
            self._imports.append(Import(module, "*", "*", level, self._scope, guards, span))
            return
        for alias in node.names:
            name = dotted_name(alias.name)
            renamed = alias.asname.name if alias.asname else None
            bound = renamed.value if isinstance(renamed, cst.Name) else name
            self._bind_import(module, name, bound, level, alias, guards)

    def _bind_import(
        self,
        module: str,
        name: str | None,
        bound: str,
        level: int,
        alias: cst.ImportAlias,
        guards: int,
    ) -> None:
        span = self._positions.of(alias)
        self._imports.append(Import(module, name, bound, level, self._scope, guards, span))

    # Compound statements

    def _compound(self, node: cst.CSTNode, guards: int) -> int:
        """Read a compound statement; return the guards of what follows it."""
        match node:
            case cst.FunctionDef():
                self._function(node, guards)
            case cst.ClassDef():
                self._class(node, guards)
            case cst.If():
                return self._if(node, guards)
            case cst.For():
                self._for(node, guards)
            case cst.While():
                test = self._test(node.test, guards)
                self._suite(node.body, self._guard("while", test, guards))
                if node.orelse:
                    self._suite(node.orelse.body, guards)
            case cst.With():
                self._with(node, guards)
            case cst.Try() | cst.TryStar():
                self._try(node, guards)
            case cst.Match():
                return self._match(node, guards)
            case _:
                pass
        return guards

    def _test(self, node: cst.BaseExpression, guards: int) -> Expression:
        test = self._expressions.read(node)
        self._say("test", guards, test.span, values=(test,))
        return test

    def _if(self, node: cst.If, guards: int) -> int:
        """An ``if`` that leaves its block on one side guards what follows by the other."""
        test = self._test(node.test, guards)
        self._suite(node.body, self._guard("if", test, guards))
        after = self._guard("else", test, guards) if leaves(node.body) else guards
        if isinstance(node.orelse, cst.If):
            inner = self._guard("else", test, guards)
            rest = self._if(node.orelse, inner)
            return rest if rest != inner and after != guards else after
        if node.orelse is not None:
            self._suite(node.orelse.body, self._guard("else", test, guards))
            if leaves(node.orelse.body) and after == guards:
                return self._guard("if", test, guards)
        return after

    def _for(self, node: cst.For, guards: int) -> None:
        iterated = self._expressions.read(node.iter)
        target = self._expressions.read(node.target)
        self._say(
            "for",
            guards,
            iterated.span,
            values=(iterated,),
            targets=(target,),
            is_async=node.asynchronous is not None,
        )
        self._suite(node.body, self._guard("for", iterated, guards))
        if node.orelse:
            self._suite(node.orelse.body, guards)

    def _with(self, node: cst.With, guards: int) -> None:
        for item in node.items:
            value = self._expressions.read(item.item)
            targets: tuple[Expression, ...] = ()
            if item.asname and isinstance(item.asname.name, cst.BaseExpression):
                targets = (self._expressions.read(item.asname.name),)
            self._say(
                "with",
                guards,
                value.span,
                values=(value,),
                targets=targets,
                is_async=node.asynchronous is not None,
            )
            guards = self._guard("with", value, guards)
        self._suite(node.body, guards)

    def _try(self, node: cst.Try | cst.TryStar, guards: int) -> None:
        clauses: list[cst.ExceptHandler | cst.ExceptStarHandler] = [*node.handlers]
        caught_types = [
            self._expressions.read(clause.type) if clause.type else None for clause in clauses
        ]
        handlers = tuple(self._guard("except", caught, guards) for caught in caught_types)
        self._guards.append(Guard("try", None, guards, handlers))
        self._suite(node.body, len(self._guards) - 1)
        for clause, caught, inside in zip(clauses, caught_types, handlers, strict=True):
            name: tuple[Expression, ...] = ()
            if clause.name and isinstance(clause.name.name, cst.BaseExpression):
                name = (self._expressions.read(clause.name.name),)
            span = caught.span if caught else self._positions.of(clause)
            values = (caught,) if caught else ()
            self._say("except", guards, span, values=values, targets=name, handles=inside)
            self._suite(clause.body, inside)
        if node.orelse:
            self._suite(node.orelse.body, guards)
        if node.finalbody:
            self._suite(node.finalbody.body, self._guard("finally", None, guards))

    def _match(self, node: cst.Match, guards: int) -> int:
        """A case that leaves guards what follows, as an ``if`` does."""
        subject = self._expressions.read(node.subject)
        patterns = Patterns(self._expressions.read, self._positions.of)
        after, staying = guards, list[Expression | None]()
        for case in node.cases:
            bound = list(patterns.bound(case.pattern, subject))
            names = tuple(Name(subject.span, name) for name, held in bound if held is None)
            self._say("match", guards, subject.span, values=(subject,), targets=names)
            inner = self._guard("match", subject, guards)
            test = patterns.test(case.pattern, subject)
            if test is not None:
                self._say("test", inner, test.span, values=(test,))
                inner = self._guard("if", test, inner)
            for name, held in bound:
                if held is not None:
                    target = Name(held.span, name)
                    self._say("assign", inner, held.span, values=(held,), targets=(target,))
            if case.guard:
                inner = self._guard("if", self._test(case.guard, inner), inner)
            self._suite(case.body, inner)
            if not leaves(case.body):
                staying.append(None if case.guard else test)
            elif test is not None and not case.guard:
                after = self._guard("else", test, after)
            elif is_irrefutable(case):
                tests = [each for each in staying if each is not None]
                one = any_of(tests, subject.span) if len(tests) == len(staying) else None
                after = self._guard("if", one, after) if one is not None else after
        return after

    # Definitions

    def _function(self, node: cst.FunctionDef, guards: int) -> None:
        decorators = tuple(self._expressions.read(each.decorator) for each in node.decorators)
        parameters = tuple(self._parameters(node.params))
        returns = self._expressions.annotation(node.returns)
        scope = replace(
            self._new_scope("function", node, guards),
            decorators=decorators,
            parameters=parameters,
            returns=returns,
            is_async=node.asynchronous is not None,
        )
        self._define(scope, node.body, guards)

    def _class(self, node: cst.ClassDef, guards: int) -> None:
        decorators = tuple(self._expressions.read(each.decorator) for each in node.decorators)
        bases = tuple(self._expressions.read(each.value) for each in node.bases)
        scope = replace(
            self._new_scope("class", node, guards),
            decorators=decorators,
            bases=bases,
            keywords=tuple(self._expressions.argument(each) for each in node.keywords),
        )
        self._define(scope, node.body, guards)

    def _new_scope(self, kind: str, node: cst.FunctionDef | cst.ClassDef, guards: int) -> Scope:
        name = node.name.value
        outer = self._scopes[self._scope].qualname
        qualname = f"{outer}.{name}" if outer else name
        span = self._positions.of(node)
        return Scope(
            kind, name, qualname, self._scope, span, self._positions.of(node.name), guards=guards
        )

    def _define(self, scope: Scope, body: cst.BaseSuite, guards: int) -> None:
        index = len(self._scopes)
        self._scopes.append(scope)
        name = Name(scope.name_span, scope.name)
        self._say(
            "define",
            guards,
            scope.span,
            values=scope.evaluated(),
            targets=(name,),
            defines=index,
        )
        outer, self._scope = self._scope, index
        # A function's body runs when it is called, not under the guards of its definition.
        self._suite(body, -1)
        self._scope = outer

    def _parameters(self, node: cst.Parameters) -> list[Parameter]:
        found = [
            self._parameter(each, "positional") for each in (*node.posonly_params, *node.params)
        ]
        if isinstance(node.star_arg, cst.Param):
            found.append(self._parameter(node.star_arg, "*"))
        found += [self._parameter(each, "keyword") for each in node.kwonly_params]
        if node.star_kwarg:
            found.append(self._parameter(node.star_kwarg, "**"))
        return found

    def _parameter(self, node: cst.Param, kind: str) -> Parameter:
        default = self._expressions.read(node.default) if node.default else None
        annotation = self._expressions.annotation(node.annotation)
        return Parameter(node.name.value, kind, annotation, default, self._positions.of(node.name))
