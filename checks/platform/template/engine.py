"""What a template hands on to its engine: `engine_args` and `pipeline_args`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.arguments import BoundArgument
from chutes_cli.project.facts import Collection, FormattedText, Literal, Mapping
from chutes_cli.project.model import Chute, Project
from chutes_cli.project.values import Known

from .arguments import builder

_PARALLEL = re.compile(r"(?:^|\s)--(?:tensor-parallel-size|tp)[=\s]")
_PORT = re.compile(r"(?:^|\s)--port[=\s]")
_QUOTED = re.compile(r"""(?:^|[\s=])["']""")


@dataclass(frozen=True, slots=True)
class _Engine:
    """What a builder does with `engine_args`.

    Attributes:
        revision: What it refuses when the module is imported.
        refused: What it refuses when the chute starts.
        parallel: Whether it refuses a second way to say on how many GPUs it runs.
        knows_quotes: Whether it splits the text as a shell would, or at white space.
    """

    revision: re.Pattern[str]
    refused: tuple[str, ...]
    parallel: bool
    knows_quotes: bool


_ENGINES = {
    "build_vllm_chute": _Engine(
        re.compile("--revision"), ("--served-model-name", "--api-key"), True, False
    ),
    "build_sglang_chute": _Engine(
        re.compile(r"--revision\s*=?\s*([^ ]+)", re.IGNORECASE), ("--api-key",), False, False
    ),
    "build_embedding_chute": _Engine(
        re.compile("--revision"), ("--served-model-name", "--api-key"), True, True
    ),
}


class TemplateEngineArgs(Check):
    """`engine_args` says what the template says itself, or says it in a way it cannot read.

    ## What it does
    Reads the text given as `engine_args`, the fixed parts of an f-string included, and looks
    for flags the template refuses (`--revision`, `--served-model-name`, `--api-key`, `--tp`),
    for `--port`, and for quotes.

    ## Why it matters
    `--revision` is a ValueError when the module is imported; the other refused flags are one
    when the chute starts, on a GPU that was found and paid for. With `--port` the template
    waits for ever at the port it expects. vLLM's and SGLang's templates split the text at
    white space, so that quotes reach the engine as part of the value.

    ## Example
    ```python
    from chutes.chute import NodeSelector
    from chutes.chute.template.vllm import build_vllm_chute

    chute = build_vllm_chute(
        username="you",
        model_name="org/model",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        revision="0123456789abcdef0123456789abcdef01234567",
        engine_args="--max-model-len 8192 --served-model-name my-model",
        tee=True,
    )
    ```

    ## Use instead
    ```python
    from chutes.chute import NodeSelector
    from chutes.chute.template.vllm import build_vllm_chute

    chute = build_vllm_chute(
        username="you",
        model_name="org/model",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        revision="0123456789abcdef0123456789abcdef01234567",
        engine_args="--max-model-len 8192",
        tee=True,
    )
    ```

    ## Source
    SDK 0.6.9 chutes/chute/template/vllm.py, sglang.py, embedding.py.
    """

    id = "template-engine-args"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per flag."""
        for chute in project.chutes:
            engine = _ENGINES.get(builder(chute))
            argument = chute.arguments.get("engine_args")
            if engine is None or argument is None:
                continue
            text = _text(argument)
            if text is None:
                continue
            for message, help, severity, confidence in _faults(engine, text):
                yield self.finding(
                    argument.module,
                    argument.span,
                    argument.scope,
                    f"engine_args of {builder(chute)}(): {message}",
                    help,
                    severity=severity,
                    confidence=confidence,
                )


def _text(argument: BoundArgument) -> str | None:
    """Return the text given, an ``x`` in the place of each part that only a run can tell."""
    if isinstance(argument.value, Known):
        value = argument.value.value
        return value if isinstance(value, str) else None
    if isinstance(argument.expression, FormattedText):
        return "".join(
            str(part.value) if isinstance(part, Literal) else "x"
            for part in argument.expression.parts
        )
    return None


def _faults(engine: _Engine, text: str) -> Iterator[tuple[str, str, Severity, Confidence]]:
    sure = (Severity.ERROR, Confidence.HIGH)
    if engine.revision.search(text):
        help = "take it out and give the builder `revision=`"
        yield "--revision is refused, ValueError at import", help, *sure
    for flag in engine.refused:
        if flag in text:
            yield (
                f"{flag} is refused, ValueError at start",
                "the template sets it; remove it",
                *sure,
            )
    if engine.parallel:
        added = "" if "--tensor-parallel-size" in text else " --tensor-parallel-size 1"
        if len(_PARALLEL.findall(f"{text}{added}")) > 1:
            help = "remove it; the template uses every GPU of `gpu_count`"
            yield "the number of GPUs is said twice, ValueError at start", help, *sure
    if _PORT.search(text):
        yield (
            "--port moves the engine away from port 10101, where the template waits for it",
            "remove it",
            Severity.ERROR,
            Confidence.MEDIUM,
        )
    if not engine.knows_quotes and _QUOTED.search(text):
        yield (
            "the text is split at white space, and quotes stay part of the values",
            "leave the quotes out, and write JSON without spaces",
            Severity.WARNING,
            Confidence.MEDIUM,
        )


class TemplateArgumentType(Check):
    """A template builder is given a value it cannot work with.

    ## What it does
    Looks for `engine_args` that is no text, `pipeline_args` that is no dictionary or names
    `torch_dtype`, and the name of a model that is no text.

    ## Why it matters
    The annotations of the builders are not enforced. A dictionary as `engine_args`, as older
    examples have it, passes the import with two of the three builders, and fails when the
    chute starts, on a GPU that was found and paid for.

    ## Example
    ```python
    from chutes.chute import NodeSelector
    from chutes.chute.template.vllm import build_vllm_chute

    chute = build_vllm_chute(
        username="you",
        model_name="org/model",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        revision="0123456789abcdef0123456789abcdef01234567",
        engine_args={"max_model_len": 8192},
        tee=True,
    )
    ```

    ## Use instead
    ```python
    from chutes.chute import NodeSelector
    from chutes.chute.template.vllm import build_vllm_chute

    chute = build_vllm_chute(
        username="you",
        model_name="org/model",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        revision="0123456789abcdef0123456789abcdef01234567",
        engine_args="--max-model-len 8192",
        tee=True,
    )
    ```

    ## Source
    SDK 0.6.9 chutes/chute/template/vllm.py, sglang.py, embedding.py, diffusion.py.
    """

    id = "template-argument-type"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument."""
        for chute in project.chutes:
            if not chute.from_template:
                continue
            for argument in chute.arguments:
                fault = _type_fault(project, chute, argument)
                if fault is not None:
                    yield self.finding(
                        argument.module, argument.span, argument.scope, fault[0], fault[1]
                    )


def _type_fault(project: Project, chute: Chute, argument: BoundArgument) -> tuple[str, str] | None:
    """Return what is wrong with an argument and the way out, None when nothing is."""
    if argument.name == "engine_args" and builder(chute) in _ENGINES:
        given = _no_text(argument)
        if given is None:
            return None
        return (
            f"engine_args of {builder(chute)}() must be one text, not {given}: TypeError",
            'write the flags of the engine: `engine_args="--max-model-len 8192"`',
        )
    if argument.name == "pipeline_args" and not _from_civitai(chute):
        return _pipeline_fault(project, argument)
    if not isinstance(argument.value, Known) or isinstance(argument.value.value, str):
        return None
    if argument.name == "model_name_or_url":
        message = f"model_name_or_url must be a text, not {argument.value.value!r}"
        return f"{message}: AttributeError at start", "name a model or give a URL"
    pooling = chute.arguments.value("pooling_type")
    automatic = pooling is None or pooling == Known("auto")
    embeds = builder(chute) == "build_embedding_chute"
    if argument.name == "model_name" and embeds and automatic:
        message = f"model_name must be a text, not {argument.value.value!r}"
        return f"{message}: AttributeError at import", "name the model"
    return None


def _no_text(argument: BoundArgument) -> str | None:
    """Return the type given instead of a text; empty values count as nothing given."""
    match argument.expression, argument.value:
        case _, Known(value=value):
            return type(value).__name__ if value and not isinstance(value, str) else None
        case Mapping(), _:
            return "dict"
        case Collection(kind=kind), _:
            return kind
    return None


def _pipeline_fault(project: Project, argument: BoundArgument) -> tuple[str, str] | None:
    if isinstance(argument.value, Known) and not isinstance(argument.value.value, dict):
        message = f"pipeline_args must be a dictionary, not {argument.value.value!r}"
        return f"{message}: TypeError at start", "leave it out, or write a dictionary"
    passed = project.knowledge.binder.spread(argument.module, argument.scope, argument.expression)
    if passed.get("torch_dtype") is None:
        return None
    return (
        "pipeline_args names torch_dtype, which the template passes itself: the start fails",
        "take it out; the template loads the model in float16",
    )


def _from_civitai(chute: Chute) -> bool:
    """Say whether the model may come from a single file, for which `pipeline_args` is not used."""
    value = chute.arguments.value("model_name_or_url")
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return True
    return value.value.lower().startswith("https://civitai.com/")
