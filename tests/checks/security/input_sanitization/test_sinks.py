"""What all checks of injection share: the way there, exposures, one finding per call."""

from __future__ import annotations

from collections.abc import Callable

from chutes_cli.core.finding import Finding
from chutes_cli.core.report import Exposure
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]


def test_names_the_way_through_another_module(findings: Findings) -> None:
    files = {
        "app.py": source("from tools.run import Runner\nRunner().run(args.name)"),
        "tools/__init__.py": "",
        "tools/run.py": "import os\n\n\nclass Runner:\n    def run(self, what):\n"
        "        os.system(what)\n",
    }
    (found,) = findings(files, "shell-injection")
    assert (found.location.path, found.location.line) == ("tools/run.py", 6)
    assert [each.path for each in found.trace] == ["app.py", "app.py"]


def test_several_ways_to_one_call_are_one_finding(findings: Findings) -> None:
    before = "def run(what):\n    os.system(what)\n"
    body = "run(args.name)\nrun('ls ' + args.name)"
    assert len(findings(source(body, before=before), "shell-injection")) == 1


def test_a_plain_route_counts_on_direct_exposure(findings: Findings) -> None:
    before = "@chute.get('/y')\nasync def y(name: str):\n    os.system(name)\n"
    text = source("return 1", before=before)
    assert findings(text, "shell-injection") == []
    (found,) = findings(text, "shell-injection", exposure=Exposure.DIRECT)
    assert "the caller of route y" in found.message


def test_code_for_one_exposure_is_judged_there(findings: Findings) -> None:
    body = "if SETTINGS.exposure == 'direct':\n    os.system(args.name)"
    assert findings(source(body), "shell-injection") == []
    assert len(findings(source(body), "shell-injection", exposure=Exposure.BOTH)) == 1
