"""Base64 of any size."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import BASE64, BINARY_CODECS, CODECS
from chutes_cli.core.finding import Severity
from chutes_cli.project.model import Project
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.values import Known

from .sinks import Reached, SinkCheck, calls_to


class UnboundedBase64(SinkCheck):
    """Base64 of any size is decoded.

    ## What it does
    Follows what no model validated to `base64.b64decode` and its kin where nothing has
    limited its length: no `len()` compared, no slice. That a list is short says nothing
    about the texts in it. Fields of models without `max_length`
    are reported where they are declared (`unbounded-input-field`).

    ## Why it matters
    The gateway lets 128 MiB through. Decoding makes a second copy, a picture made of it a
    third many times as large: a few calls take the memory of the instance.

    ## Example
    ```python
    import base64

    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: dict) -> dict:
        if not isinstance(args, dict) or not isinstance(args.get("image"), str):
            raise HTTPException(status_code=400, detail="no image")
        return {"bytes": len(base64.b64decode(args["image"], validate=False))}
    ```

    ## Use instead
    ```python
    import base64


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
        image: str = Field(max_length=10_000_000)


    @chute.cord(public_api_path="/measure", public_api_method="POST")
    async def measure(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        return {"bytes": len(base64.b64decode(args.image, validate=False))}
    ```

    ## Source
    Platform gateway, as of 2026-05-12: bodies up to 128 MiB. SDK 0.6.9
    chutes/entrypoint/run.py: no middleware limits the body.
    """

    id = "unbounded-base64"
    severity = Severity.WARNING
    threat = Threat.SIZE

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield what is decoded."""
        yield from calls_to(project, BASE64)
        for passing, encoded in calls_to(project, CODECS):
            if _is_binary(project, passing):
                yield passing, encoded

    def is_spared(self, passing: Passing, origin: Origin) -> bool:
        """`unbounded-input-field` tells of fields, where they are declared."""
        return origin.shape is not None

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say whose text is decoded."""
        return (
            f"{called} decodes a text of any size that the caller of {by} sends",
            "limit its length before: Field(max_length=...), or compare len() and answer 400",
        )


def _is_binary(project: Project, passing: Passing) -> bool:
    """Say whether the codec that is named decodes a text to what it stands for."""
    site, evaluator = passing.site, project.knowledge.evaluator
    given = [evaluator.value(site.module, site.scope, each.value) for each in passing.arguments]
    return any(Known(each) in given for each in BINARY_CODECS)
