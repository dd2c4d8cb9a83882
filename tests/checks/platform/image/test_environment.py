from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chutes_cli.core.finding import Confidence, Finding, Severity

Fired = Callable[..., list[Finding]]
Chain = Callable[..., str]

REFUSED_KEYS = ["LOG-LEVEL", "1A", "", "A B", "A.B"]


@pytest.mark.parametrize("key", REFUSED_KEYS)
def test_names_the_sdk_refuses(key: str, fired: Fired) -> None:
    (found,) = fired("image-env-name", f"with_env({key!r}, 'x')")
    assert "AssertionError at import" in found.message


@pytest.mark.parametrize("key", ["HTTP_PROXY", "https_proxy", "Http_Proxy"])
def test_names_an_instance_refuses(key: str, fired: Fired) -> None:
    (found,) = fired("image-env-name", f"with_env({key!r}, 'http://proxy:3128')")
    assert f"an instance with {key} in its environment refuses to run" in found.message


@pytest.mark.parametrize("key", ["'A'", "'_a1'", "'NO_PROXY'", "os.environ['K']", "5"])
def test_fine_names(key: str, fired: Fired) -> None:
    assert fired("image-env-name", f"with_env({key}, 'x')") == []
    assert fired("image-env-name", f"run_command(key={key})") == []


# value -> what the message says
BROKEN = {
    "b c": "the build fails",
    " b": "the build fails",
    "b\tc": "the build fails",
    "-Xmx1g -Dx=1": "what follows becomes other variables",
    "b c=d": "what follows becomes other variables",
    "b  c=d": "what follows becomes other variables",
    "b=c d": "the build fails",
    '"b" c': "the build fails",
    "b\nRUN rm -rf /": "Dockerfile instructions",
    "'b\nc'": "Dockerfile instructions",
    "C:\\": "swallows the next",
    "C:\\ \t": "swallows the next",
    "it's": "never closed",
    'say "hi': "never closed",
    "'it'\"s": "never closed",
}
CHANGED = {
    '{"a":1}': "quotes inside",
    "a'b'c": "quotes inside",
    "a'b'a": "quotes inside",
    '"a"b': "quotes inside",
    "b'a'": "quotes inside",
    '"a","b"': "quotes inside",
    "'a','b'": "quotes inside",
    "C:\\temp": "backslashes",
    "pa$$5word": "`$`",
    "cost$5": "`$`",
    "x$word": "`$`",
    "${word}": "`$`",
    '"costs $word"': "`$`",
}
FINE = [
    "", "plain", "b=c", "/a:/b", '"b c"', "'b c'", "'{\"a\": 1}'", "b\\ c", "$PATH:/x", "${HOME}/x",
    "\\$word", "'$word'", "end$", "ends\n", "a,b;c#d", '"it\'s"', "'a\\b c'", "'C:\\'",
    '"say \\"hi\\" now"', '"b c"\n', '"$HOME \\$word"', '"C:\\temp"',
]  # fmt: skip


@pytest.mark.parametrize("value", BROKEN)
def test_values_that_break_the_dockerfile(value: str, fired: Fired) -> None:
    (found,) = fired("image-env-unquoted", f"with_env('A', {value!r})")
    assert BROKEN[value] in found.message
    assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.HIGH)
    assert found.snippet == "with_env"


@pytest.mark.parametrize("value", CHANGED)
def test_values_that_change_on_the_way(value: str, fired: Fired) -> None:
    (found,) = fired("image-env-unquoted", f"with_env('A', {value!r})")
    assert CHANGED[value] in found.message
    assert (found.severity, found.confidence) == (Severity.WARNING, Confidence.MEDIUM)


@pytest.mark.parametrize("value", FINE)
def test_values_that_arrive(value: str, fired: Fired) -> None:
    assert fired("image-env-unquoted", f"with_env('A', {value!r})") == []


def test_values_of_other_kinds(fired: Fired) -> None:
    for value in (
        "8000",
        "True",
        "os.environ['A']",
        "os.environ.get('A', 'b c')",
        "f'{os.name} b'",
    ):
        assert fired("image-env-unquoted", f"with_env('A', {value})") == []
    assert len(fired("image-env-unquoted", "with_env('A', ['b', 'c'])")) == 1
    assert fired("image-env-unquoted", "run_command('echo b c', value='b c')") == []
    assert fired("image-env-unquoted", "with_env('A')") == []


def test_variables_of_the_image_may_be_used(fired: Fired) -> None:
    assert fired("image-env-unquoted", "with_env('root', '/x')", "with_env('B', '$root/y')") == []
    found = fired("image-env-unquoted", "with_env('B', '$root/y')", "with_env('root', '/x')")
    assert [each.location.line for each in found] == [8]


def test_an_image_with_two_origins_is_told_once(findings: Any) -> None:
    source = (
        "from chutes.chute import Chute\nfrom chutes.image import Image\n"
        "if __name__:\n    image = Image('you', 'nnn', 'tt')\n"
        "else:\n    image = Image('you', 'mmm', 'tt')\n"
        "image.with_env('A', 'b c')\nchute = Chute('you', 'nnn', image)\n"
    )
    assert len(findings(source, "image-env-unquoted")) == 1


def test_every_fault_of_a_loop_is_told_once(findings: Any) -> None:
    source = (
        "from chutes.chute import Chute\nfrom chutes.image import Image\n"
        "image = Image('you', 'nnn', 'tt')\n"
        "for key, value in {'A': 'b c', 'B': 'it\\'s', 'C': 'd e'}.items():\n"
        "    image.with_env(key, value)\nchute = Chute('you', 'nnn', image)\n"
    )
    found = findings(source, "image-env-unquoted")
    assert [each.message.partition(",")[0] for each in found] == [
        "with_env: a quote in the value is never closed",
        "with_env: the value ends at its first blank",
    ]


@pytest.mark.sdk
def test_the_sdk_quotes_nothing(chain: Chain, judge: Any) -> None:
    for key in REFUSED_KEYS:
        answer = judge.imports(chain(f"with_env({key!r}, 'x')"))
        assert answer.startswith("AssertionError: Invalid variable name")
    for value in (*BROKEN, *CHANGED, *FINE):
        shown = chain(f"with_env('A', {value!r})") + "raise SystemExit(str(image))\n"
        assert judge.imports(shown).endswith(f"\nENV A={value}")
