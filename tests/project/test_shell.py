"""Shell text as commands: what runs, what its output goes to, and where it stands."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from chutes_cli.project.shell import Command, Group, Piece, commands
from chutes_cli.project.shell_parser import parse


def read(text: str) -> list[Command]:
    return list(commands(parse(Piece.whole(text))))


def texts(text: str) -> list[tuple[str, ...]]:
    return [each.texts for each in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b  c", [("a", "b", "c")]),
        ("a 'b c' \"d e\" f\\ g", [("a", "b c", "d e", "f g")]),
        ("a \"b\\\"c\\$d\\e\" 'f\\g'", [("a", 'b"c$d\\e', "f\\g")]),
        ("a # b\nc", [("a",), ("c",)]),
        ("a b#c", [("a", "b#c")]),
        ("a; b & c && d || e", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("a | b |& c |\n d", [("a",), ("b",), ("c",), ("d",)]),
        ("a \\\n  b\\\nc", [("a", "bc")]),
        ("A=1 B='x y' c d=e", [("c", "d=e")]),
        ("a=(b c) d", [("d",)]),
        ("if a; then b; elif c; then d; else e; fi", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("while a; do b; done", [("a",), ("b",)]),
        ("while a; do b; done < <(c | d)", [("a",), ("b",), ("c",), ("d",)]),
        ("{ a; } > $(b)", [("a",), ("b",)]),
        ("until ! a; do time b; done", [("a",), ("b",)]),
        ("for x in 1 2; do a $x; done", [("x", "in", "1", "2"), ("a", "$x")]),
        ("case $x in (a) b;; c|d) e;; esac; f", [("$x", "in"), ("a",), ("b",), ("c",), ("d",),
                                                 ("e",), ("f",)]),
        ("f() { a; }\ng () {\n b\n}", [("a",), ("b",)]),
        ("(a; b) | { c; }", [("a",), ("b",), ("c",)]),
        ("echo done fi }", [("echo", "done", "fi", "}")]),
        ("a $(b c) `d`", [("a", "$(b c)", "`d`"), ("b", "c"), ("d",)]),
        ('a "x $(b "$(c)") y"', [("a", 'x $(b "$(c)") y'), ("b", "$(c)"), ("c",)]),
        ("a '$(b)' \\$(b", [("a", "$(b)", "$"), ("b",)]),
        ("a ${b:-{c d}} $((1 + 2)) ${{ e }}", [("a", "${b:-{c d}}", "$((1 + 2))", "${{ e }}")]),
        ("diff <(a) >(b)", [("diff", "<(a)", ">(b)"), ("a",), ("b",)]),
        ("[[ a == b && c < d ]] && e", [("[[", "a", "==", "b", "c", "d", "]]"), ("e",)]),
        ("cat <<EOF && b\n a $(c)\nEOF\nd", [("cat",), ("b",), ("d",)]),
        ("cat <<-'E O'\n\ta\n\tE O\nb", [("cat",), ("b",)]),
        ("a <<X <<Y\n1\nX\n2\nY\nb", [("a",), ("b",)]),
        ("(a <<X\n1\nX\n)\nb", [("a",), ("b",)]),
        ("sh -c 'a; b' c", [("sh", "-c", "a; b", "c"), ("a",), ("b",)]),
        ("sudo /bin/bash -lc \"a 'b c'\"", [("sudo", "/bin/bash", "-lc", "a 'b c'"), ("a", "b c")]),
        ("python -c 'a; b'", [("python", "-c", "a; b")]),
        ("sh -c", [("sh", "-c")]),
        ("", []),
        ("\n;\n", []),
    ],
)  # fmt: skip
def test_commands(text: str, expected: list[tuple[str, ...]]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > b 2>&1", [(">", "b"), ("2>&", "1")]),
        ("a &>> b", [("&>>", "b")]),
        ("a 2>b <c", [("2>", "b"), ("<", "c")]),
        ("a2>b", [(">", "b")]),
        ("a <<< 'x y'", [("<<<", "x y")]),
        ("a <<E\nx\n y\nE\n", [("<<", "x\n y\n")]),
        ("a <<E\nx", [("<<", "x")]),
        ("a >", [(">", "")]),
    ],
)
def test_redirections(text: str, expected: list[tuple[str, str]]) -> None:
    (command,) = read(text)
    assert [(each.operator, each.target.text) for each in command.redirects] == expected


def test_places() -> None:
    text = "x; A=1 'chutes' deploy \\\n  $(b) > c # d"
    first, second, inner = read(text)
    assert text[first.start : first.end] == "x"
    assert text[second.start : second.end] == "A=1 'chutes' deploy \\\n  $(b) > c"
    assert text[inner.start : inner.end] == "b"
    (_, nested) = read("sh -c 'a  \"b c\"'")
    assert "sh -c 'a  \"b c\"'"[nested.start : nested.end] == 'a  "b c"'


def test_what_is_nested_in_what() -> None:
    (outer,) = parse(Piece.whole("OUT=$(a | b) && { c; } | d || true"))[:1]
    host = outer.stages[0]
    assert isinstance(host, Command)
    (taken,) = host.assignments[0].inner
    assert (taken.taken, taken.owner) == (True, host)
    (after,) = taken.after(taken.stages[0])
    assert isinstance(after, Command)
    assert after.texts == ("b",)
    assert outer.operator == "&&"
    following = outer.following
    assert following is not None
    group = following.stages[0]
    assert isinstance(group, Group)
    assert group.body[0].owner is group
    assert not group.body[0].taken
    assert following.after(group) == [following.stages[1]]
    assert following.operator == "||"
    assert following.following is not None


def test_joined_lines_keep_their_places() -> None:
    text = "- a 'b\n- c' d"
    piece = Piece.joined([Piece.whole(text[2:6], 2), Piece.whole(text[9:], 9)])
    (command,) = commands(parse(piece))
    assert command.texts == ("a", "b\nc", "d")
    assert (command.start, command.end) == (2, len(text))


@pytest.mark.parametrize(
    "text",
    ["$(" * 500, "(" * 500, "{ " * 500, "`" * 501, "'", '"$(', "${" * 500, "<<" * 50, "a=(" * 50,
     "if " * 500, "\\", "sh -c '" * 99, "[[ " * 9, "case x in", ")", "| |", "> >", "$(( 1"],
)  # fmt: skip
def test_nothing_breaks_it(text: str) -> None:
    read(text)


def test_mutations_do_not_break_it() -> None:
    source = 'set -e\nOUT=$(a "b $(c)" | d) && cat <<E > f\nx\nE\n[[ $x == y ]] || { e; } # z\n'
    chance = random.Random(0)
    for _ in range(500):
        text = list(source)
        for _ in range(chance.randrange(1, 6)):
            text[chance.randrange(len(text))] = chance.choice("()[]{}'\"`$<>|&;\\\n #ax")
        for command in read("".join(text)):
            assert 0 <= command.start <= command.end <= len(source)


@pytest.mark.parametrize(
    "text",
    [
        'say a \'b c\' "d $X" e\\ f "g\\"h"',
        "A='x y' say \"$A\"z # no\nsay 2",
        "if say 1; then say 2; else say 3; fi; for i in x; do say 4; done",
        "f() { say in; }; case b in a) say 1;; b|c) say 2;; esac",
        "say $(say inner)x `echo b`",
        "say <<E 1\nE\nsay 2 | cat; (say 3) && { say 4; }",
        "bash -c \"say 'p q'\"",
        "[[ a == a && ! b == c ]] && say yes",
    ],
)
def test_bash_agrees(text: str) -> None:
    """Every command that bash runs is one that is read, with the same number of words."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    prelude = "say() { printf '%s\\n' $# >&2; }; export -f say\n"
    done = subprocess.run([bash, "-c", prelude + text], capture_output=True, text=True, check=True)
    ran = [int(line) for line in done.stderr.splitlines()]
    known = [len(each) - 1 for each in texts(text) if each[:1] == ("say",)]
    assert ran
    assert not [count for count in ran if count not in known]
