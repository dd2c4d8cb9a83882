"""Decoders that run what they decode."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import (
    DATA,
    IMPORTING,
    LOADERS,
    NUMPY,
    TORCH,
    UNPICKLERS,
    YAML,
)
from chutes_cli.core.finding import Severity
from chutes_cli.project.facts import Call, Operation, Statement, last_name
from chutes_cli.project.model import Project
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class, External, Function, Method, Target

from .sinks import (
    Reached,
    SinkCheck,
    calls_to,
    is_true,
)

_MADE_BY_HEIRS = {
    f"{name}.__init__": sink for name, sink in {**LOADERS, **UNPICKLERS}.items()
}  # fmt: skip
_MAY_LIMIT = frozenset({"[]", "?:", "and", "or"})


class UnsafeDeserialisation(SinkCheck):
    """A decoder that can run code is given what a caller sends.

    ## What it does
    Follows the input of cords to `pickle`, `cloudpickle`, `dill`, `joblib`, `marshal`,
    `jsonpickle`, `yaml.load` without a safe loader, `torch.load` unless
    `weights_only=True`, and `numpy.load` with `allow_pickle=True`. Classes of the project's
    own count as what they derive from: loaders of YAML, and unpicklers whose `find_class`
    is not limited.

    ## Why it matters
    These formats name functions to call while decoding: forty bytes run a command of the
    caller's, before any look at the result. Base64 around them changes nothing. `torch.load`
    is safe by default only from torch 2.6 on; saying `weights_only=True` is safe with all.

    ## Example
    ```python
    import base64
    import pickle


    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        state: str = Field(max_length=10_000)


    @chute.cord(public_api_path="/restore", public_api_method="POST")
    async def restore(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"state": repr(pickle.loads(base64.b64decode(args.state, validate=True)))}
    ```

    ## Use instead
    ```python
    import json


    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        state: str = Field(max_length=10_000)


    @chute.cord(public_api_path="/restore", public_api_method="POST")
    async def restore(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            return {"state": repr(json.loads(args.state))}
        except ValueError:
            raise HTTPException(status_code=400, detail="not JSON") from None
    ```

    ## Source
    Python documentation, pickle, Warning; PyTorch documentation, torch.load, Warning.
    """

    id = "unsafe-deserialisation"
    severity = Severity.ERROR
    threat = Threat.DATA

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield what is decoded."""
        yield from calls_to(project, DATA)
        for passing, stream in calls_to(project, YAML):
            if not _is_safe(project, passing):
                yield passing, stream
        yield from _own_decoders(project)
        for passing, data in calls_to(project, TORCH):
            if is_true(project, passing, "weights_only") is False:
                yield passing, data
        for passing, data in calls_to(project, NUMPY):
            if is_true(project, passing, "allow_pickle"):
                yield passing, data

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say whose data is decoded."""
        return (
            f"{called} can run code while it decodes what the caller of {by} sends",
            "take JSON, safetensors or another format that holds data alone",
        )


def _is_safe(project: Project, passing: Passing) -> bool:
    """Say whether YAML is read by a loader that makes plain values only, or by one not known."""
    loader = passing.argument(1, "Loader")
    if loader is None:
        return False
    site = passing.site
    chosen = project.knowledge.resolver.resolve(site.module, site.scope, loader)
    return not chosen or not all(_names(project, each) & LOADERS.keys() for each in chosen)


def _names(project: Project, target: Target) -> set[str]:
    """Return the dotted names of a class of a library, or of those that one of the tree is of."""
    match target:
        case External(name=name):
            return {name}
        case Class():
            return project.knowledge.resolver.members.ancestors(target)
        case _:
            return set()


def _own_decoders(project: Project) -> Iterator[Reached]:
    """Yield what decoders of the tree's own are made with, or hand to what they derive from."""
    own = [
        Class(module, index)
        for module in project.modules
        for index in range(len(module.facts.scopes))
        if _is_decoder(project, Class(module, index))
    ]
    for owner in own:
        if not project.knowledge.resolver.members.methods(owner, "__init__"):
            for passing in project.passings.making(owner):
                for each in passing.arguments[:1]:
                    yield passing, each.value
    for passing, data in calls_to(project, _MADE_BY_HEIRS):
        module = passing.site.module
        index = module.enclosing_class(module.enclosing_function(passing.site.scope))
        if Class(module, index) in own:
            yield passing, data


def _is_decoder(project: Project, owner: Class) -> bool:
    """Say whether objects of a class of the tree run what they decode."""
    members = project.knowledge.resolver.members
    of = members.ancestors(owner)
    if of & LOADERS.keys():
        return True
    return bool(of & UNPICKLERS.keys()) and all(
        _finds_all(project, each)
        for heir in members.with_heirs(owner)
        for each in members.methods(heir, "find_class")
    )


def _finds_all(project: Project, function: Function) -> bool:
    """Say whether a ``find_class`` looks up whatever it is asked for.

    One that raises, asks a function or a table, or looks up under a condition may limit it.
    """
    statements = function.module.statements_in(function.index)
    everything = [part for each in statements for part in each.expressions()]
    resolver = project.knowledge.resolver
    if any(each.kind in ("raise", "assert") for each in statements) or any(
        isinstance(target, Function | Method)
        for each in everything
        if isinstance(each, Call)
        for target in resolver.resolve(function.module, function.index, each.function)
    ):
        return False
    if any(isinstance(each, Operation) and each.operator in _MAY_LIMIT for each in everything):
        return False
    guards = function.module.facts.guards
    return any(
        _looks_up(project, function, each)
        for each in statements
        if each.kind == "return"
        and all(guards[index].kind == "try" for index in function.module.guards_of(each.guards))
    )


def _looks_up(project: Project, function: Function, statement: Statement) -> bool:
    return any(
        last_name(each.function) == "find_class"
        or project.knowledge.resolver.dotted(function.module, function.index, each.function)
        in IMPORTING
        for each in statement.expressions()
        if isinstance(each, Call)
    )
