"""Files that a caller can name."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import (
    PATH,
    PATH_CLASSES,
    PATH_METHODS,
    RECEIVER,
    SECOND_PATH,
)
from chutes_cli.core.finding import Severity
from chutes_cli.project.facts import Expression
from chutes_cli.project.model import Project
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.passing import UNKNOWN, Passing
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.values import Known

from .sinks import Reached, SinkCheck, called_of, calls_to, methods, name_of

_MODES = frozenset("rwxabt+U")


class PathTraversal(SinkCheck):
    """A caller can name any file of the instance.

    ## What it does
    Follows the input of cords to `open`, `pathlib`, `os`, `shutil` and libraries that open
    files by name. What was resolved and found below a folder, reduced to its last part
    (`Path(x).name`), held against a list or a strict pattern is left alone; a look at the
    suffix is not enough.

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
        yield from methods(project, PATH_METHODS, PATH_CLASSES, RECEIVER)
        for passing, receiver in methods(project, PATH_METHODS, (UNKNOWN,), RECEIVER):
            if _is_of_a_path(project, passing):
                yield passing, receiver

    def is_spared(self, passing: Passing, origin: Origin) -> bool:
        """What is not known to be a path is one where one was made on the way."""
        of_shape = origin.shape is not None and origin.shape.kind == "other"
        return called_of(passing).startswith(UNKNOWN) and not origin.path and not of_shape

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say who names the file."""
        return (
            f"{called} goes to a file that the caller of {by} can name",
            "resolve the path and make sure that it lies below the folder meant "
            "(path.is_relative_to), or take its last part alone",
        )


def _is_of_a_path(project: Project, passing: Passing) -> bool:
    """Say whether what calls a method of something not known fits the one of a path."""
    name = name_of(passing)
    positional = [each.value for each in passing.arguments if each.keyword is None]
    mode = positional[0] if name == "open" and positional else None
    return (
        all(
            each.keyword is None or each.keyword in PATH_METHODS[name] for each in passing.arguments
        )
        and all(not each.star for each in passing.arguments)
        and len(positional) <= len(PATH_METHODS[name])
        and (mode is None or _is_mode(project, passing, mode))
    )


def _is_mode(project: Project, passing: Passing, expression: Expression) -> bool:
    site = passing.site
    value = project.knowledge.evaluator.value(site.module, site.scope, expression)
    return isinstance(value, Known) and _MODES.issuperset(str(value.value))
