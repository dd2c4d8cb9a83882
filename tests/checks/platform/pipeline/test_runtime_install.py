from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "runtime-install"
HEAD = """\
import asyncio, os, subprocess, sys
import pip
from chutes.chute import Chute

chute = Chute("u", "my-service", "i"{extra})
"""
PIP = "subprocess.run(['pip', 'install', 'x'])"


def start_up(code: str) -> str:
    lines = "".join(f"    {line}\n" for line in code.splitlines())
    return HEAD.format(extra="") + f"@chute.on_startup()\nasync def start(self):\n{lines}"


def cord(code: str, extra: str = "") -> str:
    head = HEAD.format(extra=extra)
    return head + f"@chute.cord(public_api_path='/x')\nasync def x(self, a: dict):\n    {code}\n"


@pytest.mark.parametrize(
    "command",
    [
        "pip install httpx",
        "pip3 install -r requirements.txt",
        "pip --no-cache-dir install httpx",
        "/usr/bin/python -m pip install httpx",
        "python3 -m pip install -U httpx",
        "sudo pip install httpx",
        "uv pip install httpx",
        "uv add httpx",
        "uv sync",
        "apt-get install -y ffmpeg",
        "apt install ffmpeg",
        "apt-get update && apt-get -y install ffmpeg",
        "apk add ffmpeg",
        "conda install x",
        "mamba install x",
    ],
)
def test_installs_at_start_up(command: str, findings: Findings) -> None:
    (found,) = findings(start_up(f"os.system({command!r})"), ID)
    assert found.severity is Severity.WARNING
    assert "start-up hook start" in found.message
    assert ("Image.apt_install" in found.help) == ("apt" in command)


@pytest.mark.parametrize(
    "code",
    [
        PIP,
        "subprocess.check_call([sys.executable, '-m', 'pip', 'install', name()])",
        "subprocess.Popen('pip install x'.split())",
        "await asyncio.create_subprocess_exec('pip', 'install', 'x')",
        "await asyncio.create_subprocess_shell('pip install x')",
        "pip.main(['install', 'x'])",
        "pip._internal.main(['install', 'x'])",
        "from pip._internal.cli.main import main\nmain(['install', 'x'])",
    ],
)
def test_ways_to_install(code: str, findings: Findings) -> None:
    (found,) = findings(start_up(code), ID)
    assert found.message.startswith("pip installs packages at run time")


@pytest.mark.parametrize(
    "code",
    [
        "os.system('pip list')",
        "os.system('pip')",
        "os.system('pip -q')",
        "os.system('echo pip install x')",
        "os.system('apt-get update')",
        "os.system('uv run x')",
        "os.system('npm install x')",
        "os.system(a)",
        "print('pip install x')",
    ],
)
def test_no_installation(code: str, findings: Findings) -> None:
    assert findings(start_up(code), ID) == []


@pytest.mark.parametrize(
    ("extra", "severity"),
    [
        ("", Severity.ERROR),
        (", allow_external_egress=False", Severity.ERROR),
        (", allow_external_egress=True", Severity.WARNING),
        (", allow_external_egress=os.getenv('X')", Severity.WARNING),
    ],
)
def test_a_cord_has_no_network(extra: str, severity: Severity, findings: Findings) -> None:
    (found,) = findings(cord(PIP, extra), ID)
    assert found.severity is severity
    assert ("network is locked" in found.message) == (severity is Severity.ERROR)


def test_a_cord_is_worse_than_start_up(findings: Findings) -> None:
    source = start_up("install()") + (
        f"\ndef install():\n    {PIP}\n\n"
        "@chute.cord(public_api_path='/x')\nasync def x(self, a: dict):\n    install()\n"
    )
    (found,) = findings(source, ID)
    assert found.severity is Severity.ERROR
    assert [step.note for step in found.trace] == ["cord x", "x runs install"]


def test_another_chutes_network_counts_for_its_own_cords(findings: Findings) -> None:
    other = "\nother = Chute('u', 'other-service', 'i')\n"
    (found,) = findings(cord(PIP, ", allow_external_egress=True") + other, ID)
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize("kind", ["job()", "post('/x')"])
def test_jobs_and_routes(kind: str, findings: Findings) -> None:
    source = HEAD.format(extra="") + f"@chute.{kind}\nasync def x(self):\n    {PIP}\n"
    (found,) = findings(source, ID)
    assert found.severity is Severity.WARNING


def test_import_of_a_chute(findings: Findings) -> None:
    (found,) = findings(HEAD.format(extra="") + PIP + "\n", ID)
    assert "(import of app.py)" in found.message
    assert found.trace == ()


@pytest.mark.parametrize(
    "using",
    ["import setting", "from setting import X", "from pkg import setting", "from .pkg import deep"],
)
def test_import_of_what_a_chute_imports(using: str, findings: Findings) -> None:
    files = {
        "app.py": f"{using}\n" + HEAD.format(extra=""),
        "setting.py": f"import subprocess\nX = 1\n{PIP}\n",
        "pkg/__init__.py": "",
        "pkg/setting.py": f"import subprocess\n{PIP}\n",
        "pkg/deep.py": "import app\nfrom . import setting\n",
    }
    (found,) = findings(files, ID)
    assert found.location.path.endswith("setting.py")


def test_scripts_beside_the_chute_are_nobodys_start_up(findings: Findings) -> None:
    files = {
        "app.py": HEAD.format(extra=""),
        "tool.py": f"# for chutes\nimport subprocess\n{PIP}\n",
        "unused.py": f"import subprocess, chutes\ndef never():\n    {PIP}\n",
    }
    assert findings(files, ID) == []


@pytest.mark.parametrize(
    "code",
    [
        f"if __name__ == '__main__':\n    {PIP}\n",
        f"def main():\n    {PIP}\n\nif __name__ == '__main__':\n    main()\n",
        f"def main():\n    {PIP}\n",
    ],
)
def test_a_main_block_is_not_run_by_the_platform(code: str, findings: Findings) -> None:
    assert findings(HEAD.format(extra="") + code, ID) == []


@pytest.mark.parametrize("test", ["DEBUG == 'x'", "__name__ != 'x'", "__name__"])
def test_other_conditions_are_no_main_block(test: str, findings: Findings) -> None:
    assert len(findings(HEAD.format(extra="") + f"if {test}:\n    {PIP}\n", ID)) == 1


RUN = "chutes run app:chute"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", f"FROM x\nCMD pip install -r r.txt && {RUN}\n"),
        ("Dockerfile", f'FROM x\nENTRYPOINT ["sh", "-c", "pip install x && {RUN}"]\n'),
        ("compose.yml", f'services:\n  a:\n    command: sh -c "pip install x && {RUN}"\n'),
        ("Procfile", f"web: pip install x && {RUN}\n"),
        ("entrypoint.sh", f"pip install x\nexec {RUN}\n"),
    ],
)
def test_containers(name: str, text: str, findings: Findings) -> None:
    files = {"app.py": HEAD.format(extra=""), name: text}
    (found,) = findings(files, ID)
    assert found.severity is Severity.WARNING
    assert found.location.path == name
    assert found.snippet.startswith("pip install")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", f"FROM x\nRUN pip install x\nCMD {RUN}\n"),
        ("Dockerfile", "FROM x\nCMD pip install x && serve\n"),
        ("Dockerfile", "FROM x\nCMD pip install x && chutes build a:b\n"),
        ("Dockerfile", f"FROM x\nCMD {RUN}\n"),
        ("run.sh", f"pip install x\n{RUN}\n"),
        ("Makefile", f"a:\n\tpip install x && {RUN}\n"),
    ],
)
def test_silent_containers(name: str, text: str, findings: Findings) -> None:
    assert findings({"app.py": HEAD.format(extra=""), name: text}, ID) == []


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ("with_entrypoint(['sh', '-c', 'pip install x; serve'])", 1),
        ("with_entrypoint('serve')", 0),
        ("run_command('pip install x')", 0),
    ],
)
def test_images(call: str, count: int, findings: Findings) -> None:
    source = f"from chutes.image import Image\n{HEAD.format(extra='')}"
    found = findings(source + f"image = Image('u', 'my-image', '1').{call}\n", ID)
    assert [each.location.line for each in found] == [7] * count
