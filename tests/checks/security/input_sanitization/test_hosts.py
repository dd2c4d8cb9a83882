from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.loopback import LOOPBACK, RESOLVING
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "url-checked-by-name"

HEAD = """\
import ipaddress, socket
from urllib.parse import urlparse
from chutes.chute import Chute

chute = Chute("u", "my-service", "i")
"""
RAISE = ":\n    raise ValueError\n"


def app(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}def validate(url, request, host, netloc, allowed):\n{lines}"


FIRES = {
    "hostname": "if urlparse(url).hostname in ['localhost', '127.0.0.1']" + RAISE,
    "netloc": "if urlparse(url).netloc in ('localhost',)" + RAISE,
    "name": "if host in {'localhost', '::1'}" + RAISE,
    "name_of_a_part": "if netloc in {'localhost'}" + RAISE,
    "lower": "if urlparse(url).hostname.lower() in ['localhost']" + RAISE,
    "among_others": "if not host or host in ['localhost']" + RAISE,
}
SILENT = {
    "others_too": "if host in ['localhost', 'metadata.google.internal']" + RAISE,
    "computed": "if host in [allowed, 'localhost']" + RAISE,
    "none": "if host in []" + RAISE,
    "a_list_elsewhere": "if host in allowed" + RAISE,
    "allowed": "if host not in ['localhost']" + RAISE,
    "not_refused": "if host in ['localhost']:\n    return True\n",
    "refused_below": "if host in ['localhost']:\n    if allowed:\n        raise ValueError\n",
    "own_host": "if request.url.hostname in ['localhost']" + RAISE,
    "not_a_host": "if url in ['localhost']" + RAISE,
    "not_a_host_of_another": "if url.scheme in ['localhost']" + RAISE,
    "another_method": "if host.strip() in ['localhost']" + RAISE,
    "plain_call": "if lower(host) in ['localhost']" + RAISE,
    "item": "if url[0] in ['localhost']" + RAISE,
    "loop": "while host in ['localhost']:\n    raise ValueError\n",
    "with_a_constant": "if 1" + RAISE,
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.symbol == "validate"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize("name", sorted(LOOPBACK))
def test_every_name(name: str, findings: Findings) -> None:
    assert len(findings(app(f"if host in [{name!r}]{RAISE}"), ID)) == 1


def test_all_names(findings: Findings) -> None:
    assert len(findings(app(f"if host in {sorted(LOOPBACK)}{RAISE}"), ID)) == 1


@pytest.mark.parametrize("name", sorted(RESOLVING))
def test_looking_at_the_address_counts(name: str, findings: Findings) -> None:
    assert findings(app(f"{FIRES['hostname']}{name}(url)\n"), ID) == []
    assert len(findings(app(f"{FIRES['hostname']}other.{name}(url)\n"), ID)) == 1


def test_tests_are_left_alone(findings: Findings) -> None:
    assert findings({"tests/app.py": app(FIRES["name"])}, ID) == []
