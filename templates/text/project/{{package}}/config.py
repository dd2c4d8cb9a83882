"""Settings, read once at start-up from environment variables named `APP_...`.

On the platform they arrive through `chutes secrets` or the image; `.env.example`
lists them all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from loguru import logger
from pydantic import BaseModel, ConfigDict, Field

PREFIX = "APP_"


class Settings(BaseModel):
    """What may differ between a laptop and the platform."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """Where the model runs; `auto` takes the GPU if there is one."""

    threads: int = Field(default=1, ge=1, le=64)
    """torch's threads per call: with parallel calls, more than one makes them collide."""

    memory_limit_mb: int = Field(default=8192, ge=256)
    """Above this much resident memory the health report says `degraded`."""

    drain_seconds: float = Field(default=25, ge=0, le=600)
    """How long running requests may take to finish after SIGTERM."""


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    A name that is no setting is a warning, not an error: others may set variables of
    the same prefix, as container platforms do for services that they call "app".

    Raises:
        pydantic.ValidationError: A value is out of bounds. The service must not start
            on a setting that someone believes to be in force.
    """
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX)
    }
    for name in sorted(given.keys() - Settings.model_fields.keys()):
        logger.warning(f"{PREFIX}{name.upper()} is no setting of this service")
        del given[name]
    return Settings.model_validate(given)
