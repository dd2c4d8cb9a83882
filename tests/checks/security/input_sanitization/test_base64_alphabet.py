from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "base64-not-validated"


def app(body: str, name: str = "validate_base64") -> str:
    head = "import base64\nfrom chutes.chute import Chute\nchute = Chute('u', 'n', 'i')\n"
    return f"{head}def {name}(data, how=False):\n    {body}\n"


FIRES = {
    "plain": "return base64.b64decode(data)",
    "standard": "return base64.standard_b64decode(data)",
    "said": "return base64.b64decode(data, validate=False)",
    "by_place": "return base64.b64decode(data, None, False)",
}
SILENT = {
    "validated": "return base64.b64decode(data, validate=True)",
    "by_place": "return base64.b64decode(data, None, True)",
    "unknown": "return base64.b64decode(data, validate=how)",
    "own_data": "return base64.b64decode('AAAA')",
    "of_another": "return base64.b64decode(KEY)",
    "encoded": "return base64.b64encode(data)",
    "nothing": "return base64.b64decode()",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert len(findings(app(FIRES[name]), ID)) == 1


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize("name", ["sanitize", "check_picture", "is_valid", "verified"])
def test_every_claim(name: str, findings: Findings) -> None:
    assert len(findings(app(FIRES["plain"], name), ID)) == 1


def test_others_may_decode_as_they_like(findings: Findings) -> None:
    assert findings(app(FIRES["plain"], "decoded"), ID) == []


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["plain"])}, ID) == []


def test_python_says_so() -> None:
    assert base64.b64decode("AA<script>AA==") == base64.b64decode("AAscriptAA==")
    with pytest.raises(binascii.Error):
        base64.b64decode("AA<script>AA==", validate=True)
