from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from chutes_cli.contract.libraries.gpu_memory import IN_USE, PEAKS
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "torch-memory-ratio"
HEAD = "import torch\nfrom chutes.chute import Chute\nchute = Chute('u', 'my-service', 'i')\n"
CORD = "@chute.cord(public_api_path='/x')\nasync def x(self, args: dict):\n"
USED, PEAK = "torch.cuda.memory_allocated()", "torch.cuda.max_memory_allocated()"


def app(cord: str, more: str = "") -> str:
    return f"{HEAD}{more}\n{CORD}" + "".join(f"    {line}\n" for line in cord.splitlines())


FIRES = {
    "direct": app(f"return {USED} / {PEAK}"),
    "whole": app(f"return {USED} // {PEAK}"),
    "percent": app(f"return 100 * ({USED} / {PEAK})"),
    "locals": app(f"used = {USED}\npeak = {PEAK}\nreturn used / peak"),
    "alias": app(f"return {USED} / {PEAK}".replace("torch.cuda", "cuda"), "from torch import cuda"),
    "gigabytes": app(f"return ({USED} / 1e9) / ({PEAK} / 1e9)"),
    "at_least_one": app(f"return {USED} / max({PEAK}, 1)"),
    "helper": app("return ratio()", f"def ratio():\n    return {USED} / {PEAK}\n"),
    "unreached": app("return 1", f"def ratio():\n    return {USED} / {PEAK}\n"),
    "module": {"gpu.py": f"import torch\ndef ratio():\n    return {USED} / {PEAK}\n",
               "app.py": app("return ratio()", "from gpu import ratio\n")},
}  # fmt: skip
SILENT = {
    "of_the_gpu": app(f"free, total = torch.cuda.mem_get_info()\nreturn {USED} / total"),
    "of_its_properties": app(f"return {USED} / torch.cuda.get_device_properties(0).total_memory"),
    "peak_of_all": app(f"free, total = torch.cuda.mem_get_info()\nreturn {PEAK} / total"),
    "number": app(f"return 5 / {PEAK}"),
    "own_objects": app("return Own() / Own()", "class Own:\n    pass\n"),
    "other_way": app(f"return {PEAK} / {USED}"),
    "difference": app(f"return {PEAK} - {USED}"),
    "gigabytes": app(f"return {USED} / 1e9, {PEAK} / 1e9"),
    "own": app("return memory_allocated() / max_memory_allocated()",
               "def memory_allocated():\n    return 1\nmax_memory_allocated = memory_allocated\n"),
    "test": {"app.py": app("return 1"), "tests/test_gpu.py": app(f"{USED} / {PEAK}")},
}  # fmt: skip


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    assert [each.check for each in findings(FIRES[name], ID)] == [ID]


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(SILENT[name], ID) == []


@pytest.mark.parametrize(("used", "peak"), list(product(sorted(IN_USE), sorted(PEAKS))))
def test_every_pair(used: str, peak: str, findings: Findings) -> None:
    source = app(f"return {used}() / {peak}()", "import torch.cuda.memory\n")
    assert len(findings(source, ID)) == 1
