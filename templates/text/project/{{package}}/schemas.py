"""What goes in and what comes out. Every input is bounded, nothing is coerced."""

from __future__ import annotations

from typing import TypeVar

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field

MAX_TOKENS = 256
LARGEST_SEED = 2**31 - 1


class GenerateRequest(BaseModel):
    """The body of `/generate` and `/stream`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: str = Field(min_length=1, max_length=4000)
    max_tokens: int = Field(default=64, ge=1, le=MAX_TOKENS)
    temperature: float = Field(default=0.7, ge=0, le=2, allow_inf_nan=False)
    seed: int | None = Field(default=None, ge=0, le=LARGEST_SEED)


class GenerateResponse(BaseModel):
    """The answer of `/generate`; the same seed and request give the same text again."""

    text: str
    tokens: int
    seed: int


Model = TypeVar("Model", bound=BaseModel)


def checked(value: object, model: type[Model]) -> Model:
    """Return a cord's argument if it really is the model it is annotated with.

    The SDK validates JSON objects only: any other JSON value, such as a list, reaches
    the cord as it is.

    Raises:
        HTTPException: 400, the one status that tells the platform it is the caller's fault.
    """
    if not isinstance(value, model):
        raise HTTPException(status_code=400, detail="The body must be a JSON object")
    return value
