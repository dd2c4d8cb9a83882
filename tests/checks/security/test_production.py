"""What counts as code that serves, and what a callee or an expression is called."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "api-key-in-query"
CHUTE = "from chutes.chute import Chute\nchute = Chute('u', 'my-service', 'i')\n"
READ = "def f(request):\n    return request.query_params.get('api_key')\n"


@pytest.mark.parametrize(
    ("path", "count"),
    [("helper.py", 1), ("tests/helper.py", 0), ("test_helper.py", 0)],
)
def test_tests_do_not_serve(path: str, count: int, findings: Findings) -> None:
    name = path.removesuffix(".py").replace("/", ".")
    files = {"app.py": f"{CHUTE}import {name}\n", "tests/__init__.py": "", path: READ}
    assert len(findings(files, ID)) == count


def test_the_block_of_a_script_does_not_serve(findings: Findings) -> None:
    body = "    X = request.query_params.get('api_key')\n"
    assert len(findings(f"{CHUTE}import os\nif os.name:\n{body}", ID)) == 1
    assert findings(f"{CHUTE}if __name__ == '__main__':\n{body}", ID) == []
