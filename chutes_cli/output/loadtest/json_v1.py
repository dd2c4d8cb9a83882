"""JSON, version 1: stable names, never a dump of internals; fields are only ever added."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from chutes_cli.core.result import LoadResult

NAME = "json"


def render(result: LoadResult, *, color: bool = False) -> str:
    """Return the result as JSON. Without data a field is null, never NaN."""
    return json.dumps(document(result), indent=2, allow_nan=False) + "\n"


def document(result: LoadResult) -> dict[str, Any]:
    """Return the result as the JSON document, not yet encoded."""
    return {
        "schema_version": 1,
        "target": asdict(result.target),
        "plan": asdict(result.plan),
        "valid": result.valid,
        "verdict": result.verdict,
        "invalid_reasons": list(result.invalid_reasons),
        "notes": list(result.notes),
        "slos": [asdict(slo) for slo in result.slos],
        "endpoints": [asdict(endpoint) for endpoint in result.endpoints],
        "achieved_rate": result.achieved_rate,
        "target_rate": result.target_rate,
        "generator": asdict(result.generator),
        "series": [asdict(point) for point in result.series],
        # Probes are runs of their own; a load run has none.
        "probes": [],
    }
