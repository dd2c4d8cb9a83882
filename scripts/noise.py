"""Random damage to source text: what an editor, a bad merge or an attacker leaves behind.

Everything comes from the `random.Random` that is passed in, so a seed says it all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_ODD = (
    "(", ")", "[", "]", "{", "}", "'", '"', '"""', "\\", "\t", "\r", "\r\n", "\f", "\n\n", ":",
    "=", "**", "*", "@", ",", ".", ";", "#", "lambda: ", "async ", "await ", "yield ", "return ",
    "if ", "else ", "for x in ", "with ", "try:", "import ", "from . import ", "None", "True",
    "0", "-1", "1e999", "0x", "1_0", "9" * 5000, "f'{", "rb'", "é", "名", "\u200b", "\u2028",
    "\ufeff", "\x0c", "\x00", "\ud800", "*args", "**kwargs", "chute", "self", "Chute()",
)  # fmt: skip


def damaged(random: Random, text: str, others: Sequence[str]) -> str:
    """Return text with one to four random changes.

    Args:
        random: Where the choices come from.
        text: Source text.
        others: Further sources, to splice from.
    """
    for _ in range(random.randint(1, 4)):
        change = random.choice(_CHANGES)
        text = change(random, text, others)
    return text


def _token_deleted(random: Random, text: str, others: Sequence[str]) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        del tokens[random.randrange(len(tokens))]
    return "".join(tokens)


def _token_doubled(random: Random, text: str, others: Sequence[str]) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        place = random.randrange(len(tokens))
        tokens.insert(place, tokens[place] * random.choice((1, 1, 2, 50)))
    return "".join(tokens)


def _tokens_swapped(random: Random, text: str, others: Sequence[str]) -> str:
    tokens = _TOKEN.findall(text)
    if tokens:
        one, two = (random.randrange(len(tokens)) for _ in range(2))
        tokens[one], tokens[two] = tokens[two], tokens[one]
    return "".join(tokens)


def _word_replaced(random: Random, text: str, others: Sequence[str]) -> str:
    """Put a word of the text, or an odd one, in place of another: names stay names."""
    words = [match for match in _TOKEN.finditer(text) if match.group()[0].isalnum()]
    if not words:
        return text
    place, other = random.choice(words), random.choice(words)
    new = random.choice((other.group(), other.group(), random.choice(_ODD)))
    return text[: place.start()] + new + text[place.end() :]


def _noise(random: Random, text: str, others: Sequence[str]) -> str:
    place = random.randint(0, len(text))
    return text[:place] + random.choice(_ODD) + text[place:]


def _lines_shuffled(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    start = random.randint(0, len(lines))
    part = lines[start : start + random.randint(2, 12)]
    random.shuffle(part)
    return "".join(lines[:start] + part + lines[start + len(part) :])


def _lines_moved(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    start = random.randint(0, len(lines))
    part = lines[start : start + random.randint(1, 8)]
    rest = lines[:start] + lines[start + len(part) :]
    place = random.randint(0, len(rest))
    kept = random.choice((1, 1, 0, 2))  # moved, moved, lost, doubled
    return "".join(rest[:place] + part * kept + rest[place:])


def _truncated(random: Random, text: str, others: Sequence[str]) -> str:
    return text[: random.randint(0, len(text))]


def _spliced(random: Random, text: str, others: Sequence[str]) -> str:
    other = random.choice(others).splitlines(keepends=True)
    start = random.randint(0, len(other))
    part = other[start : start + random.randint(1, 30)]
    lines = text.splitlines(keepends=True)
    place = random.randint(0, len(lines))
    return "".join(lines[:place] + part + lines[place:])


def _nested(random: Random, text: str, others: Sequence[str]) -> str:
    """Wrap a word in brackets, calls or operators, or a line in blocks, many times over."""
    times = random.choice((2, 10, 50, 90, 120, 400, 3000))
    words = [match for match in _TOKEN.finditer(text) if match.group()[0].isalnum()]
    if words and random.random() < 0.7:
        place = random.choice(words)
        before, after = random.choice(
            (("(", ")"), ("[", "]"), ("f(", ")"), ("not ", ""), ("-", ""), ("", ".x"), ("", "[0]"),
             ("", "()"), ("", " + 1"), ("{'a': ", "}"), ("lambda: ", ""), ("", " if x else y"))
        )  # fmt: skip
        middle = before * times + place.group() + after * times
        return text[: place.start()] + middle + text[place.end() :]
    head = random.choice(("if x:", "def f():", "class C:", "with x:", "for x in y:", "try:"))
    depth = min(times, 120)
    blocks = "".join(f"{' ' * level}{head}\n" for level in range(depth))
    return text + "\n" + blocks + " " * depth + "pass\n"


_CHANGES: tuple[Callable[[Random, str, Sequence[str]], str], ...] = (
    _token_deleted, _token_doubled, _tokens_swapped, _word_replaced, _word_replaced, _noise,
    _lines_shuffled, _lines_moved, _truncated, _spliced, _nested,
)  # fmt: skip
