"""The real SDK, when a stream fails after its first chunk."""

from __future__ import annotations

from typing import Any

import pytest

from chutes_cli.registry import check

pytestmark = pytest.mark.sdk


def test_half_an_answer_has_status_200_and_no_marker(judge: Any) -> None:
    docs = check("stream-without-error-event").docs
    call = ("POST", "/spell", {"text": "ab"})
    ((status, text),) = judge.calls(docs.example, call, way="dev")
    assert (status, text) == (200, "data: a\n\ndata: b\n\n")
    ((status, text),) = judge.calls(docs.instead, call, way="dev")
    assert (status, text) == (200, "data: a\n\ndata: b\n\nevent: error\ndata: {}\n\n")
