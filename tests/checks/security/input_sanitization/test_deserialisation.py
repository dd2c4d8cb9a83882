"""Decoders that a caller can write are found; those of the program's own are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "unsafe-deserialisation"
FIRES = [
    "path = Path('/tmp/a')\npath.write_bytes(base64.b64decode(args.name))\njoblib.load(path)",
    "list(map(pickle.loads, args.words))",
    "list(map(lambda x: pickle.loads(x), args.words))",
    "import functools\nload = functools.partial(torch.load, weights_only=False)\nload(args.name)",
    "buffer = io.BytesIO()\nbuffer.write(args.name.encode())\ntorch.load(buffer)",
    "pickle.loads(bytes.fromhex(args.name))",
    "pickle.loads(base64.b64decode(args.name, validate=True))",
    "pickle.load(io.BytesIO(base64.b64decode(args.name)))",
    "joblib.load(io.BytesIO(args.name.encode()))",
    "yaml.load(args.name)",
    "yaml.load(args.name, Loader=yaml.Loader)",
    "class Own(yaml.Loader): ...\nyaml.load(args.name, Loader=Own)",
    "yaml.unsafe_load(args.name)",
    "torch.load(io.BytesIO(args.name.encode()))",
    "torch.load(io.BytesIO(args.name.encode()), weights_only=False)",
    "numpy.load(io.BytesIO(args.name.encode()), allow_pickle=True)",
]
SILENT = [
    "path = Path('/tmp/a')\npath.write_bytes(b'')\njoblib.load(path)",
    "pickle.loads(open('/data/a', 'rb').read())",
    "pickle.dumps(args.name)",
    "yaml.safe_load(args.name)",
    "yaml.load(args.name, Loader=yaml.SafeLoader)",
    "yaml.load(args.name, Loader=CHOSEN)",
    "class Own(yaml.SafeLoader): ...\nyaml.load(args.name, Loader=Own)",
    "torch.load(io.BytesIO(args.name.encode()), weights_only=True)",
    "torch.load(io.BytesIO(args.name.encode()), weights_only=CHOSEN)",
    "torch.load(io.BytesIO(args.name.encode()), **OPTIONS)",
    "torch.load('/data/a')",
    "numpy.load(io.BytesIO(args.name.encode()))",
    "numpy.load(io.BytesIO(args.name.encode()), allow_pickle=False)",
]


@pytest.mark.parametrize("body", FIRES)
def test_fires(findings: Findings, body: str) -> None:
    found = findings(source(body), ID)
    assert [each.check for each in found] == [ID]
    assert "the caller of cord x" in found[0].message
    assert found[0].trace[0].note == "cord x receives 'args'"


@pytest.mark.parametrize("body", SILENT)
def test_stays_silent(findings: Findings, body: str) -> None:
    assert findings(source(body), ID) == []


def test_stays_silent_where_no_caller_is(findings: Findings) -> None:
    unreached = f"async def other(args):\n    {FIRES[0]}\n"
    assert findings(source("return 1", before=unreached), ID) == []
    start = (
        f"@chute.on_startup()\nasync def start(self):\n    args = Input(name='a')\n    {FIRES[0]}\n"
    )
    assert findings(source("return 1", before=start), ID) == []
