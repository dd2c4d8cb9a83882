from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
HEAD = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"


@pytest.mark.parametrize(
    ("arguments", "fires"),
    [
        ("public_api_path='/x', method='GET'", True),
        ("public_api_path='/x', method='get'", True),
        ("public_api_path=PATH, method=VERB", True),
        ("public_api_path='/x', method='POST'", False),
        ("public_api_path='/x', method='GET', public_api_method='GET'", False),
        ("public_api_path='/x', method='GET', public_api_method='POST'", False),
        ("public_api_path='/x', passthrough=True, method='GET'", False),
        ("method='GET'", False),
        ("public_api_path='/x', method=unknown()", False),
        ("public_api_path='/x', method='GET', **more()", False),
    ],
)
def test_method(arguments: str, fires: bool, findings: Findings) -> None:
    source = f"{HEAD}PATH = '/x'\nVERB = 'GET'\n@chute.cord({arguments})\nasync def x(self): ...\n"
    found = findings(source, "cord-method-without-public-method")
    assert len(found) == fires
    if fires:
        assert "public_api_method='GET'" in found[0].help
