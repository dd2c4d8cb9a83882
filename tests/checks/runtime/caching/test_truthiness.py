from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "cache-truthiness"

HEAD = """\
import json
from collections import OrderedDict
from typing import Any, Dict, List, Optional, Protocol
import httpx
import redis
from chutes.chute import Chute
from pydantic import BaseModel

chute = Chute("u", "my-service", "i")
cache = {}
client = redis.Redis()


class Answer(BaseModel):
    text: str = ""


class Thing:
    pass


class Sized:
    def __len__(self):
        return 0


class True_:
    def __bool__(self):
        return False


class Items(list):
    pass


class Counts(OrderedDict):
    pass


class Model(Protocol):
    def predict(self, key) -> Any: ...
    def embed(self, key) -> List[float]: ...


def words(key) -> list:
    return other(key)


def text(key):
    return key.strip()


def json_text(key):
    return json.dumps(key)


def lines(key):
    if key:
        return []
    return [key]


def pair(key):
    return {"key": key}


def none_or_pair(key):
    if key:
        return None
    return {"key": key}


def stream(key):
    yield key


def again(key):
    return again(key)


async def later(key) -> str:
    return await other(key)
"""


def app(body: str, arguments: str = "self, key, model: Model", returns: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}\nasync def answer({arguments}){returns}:\n{lines}"


def hit(value: str, *, name: str = "value") -> str:
    return (
        "hit = cache.get(key)\nif hit:\n    return hit\n"
        f"{name} = {value}\ncache[key] = {name}\nreturn {name}"
    )


def miss(value: str, get: str = "cache.get(key)", put: str = "cache[key] = found") -> str:
    return f"found = {get}\nif not found:\n    found = {value}\n    {put}\nreturn found"


FIRES = {
    "list": miss("words(key)"),
    "text": miss("text(key)"),
    "returned_early": hit("words(key)"),
    "awaited": miss("await later(key)", get="await self.cache.get(key)",
                    put="await self.cache.set(key, found, ttl=3600)"),
    "attribute": hit("words(key)").replace("cache", "self.cache"),
    "none_by_name": miss("words(key)", get="cache.get(key, None)"),
    "aget": miss("words(key)", get="await c.aget(key)", put="await c.aset(key, found)"),
    "lookup": miss("words(key)", get="c.lookup(key)", put="c.store(key, found)"),
    "fetch": miss("words(key)", get="c.fetch(key)", put="c.save(key, found)"),
    "put_method": miss("words(key)", put="cache.put(key, found)"),
    "by_name": miss("words(key)", put="cache.set(key, value=found)"),
    "setex": miss("words(key)", put="cache.setex(key, 60, found)"),
    "psetex": miss("words(key)", put="cache.psetex(key, 60, found)"),
    "annotated_name": miss("words(key)").replace("found = cache", "found: list = cache"),
    "or": "found = cache.get(key) or words(key)\ncache[key] = found\nreturn found",
    "or_of_three": "found = cache.get(key) or None or words(key)\ncache[key] = found",
    "or_awaited": "found = await c.get(key) or words(key)\nawait c.set(key, found)",
    "walrus": "if hit := cache.get(key):\n    return hit\nvalue = words(key)\ncache[key] = value",
    "not_walrus": "if not (hit := cache.get(key)):\n    hit = words(key)\n    cache[key] = hit",
    "and": hit("words(key)").replace("if hit:", "if hit and model:"),
    "or_not": miss("words(key)").replace("if not found:", "if model or not found:"),
    "else": "hit = cache.get(key)\nif hit:\n    print(hit)\nelse:\n    hit = words(key)\n"
            "    cache[key] = hit",
    "comprehension": miss("[each for each in other(key)]"),
    "set_comprehension": miss("{each for each in other(key)}"),
    "dict_comprehension": miss("{each: 1 for each in other(key)}"),
    "sorted": miss("sorted(other(key))"),
    "number": miss("len(key)"),
    "f_string": miss("f'{other(key)}'"),
    "joined": miss("' '.join(key)"),
    "attribute_text": miss("(await model.ask(key)).text"),
    "attribute_content": miss("other(key).choices[0].message.content"),
    "either": miss("words(key) if model else pair(key)"),
    "or_value": miss("other(key) or words(key)"),
    "returns_an_empty_list": miss("lines(key)"),
    "annotated_method": miss("model.embed(key)"),
    "collected": "found = cache.get(key)\nif not found:\n    found = []\n"
                 "    for each in key:\n        found.append(other(each))\n    cache[key] = found",
    "collected_and_awaited": "found = cache.get(key)\nif not found:\n    found = []\n"
                             "    found += [await key]\n    cache[key] = found",
    "literal_key": miss("words(key)").replace("(key)\nif", "('all')\nif")
                   .replace("[key]", "['all']"),
    "memo": miss("words(key)").replace("cache", "self.memo").replace("(key)\nif", "('a')\nif")
            .replace("[key]", "['a']"),
    "redis_text": miss("text(key)", get="client.get(key)", put="client.set(key, found)"),
    "second_put": "found = cache.get(key)\nif not found:\n    if model:\n"
                  "        cache[key] = pair(key)\n    cache[key] = words(key)",
    "local_name_of_a_shared_one": "mine = self.store\n"
                                  + miss("words(key)").replace("cache", "mine"),
    "inner_call": miss("words(other(key))"),
}  # fmt: skip
SILENT = {
    "compared": miss("words(key)").replace("not found", "found is None"),
    "returned_where_not_none": hit("words(key)").replace("if hit:", "if hit is not None:"),
    "asks_whether_it_is_in": "if key in cache:\n    return cache[key]\ncache[key] = words(key)",
    "pair": miss("pair(key)"),
    "none_or_pair": miss("none_or_pair(key)"),
    "display": miss("{'words': words(key)}"),
    "list_of_one": miss("[words(key)]"),
    "tuple": miss("(words(key), 1)"),
    "spread": miss("{**other(key)}"),
    "starred": miss("[*other(key)]"),
    "json": miss("json_text(key)"),
    "f_string_with_text": miss("f'answer: {other(key)}'"),
    "object": miss("Thing(key)"),
    "model": miss("Answer(text=text(key))"),
    "external_object": miss("httpx.AsyncClient(timeout=key)"),
    "unknown": miss("other(key)"),
    "unknown_method": miss("model.predict(key)"),
    "sized": miss("Sized(key)"),
    "with_bool": miss("True_(key)"),
    "derived_from_list": miss("Items(key)"),
    "derived_from_a_collection": miss("Counts(key)"),
    "generator": miss("stream(key)"),
    "endless": miss("again(key)"),
    "lambda": miss("lambda: words(key)"),
    "sum_of_unknowns": miss("other(key) + other(key)"),
    "default": miss("words(key)", get="cache.get(key, missing)"),
    "default_of_another_kind": miss("words(key)", get="cache.get(key, 0)"),
    "no_key": miss("words(key)", get="cache.get()"),
    "another_key": miss("words(key)", put="cache[key + 1] = found"),
    "another_cache": miss("words(key)", put="other[key] = found"),
    "set_under_another_key": miss("words(key)", put="cache.set(key + 1, found)"),
    "set_in_another_cache": miss("words(key)", put="other.set(key, found)"),
    "set_without_a_value": miss("words(key)", put="cache.set(key)"),
    "set_under_an_unknown_name": miss("words(key)", put="cache.set(key, ttl=len(key), of=found)"),
    "another_method": miss("words(key)", put="cache.expire(key, found)"),
    "another_question": miss("words(key)", get="cache.pop(key)"),
    "kept_nowhere": miss("words(key)", put="print(found)"),
    "added_to": miss("words(key)", put="cache[key] += found"),
    "scratch": "cache = {}\n" + miss("words(key)"),
    "scratch_made_by_a_call": "cache = dict()\n" + miss("words(key)"),
    "option": miss("words(key)").replace("cache", "self.options").replace("(key)\nif", "('a')\nif")
              .replace("[key]", "['a']"),
    "group": miss("[]") + "\nfound.append(key)",
    "group_after_words": "words(key)\n" + miss("[]"),
    "group_put_beside_words": miss("words(key)", put="cache[key] = []"),
    "group_of_a_set": miss("set()"),
    "group_beside_words": miss("[]").replace("    cache", "    print(words(key))\n    cache"),
    "put_before_it_is_asked": "cache[key] = words(key)\nhit = cache.get(key)\n"
                              "if hit:\n    return hit",
    "put_on_a_hit": "hit = cache.get(key)\nif hit:\n    hit = words(key)\n    cache[key] = hit",
    "put_unless": "hit = cache.get(key)\nif not hit:\n    return None\nhit = words(key)\n"
                  "cache[key] = hit",
    "another_tested": hit("words(key)").replace("if hit:", "if model:"),
    "another_not_tested": miss("words(key)").replace("if not found:", "if not model:"),
    "another_walrus": "hit = cache.get(key)\nif m := model:\n    return m\nvalue = words(key)\n"
                      "cache[key] = value",
    "or_the_hit": hit("words(key)").replace("if hit:", "if hit or model:"),
    "and_others": hit("words(key)").replace("if hit:", "if model and key:"),
    "or_nots": miss("words(key)").replace("if not found:", "if model or not key:"),
    "or_others": miss("words(key)").replace("if not found:", "if model or key:"),
    "and_not": miss("words(key)").replace("if not found:", "if model and not found:"),
    "counted": miss("words(key)").replace("not found", "len(found)"),
    "looped": hit("words(key)").replace("if hit:", "while hit:"),
    "not_tested": "hit = cache.get(key)\nvalue = words(key)\ncache[key] = value\nreturn hit",
    "redis_json": miss("json_text(key)", get="client.get(key)", put="client.set(key, found)"),
    "redis_number": miss("len(key)", get="client.get(key)", put="client.set(key, found)"),
    "named_redis": miss("len(key)", get="redis_conn.get(key)", put="redis_conn.set(key, found)"),
    "kept_in_part": "found, n = cache.get(key), 1\nif not found:\n    found = words(key)\n"
                    "    cache[key] = found",
    "kept_in_a_place": miss("words(key)").replace("found", "self.found"),
}  # fmt: skip
ANNOTATED = {
    "dict": " -> dict",
    "typing": " -> Dict[str, Any]",
    "optional": " -> Optional[Dict[str, Any]]",
    "union": " -> dict | None",
    "text": " -> str",
    "as_text": " -> 'str'",
}
OPEN = {
    "any": " -> Any",
    "own": " -> Answer",
    "client": " -> httpx.Response",
    "nothing": "",
    "none": " -> None",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.symbol == "answer"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize("name", ANNOTATED)
def test_believes_the_annotation_of_what_returns_the_value(name: str, findings: Findings) -> None:
    assert len(findings(app(hit("other(key)"), returns=ANNOTATED[name]), ID)) == 1
    assert len(findings(app(miss("other(key)"), returns=ANNOTATED[name]), ID)) == 1


@pytest.mark.parametrize("name", OPEN)
def test_says_nothing_of_what_may_be_anything(name: str, findings: Findings) -> None:
    assert findings(app(hit("other(key)"), returns=OPEN[name]), ID) == []


ALWAYS = {
    "list_of_a_sum": "[key + key]",
    "list_of_a_product": "[key * 2]",
    "pair": "pair(key)",
    "none_or_pair": "none_or_pair(key)",
    "literal": "'a' if other(key) else None",
    "display": "{'words': other(key)}",
    "json": "json_text(key)",
    "f_string_with_text": "f'answer: {other(key)}'",
    "object": "Thing(key)",
    "model": "Answer(text=text(key))",
    "external_object": "httpx.AsyncClient(timeout=key)",
    "unknown_object": "somewhere.Thing(key)",
    "generator": "stream(key)",
}
MAYBE = {
    "spread": "{**other(key)}",
    "starred": "[*other(key)]",
    "sized": "Sized(key)",
    "with_bool": "True_(key)",
    "derived_from_list": "Items(key)",
    "derived_from_a_collection": "Counts(key)",
    "changed": "other(key) + 'a'",
    "called_later": "(lambda: key)(key)",
    "item": "other(key)['a']",
    "negative": "-pair(key)",
}


@pytest.mark.parametrize("name", ALWAYS)
def test_what_is_always_true_goes_before_the_annotation(name: str, findings: Findings) -> None:
    assert findings(app(hit(ALWAYS[name]), returns=" -> dict"), ID) == []


@pytest.mark.parametrize("name", MAYBE)
def test_where_nothing_is_known_the_annotation_speaks(name: str, findings: Findings) -> None:
    assert len(findings(app(hit(MAYBE[name]), returns=" -> dict"), ID)) == 1


@pytest.mark.parametrize(
    ("annotation", "count"),
    [
        ("Union[str, None]", 1),
        ("Annotated[str, 1]", 1),
        ("Literal['a', 'b']", 0),
        ("Callable[[str], str]", 0),
        ("Iterator[str]", 0),
    ],
)
def test_what_an_annotation_holds(annotation: str, count: int, findings: Findings) -> None:
    source = app(hit("other(key)"), returns=f" -> {annotation}")
    source = "from typing import Annotated, Callable, Iterator, Literal, Union\n" + source
    assert len(findings(source, ID)) == count


def test_an_empty_text_that_a_function_returns(findings: Findings) -> None:
    """A store keeps a text, and a number as a text that is not empty."""
    for returned, count in (("''", 1), ("b''", 1), ("0", 0), ("'a'", 0)):
        rest = f"\n\ndef made(key):\n    if key:\n        return {returned}\n    return 'b'\n"
        body = miss("made(key)", get="client.get(key)", put="client.set(key, found)")
        assert len(findings(app(body) + rest, ID)) == count, returned


def test_another_attribute_is_no_text(findings: Findings) -> None:
    assert findings(app(miss("(await model.ask(key)).answer")), ID) == []


def test_what_was_found_says_nothing_of_what_is_kept(findings: Findings) -> None:
    body = (
        "hit = cache.get(key)\nif not hit:\n    hit = pair(key)\n    cache[key] = hit\nreturn hit"
    )
    assert findings(app(body, returns=" -> dict"), ID) == []


def test_what_a_loop_gives_goes_by_the_annotation(findings: Findings) -> None:
    body = "hit = cache.get(key)\nif hit:\n    return hit\nfor value in other(key):\n    pass\n"
    body += "cache[key] = value\nvalue.sort(key)\nreturn value"
    body = body.replace("    pass\n", "    print(value, key)\n")
    assert len(findings(app(body, returns=" -> list"), ID)) == 1


def test_what_else_a_function_does_says_nothing(findings: Findings) -> None:
    rest = "\n\ndef made(key):\n    if not key:\n        return\n    n = ''\n    return [n]\n"
    assert findings(app(miss("made(key)")) + rest, ID) == []
    assert findings(app(hit("made(key)"), returns=" -> list") + rest, ID) == []


def test_an_option_with_a_kept_answer(findings: Findings) -> None:
    body = "found = cache.get(key) or other(key)\ncache[key] = [other(key)]\nreturn found"
    assert findings(app(body), ID) == []
    body = "found = cache.get(key) or pair(key)\nvalue = words(key)\ncache[key] = value"
    assert len(findings(app(body), ID)) == 1


def test_a_store_by_its_name_or_its_class(findings: Findings) -> None:
    for owner, count in (("client", 0), ("my_redis", 0), ("httpx.Client()", 1)):
        body = f"c = {owner}\n" + miss("len(key)", get="c.get(key)", put="c.set(key, found)")
        body = body.replace("c.", f"{owner}.") if owner == "my_redis" else body
        assert len(findings(app(body), ID)) == count, owner


def test_an_annotation_of_something_else_says_nothing(findings: Findings) -> None:
    body = "hit = cache.get(key)\nif hit:\n    return [1]\ncache[key] = other(key)\nreturn [2]"
    assert findings(app(body, returns=" -> list"), ID) == []


def test_what_is_known_goes_before_the_annotation(findings: Findings) -> None:
    assert findings(app(hit("pair(key)"), returns=" -> dict"), ID) == []


def test_a_parameter_is_what_its_annotation_says(findings: Findings) -> None:
    body = "hit = cache.get(key)\nif hit:\n    return\ncache[key] = value\nvalue.sort(key)"
    body = body.replace("cache[key]", "value.extend(other(key))\ncache[key]")
    assert len(findings(app(body, "key, value: list"), ID)) == 1
    assert findings(app(body, "key, value"), ID) == []


def test_what_a_loop_gives_may_be_anything(findings: Findings) -> None:
    body = "hit = cache.get(key)\nif hit:\n    return hit\nfor value in other(key):\n    pass\n"
    assert findings(app(body + "cache[key] = value"), ID) == []


def test_the_one_in_place_of_a_hit_points_to_the_whole(findings: Findings) -> None:
    (found,) = findings(app(FIRES["or"]), ID)
    assert found.snippet == "cache.get(key) or words(key)"


def test_follows_other_modules(findings: Findings) -> None:
    files = {
        "app.py": app(miss("made(key)")).replace(
            "import json\n", "import json\nfrom m import made\n"
        )
    }
    assert (
        len(findings({**files, "m.py": "def made(key) -> list:\n    return other(key)\n"}, ID)) == 1
    )
    assert findings({**files, "m.py": "def made(key):\n    return [key]\n"}, ID) == []


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["list"])}, ID) == []


def test_code_of_the_module_itself_runs_once(findings: Findings) -> None:
    body = miss("words(key)").rsplit("\n", 1)[0].replace("cache", "store")
    assert findings(HEAD + "key = 1\nstore = other()\n" + body + "\n", ID) == []


@pytest.mark.parametrize(("functions", "count"), [(1, 1), (5, 1), (6, 0)])
def test_follows_a_few_functions(functions: int, count: int, findings: Findings) -> None:
    made = "".join(
        f"def made{each}(key):\n    return made{each + 1}(key)\n" for each in range(1, functions)
    )
    last = f"def made{functions}(key):\n    return [each for each in key]\n"
    assert len(findings(app(hit("made1(key)")) + made + last, ID)) == count
