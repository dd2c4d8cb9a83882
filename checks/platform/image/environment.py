"""Environment variables of an image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.contract.sdk import contract
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.model import Directive, Project
from chutes_cli.project.values import Known

from .directives import called, histories, name_span, text_of

_KEYS = "chutes.image.directive.env.ENV_KEY_RE"
_EXPANDED = re.compile(r"(?<!\\)\$\{?([0-9]|[a-z]\w*)")
_QUOTED = re.compile(r"""'[^']*'|"(\\.|[^"\\])*\"""")
_CONTINUED = re.compile(r"\\[ \t]*$")


class ImageEnvName(Check):
    """`with_env` sets a variable that may not be set.

    ## What it does
    Compares the names of variables with the SDK's pattern, and looks for those with which
    an instance refuses to start.

    ## Why it matters
    A name with a dash or a leading digit is an AssertionError when the module is imported.
    With `HTTP_PROXY` or `HTTPS_PROXY` in its environment, every instance exits at once.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .with_env("LOG-LEVEL", "INFO")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .with_env("LOG_LEVEL", "INFO")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/image/directive/env.py, `ENV_KEY_RE`; chutes/entrypoint/run.py: "HTTP(s)
    proxy detected, refusing to run."
    """

    id = "image-env-name"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per refused name."""
        rule = platform().rule("instance-environment")
        for directive in called(project, "with_env"):
            key = text_of(directive, "key")
            if key is None:
                continue
            if not contract().pattern(_KEYS).match(key):
                message = f"with_env refuses the name {key!r}: AssertionError at import"
                help = "use letters, digits and `_`, no digit first"
            elif rule.violation(key):
                message = f"an instance with {key} in its environment refuses to run"
                help = "remove it; with allow_external_egress=True no proxy is needed"
            else:
                continue
            yield self.finding(
                directive.site.module, name_span(directive), directive.site.scope, message, help
            )


class ImageEnvUnquoted(Check):
    """A value given to `with_env` does not survive the Dockerfile.

    ## What it does
    Reads known values as the Dockerfile parser does: blanks, line ends, quotes, backslashes
    and `$` have a meaning there. Values in quotes of their own are accepted.

    ## Why it matters
    The SDK writes `ENV KEY=value` without quoting. A blank ends the value and fails the
    build ("can't find = in"), a line end makes a new instruction of the rest, quotes and
    backslashes vanish, and `$name` is replaced.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .with_env("GREETING", "good morning")
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Use instead
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .with_env("GREETING", '"good morning"')
    )
    chute = Chute(
        username="you",
        name="my-service",
        image=image,
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "model")}
    ```

    ## Source
    SDK 0.6.9 chutes/image/directive/env.py: the line is `ENV {key}={value}`.
    """

    id = "image-env-unquoted"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per variable."""
        for history in histories(project):
            for directive, value, own in _values(history):
                fault = _fault(value) or _change(value, own)
                if fault is None:
                    continue
                message, help, severity = fault
                yield self.finding(
                    directive.site.module,
                    name_span(directive),
                    directive.site.scope,
                    f"with_env: {message}",
                    help,
                    severity=severity,
                    confidence=None if severity is Severity.ERROR else Confidence.MEDIUM,
                )


Fault = tuple[str, str, Severity]


def _values(history: tuple[Directive, ...]) -> Iterator[tuple[Directive, str, set[str | None]]]:
    """Yield the known values with the variables that the image has set before."""
    own: set[str | None] = set()
    for directive in history:
        if directive.method != "with_env":
            continue
        value = directive.arguments.value("value")
        if isinstance(value, Known):
            yield directive, str(value.value), set(own)
        own.add(text_of(directive, "key"))


def _fault(value: str) -> Fault | None:
    """Say how a value breaks the Dockerfile, if it does. Never shows the value."""
    line = value.rstrip("\r\n")
    if "\n" in line:
        return (
            "the value has several lines, and all but the first become Dockerfile instructions",
            "put it on one line, or add a file instead",
            Severity.ERROR,
        )
    if _CONTINUED.search(line):
        return (
            "the value ends with a backslash, which swallows the next Dockerfile line",
            "wrap it in quotes of its own: '\"...\"', with the backslash doubled",
            Severity.ERROR,
        )
    words = split(f"={line}")
    if words is None:
        return (
            "a quote in the value is never closed, and the build fails",
            "wrap the value in quotes of the other kind",
            Severity.ERROR,
        )
    if len(words) > 1:
        what = (
            "what follows becomes other variables"
            if all("=" in each for each in words)
            else "the build fails"
        )
        return (
            f"the value ends at its first blank, and {what}",
            "wrap it in quotes of its own: '\"...\"'",
            Severity.ERROR,
        )
    return None


def _change(value: str, own: set[str | None]) -> Fault | None:
    """Say how a value reaches the image as another one, if it does."""
    quoted = _QUOTED.fullmatch(value.rstrip("\r\n"))
    if not quoted and ("'" in value or '"' in value):
        return (
            "the quotes inside the value are dropped",
            "wrap it in quotes of the other kind: ''' '...' '''",
            Severity.WARNING,
        )
    if not quoted and re.search(r"\\\w", value):
        return (
            "the backslashes in the value are dropped",
            "wrap it in single quotes of its own",
            Severity.WARNING,
        )
    in_single_quotes = value.startswith("'")  # wholly, or it had been told above
    if not in_single_quotes and any(each.group(1) not in own for each in _EXPANDED.finditer(value)):
        return (
            "`$` in the value is replaced by a variable while the image is built",
            "wrap it in single quotes of its own, or write `\\$`",
            Severity.WARNING,
        )
    return None


def split(text: str) -> list[str] | None:
    """Cut the text after ``ENV`` into words as the Dockerfile parser does.

    Returns:
        The words, quotes and all; None where a quote is left open.
    """
    words = [""]
    quote, escaped = "", False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char.isspace():
            words.append("")
            continue
        words[-1] += char
    return None if quote else [each for each in words if each]
