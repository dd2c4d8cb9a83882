"""Which texts are secrets: what generators make, and what people make up as passwords."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ALNUM = "q7Zt3LwX9bKd2RvN5mJc8HsF4gPy6TuA1eWoBiDxCzE0kGhMnQrSlUvYpVjIaO"
KEYS = {
    "fourteen": "k3x9qz7w2v8m5t",
    "longest": (ALNUM * 7)[:400],
    "just_enough_letters": "0a1b2c3d0a1b2c3d",
    "hexadecimal_in_runs": "fedcbaedcfab98765432107",
    "longest_part_of_eight": "k3x9qz7w-2v8m5t",
    "one_change_in_five": "kestrel9wq-abcde",
    "with_signs": "tR7!vq2Lw9-Zx4Kd",
    "with_blanks_around": " k3x9qz7w2v8m5t\n",
}
NO_KEYS = {
    "thirteen": "k3x9qz7w2v8m5",
    "too_long": (ALNUM * 7)[:401],
    "few_letters": "aaaaaaaa1111111b",
    "letter_that_no_key_has": "k3x9qz7w2v8m5t!",
    "words_in_humps": "getMyApiKeyByIdOrDie",
    "word_and_number": "kestrelwingspan12345",
    "short_parts": "k3x9qz7-2v8m5ta-x",
    "letters_of_hexadecimal": "fedcbaedcfabdeadbeef",
    "digits": "20240917123456789",
    "signs_between_words": "Ab1!Cd2!Ef3!Gh4!Ij5",
    "one_change_in_three": "abcdefC9dxkq!zzmno",
}
PASSWORDS = {
    "eight": "k3strel!",
    "digit": "kestrel9",
    "sign": "kestrel!wing",
    "digit_among_words": "kestrel-wing-9",
}
NO_PASSWORDS = {
    "seven": "k3strl!",
    "blank": "k3strel! 9wings",
    "word": "wingspan",
    "words": "kestrel-wing",
    "digits": "73519284",
    "name_of_a_field": "user_password1",
    "name_of_a_variable": "SERVICE_PASSWORD_2",
    "everybody_knows_it": "p@ssw0rd",
    "its_own_name": "Db-Password-7",
}


def found(findings: Findings, name: str, text: str, check: str = "hardcoded-secret") -> list[str]:
    source = "import os\nfrom chutes.chute import Chute\n\nchute = Chute('u', 'n', 'i')\n"
    return [each.check for each in findings(f"{source}{name} = {text}\n", check)]


@pytest.mark.parametrize("name", KEYS)
def test_a_generator_made_it(name: str, findings: Findings) -> None:
    assert found(findings, "api_key", repr(KEYS[name]))


@pytest.mark.parametrize("name", NO_KEYS)
def test_no_generator_made_it(name: str, findings: Findings) -> None:
    assert not found(findings, "api_key", repr(NO_KEYS[name]))


@pytest.mark.parametrize("name", PASSWORDS)
def test_somebody_made_it_up(name: str, findings: Findings) -> None:
    assert found(findings, "DB_PASSWORD_7", repr(PASSWORDS[name]))
    assert not found(findings, "api_key", repr(PASSWORDS[name]))


@pytest.mark.parametrize("name", NO_PASSWORDS)
def test_nobody_made_it_up(name: str, findings: Findings) -> None:
    assert not found(findings, "DB_PASSWORD_7", repr(NO_PASSWORDS[name]))


@pytest.mark.parametrize("text", ["changeme", "Change-Me!", "your-secret-key-for-production"])
def test_everybody_knows_it(text: str, findings: Findings) -> None:
    fallback = f"os.getenv('JWT_SECRET', {text!r})"
    assert found(findings, "JWT_SECRET", fallback, "default-secret")
    assert not found(findings, "JWT_SECRET", fallback)


def test_a_placeholder_is_no_password_in_an_address(findings: Findings) -> None:
    address = "'postgresql://app:" + "{}@db.internal/app'"
    assert found(findings, "URL", address.format("k3Strel-9"))
    assert not found(findings, "URL", address.format("<k3Strel-9>"))
    assert not found(findings, "URL", address.format("your-k3Strel-9"))


LONG = "rk-prod-9fK2vQ7LxTz0WmB4hYc8NdS1aEuJ6pRg"


@pytest.mark.parametrize("name", ["upstream_key", "RECEIPT_KEY", "rerankKey", "map_tiles_key_2"])
def test_a_long_key_under_the_name_of_some_key(name: str, findings: Findings) -> None:
    assert found(findings, name, repr(LONG))
    assert found(findings, name, repr(LONG[:32]))
    assert found(findings, name, repr("b7e23ec29af22b0b4e41da31e868d57226121c84"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("public_key", LONG), ("CACHE_KEY", LONG), ("ssh_host_key", LONG), ("revision", LONG),
        ("key", LONG), ("KEYS", LONG), ("upstream_key", LONG[:31]),
        ("upstream_key", "the-key-of-the-upstream-service-in-prod"),
    ],
)  # fmt: skip
def test_no_key_that_opens_anything(name: str, text: str, findings: Findings) -> None:
    assert not found(findings, name, repr(text))
