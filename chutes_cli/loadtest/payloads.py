"""Requests derived from a chute's cords and models, for a load test without ``--request``.

Only what is sure to be accepted is sent: a request that the chute refuses would measure its
error path and fail an objective that the chute meets. What cannot be derived is left out, with
the reason and a line to complete by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chutes_cli.core.errors import UsageError
from chutes_cli.loadtest.chute_ref import find_chute, read_chutes
from chutes_cli.loadtest.plan import METHODS, PlannedRequest
from chutes_cli.loadtest.samples import PLACEHOLDER, Sampler
from chutes_cli.loadtest.scalars import NoSample
from chutes_cli.project.exposure import EXPOSURES, exposures_at
from chutes_cli.project.model import Chute, Cord, Project
from chutes_cli.project.targets import Class, Function
from chutes_cli.project.values import Known

_HINT = """give at least one request: --request 'POST /generate {"prompt": "hi"}'"""
# The SDK's dev runtime reads a body of these only; a cord gets no argument from the others
# (SDK 0.6.9 entrypoint/run.py, DevMiddleware).
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_BRANCHES = frozenset({"if", "else", "for", "while", "except", "match"})
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


@dataclass(frozen=True, slots=True)
class Derived:
    """A request made for a cord.

    Attributes:
        request: The request.
        note: What could still make the chute refuse it, empty when nothing is known.
    """

    request: PlannedRequest
    note: str = ""

    @property
    def line(self) -> str:
        """The request in the notation of ``--request``, a long body cut."""
        body = self.request.body.decode()
        shown = body if len(body) <= 200 else f"{body[:160]}... ({len(body)} bytes)"
        return f"{self.request.method} {self.request.path} {shown}".rstrip()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cord that gets no request.

    Attributes:
        cord: The cord, as messages call it.
        reason: Why.
        request: A ``--request`` to complete by hand, None where every call would fail.
    """

    cord: str
    reason: str
    request: str | None = None

    @property
    def line(self) -> str:
        """The reason, and what to write instead."""
        instead = f"; write --request '{self.request}'" if self.request else ""
        return f"{self.cord}: {self.reason}{instead}"


@dataclass(frozen=True, slots=True)
class Derivation:
    """What was made of a chute's cords, each in source order."""

    requests: tuple[Derived, ...]
    left_out: tuple[LeftOut, ...]


def requests_of(spec: str) -> Derivation:
    """Derive one request per cord of the chute that ``--serve`` means.

    Args:
        spec: ``PATH``, ``FILE.py`` or ``PATH:MODULE:CHUTE``.

    Raises:
        UsageError: There is no such chute, or no request can be derived from it.
    """
    project, chutes = read_chutes(find_chute(spec))
    found = derive(project, chutes)
    if found.requests:
        return found
    if any(each.line for each in found.left_out):
        detail = "\n".join(each.line for each in found.left_out)
    elif any(chute.from_template for chute in chutes):
        detail = "its cords come from a template builder of the SDK, which serves a model's own API"
    else:
        detail = "no cord is registered on it, as far as the source tells"
    raise UsageError(
        "no request can be derived from the chute's cords", where=spec, detail=detail, hint=_HINT
    )


def derive(project: Project, chutes: Iterable[Chute]) -> Derivation:
    """Derive one request per cord.

    Args:
        project: The tree that holds the chutes.
        chutes: The chute to be served; several where branches make different ones.
    """
    cords = {(cord.site, cord.turn): cord for chute in chutes for cord in chute.cords}
    requests: dict[str, Derived] = {}
    left_out = []
    for cord in cords.values():
        made = _CordReader(project, cord).result()
        if isinstance(made, LeftOut):
            left_out.append(made)
        elif made.request.name in requests:
            # FastAPI and the gateway both take the first match.
            reason = f"an earlier cord answers {made.request.name}"
            left_out.append(LeftOut(cord.label, reason))
        else:
            requests[made.request.name] = made
    return Derivation(tuple(requests.values()), tuple(left_out))


class _Refused(Exception):
    """The cord gets no request; a ``body`` makes a line to complete by hand."""

    def __init__(self, reason: str, body: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.body = body


class _CordReader:
    """Makes the request of one cord."""

    def __init__(self, project: Project, cord: Cord) -> None:
        self._project = project
        self._cord = cord

    def result(self) -> Derived | LeftOut:
        address = ""
        try:
            function = self._function()
            method, path = self._method(), self._path()
            address = f"{method} {path}"
            body, note = self._body(function, method)
        except _Refused as error:
            by_hand = None
            if address and error.body is not None:
                by_hand = f"{address} {json.dumps(error.body)}"
            return LeftOut(self._cord.label, error.reason, by_hand)
        data = b"" if body is None else json.dumps(body).encode()
        return Derived(PlannedRequest(name=address, method=method, path=path, body=data), note)

    # The cord

    def _function(self) -> Function:
        cord = self._cord
        if cord.function is None:
            raise _Refused("its function cannot be told")
        if cord.passthrough is not False:
            raise _Refused("it passes calls through to a server inside the chute")
        module, guards = cord.site.module, cord.site.statement.guards
        exposures = exposures_at(module, guards)
        if "direct" not in exposures:
            raise _Refused("it is registered for the gateway only")
        kinds = {module.facts.guards[index].kind for index in module.guards_of(guards)}
        if cord.turn:
            kinds -= {"for"}  # the cord is the one of a turn that is known to come
        if exposures == EXPOSURES and kinds & _BRANCHES:
            raise _Refused("it is registered under a condition or in a loop")
        return cord.function

    def _path(self) -> str:
        value = self._cord.arguments.value("public_api_path")
        match value:
            case None | Known(value=None | ""):
                raise _Refused("it has no public_api_path")
            case Known(value=str(text)):
                path = f"/{text.strip('/')}"  # as the SDK does (cord.py, public_api_path.setter)
                if _PATH.fullmatch(path):
                    return path
                raise _Refused(f"its public_api_path {text!r} is not one the SDK takes")
            case _:
                raise _Refused("its public_api_path cannot be told from the source")

    def _method(self) -> str:
        value = self._cord.arguments.value("public_api_method")
        match value:
            case None:
                return "POST"
            case Known(value=str(text)) if text.upper() in METHODS:
                return text.upper()
            case _:
                raise _Refused("its public_api_method cannot be told or is no HTTP method")

    # Its input

    def _body(self, function: Function, method: str) -> tuple[dict[str, Any] | None, str]:
        """Return the body, None for no body, and a note."""
        parameters = function.scope.parameters
        positional = [each for each in parameters if each.kind == "positional"]
        takes_rest = any(each.kind == "*" for each in parameters)
        if not positional and not takes_rest:
            raise _Refused("its function takes no `self`, so every call fails")
        inputs = positional[1:]
        needed = [each.name for each in inputs[1:] if each.default is None]
        needed += [each.name for each in parameters if each.kind == "keyword" and not each.default]
        if needed:
            raise _Refused(f"nothing is ever passed for {needed[0]!r}, so every call fails")
        model = self._model(function)
        if method not in _WITH_BODY:
            if model is not None or (inputs and inputs[0].default is None):
                raise _Refused(f"a {method} request passes no argument, so every call fails")
            return None, ""
        if model is not None:
            if not inputs and not takes_rest:
                raise _Refused("its function takes no input, so every call fails")
            return self._sampled(model)
        if inputs:
            name = inputs[0].name
            body = {PLACEHOLDER: PLACEHOLDER}
            raise _Refused(f"{name!r} is no pydantic model, so its fields are not known", body)
        return {}, ""

    def _model(self, function: Function) -> Class | None:
        """Return the model the SDK validates the body with (SDK util/schema.py, extract_models)."""
        schemas = self._project.schemas
        if self._cord.arguments.value("input_schema") not in (None, Known(None)):
            given = self._cord.arguments.get("input_schema")
            model = given and schemas.annotated_model(given.module, given.scope, given.expression)
            if not model:
                raise _Refused("its input_schema cannot be told from the source")
            return model
        parameters = function.scope.parameters
        if len(parameters) != 2 or parameters[1].kind != "positional":
            return None
        first, second = parameters
        if first.name != "self" and first.annotation is not None:
            return None  # the SDK takes the first for input, and validates nothing
        return schemas.annotated_model(function.module, function.scope.parent, second.annotation)

    def _sampled(self, model: Class) -> tuple[dict[str, Any], str]:
        sampler = Sampler(self._project, model)
        try:
            body = sampler.body()
        except NoSample as error:
            raise _Refused(str(error), sampler.sketch()) from None
        names = ", ".join(dict.fromkeys(sampler.validated))
        return body, f"{names} has validators of its own, which may refuse it" if names else ""
