from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

Loads = Callable[..., str | None]
Deploys = Callable[[str], str | None]

# `chutes deploy` up to its request, and the bounds of the platform's schema as PLATFORM
# section 7 lists them, held by the same library as the platform's.
MAIN = """\
import asyncio
import builtins
import json
import sys
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

import app
import chutes.entrypoint.deploy as deploy


class Chute(BaseModel):
    name: Annotated[str, Field(min_length=3, max_length=127), StringConstraints(
        pattern=r"(?i)^(?:([a-zA-Z0-9_\\\\.-]+)/)*([a-z0-9][a-z0-9_\\\\.\\\\/-]*)$")]
    tagline: str | None = Field(max_length=1024)
    readme: str | None = Field(max_length=16384)
    image: str
    node_selector: dict
    concurrency: int | None = Field(le=256)
    max_instances: int | None = Field(ge=1, le=100)
    scaling_threshold: float | None = Field(ge=0, le=1)
    shutdown_after_seconds: int | None = Field(ge=60, le=604800)
    revision: str | None = Field(pattern="^[a-fA-F0-9]{40}$")
    standard_template: str | None


class Sent(BaseException):
    pass


def sign(payload):
    import orjson

    Chute.model_validate_json(orjson.dumps({each: payload[each] for each in Chute.model_fields}))
    template = payload["standard_template"]
    if template not in (None, "vllm", "diffusion", "tei", "embedding"):
        raise ValueError("Invalid standard template")
    if template == "vllm" and payload["revision"] is None:
        raise ValueError("Missing required revision parameter for vllm template.")
    raise Sent


deploy.sign_request = sign
deploy.get_config = lambda: None
builtins.input = lambda _: "y"
chute = getattr(app.chute, "chute", app.chute)
image = chute.image if isinstance(chute.image, str) else chute.image.uid
assert image, "no image has no name"
try:
    asyncio.run(deploy._deploy("app:chute", app, chute))
except Sent:
    pass
"""


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loads:
    """Load ``module:variable`` as `chutes deploy` and `chutes run` do; say what it raises.

    ``away`` names files that stay on the laptop: they are not there, as on an instance.
    """
    from chutes.entrypoint._shared import load_chute

    rounds, path = count(), list(sys.path)

    def load(files: dict[str, str], reference: str, away: tuple[str, ...] = ()) -> str | None:
        folder = tmp_path / str(next(rounds))
        folder.mkdir()
        for name, text in files.items():
            if name not in away:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", [*path])
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        try:
            load_chute(reference, None, True)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told to the test
            return f"{type(error).__name__}: {error}"
        finally:
            mine = {name.split("/")[0].removesuffix(".py") for name in files}
            for name in [each for each in sys.modules if each.split(".")[0] in mine]:
                del sys.modules[name]
        return None

    return load


@pytest.fixture
def deploys(judge: Any) -> Deploys:
    """Let ``chutes deploy`` send a chute to a platform that only validates; return the error."""

    def run(source: str) -> str | None:
        error: str | None = judge.imports({"app.py": source, "main.py": MAIN}, module="main")
        return error

    return run
