from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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
def deploys(judge: Any) -> Deploys:
    """Let ``chutes deploy`` send a chute to a platform that only validates; return the error."""

    def run(source: str) -> str | None:
        error: str | None = judge.imports({"app.py": source, "main.py": MAIN}, module="main")
        return error

    return run
