from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.models import FOLDERS, HUB_LOADERS
from chutes_cli.contract.libraries.network import HUB_DOWNLOADS
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.core.report import Exposure

Findings = Callable[..., list[Finding]]
ID = "download-in-cord"
HEAD = """\
import functools
from chutes.chute import Chute
from chutes.image import Image
from huggingface_hub import hf_hub_download, snapshot_download
from transformers import AutoModel, AutoTokenizer

image = Image("u", "my-service", "1")
chute = Chute("u", "my-service", image)
NAME = "them/small"
"""
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"
LAZY = "if self.model is None:\n    self.model = AutoModel.from_pretrained(NAME)"


def app(cord: str, more: str = "") -> str:
    body = "".join(f"    {line}\n" for line in cord.splitlines())
    return f"{HEAD}{more}\n{CORD}{body}"


@pytest.mark.parametrize("name", sorted(HUB_DOWNLOADS))
def test_every_download(name: str, findings: Findings) -> None:
    source = f"import {name.rpartition('.')[0]}\n{name}('m')"
    (found,) = findings(app(source), ID)
    assert f"downloads with {name.rpartition('.')[2]}, and" in found.message


@pytest.mark.parametrize(
    "body",
    ["hf_hub_download('m', 'f', local_files_only=True)", "print('m')", "args.download('m')"],
)
def test_no_download(body: str, findings: Findings) -> None:
    assert findings(app(body), ID) == []


def test_downloads_are_free_where_egress_is_allowed(findings: Findings) -> None:
    source = app("hf_hub_download('m', 'f')")
    assert len(findings(source, ID)) == 1
    allowed = source.replace("image)", "image, allow_external_egress=True)")
    assert findings(allowed, ID) == []
    assert findings(source, ID, exposure=Exposure.DIRECT) == []


FETCHED = {
    "on the chute": (LAZY, ""),
    "cached function": (
        "model()",
        "@functools.cache\ndef model():\n    return AutoModel.from_pretrained(NAME)\n",
    ),
    "by its keyword": (
        LAZY.replace("(NAME)", "(pretrained_model_name_or_path='them/small')"), "",
    ),
    "another one at startup": (
        LAZY, "@chute.on_startup()\nasync def start(self):\n    snapshot_download('them/big')\n",
    ),
    "only in a test": (LAZY, ""),
    "something else in the image": (LAZY, "image.run_command('pip install them-small')\n"),
    "something unknown in the image": (LAZY, "image.run_command(chute.name)\n"),
    "something unknown that is no model": (
        LAZY, "@chute.on_startup()\nasync def start(self):\n    print(self.name)\n",
    ),
    "a folder of another name": (LAZY.replace("NAME", "'us/small'"), ""),
}  # fmt: skip
THERE = {
    "anew each time": ("AutoModel.from_pretrained(NAME)", ""),
    "at startup": (
        LAZY, "@chute.on_startup()\nasync def start(self):\n    snapshot_download(NAME)\n",
    ),
    "at startup by a keyword": (
        LAZY,
        "@chute.on_startup()\nasync def start(self):\n    snapshot_download(repo_id=NAME)\n",
    ),
    "loaded at startup by another class": (
        LAZY,
        "@chute.on_startup()\nasync def start(self):\n"
        "    self.tokenizer = AutoTokenizer.from_pretrained(NAME)\n",
    ),
    "something unknown at startup": (
        LAZY, "@chute.on_startup()\nasync def start(self):\n    snapshot_download(self.name)\n",
    ),
    "at import": (LAZY, "snapshot_download(NAME)\n"),
    "by a function that nothing here calls": (LAZY, "def fetch():\n    snapshot_download(NAME)\n"),
    "warmed by the same function": (
        "model()",
        "@functools.cache\ndef model():\n    return AutoModel.from_pretrained(NAME)\n"
        "@chute.on_startup()\nasync def start(self):\n    model()\n",
    ),
    "in the image": (LAZY, "image.run_command('hf download them/small')\n"),
    "in a list of the image": (LAZY, "image.run_command(['hf', 'download them/small'])\n"),
    "offline": (LAZY.replace("(NAME)", "(NAME, local_files_only=True)"), ""),
    "a folder": (LAZY.replace("NAME", "'/app/small'"), ""),
    "a folder that is near": (LAZY.replace("NAME", "'./small'"), ""),
    "a folder below another": (LAZY.replace("NAME", "'them/small/8bit'"), ""),
    "a name alone": (LAZY.replace("NAME", "'small'"), ""),
    "unknown": (LAZY.replace("NAME", "args['name']"), ""),
    "nothing": (LAZY.replace("NAME", ""), ""),
    "no model": ("if self.a is None:\n    self.a = print('them/small')", ""),
    "a folder of the tree": (LAZY.replace("NAME", "'parts/small'"), ""),
}  # fmt: skip


@pytest.mark.parametrize(("cord", "more"), FETCHED.values(), ids=FETCHED)
def test_the_first_call_fetches_a_model(cord: str, more: str, findings: Findings) -> None:
    test = "import chutes\nfrom huggingface_hub import snapshot_download as s\ns('them/small')\n"
    (found,) = findings({"app.py": app(cord, more), "tests/test_app.py": test}, ID)
    assert found.severity is Severity.WARNING
    assert "/small' (AutoModel.from_pretrained), and the network is locked" in found.message


@pytest.mark.parametrize(("cord", "more"), THERE.values(), ids=THERE)
def test_the_model_may_be_there(cord: str, more: str, findings: Findings) -> None:
    files = {"app.py": app(cord, more), "parts/small/config.json": "{}"}
    assert findings(files, ID) == []


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_a_usual_name_of_a_folder(folder: str, findings: Findings) -> None:
    assert findings(app(LAZY.replace("NAME", f"'{folder}/small'")), ID) == []


@pytest.mark.parametrize("loader", sorted(HUB_LOADERS))
def test_every_loader(loader: str, findings: Findings) -> None:
    *before, name = HUB_LOADERS[loader]
    given = ", ".join([*("'t'" for _ in before), "'them/small'"])
    for arguments in (given, f"{name}='them/small'"):
        lazy = f"if self.model is None:\n    self.model = {loader}({arguments})"
        source = app(lazy, f"import {loader.rpartition('.')[0]}\n")
        (found,) = findings(source, ID)
        assert "is the first to load 'them/small'" in found.message
