"""Which arguments the template builders have."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.sdk import NODE_SELECTOR, Signature, contract
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.fit import Misfit, misfits
from chutes_cli.project.model import Chute, Project

from ..wayout import way_out

_ELSEWHERE = ((NODE_SELECTOR, "NodeSelector(...)"),)
_MODEL = "use `model_name`, or `model_name_or_url` with build_diffusion_chute"
_RENAMED = {
    "name": _MODEL,
    "model": _MODEL,
    "engine_args": "no engine runs below this template; remove it",
}
_PER_REQUEST = frozenset(
    {"temperature", "top_p", "max_tokens", "num_inference_steps", "guidance_scale", "width",
     "height"}
)  # fmt: skip
_ENGINE = frozenset(
    {"max_model_len", "max_num_seqs", "gpu_memory_utilization", "tensor_parallel_size",
     "trust_remote_code", "quantization", "dtype", "enforce_eager"}
)  # fmt: skip


class TemplateUnknownArgument(Check):
    """A template builder is given arguments it does not have, or not those it needs.

    ## What it does
    Compares the arguments of every `build_vllm_chute`, `build_sglang_chute`,
    `build_embedding_chute` and `build_diffusion_chute` call with its signature: unknown
    keywords, missing arguments, too many by position, and an argument given twice.

    ## Why it matters
    The builders take nothing but what they name: the import fails with a TypeError.

    ## Example
    ```python
    from chutes.chute import NodeSelector
    from chutes.chute.template.vllm import build_vllm_chute

    chute = build_vllm_chute(
        username="you",
        model_name="org/model",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        revision="0123456789abcdef0123456789abcdef01234567",
        max_model_len=8192,
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
    SDK 0.6.9 chutes/chute/template/: the signatures of the builders.
    """

    id = "template-unknown-argument"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per argument; what is missing counts as one, as does a surplus."""
        for chute in project.chutes:
            signature = contract().templates.get(chute.callee)
            if signature is None:
                continue
            found = list(misfits(chute.arguments, signature))
            surplus = [each for each in found if each.kind == "surplus"]
            meant = {signature.nearest(str(each.name)) for each in found if each.kind == "unknown"}
            missing = [
                each.name for each in found if each.kind == "missing" and each.name not in meant
            ]
            for misfit in found:
                if misfit.argument is not None and misfit not in surplus[1:]:
                    yield self._fault(signature, misfit)
            if missing:
                yield self.at(
                    chute.site,
                    f"{builder(chute)}() lacks {', '.join(map(str, missing))}: TypeError at import",
                    "give each of them a value",
                )

    def _fault(self, signature: Signature, misfit: Misfit) -> Finding:
        argument = misfit.argument
        assert argument is not None
        label = f"{signature.name.rsplit('.', 1)[-1]}()"
        if misfit.name is None:
            message = f"{label} takes {len(signature.positional)} arguments at most: TypeError"
            help = "give the arguments by name"
        elif misfit.kind == "repeated":
            message = f"{label} is given {misfit.name} twice: the import fails"
            help = "keep one of them"
        else:
            message = f"{label} has no argument {misfit.name!r}: TypeError at import"
            help = _way_out(misfit.name, signature)
        return self.finding(argument.module, argument.span, argument.scope, message, help)


def builder(chute: Chute) -> str:
    """Return the plain name of the builder that makes a chute."""
    return chute.callee.rsplit(".", 1)[-1]


def _way_out(name: str, signature: Signature) -> str:
    if name in _PER_REQUEST:
        return "each request says it in its body; remove it"
    if name in _ENGINE and "engine_args" in signature.keywords:
        return f"write it into `engine_args`: `--{name.replace('_', '-')} ...`"
    return way_out(name, signature, _RENAMED, _ELSEWHERE)
