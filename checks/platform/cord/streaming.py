"""Whether a cord streams and its function yields."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, FormattedText, Literal, Mapping
from chutes_cli.project.model import Cord, Project
from chutes_cli.project.targets import Function

from .body import running
from .chunks import object_made
from .returns import Value, generator_kind, is_bare, is_coroutine, returned


class CordGeneratorMismatch(Check):
    """A cord yields without `stream=True`, or says `stream=True` and does not yield.

    ## What it does
    Compares `stream=` with the function: whether it yields, or hands on a generator of the
    tree's own. A plain function may return a generator, an iterator or a list to a
    streaming cord; an `async def` must yield itself.

    ## Why it matters
    Without `stream=True` the SDK tries to encode the generator object itself and answers
    500 on every call (only the dev runtime makes a list of a plain one). With `stream=True`
    it iterates what the function returns: a coroutine cannot be iterated ("Error
    initializing stream", 500), and of a dict only the keys are sent.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def start(self):
        self.vocabulary = ["one", "two"]


    @chute.cord(public_api_path="/words", public_api_method="GET")
    async def words(self):
        for word in self.vocabulary:
            yield word
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def start(self):
        self.vocabulary = ["one", "two"]


    @chute.cord(public_api_path="/words", public_api_method="GET", stream=True)
    async def words(self):
        for word in self.vocabulary:
            yield word
    ```

    ## Source
    SDK 0.6.9 chutes/chute/cord.py, `_remote_call` (encodes what the function returned) and
    `_iter_generator_in_thread` (iterates it).
    """

    id = "cord-generator-mismatch"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per cord, or per returned value, that does not fit its stream."""
        for cord, function in running(project):
            if not is_bare(project, function, cord.site.expression):
                continue
            if cord.stream is True:
                yield from self._streaming(project, cord, function)
            elif cord.stream is False:
                yield from self._plain(project, circumstances, cord, function)

    def _plain(
        self,
        project: Project,
        circumstances: Circumstances,
        cord: Cord,
        function: Function,
    ) -> Iterator[Finding]:
        scope = function.scope
        if scope.is_generator:
            if scope.is_async or circumstances.on_gateway:
                message, severity = "answers 500 on every call", Severity.ERROR
            else:
                message, severity = "answers with one JSON list", Severity.WARNING
            yield self._at_name(
                function,
                f"{cord.label} yields without stream=True and {message}",
                "pass stream=True to @chute.cord, or return a value",
                severity,
            )
            return
        for _, value in returned(function):
            kind = generator_kind(project, value)
            if kind is not None and (circumstances.on_gateway or "async" in kind):
                yield self._at_value(
                    function,
                    value,
                    f"{cord.label} returns {kind} without stream=True and answers 500",
                    "pass stream=True to @chute.cord and yield from it, or collect it in a list",
                )

    def _streaming(self, project: Project, cord: Cord, function: Function) -> Iterator[Finding]:
        scope = function.scope
        if scope.is_generator:
            return
        if scope.is_async:
            yield self._at_name(
                function,
                f"{cord.label}: stream=True on an async function that does not yield answers "
                "500 on every call",
                "yield the parts (`async for part in ...: yield part`), or leave out stream=True",
            )
            return
        values = [value for _, value in returned(function)]
        if not values:
            yield self._at_name(
                function,
                f"{cord.label}: stream=True on a function that neither yields nor returns "
                "anything answers 500 on every call",
                "yield the parts, or leave out stream=True",
            )
        for value in values:
            fault = _not_a_stream(project, value)
            if fault is not None:
                words, severity = fault
                yield self._at_value(
                    function,
                    value,
                    f"{cord.label}: stream=True {words}",
                    "yield texts or bytes, or leave out stream=True",
                    severity,
                )

    def _at_name(
        self, function: Function, message: str, help: str, severity: Severity = Severity.ERROR
    ) -> Finding:
        return self.finding(
            function.module,
            function.scope.name_span,
            function.index,
            message,
            help,
            severity=severity,
        )

    def _at_value(
        self,
        function: Function,
        value: Value,
        message: str,
        help: str,
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        span = value.shown.span
        return self.finding(function.module, span, function.index, message, help, severity=severity)


def _not_a_stream(project: Project, value: Value) -> tuple[str, Severity] | None:
    """Return why iterating a returned value gives no stream, and how bad that is."""
    if is_coroutine(project, value) or generator_kind(project, value) == "an async generator":
        return "cannot iterate this before it is awaited and answers 500", Severity.ERROR
    match value.expression:
        case Literal(value=str()) | FormattedText():
            return "sends this text character by character", Severity.WARNING
        case Mapping():
            return "sends the keys of this dict and nothing else", Severity.WARNING
        case Literal(value=constant):
            return f"cannot send {constant!r} and answers 500", Severity.ERROR
        case Call():
            made = object_made(project, value)
            if made is not None and made not in ("a dict", "a list"):
                return f"cannot iterate {made} and answers 500", Severity.ERROR
    return None
