"""The real SDK: what a cord puts into a collection of the chute is there for all later calls."""

from __future__ import annotations

from typing import Any

import pytest

from chutes_cli.registry import check

pytestmark = pytest.mark.sdk


def test_the_collection_grows_with_every_call(judge: Any) -> None:
    docs = check("unbounded-module-growth").docs
    asked = [("POST", "/ask", {"text": text}) for text in "abcd"]
    told = 'return {"answer": str(len(self.answers))}'
    bad = docs.example.replace('return {"answer": self.answers[args.text]}', told)
    assert [text for _, text in judge.calls(bad, *asked)] == [f'{{"answer":"{n}"}}' for n in
                                                              (1, 2, 3, 4)]  # fmt: skip
    good = docs.instead.replace('return {"answer": answer}', told).replace("10_000", "2")
    good = good.replace("from cachetools import LRUCache", LIMITED)
    assert [text for _, text in judge.calls(good, *asked)] == [f'{{"answer":"{n}"}}' for n in
                                                               (1, 2, 2, 2)]  # fmt: skip


LIMITED = """\
class LRUCache(dict):
    def __init__(self, maxsize):
        self.maxsize = maxsize

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        if len(self) > self.maxsize:
            del self[next(iter(self))]

"""
