"""The revision of a template's model."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.platform import platform
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.project.values import Known

from .arguments import builder

_WITHOUT = "chutes.chute.template.diffusion.build_diffusion_chute"
_HELP = "give the full hash of one commit of the model: 40 hexadecimal digits"


class TemplateRevision(Check):
    """A template for language models or embeddings is not pinned to a commit.

    ## What it does
    Looks for `build_vllm_chute`, `build_sglang_chute` and `build_embedding_chute` without a
    `revision`, or with one that is no commit hash. `build_diffusion_chute` needs none.

    ## Why it matters
    Without a revision the builder raises a ValueError when the module is imported. A branch
    or tag passes there; the platform then refuses it, because the model behind it may change.

    ## Example
    ```python
    from chutes.chute import NodeSelector
    from chutes.chute.template.vllm import build_vllm_chute

    chute = build_vllm_chute(
        username="you",
        model_name="org/model",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
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
        tee=True,
    )
    ```

    ## Source
    SDK 0.6.9 chutes/chute/template/vllm.py, sglang.py, embedding.py; the platform's source,
    api/chute/schemas.py, `ChuteArgs.revision`.
    """

    id = "template-revision"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per chute."""
        rule = platform().rule("revision")
        for chute in project.chutes:
            if not chute.from_template or chute.callee == _WITHOUT:
                continue
            value = chute.arguments.value("revision")
            argument = chute.arguments.get("revision")
            if value is None:
                yield self.at(
                    chute.site, f"{builder(chute)}() has no revision: ValueError at import", _HELP
                )
            if argument is None or not isinstance(argument.value, Known):
                continue
            given = argument.value.value
            if not given:
                message = f"the revision of {builder(chute)}() is empty: ValueError at import"
            elif not isinstance(given, str) or rule.violation(given):
                message = (
                    f"revision {given!r} is no commit hash, which the platform refuses as of "
                    f"{rule.as_of}"
                )
            else:
                continue
            yield self.finding(argument.module, argument.span, argument.scope, message, _HELP)
