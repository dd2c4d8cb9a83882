from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.contract.libraries.torch_memory import IN_USE, PEAK
from chutes_cli.core.finding import Finding

Findings = Callable[..., list[Finding]]
ID = "gpu-memory-ratio"


def app(body: str, name: str = "app.py") -> dict[str, str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    head = "import torch\nfrom chutes.chute import Chute\nfrom torch import cuda\n"
    made = "chute = Chute('u', 'my-service', 'i')\n"
    return {name: f"{head}{made}def ratio(self, device, total):\n{lines}"}


NOW, MOST = "torch.cuda.memory_allocated()", "torch.cuda.max_memory_allocated()"
FIRES = {
    "divided": f"return {NOW} / {MOST}",
    "of_a_device": "return cuda.memory_allocated(device) / cuda.max_memory_allocated(device)",
    "names": f"used = {NOW}\nmost = {MOST}\nreturn used / most",
    "other_units": f"used = {NOW} / 1024**3\nmost = {MOST} / 1024**3\nreturn used / most",
    "percent": f"return 100 * ({NOW} / {MOST})",
    "guarded": f"if torch.cuda.is_available():\n    self.gpu = {NOW} / {MOST}",
}
SILENT = {
    "of_the_total": f"return {NOW} / total",
    "of_the_device": f"return {NOW} / torch.cuda.get_device_properties(0).total_memory",
    "peak_of_the_total": f"return {MOST} / total",
    "peaks": f"return {MOST} / torch.cuda.max_memory_reserved()",
    "difference": f"return {MOST} - {NOW}",
    "unit": f"return {NOW} / 1024**3",
    "inverse": f"return {MOST} / {NOW}",
    "fragmentation": f"return {NOW} / torch.cuda.memory_reserved()",
    "product": f"return ({NOW} * total) / {MOST}",
}


@pytest.mark.parametrize("name", FIRES)
def test_fires(name: str, findings: Findings) -> None:
    (found,) = findings(app(FIRES[name]), ID)
    assert found.symbol == "ratio"


@pytest.mark.parametrize("name", SILENT)
def test_stays_silent(name: str, findings: Findings) -> None:
    assert findings(app(SILENT[name]), ID) == []


@pytest.mark.parametrize("used", sorted(IN_USE))
@pytest.mark.parametrize("peak", sorted(PEAK))
def test_every_function(used: str, peak: str, findings: Findings) -> None:
    assert len(findings(app(f"return {used}() / {peak}()"), ID)) == 1


def test_not_in_tests(findings: Findings) -> None:
    assert findings({**app(""), **app(FIRES["divided"], "tests/test_app.py")}, ID) == []
