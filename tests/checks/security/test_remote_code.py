from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding, Severity

Findings = Callable[..., list[Finding]]
ID = "trust-remote-code"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = """\
import os
import subprocess
from chutes.chute import Chute, NodeSelector
from chutes.chute.template.vllm import build_vllm_chute
from transformers import AutoModel, AutoTokenizer

chute = Chute("u", "my-service", "i")
"""
UNPINNED = {
    "call": "AutoModel.from_pretrained('a/b', trust_remote_code=True)",
    "keyword": "AutoModel.from_pretrained(pretrained_model_name_or_path='a/b', "
    "trust_remote_code=True)",
    "named": "ON = True\nAutoModel.from_pretrained('a/b', trust_remote_code=ON)",
    "branch": "AutoModel.from_pretrained('a/b', revision='main', trust_remote_code=True)",
    "no_revision": "AutoModel.from_pretrained('a/b', revision=None, trust_remote_code=True)",
    "hook": "@chute.on_startup()\nasync def f(self):\n"
    "    self.t = AutoTokenizer.from_pretrained('a/b', trust_remote_code=True)",
    "options": "OPTIONS = {'trust_remote_code': True}\nAutoModel.from_pretrained('a/b', **OPTIONS)",
    "nothing_named": "AutoModel.from_pretrained(trust_remote_code=True)",
    "beside_a_folder": "AutoModel.from_pretrained('a/b', '/x', cache_dir='/cache', "
    "trust_remote_code=True)",
    "beside_a_number": "OPTIONS = {1: 2, os.name: 3, 'trust_remote_code': True}",
    "beside_a_folder_first": "AutoModel.from_pretrained(cache_dir='/cache', "
    "pretrained_model_name_or_path='a/b', trust_remote_code=True)",
    "beside_a_folder_of_some_name": "OPTIONS = {NAME: '/x', 'trust_remote_code': True}",
    "appended": "ARGS = []\nARGS.append('--trust-remote-code')",
    "appended_by_name": "FLAG = '--trust-remote-code'\nARGS = []\nARGS.append(FLAG)",
    "process_with_number": "subprocess.Popen(['vllm', 8000, '--trust-remote-code'])",
    "engine": "make(engine_args='--x 1 --trust-remote-code')",
    "engine_branch": "make(engine_args='--trust-remote-code --revision main')",
    "process": "subprocess.Popen(['vllm', 'serve', 'a/b', '--trust-remote-code'])",
    "process_shell": "subprocess.run('vllm serve a/b --trust-remote-code', shell=True)",
}
PINNED = {
    "call": f"AutoModel.from_pretrained('a/b', revision='{COMMIT}', trust_remote_code=True)",
    "code": f"AutoModel.from_pretrained('a/b', code_revision='{COMMIT}', trust_remote_code=True)",
    "from_settings": "AutoModel.from_pretrained('a/b', revision=os.X, trust_remote_code=True)",
    "options": f"OPTIONS = {{'trust_remote_code': True, 'revision': '{COMMIT}'}}",
    "options_hidden": "OPTIONS = {**os.X, 'trust_remote_code': True}",
    "hidden": "AutoModel.from_pretrained('a/b', trust_remote_code=True, **os.X)",
    "engine": f"make(engine_args='--trust-remote-code --revision {COMMIT}')",
    "template": f"make(revision='{COMMIT}', engine_args='--x 1 --trust-remote-code')",
    "process": "subprocess.Popen(['vllm', 'serve', '--trust-remote-code', '--revision', "
    f"'{COMMIT}'])",
}
SILENT = {
    "off": "AutoModel.from_pretrained('a/b', trust_remote_code=False)",
    "unknown": "AutoModel.from_pretrained('a/b', trust_remote_code=os.X)",
    "default": "AutoModel.from_pretrained('a/b')",
    "folder": "AutoModel.from_pretrained('/models/a', trust_remote_code=True)",
    "folder_here": "AutoModel.from_pretrained(model='./a', trust_remote_code=True)",
    "other_option": "make(engine_args='--no-trust-remote-code-at-all')",
    "options_off": "OPTIONS = {'trust_remote_code': False, os.name: True}",
    "main_block": "if __name__ == '__main__':\n"
    "    AutoModel.from_pretrained('a/b', trust_remote_code=True)",
}


@pytest.mark.parametrize("name", UNPINNED)
def test_unpinned(name: str, findings: Findings) -> None:
    found = findings(f"{HEAD}def make(**options): pass\n{UNPINNED[name]}\n", ID)
    assert [each.severity for each in found] == [Severity.ERROR]
    assert found[0].message.endswith("whatever it is on the day the instance starts")


@pytest.mark.parametrize("name", PINNED)
def test_pinned(name: str, findings: Findings) -> None:
    found = findings(f"{HEAD}def make(**options): pass\n{PINNED[name]}\n", ID)
    assert [each.severity for each in found] == [Severity.WARNING]
    assert found[0].message.endswith("at one commit")


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("trust_remote_code: bool = True", 1), ("trust_remote_code: bool = False", 0),
        ("trust_remote_code: bool", 0), ("trust_remote_code = None", 0), ("other: bool = True", 0),
        ("trust_remote_code: bool = os.environ['X']", 0),
    ],
)  # fmt: skip
def test_a_field_that_has_it_on(field: str, count: int, findings: Findings) -> None:
    found = findings(f"{HEAD}class Options:\n    {field}\n", ID)
    assert [each.severity for each in found] == [Severity.WARNING] * count


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(f"{HEAD}def make(**options): pass\n{SILENT[name]}\n", ID) == []


@pytest.mark.parametrize(
    ("text", "severities"),
    [
        ("vllm serve a/b --trust-remote-code\n", [Severity.ERROR]),
        (f"vllm serve a/b --trust-remote-code --revision {COMMIT}\n", [Severity.WARNING]),
        ("vllm serve a/b --trust-remote-code --revision=$REVISION\n", [Severity.WARNING]),
        ("vllm serve a/b --revision main\n", []),
    ],
)
def test_scripts(text: str, severities: list[Severity], findings: Findings) -> None:
    found = findings({"app.py": HEAD, "run.sh": text}, ID)
    assert [each.severity for each in found] == severities


def test_once_for_lines_that_two_jobs_share(findings: Findings) -> None:
    text = ".a: &a\n  - vllm serve a/b --trust-remote-code\n"
    text += "one:\n  script: *a\ntwo:\n  script: *a\n"
    assert len(findings({"app.py": HEAD, ".gitlab-ci.yml": text}, ID)) == 1
