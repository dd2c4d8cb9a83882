from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chutes_cli.project.facts import Call, Name
from chutes_cli.project.link import link
from chutes_cli.project.module import calls_in
from chutes_cli.project.source import collect
from chutes_cli.project.taint.origin import Origin
from chutes_cli.project.taint.threats import Threat
from chutes_cli.project.tree import ModuleSet

HEAD = """
import os, re, shlex, json, base64, asyncio, enum, ipaddress, uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Optional
from urllib.parse import urlparse, urljoin, quote
from chutes.chute import Chute, NodeSelector
from fastapi import HTTPException
from pydantic import (
    AfterValidator, BaseModel, Field, HttpUrl, field_validator, model_validator,
)

chute = Chute(username="you", name="my-service", image="you/my-service:1.0",
              node_selector=NodeSelector(gpu_count=1))
ALLOWED = {"a", "b"}
BASE = Path("/data")

class Inner(BaseModel):
    path: str
    count: int

class Input(BaseModel):
    name: str
    url: str = "x"
    count: int = 1
    kind: Literal["a", "b"] = "a"
    link: HttpUrl | None = None
    safe: str = Field("x", pattern=r"^[a-z0-9]+$")
    loose: str = Field("x", pattern=r".+")
    short: str = Field("x", max_length=10)
    inner: Inner | None = None
    inners: list[Inner] = []
    names: list[str] = []
    numbers: list[int] = []
    data: bytes = b""
"""

Asks = Callable[..., Origin | None]


@pytest.fixture
def asks(tmp_path: Path) -> Asks:
    """Ask what reaches the argument of the one call of ``sink`` in a cord's body.

    ``body`` is the cord's, ``before`` stands at module level, ``files`` are other modules.
    """

    def ask(
        body: str,
        threat: Threat = Threat.SHELL,
        *,
        before: str = "",
        parameter: str = "args: Input",
        prefix: str = "async ",
        files: dict[str, str] | None = None,
    ) -> Origin | None:
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        source = (
            f"{HEAD}\n{before}\n\n@chute.cord(public_api_path='/x')\n"
            f"{prefix}def x(self, {parameter}):\n{lines}"
        )
        for name, text in {"app.py": source, **(files or {})}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        tree = collect([tmp_path])
        project = link(tree, ModuleSet(tree))
        sites = [
            site
            for module in project.modules
            for statement in module.facts.statements
            for site in calls_in(module, statement)
            if isinstance(site.expression, Call)
            and isinstance(site.expression.function, Name)
            and site.expression.function.id == "sink"
        ]
        (site,) = sites
        assert isinstance(site.expression, Call)
        (argument,) = site.expression.arguments
        inner = type(site)(site.module, site.statement, argument.value)
        return project.taint.origin(inner, threat)

    return ask
