"""Archives that are unpacked by their own names are found; filtered ones are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "archive-traversal"
OPEN = "import tarfile\nbundle = tarfile.open(fileobj=io.BytesIO(base64.b64decode(args.name)))\n"
FIRES = [
    OPEN + "bundle.extractall('/data', filter='fully_trusted')",
    OPEN + "how = {'filter': 'fully_trusted'}\nbundle.extractall('/data', **how)",
    OPEN + "bundle.extractall('/data', filter=tarfile.fully_trusted_filter)",
    OPEN + "bundle.extractall('/data')",
    OPEN + "bundle.extract('a', '/data')",
    OPEN + "bundle.extractall('/data', members=[])",
    OPEN + "with bundle as other:\n    other.extractall('/data')",
]
SILENT = [
    OPEN + "bundle.extractall('/data', filter='tar')",
    OPEN + "bundle.extractall('/data', filter=tarfile.data_filter)",
    OPEN + "bundle.extractall('/data', filter=os.environ['FILTER'])",
    OPEN + "bundle.extractall('/data', filter='data')",
    OPEN + "bundle.extractall('/data', **OPTIONS)",
    OPEN + "bundle.getnames()",
    "import tarfile\ntarfile.open('/data/a.tar').extractall('/data')",
    "import zipfile\nzipfile.ZipFile(io.BytesIO(base64.b64decode(args.name))).extractall('/data')",
]


@pytest.mark.parametrize("body", FIRES)
def test_fires(findings: Findings, body: str) -> None:
    found = findings(source(body), ID)
    assert [each.check for each in found] == [ID]


@pytest.mark.parametrize("body", SILENT)
def test_stays_silent(findings: Findings, body: str) -> None:
    assert findings(source(body), ID) == []
