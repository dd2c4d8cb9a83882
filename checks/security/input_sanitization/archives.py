"""Archives whose names lead out of the folder they are unpacked in."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import (
    ARCHIVES,
    RECEIVER,
    TRUSTING,
    TRUSTING_FILTER,
    UNPACKING,
)
from chutes_cli.core.finding import Severity
from chutes_cli.project.model import Project
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.values import Known

from .sinks import Reached, SinkCheck, is_passed, methods


class ArchiveTraversal(SinkCheck):
    """An archive that a caller sends is unpacked wherever its names lead.

    ## What it does
    Follows the input of cords to `extractall` and `extract` of tar archives without
    `filter=`. Archives of `zipfile` are left alone: it drops `..` and leading slashes.

    ## Why it matters
    A member named `../../root/.bashrc`, or a link that points out of the folder, is written
    where it says. Python refuses such members only with `filter="data"`, which is the default
    from Python 3.14 on; images run older ones.

    ## Example
    ```python
    import base64
    import io
    import tarfile
    import tempfile


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
        archive: str = Field(max_length=1_000_000)


    @chute.cord(public_api_path="/unpack", public_api_method="POST")
    async def unpack(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        raw = io.BytesIO(base64.b64decode(args.archive, validate=True))
        with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=raw) as archive:
            archive.extractall(folder)
            return {"names": archive.getnames()[:100]}
    ```

    ## Use instead
    ```python
    import base64
    import io
    import tarfile
    import tempfile


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
        archive: str = Field(max_length=1_000_000)


    @chute.cord(public_api_path="/unpack", public_api_method="POST")
    async def unpack(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        raw = io.BytesIO(base64.b64decode(args.archive, validate=True))
        with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=raw) as archive:
            try:
                archive.extractall(folder, filter="data")
            except tarfile.FilterError:
                raise HTTPException(status_code=400, detail="names lead elsewhere") from None
            return {"names": archive.getnames()[:100]}
    ```

    ## Source
    Python documentation, tarfile, Extraction filters.
    """

    id = "archive-traversal"
    severity = Severity.ERROR
    threat = Threat.DATA

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield the archives that are unpacked without a filter."""
        for passing, archive in methods(project, UNPACKING, ARCHIVES, RECEIVER):
            if is_passed(project, passing, "filter") is False or _is_trusting(project, passing):
                yield passing, archive

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say whose archive it is."""
        return (
            f"{called} writes files wherever the names lead that the caller of {by} sends",
            'pass filter="data"',
        )


def _is_trusting(project: Project, passing: Passing) -> bool:
    """Say whether the filter lets every name through."""
    site = passing.site
    if project.knowledge.binder.bind(site).value("filter") == Known(TRUSTING):
        return True
    return any(
        project.knowledge.resolver.dotted(site.module, site.scope, each.value) == TRUSTING_FILTER
        for each in passing.arguments
    )
