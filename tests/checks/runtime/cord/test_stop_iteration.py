from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.iterators import ENDING
from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
App = Callable[..., str]
ID = "stop-iteration-escapes"

ASK = """\
from pydantic import BaseModel, Field
class Ask(BaseModel):
    words: list[str] = Field(min_length=1)
    others: list[str] = []
    none: list[str] = Field(min_length=0)
    text: str = Field(min_length=1)
    flag: bool = False
"""


def asked(name: str, test: str = "not isinstance(ask, Ask)") -> tuple[str, str]:
    """What takes the first of something of a model, behind a test."""
    return (
        "return found(Ask(**args))",
        f"{ASK}def found(ask: Ask):\n    if {test}:\n        return 1\n"
        f"    return next(iter({name}))\n",
    )


FIRES = {
    "of_a_type": asked("ask.others"),
    "of_a_type_and_more": asked("ask.others", "not isinstance(ask, Ask) or ask.flag"),
    "another_field_tested": asked("ask.others", "ask.words"),
    "another_entry_tested": asked("ask['others']", "ask['words']"),
    "words_of_a_text_that_may_be_blanks": asked("ask.text.split()"),
    "has_it": asked("ask.others", "hasattr(ask, 'others')"),
    "field_that_may_be_empty": asked("ask.none"),
    "field_of_no_length": asked("ask.flag"),
    "named_first": ("found = (w for w in args['words'])\nreturn next(found)", ""),
    "named_search": ("found = (w for w in args if w)\nreturn next(found)", ""),
    "kept_next": ("pull = iter(args['words']).__next__\nreturn pull()", ""),
    "named_generator": ("lines = some(args)\nreturn next(lines)",
                        "def some(args):\n    for each in args:\n        yield each\n"),
    "search": ("return next(w for w in WORDS if w == args['w'])", "WORDS = ('a', 'b')\n"),
    "search_in_self": ("return next(m for m in self.models if m == args['m'])", ""),
    "first": ("return next(iter(args['words']))", ""),
    "first_of_a_generator": ("return next(w for w in args['words'])", ""),
    "name": ("words = iter(args['words'])\nreturn next(words)", ""),
    "filter": ("return next(filter(None, args['words']))", ""),
    "dunder": ("return iter(args['words']).__next__()", ""),
    "dunder_kept": ("pull = iter(args['words']).__next__\nreturn pull()", ""),
    "raised": ("raise StopIteration", ""),
    "raised_with_a_value": ("raise StopIteration(1)", ""),
    "helper": (
        "return found(args)",
        "def found(args):\n    return next(w for w in args if w)\n",
    ),
    "method": (
        "return Words().found(args)",
        "class Words:\n    def found(self, args):\n        return next(w for w in args if w)\n",
    ),
    "generator_of_the_tree": (
        "return next(words(args))",
        "def words(args):\n    for each in args:\n        yield each\n",
    ),
    "search_of_the_tree": (
        "return next(words(args))",
        "def words(args):\n    return (each for each in args if each)\n",
    ),
    "search_of_the_tree_under_a_name": (
        "found = words(args)\nreturn next(found)",
        "def words(args):\n    return (each for each in args if each)\n",
    ),
    "while_that_ends": (
        "return next(words(args))",
        "def words(args):\n    while args:\n        yield args.pop()\n",
    ),
    "first_parameter": ("return first(args)", "def first(words):\n    return next(iter(words))\n"),
    "another_test": (
        "if args.get('x'):\n    return 1\nwords = args['words']\nreturn next(iter(words))", "",
    ),
    "comprehension": ("return [next(iter(each)) for each in args['lists']]", ""),
    "caught_as_another": (
        "try:\n    return next(iter(args['words']))\nexcept ValueError:\n    return 1", "",
    ),
    "no_arguments": ("return next(map(str, args['words']))", ""),
}  # fmt: skip
SILENT = {
    "field_that_is_not_empty": asked("ask.words"),
    "field_tested": asked("ask.others", "not ask.others"),
    "field_counted": asked("ask.others", "len(ask.others) == 0"),
    "field_tested_beside_its_type": asked(
        "ask.others", "not isinstance(ask, Ask) or not ask.others"
    ),
    "whole_tested": asked("ask.others", "not ask"),
    "whole_checked": asked("ask.others", "not checked(ask)"),
    "words_tested": asked("ask.text.split()", "not ask.text.strip()"),
    "entry_tested": asked("ask['others']", "not ask.get('others')"),
    "entry_of_an_entry_tested": asked("ask['a']['b']", "not ask['a']"),
    "list_is_no_iterator": ("found = [w for w in args if w]\nreturn next(found)", ""),
    "named_search_with_default": ("found = (w for w in args if w)\nreturn next(found, None)", ""),
    "turned": (
        "try:\n    return next(w for w in args if w)\nexcept StopIteration as end:\n"
        "    raise ValueError from end", "",
    ),
    "kept_otherwise": ("pull = iter(args['words']).__length_hint__\nreturn pull()", ""),
    "another_method_kept": ("pull = iter(args['words']).__iter__\nreturn pull()", ""),
    "another_call_kept": ("pull = iter(args['words'])\nreturn pull()", ""),
    "dunder_with_an_argument": ("pull = iter(args['words']).__next__\nreturn pull(1)", ""),
    "default": ("return next((w for w in args if w), None)", ""),
    "caught": (
        "try:\n    return next(w for w in args if w)\nexcept StopIteration:\n    return 1", "",
    ),
    "caught_on_the_way": (
        "try:\n    return found(args)\nexcept Exception:\n    return 1",
        "def found(args):\n    return next(w for w in args if w)\n",
    ),
    "suppressed": (
        "with contextlib.suppress(StopIteration):\n    return next(w for w in args if w)", "",
    ),
    "endless": ("return next(self.ids)", "chute.ids = itertools.count()\n"),
    "round_robin": ("return next(itertools.cycle(args['words']))", ""),
    "parameters": ("return str(next(self.model.parameters()).device)", ""),
    "unknown": ("return next(args['words'])", ""),
    "in_a_generator": (
        "return list(words(args))",
        "def words(args):\n    yield next(w for w in args if w)\n",
    ),
    "in_a_generator_expression": ("return list(next(iter(w)) for w in args['lists'])", ""),
    "in_a_lambda": ("self.later = lambda: next(iter(args['words']))", ""),
    "tested_before": (
        "words = args['words']\nif not words:\n    return 1\nreturn next(iter(words))", "",
    ),
    "of_the_service": ("return next(iter(self.models.values()))", ""),
    "all_of_the_service": ("return next(m for m in self.models)", ""),
    "of_the_module": ("return next(iter(WORDS))", "WORDS = ('a', 'b')\n"),
    "a_literal": ("return next(iter([1, 2]))", ""),
    "generator_without_end": (
        "return next(words())",
        "def words():\n    n = 0\n    while True:\n        n += 1\n        yield n\n",
    ),
    "all_of_the_tree": (
        "return next(words(args))", "def words(args):\n    return (each for each in args)\n",
    ),
    "function_of_two_ways": (
        "return next(words(args))",
        "def words(args):\n    if args:\n        return itertools.count()\n"
        "    return itertools.count(1)\n",
    ),
    "plain_function": ("return next(words())", "def words():\n    return itertools.count()\n"),
    "own_next": (
        "return next(iter(args['words']))", "def next(words):\n    return words\n",
    ),
    "own_stop": ("raise StopIteration", "class StopIteration(Exception): ...\n"),
    "bare_raise": ("try:\n    return 1\nexcept ValueError:\n    raise", ""),
    "another_error": ("raise ValueError('x')", ""),
    "spread": ("return next(*iter(args['words']))", ""),
    "named": ("return next(ids := itertools.count(args['n']))", ""),
    "below_a_coroutine": (
        "return asyncio.run(outer(args))",
        "async def outer(args):\n    return found(args)\n"
        "def found(args):\n    return next(w for w in args if w)\n",
    ),
    "next_method": ("return self.queue.next()", ""),
    "through_a_coroutine": (
        "return asyncio.run(found(args))",
        "async def found(args):\n    return next(w for w in args if w)\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings, app: App) -> None:
    assert [each.check for each in findings(app(*FIRES[name]), ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*SILENT[name]), ID) == []


@pytest.mark.parametrize("name", FIRES)
def test_a_coroutine_answers_500(name: str, findings: Findings, app: App) -> None:
    assert findings(app(*FIRES[name], is_async=True), ID) == []


@pytest.mark.parametrize("name", sorted(ENDING))
def test_every_iterator_that_ends(name: str, findings: Findings, app: App) -> None:
    module, _, last = name.rpartition(".")
    imported = "import pathlib\n" if module.startswith("pathlib") else f"import {module}\n"
    made = f"pathlib.Path(args['p']).{last}(args['g'])"
    call = made if module.startswith("pathlib") else f"{name}(args['words'])"
    assert len(findings(app(f"return next({call})", imported), ID)) == 1


def test_a_stream_raises_runtime_error(findings: Findings) -> None:
    source = (
        "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
        "@chute.cord(stream=True)\ndef x(self, args: dict):\n    yield next(iter(args['words']))\n"
    )
    assert findings(source, ID) == []


def test_says_what_and_how_it_gets_there(findings: Findings, app: App) -> None:
    (found,) = findings(app(*FIRES["helper"]), ID)
    assert found.message.startswith("this can raise StopIteration")
    assert found.help.startswith("give next() a default")
    assert [step.note for step in found.trace] == ["cord x", "x runs found"]
    (found,) = findings(app(*FIRES["raised"]), ID)
    assert found.message.startswith("this raises StopIteration")
    assert found.help.startswith("raise HTTPException")


def test_counts_where_the_exposure_lets_it_run(findings: Findings, app: App) -> None:
    source = app(
        "if self.exposure == 'direct':\n    return found(args)",
        "def found(args):\n    return next(w for w in args if w)\n",
    )
    assert findings(source, ID) == []
    assert len(findings(source, ID, exposure=Exposure.DIRECT)) == 1


def test_tests_are_left_alone(findings: Findings, app: App) -> None:
    assert findings({"tests/app.py": app(*FIRES["search"])}, ID) == []
