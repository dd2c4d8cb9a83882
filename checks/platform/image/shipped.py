"""Files with secrets that are added to an image."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Directive, Project

from .directives import called, name_span, text_of
from .files import folders, sources
from .leaks import is_private_key, is_secret_file

_KEY_FILES = (".pem", ".key")
_LEFTOVERS = frozenset({".venv", "venv", "node_modules", "__pycache__"})
_MOST_FILES = 20_000
_HEAD = 4096
_SHOWN = 3


class ImageAddSecrets(Check):
    """`add` ships files with secrets into the image.

    ## What it does
    Looks below the added files and folders, on disk, for `.env` files, private keys and
    credentials. The repository's history (`.git`) is a warning; a virtual environment or
    `node_modules` that comes with `add(".")` is noted.

    ## Why it matters
    Everything below an added folder is uploaded and becomes part of the image: `exclude`
    is compared with the added names themselves, not with what lies below them, and no
    `.dockerignore` is applied to the upload. Whoever can pull the image can read it, and
    removing a file in a later layer does not help.

    ## Example
    ```python
    from chutes.chute import Chute, NodeSelector
    from chutes.image import Image

    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .add(".env", "/app/.env")
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

    # The token comes from: chutes secrets create --purpose my-service --key SERVICE_TOKEN ...
    image = (
        Image(username="you", name="my-service", tag="1.0")
        .from_base("parachutes/python:3.12")
        .add("app.py", "/app/app.py")
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
    SDK 0.6.9 chutes/image/directive/add.py and chutes/entrypoint/build.py.
    """

    id = "image-add-secrets"
    category = "platform"
    severity = Severity.ERROR
    item = "secrets-management"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield at most one finding per `add`."""
        for directive in called(project, "add"):
            source = text_of(directive, "source")
            if source is None or "://" in source or os.path.isabs(source):
                continue
            secret, history, leftovers = _found(project, directive, source)
            if secret:
                severity, shown = Severity.ERROR, secret
            elif history:
                severity, shown = Severity.WARNING, history
            elif leftovers and os.path.normpath(source) == ".":
                severity, shown = Severity.INFO, leftovers
            else:
                continue
            more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
            yield self.finding(
                directive.site.module,
                name_span(directive),
                directive.site.scope,
                f"add: {source!r} ships {', '.join(shown[:_SHOWN])}{more} into the image",
                "add the files the service needs one by one; secrets come from "
                "`chutes secrets create`",
                severity=severity,
            )


def _found(
    project: Project, directive: Directive, source: str
) -> tuple[list[str], list[str], list[str]]:
    """Return the secrets, the histories and the leftovers that an `add` ships."""
    places = folders(project, directive)
    by_name = is_secret_file(source) and not any(map(os.path.isdir, (p / source for p in places)))
    secret = [source] if by_name else []
    history, leftovers = [], []
    for folder in places:
        for path in islice(_shipped(directive, source, folder), _MOST_FILES):
            name = path.rsplit("/", 1)[-1]
            if name in _LEFTOVERS:
                leftovers.append(path)
            elif name == ".git":
                history.append(path)
            elif is_secret_file(path) or _is_key(folder / path):
                secret.append(path)
    return _once(secret), _once(history), _once(leftovers)


def _once(paths: list[str]) -> list[str]:
    return list(dict.fromkeys(paths))


def _shipped(directive: Directive, source: str, folder: Path) -> Iterator[str]:
    """Yield the files an `add` ships; what is not looked into is yielded as a folder."""
    if os.path.normpath(source).split(os.sep)[0] == os.pardir:
        return
    for match in sorted(sources(source, directive, folder)):
        top = os.path.normpath(match)
        if not os.path.isdir(folder / top) or os.path.basename(top) == ".git":
            yield top
            continue
        for here, inner, files in os.walk(folder / top):
            place = os.path.relpath(here, folder)
            closed = sorted({".git", *_LEFTOVERS} & set(inner))
            inner[:] = sorted(set(inner) - set(closed))
            for name in (*closed, *sorted(files)):
                yield os.path.normpath(os.path.join(place, name))


def _is_key(file: Path) -> bool:
    """Say whether a file is a private key: certificates have the same endings."""
    if file.suffix.lower() not in _KEY_FILES:
        return False
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return is_private_key(opened.read(_HEAD))
    except OSError:
        return False  # it cannot be read, and so not be shipped
