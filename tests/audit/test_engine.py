from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chutes_cli.audit import engine
from chutes_cli.check import Check, Circumstances
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.model import Project
from chutes_cli.registry import check

FAULTY = "from chutes.chute import Chute\nchute = Chute('u', 'n', 'i', colour=1)\n"


class Crashing(Check):
    id = "crashing"
    category = "platform"
    severity = Severity.ERROR

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        raise RuntimeError("a bug of ours")
        yield


def test_a_crashed_check_is_noted_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(FAULTY)
    report = engine.audit(
        [tmp_path], [Crashing(), check("chute-unknown-argument")], Circumstances()
    )
    assert [(each.check, each.message) for each in report.errors] == [
        ("crashing", "RuntimeError: a bug of ours")
    ]
    assert [each.check for each in report.findings] == ["chute-unknown-argument"]


def test_the_report_lists_chutes_and_cords(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import os\nfrom chutes.chute import Chute\n"
        "chute = Chute('u', os.getenv('NAME', 'likely'), 'i')\n"
        "@chute.cord(public_api_path='/a', public_api_method='GET')\nasync def a(self): ...\n"
        "@chute.cord(path='inner', stream=True)\nasync def b(self): yield 1\n"
        "@chute.cord(public_api_path=unknown(), stream=unknown())\nasync def c(self): ...\n"
    )
    (chute,) = engine.audit([tmp_path], [], Circumstances()).chutes
    assert (chute.name, chute.path, chute.line) == ("likely", "app.py", 3)
    rows = [
        (cord.function, cord.path, cord.public_api_path, cord.public_api_method, cord.stream)
        for cord in chute.cords
    ]
    assert rows == [
        ("a", "/a", "/a", "GET", False),
        ("b", "/inner", None, None, True),
        ("c", "/c", None, None, None),
    ]
