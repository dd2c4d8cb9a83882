"""Files that a caller can name."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import (
    PATH,
    PATH_CLASSES,
    PATH_METHODS,
    RECEIVER,
    SAVERS,
    SAVES,
    SECOND_PATH,
)
from chutes_cli.core.finding import Severity
from chutes_cli.project.model import Project
from chutes_cli.project.passing import UNKNOWN, Passing
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.threats import Threat

from .sinks import Reached, SinkCheck, called_of, calls_to, methods, name_of


class PathTraversal(SinkCheck):
    """A caller can name any file of the instance.

    ## What it does
    Follows the input of cords to `open`, `pathlib`, `os`, `shutil` and libraries that open
    files by name, and to where pictures and tables are saved. The names that an archive of
    the caller's gives its members count as theirs. What was resolved and found below a
    folder, reduced to its last part (`Path(x).name`), held against a list or a strict
    pattern is left alone; a look at the suffix is not enough.

    ## Why it matters
    `../../proc/self/environ` holds the instance's secrets, `/etc/passwd` is only the usual
    proof. Joining with a folder does not help: `os.path.join("/data", "/etc/passwd")` is
    `/etc/passwd`.

    ## Example
    ```python
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
        name: str = Field(max_length=100)


    @chute.cord(public_api_path="/read", public_api_method="POST")
    async def read(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        with open(f"/data/{args.name}") as file:
            return {"text": file.read(1000)}
    ```

    ## Use instead
    ```python
    from pathlib import Path


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
        name: str = Field(max_length=100)


    @chute.cord(public_api_path="/read", public_api_method="POST")
    async def read(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        base = Path("/data")
        path = (base / args.name).resolve()
        if not path.is_relative_to(base):
            raise HTTPException(status_code=400, detail="no such file")
        with path.open() as file:
            return {"text": file.read(1000)}
    ```

    ## Source
    Python documentation, os.path.join: an absolute part drops what stands before it.
    """

    id = "path-traversal"
    severity = Severity.ERROR
    threat = Threat.PATH

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield what names the files that are opened, changed or removed."""
        yield from calls_to(project, PATH)
        yield from calls_to(project, SECOND_PATH)
        yield from methods(project, SAVES, SAVERS, 0)
        yield from methods(project, PATH_METHODS, (*PATH_CLASSES, UNKNOWN), RECEIVER)

    def is_spared(self, passing: Passing, origin: Origin) -> bool:
        """A method of something not known is one of a path where a path was made on the way.

        Texts made of paths have a ``replace`` of their own, which takes two.
        """
        if not called_of(passing).startswith(UNKNOWN):
            return False
        if name_of(passing) == "replace" and len(passing.arguments) > 1:
            return True
        return not origin.path and (origin.shape is None or origin.shape.kind != "other")

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say who names the file."""
        return (
            f"{called} goes to a file that the caller of {by} can name",
            "resolve the path and make sure that it lies below the folder meant "
            "(path.is_relative_to), or take its last part alone",
        )
