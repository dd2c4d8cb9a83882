from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "negative-cache-never-hits"

HEAD = """\
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
cache = {}
"""


def app(body: str, rest: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}\nasync def answer(self, key, negative):\n{lines}{rest}"


def hit(
    put: str = "cache[key] = value",
    *,
    keep: str = "value is not None or negative",
    test: str = "hit is not None",
    get: str = "cache.get(key)",
) -> str:
    return (
        f"hit = {get}\nif {test}:\n    return hit\nvalue = other(key)\n"
        f"if {keep}:\n    {put}\nreturn value"
    )


CAUGHT = "try:\n    value = other(key)\nexcept LookupError:\n    {}\n"
MISS = "hit = cache.get(key)\nif hit is None:\n"

FIRES = {
    "guide": hit("await self.cache.set(key, value, 60)", get="await self.cache.get(key)"),
    "dictionary": hit(),
    "the_other_way_round": hit(keep="negative or value is not None"),
    "unequal": hit(keep="value != None or negative"),
    "equal_is_a_miss": hit(test="hit != None"),
    "is_none": MISS + "    value = other(key)\n    if value is not None or negative:\n"
               "        cache[key] = value",
    "equal_to_none": MISS.replace("is None", "== None") + "    cache[key] = None",
    "written_out": MISS + "    cache[key] = None",
    "in_a_handler": "hit = cache.get(key)\nif hit is not None:\n    return hit\n"
                    + CAUGHT.format("cache[key] = None"),
    "written_out_in_a_call": MISS + "    cache.set(key, None)",
    "by_name": MISS + "    cache.set(key, value=None)",
    "walrus": "if (hit := cache.get(key)) is not None:\n    return hit\ncache[key] = None",
    "conditions_around": "hit = cache.get(key)\nif hit is None:\n    value = other(key)\n"
                         "    if key:\n        if value is not None or negative:\n"
                         "            if key:\n                cache[key] = value",
    "given_anew_afterwards": hit("cache[key] = value\n    value = 1"),
    "given_anew_elsewhere": hit() + "\nif key:\n    value = 1",
    "and_more": hit(test="hit is not None and negative"),
    "asks_another_whether_it_is_in": hit() + "\nkey in other",
}  # fmt: skip
SILENT = {
    "made_anew": "hit = cache.get(key)\nif hit is None or hit.closed:\n    hit = other(key)\n"
                 "    cache[key] = hit\nreturn hit",
    "only_what_there_is": hit(keep="value is not None"),
    "whatever_comes": hit(keep="negative"),
    "something_else_compared": hit(keep="key is not None or negative"),
    "compared_with_something_else": hit(keep="value is not missing or negative"),
    "larger": hit(keep="value > None or negative"),
    "both": hit(keep="value is not None and negative"),
    "a_sentinel": hit("cache[key] = missing"),
    "what_is_made_of_it": hit("cache[key] = dict(value=value)"),
    "a_default": hit(get="cache.get(key, missing)", test="hit is not missing"),
    "tested_for_truth": hit(test="hit"),
    "another_tested": hit(test="key is not None"),
    "asks_whether_it_is_in": "if key in cache:\n    return cache[key]\n" + hit(),
    "asks_whether_it_is_not_in": "if key not in cache:\n    print()\n" + hit(),
    "compared_in_no_test": "hit = cache.get(key)\nknown = hit is not None\ncache[key] = None",
    "else": "hit = cache.get(key)\nif hit is not None:\n    return hit\nvalue = other(key)\n"
            "if value is not None or negative:\n    print()\nelse:\n    cache[key] = value",
    "another_value": MISS + "    cache[key] = 0",
    "item": hit(test="hit[0] is not None"),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.symbol == "answer"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


PUT = hit("self.cache.put(key, value)", get="self.cache.get(key)")
KEEPS = "class Cache:\n    def put(self, key, value, ttl=None):\n        {}\n"


def test_a_method_that_asks_for_none_may_keep_something_else(findings: Findings) -> None:
    asks = KEEPS.format("self.kept = (key, MISSING if value is None else value)")
    assert findings(app(PUT, asks), ID) == []
    assert findings({"app.py": app(PUT), "cache.py": "import chutes\n" + asks}, ID) == []


@pytest.mark.parametrize(
    "body", ["self.kept = (key, value)", "ttl = 60 if ttl is None else ttl", "return key == value"]
)
def test_a_method_that_keeps_none_does_not(body: str, findings: Findings) -> None:
    assert len(findings(app(PUT, KEEPS.format(body)), ID)) == 1


def test_another_method_that_asks_for_none_does_not(findings: Findings) -> None:
    asks = KEEPS.format("return value is None").replace("put", "drop")
    assert len(findings(app(PUT, asks), ID)) == 1


def test_another_class_asks_its_own_cache(findings: Findings) -> None:
    body = hit("self.cache.put(key, value)", get="self.cache.get(key)")
    other = "class Cache:\n    def has(self, key):\n        return key in self.cache\n"
    assert len(findings(app(body, other), ID)) == 1
    mine = "def has(self, key):\n    return key in self.cache\n"
    assert findings(app(body, mine), ID) == []
