"""Signatures and field bounds as plain data, read from live objects.

Part of `generate_contract.py`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

BOUND_NAMES = ("ge", "gt", "le", "lt")


def parameter_of(parameter: inspect.Parameter, kind: str | None = None) -> dict[str, Any]:
    """Describe one parameter as plain data.

    Args:
        parameter: What `inspect.signature` says.
        kind: The kind to write instead, where a wrapper passes the parameter on.
    """
    required = parameter.default is inspect.Parameter.empty
    return {
        "name": parameter.name,
        "kind": kind or parameter.kind.name.lower(),
        "annotation": annotation_text(parameter.annotation),
        "required": required,
        **default_of(None if required else parameter.default),
    }


def default_of(value: object) -> dict[str, Any]:
    """Return ``default``, and ``opaque_default`` where JSON cannot hold the value."""
    try:
        json.dumps(value)
    except TypeError:
        return {"default": None, "opaque_default": True}
    return {"default": value, "opaque_default": False}


def annotation_text(annotation: object) -> str:
    """Return an annotation as the reader of a message would write it."""
    if annotation is inspect.Parameter.empty:
        return ""
    return inspect.formatannotation(annotation).replace("typing.", "")


def signature_of(
    function: Callable[..., Any],
    *,
    drop: tuple[str, ...] = (),
    kind: str | None = None,
    unknown_keyword: str = "refused",
    forwards_to: str | None = None,
) -> dict[str, Any]:
    """Describe what a caller may pass to a function.

    Args:
        function: The function whose parameters count.
        drop: Parameters the SDK fills in itself.
        kind: The kind every parameter has for the caller, where a wrapper narrows it.
        unknown_keyword: What happens to any other keyword, ``refused`` or ``ignored``.
        forwards_to: The library callable that gets the keywords the function does not name.
    """
    parameters = list(inspect.signature(function).parameters.values())
    variadic = {parameter.kind: parameter.name for parameter in parameters}
    named = [
        parameter_of(parameter, kind)
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and parameter.name not in drop
    ]
    return {
        "parameters": named,
        "var_positional": variadic.get(inspect.Parameter.VAR_POSITIONAL),
        "var_keyword": variadic.get(inspect.Parameter.VAR_KEYWORD),
        "unknown_keyword": unknown_keyword,
        "forwards_to": forwards_to,
    }


def model_signature(model: Any) -> dict[str, Any]:
    """Describe a pydantic model's constructor by its fields.

    ``extra`` is not set on any model of the SDK, so pydantic's default holds and
    misspelt fields vanish without a word (PLATFORM F68).
    """
    parameters = []
    for name, field in model.model_fields.items():
        required = field.is_required()
        parameters.append(
            {
                "name": name,
                "kind": "keyword_only",
                "annotation": annotation_text(field.annotation),
                "required": required,
                **default_of(None if required else field.default),
            }
        )
    extra = model.model_config.get("extra", "ignore")
    return {
        "parameters": parameters,
        "var_positional": None,
        "var_keyword": None,
        "unknown_keyword": "refused" if extra == "forbid" else "ignored",
        "forwards_to": None,
    }


def field_bounds(model: Any) -> dict[str, dict[str, float]]:
    """Return the numeric bounds of a pydantic model's fields, by field name."""
    bounds = {}
    for name, field in model.model_fields.items():
        found = {
            bound: getattr(constraint, bound)
            for constraint in field.metadata
            for bound in BOUND_NAMES
            if hasattr(constraint, bound)
        }
        if found:
            bounds[name] = found
    return bounds
