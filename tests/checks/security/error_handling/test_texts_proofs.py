"""The real SDK is the judge: what the bad example puts into the detail, the caller reads."""

from __future__ import annotations

from typing import Any

import pytest

from chutes_cli.registry import check

pytestmark = pytest.mark.sdk


@pytest.mark.parametrize("way", ["production", "dev"])
def test_the_caller_reads_it(judge: Any, way: str) -> None:
    docs = check("exception-text-returned").docs
    for source, leaks in ((docs.example, True), (docs.instead, False)):
        ((status, body),) = judge.calls({"app.py": source}, ("POST", "/work", {"n": 0}), way=way)
        assert status == 400
        assert ("division" in str(body)) is leaks
