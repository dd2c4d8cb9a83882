from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.rewriting import REWRITES
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "length-checked-after-change"

HEAD = """\
import bleach, html, markupsafe, nh3, re, unicodedata, urllib.parse
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
LONG = "if len(text) > longest:\n    raise ValueError\n"
ESCAPE = "text = html.escape(text)\n"


def app(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}def cleaned(text, longest):\n{lines}"


FIRES = {
    "escaped": ESCAPE + LONG,
    "at_least": ESCAPE + LONG.replace(">", ">="),
    "below": ESCAPE + "if len(text) < longest:\n    return text\n",
    "at_most": ESCAPE + "if len(text) <= longest:\n    return text\n",
    "the_other_way_round": ESCAPE + "if longest < len(text):\n    raise ValueError\n",
    "asserted": ESCAPE + "assert len(text) < longest",
    "under_a_condition": "if longest:\n    text = bleach.clean(text, tags=())\n" + LONG,
    "another_before": "if len(longest) > 1:\n    return\n" + ESCAPE + LONG,
    "something_between": ESCAPE + "text = text.strip()\n" + LONG,
}
SILENT = {
    "first": LONG + ESCAPE,
    "first_and_again": LONG + ESCAPE + LONG,
    "never": ESCAPE,
    "stripped": "text = text.strip()\n" + LONG,
    "another": "text = html.escape(longest)\n" + LONG,
    "into_another": "safe = html.escape(text)\n" + LONG,
    "equal": ESCAPE + "if len(text) == longest:\n    raise ValueError\n",
    "of_another": ESCAPE + "if len(longest) > 1:\n    raise ValueError\n",
    "compared_itself": ESCAPE + "if text > longest:\n    raise ValueError\n",
    "own_function": "text = clean(text)\n" + LONG,
    "size": ESCAPE + "if size(text) > longest:\n    raise ValueError\n",
    "part": ESCAPE + "if len(text.split()) > longest:\n    raise ValueError\n",
    "two": "text, other = html.escape(text), 1\n" + LONG,
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert "the length of text is looked at after" in found.message


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize("name", sorted(REWRITES))
def test_every_function_that_rewrites(name: str, findings: Findings) -> None:
    assert len(findings(app(f"text = {name}('a', 'b', text)\n{LONG}"), ID)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["escaped"])}, ID) == []
