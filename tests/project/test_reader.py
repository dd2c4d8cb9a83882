from __future__ import annotations

import ast

import pytest

from chutes_cli.project import codec, facts
from chutes_cli.project.exposure import exposures_at
from chutes_cli.project.module import Module
from chutes_cli.project.reader import UnreadableSource, read_facts


def module(text: str) -> Module:
    return Module("m.py", read_facts(text), text)


def exposures(text: str, name: str = "here") -> set[str]:
    """The exposures under which ``here()`` runs."""
    read = module(text)
    for statement in read.facts.statements:
        for expression in statement.expressions():
            match expression:
                case facts.Call(function=facts.Name(id=called)) if called == name:
                    return set(exposures_at(read, statement.guards))
    raise AssertionError(f"no call of {name}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("here()", {"gateway", "direct"}),
        ("if exposure == 'direct':\n    here()", {"direct"}),
        ("if exposure != 'direct':\n    here()", {"gateway"}),
        ("if s.exposure == 'direct':\n    pass\nelse:\n    here()", {"gateway"}),
        ("if s.exposure is Exposure.GATEWAY:\n    here()", {"gateway"}),
        ("if 'gateway' == exposure and ready:\n    here()", {"gateway"}),
        ("if exposure == 'gateway' or ready:\n    here()", {"gateway", "direct"}),
        ("if not exposure == 'gateway':\n    here()", {"direct"}),
        ("if exposure in ('gateway', 'direct'):\n    here()", {"gateway", "direct"}),
        ("if exposure not in ['gateway']:\n    here()", {"direct"}),
        ("if exposure == 'other':\n    here()", {"gateway", "direct"}),
        ("if color == 'direct':\n    here()", {"gateway", "direct"}),
        ("if os.environ.get('MY_EXPOSURE', 'gateway') == 'direct':\n    here()", {"direct"}),
        ("if os.environ['EXPOSURE'].lower() == 'direct':\n    here()", {"direct"}),
        ("if getenv('EXPOSURE').strip() == 'direct':\n    here()", {"direct"}),
        ("if os.getenv('EXPOSURE') == 'direct':\n    here()", {"direct"}),
        ("if ask('EXPOSURE') == 'direct':\n    here()", {"gateway", "direct"}),
        ("if os.getenv('CHUTES_DEV_MODE', 'false').lower() == 'true':\n    here()", set()),
        ("if os.getenv('CHUTES_DEV_MODE') != 'true':\n    here()", {"gateway", "direct"}),
        ("if os.getenv('CHUTES_DEV_MODE') == 'true':\n    pass\nelse:\n    here()",
         {"gateway", "direct"}),
        ("if os.environ.get('MODE') == 'direct':\n    here()", {"gateway", "direct"}),
        ("DIRECT = exposure == 'direct'\nif DIRECT:\n    here()", {"direct"}),
        ("DIRECT = exposure == 'direct'\nif not DIRECT:\n    here()", {"gateway"}),
        ("DIRECT = 1\nif DIRECT:\n    here()", {"gateway", "direct"}),
        ("DIRECT = exposure == 'direct'\nDIRECT = x == 1\nif DIRECT:\n    here()",
         {"gateway", "direct"}),
        ("def f():\n    if exposure == 'gateway':\n        return\n    here()", {"direct"}),
        ("def f():\n    if exposure == 'gateway':\n        print()\n    here()",
         {"gateway", "direct"}),
        ("while 1:\n    if exposure == 'direct': continue\n    here()", {"gateway"}),
        ("def f():\n    if a:\n        return\n    elif exposure == 'direct':\n        raise X\n"
         "    here()", {"gateway"}),
        ("def f():\n    if exposure == 'direct': pass\n    else: return\n    here()", {"direct"}),
    ],
)  # fmt: skip
def test_guards_tell_the_exposure(text: str, expected: set[str]) -> None:
    assert exposures(text) == expected


def test_text_annotations_are_read_as_code() -> None:
    read = read_facts("def f(a: 'Optional[x.Y]', b: '???') -> 'Z': ...\n")
    first, second = read.scopes[1].parameters
    assert isinstance(first.annotation, facts.Operation)
    assert isinstance(second.annotation, facts.Opaque)
    assert isinstance(read.scopes[1].returns, facts.Name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a' 'b'", "ab"),
        ("'\\d'", "\\d"),
        ("-3", -3),
        ("0x10", 16),
        ("b'\\xff'", b"\xff"),
        ("1j", 1j),
        ("None", None),
        ("'\\ud800'", "\ud800"),
    ],
)
def test_literals(text: str, value: object) -> None:
    (statement,) = read_facts(f"x = {text}\n").statements
    assert isinstance(statement.values[0], facts.Literal)
    assert statement.values[0].value == value


def test_names_bound_inside_an_expression_are_not_outer_ones() -> None:
    (statement,) = read_facts("[os for os in os]\n").statements
    names = [each for each in statement.expressions() if isinstance(each, facts.Name)]
    assert len(names) == 1  # the iterable; the item is the comprehension's own


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("def f(:\n    pass\n", 1, 7),
        ("a\nx = (\n", 2, 5),
        ("\n\nclass\n", 3, 6),
        ("print 'x'\n", 1, 1),
    ],
)
def test_what_is_not_python_says_where(text: str, line: int, column: int) -> None:
    with pytest.raises(UnreadableSource) as caught:
        read_facts(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert not caught.value.is_python


def test_code_nested_beyond_reading_is_refused() -> None:
    """LibCST's own parser would overflow its stack and take the process with it."""
    for depth in (250, 3_000, 100_000):
        with pytest.raises(UnreadableSource, match="nested too deeply"):
            read_facts("x = " + "[" * depth + "]" * depth + "\n")
    with pytest.raises(UnreadableSource, match="nested too deeply"):
        read_facts("x = " + "-" * 50_000 + "1\n")


LONG = {
    "operators": "x = 1" + " + 1" * 2_000,
    "subscripts": "x = y" + "[0]" * 1_500,
    "calls": "x = y" + "(a, b=1)" * 1_500,
    "attributes": "x = y" + ".z" * 1_500,
    "ternaries": "x = y" + " if y else z" * 900,
    "patterns": "match x:\n    case " + '{"a": ' * 20 + "b" + "}" * 20 + ": pass",
    "lines": "x = (1\n" + "+ 1\n" * 2_000 + ")",
}


@pytest.mark.parametrize("name", LONG)
def test_what_would_take_minutes_is_not_tried(name: str) -> None:
    with pytest.raises(UnreadableSource, match="too long to read") as caught:
        read_facts(LONG[name] + "\n")
    assert caught.value.is_python
    with pytest.raises(UnreadableSource, match="invalid syntax") as caught:
        read_facts(LONG[name] + "\ny = = 1\n")
    assert not caught.value.is_python


def test_an_integer_beyond_pythons_limit() -> None:
    with pytest.raises(UnreadableSource, match="Exceeds the limit"):
        read_facts(f"x = {'9' * 5_000}\n")
    assert read_facts(f"x = {'9' * 4_000}\n").statements


def test_long_tables_and_files_are_read() -> None:
    table = (
        "X = {\n" + "".join(f'    "key{n}": ["a.b(c)", -1, f(n)],\n' for n in range(800)) + "}\n"
    )
    assert read_facts(table).statements
    calls = "".join(f"f{n}(a.b.c, [x + {n}], key='(((')\n" for n in range(1_000))
    assert len(read_facts(calls).statements) == 1_000


def test_newer_syntax_than_this_python_knows_is_read() -> None:
    """LibCST has the last word, whatever this Python is."""
    source = "type Pair[T] = tuple[T, T]\n" + "x = [1, 2]\n" * 1_000
    assert read_facts(source).statements


def test_a_long_chain_of_operators_is_read() -> None:
    assert read_facts("x = " + " + ".join(["'a'"] * 500) + "\n").statements


SAMPLE = """
from __future__ import annotations
import a.b, c as d
from .e import f as g, h
from i import *

@deco(1, *x, y=2, **z)
class K(Base, metaclass=M):
    field: int = Field(default=b"\\xff", ge=-1.5)
    async def m(self, p: "Q" = None, /, *r, s, **t) -> list[int]:
        async with self.lock as l, n: await o()
        for i, *j in range(3): yield i
        try: raise E from e
        except (A, B) as err: pass
        finally: del self.q
        global w
        w = lambda v: v + (u := 1) if not v else {**k, "a": [1, (2,), {3}]}
        match w:
            case {"x": [y]} if y: w = f"{w!r:>{y}} {{}} \\n" "tail"
    def n(self): return 1j
"""


def test_facts_survive_json() -> None:
    read = read_facts(SAMPLE)
    text = codec.to_json(read)
    again = codec.from_json(text)
    assert codec.to_json(again) == text
    assert len(again.statements) == len(read.statements)
    for statement in again.statements:
        if statement.defines >= 0:
            scope = again.scopes[statement.defines]
            # The very same records: links between decorators and functions rest on identity.
            assert all(
                mine is theirs
                for mine, theirs in zip(statement.values, scope.evaluated(), strict=True)
            )
    evaluated = {id(value) for each in again.statements for value in each.values}
    tests = [each.test for each in again.guards if each.test is not None]
    assert len(tests) == len([each for each in read.guards if each.test is not None])
    assert all(id(test) in evaluated for test in tests)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", "[99, 1]", "[17, 1]", "null", "[-1]", "x"])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        codec.from_json(text)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("f(a=1,\n  a=2)", "keyword argument repeated: a", 2),
        ("x = 1\nreturn x", "'return' outside function", 2),
        ("\nawait f()", "'await' outside function", 2),
        ("def f(a, a): ...", "duplicate argument 'a' in function definition", 1),
    ],
)
def test_what_only_the_compiler_refuses(text: str, message: str, line: int) -> None:
    with pytest.raises(UnreadableSource, match=message) as caught:
        read_facts(text)
    assert caught.value.line == line
    assert not caught.value.is_python


@pytest.mark.parametrize("text", ["x = '\0'", "x = " + "-" * 90 + "1"])
def test_what_the_compiler_cannot_judge_is_read(text: str) -> None:
    assert len(read_facts(text).statements) == 1


def test_a_yield_in_a_lambda_makes_no_generator_of_the_function() -> None:
    facts = read_facts("def f():\n    return lambda: (lambda: (yield))\ndef g():\n    yield 1\n")
    assert [(each.name, each.is_generator) for each in facts.scopes[1:]] == [
        ("f", False),
        ("g", True),
    ]


@pytest.mark.parametrize(
    "text",
    ["'plain'", '"""a\nb"""', '"""a\r\nb"""', '"""a\rb"""', r"'a\tb'", r"r'a\tb'", "b'x'", "u'x'",
     "'''it's'''", "''", '""""x"""', "'é\u2028'", "'a\\\nb'", r"'\N{DASH}'", r"b'\xff'"],
)  # fmt: skip
def test_texts_have_the_value_that_python_gives_them(text: str) -> None:
    (statement,) = read_facts(f"x = {text}\n").statements
    (value,) = statement.values
    try:
        expected = ast.literal_eval(text)
    except SyntaxError:
        assert isinstance(value, facts.Opaque)
    else:
        assert isinstance(value, facts.Literal)
        assert (type(value.value), value.value) == (type(expected), expected)


def test_handlers_name_the_guard_of_their_body() -> None:
    text = (
        "try:\n    def f():\n        try:\n            a()\n        except:\n            b()\n"
        "except:\n    c()\n"
    )
    facts = read_facts(text)
    inner, outer = (each for each in facts.statements if each.kind == "except")
    bodies = {each.span.line: each.guards for each in facts.statements if each.kind == "expression"}
    assert (inner.handles, outer.handles) == (bodies[6], bodies[8])
    assert facts.statements[0].handles == -1
