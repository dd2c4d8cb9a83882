"""Decoders that run what they decode."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import DATA, NUMPY, SAFE_LOADERS, TORCH, YAML
from chutes_cli.core.finding import Severity
from chutes_cli.project.model import Project
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.targets import Class

from .sinks import (
    Reached,
    SinkCheck,
    calls_to,
    is_true,
)


class UnsafeDeserialisation(SinkCheck):
    """A decoder that can run code is given what a caller sends.

    ## What it does
    Follows the input of cords to `pickle`, `cloudpickle`, `dill`, `joblib`, `marshal`,
    `jsonpickle`, `yaml.load` without a safe loader, `torch.load` unless
    `weights_only=True`, and `numpy.load` with `allow_pickle=True`.

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
    """Say whether YAML is read by a loader that makes plain values only."""
    loader = passing.argument(1, "Loader")
    if loader is None:
        return False
    site = passing.site
    dotted = project.knowledge.resolver.dotted(site.module, site.scope, loader)
    targets = project.knowledge.resolver.resolve(site.module, site.scope, loader)
    bases = {
        name
        for target in targets
        if isinstance(target, Class)
        for name in project.knowledge.resolver.members.ancestors(target)
    }
    if any(name.startswith("yaml.") for name in bases - SAFE_LOADERS):
        return False
    return dotted is None or dotted in SAFE_LOADERS
