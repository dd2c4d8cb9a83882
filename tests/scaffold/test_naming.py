"""What a project may be called."""

from __future__ import annotations

import pytest

from chutes_cli.core.errors import UsageError
from chutes_cli.scaffold.naming import check_name


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("abx", "abx"),
        ("my-service", "my_service"),
        ("a1-2b", "a1_2b"),
        ("a" * 63, "a" * 63),
        ("committee", "committee"),  # ends in "tee": fine, for the chute says tee=True
    ],
)
def test_good_names(name: str, package: str) -> None:
    assert check_name(name).package == package


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ab", "2 characters"),
        ("", "0 characters"),
        ("a" * 64, "64 characters"),
        ("Abc", "lower-case"),
        ("1abc", "start with a letter"),
        ("a_bc", "single hyphens"),
        ("a--b", "single hyphens"),
        ("abc-", "single hyphens"),
        ("-abc", "single hyphens"),
        ("abc\n", "single hyphens"),
        ("../abc", "single hyphens"),
        ("caf\u00e9", "lower-case"),
        ("my-affine-thing", "'affine'"),
        ("babelbit", "'babelbit'"),
        ("class", "Python language"),
        ("match", "Python language"),
        ("json", "standard library"),
        ("torch", "module that the project needs"),
        ("chutes", "module that the project needs"),
        ("chute", "another part of the project"),
        ("tests", "another part of the project"),
        ("rich", "module that the project needs"),
        ("prometheus-client", "module that the project needs"),
    ],
)
def test_bad_names_say_why(name: str, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_name(name)
    assert reason in refused.value.what
