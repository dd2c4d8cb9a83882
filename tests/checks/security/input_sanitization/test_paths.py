"""Files that a caller can write are found; those of the program's own are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "path-traversal"
FIRES = [
    "numpy.savez(f'/data/{args.name}', a=1)",
    "torch.load(f'/data/{args.name}', weights_only=True)",
    "tempfile.mkdtemp(dir=f'/data/{args.name}')",
    "Image.new('L', (1, 1)).save(f'/data/{args.name}')",
    "import pandas\npandas.DataFrame().to_csv(f'/data/{args.name}')",
    "import zipfile\nbundle = zipfile.ZipFile(io.BytesIO(args.name))\n"
    "for each in bundle.infolist():\n    (Path('/data') / each.filename).write_bytes(b'')",
    "os.rename('/data/a', args.name)",
    "await asyncio.to_thread(Path(args.name).read_text)",
    "from pathlib import Path as P\nP(args.name).write_text('x')",
    "open(args.name)",
    "open(file=args.name)",
    "open(os.path.join('/data', args.name), 'w')",
    "Path(args.name).read_text()",
    "(Path('/data') / args.name).unlink()",
    "Path('/data').joinpath(args.name).open()",
    "os.remove(args.name)",
    "os.listdir(f'/data/{args.name}')",
    "shutil.copy('/data/a', args.name)",
    "shutil.rmtree(args.name)",
    "Image.open(args.name)",
    "torch.save({}, args.name)",
    "read(Path(args.name))",
    "move(Path(args.name))",
    "append(Path(args.name))",
    "read(BASE / args.name)",
    "read(BASE.joinpath(args.name))",
    "read(os.path.join('/data', Path(args.name)))",
    "path = tempfile.gettempdir() + '/' + args.name\nopen(path, 'wb')",
]
SILENT = [
    "path = Path('/tmp/a')\npath.write_bytes(args.name)\npath.read_bytes()",
    "Image.new('L', (1, 1)).save(io.BytesIO(), args.name)",
    "self.store.save(args.name)",
    "tempfile.mkdtemp(args.name)",
    "torch.load(io.BytesIO(args.name), weights_only=True)",
    "self.store.read_text(args.name)",
    "read_text(args.name)",
    "zipfile.ZipFile('/data/a').open(args.name)",
    "open('/data/a').read()",
    "open(f'/data/{args.count}')",
    "open(os.path.join('/data', os.path.basename(args.name)))",
    "Image.open(io.BytesIO(base64.b64decode(args.name)))",
    "(Path('/data') / Path(args.name).name).read_text()",
    "with tempfile.NamedTemporaryFile() as file:\n    open(file.name)",
    "args.name.replace('a', 'b')",
    "Path('/data/a').write_text(args.name)",
    "read(args.name)",
    "move(node(args.name))",
    "read(BASE + args.name)",
    "clean(args.name)",
    "clean(str(BASE / args.name))",
    "each_clean(args.words)",
    "torch.save({'a': args.name}, '/data/a')",
]
BEFORE = """
from config import BASE

def read(path):
    return path.read_text(encoding="utf-8")

def move(path):
    path.replace("/data/a")

def append(path):
    return path.open("ab", buffering=0)

def clean(text):
    return text.replace("a", "b")

def each_clean(words):
    return [each.replace("_", " ", 1) for each in words]
"""
"""What calls methods of paths, and methods of other things that have the same name."""


@pytest.mark.parametrize("body", FIRES)
def test_fires(findings: Findings, body: str) -> None:
    found = findings(source(body, before=BEFORE), ID)
    assert [each.check for each in found] == [ID]
    assert "the caller of cord x" in found[0].message
    assert found[0].trace[0].note == "cord x receives 'args'"


@pytest.mark.parametrize("body", SILENT)
def test_stays_silent(findings: Findings, body: str) -> None:
    assert findings(source(body, before=BEFORE), ID) == []


def test_a_field_can_be_a_path(findings: Findings) -> None:
    before = f"{BEFORE}\nclass Placed(BaseModel):\n    place: Path\n"
    text = source("read(args.place)", before=before, parameter="args: Placed")
    assert len(findings(text, ID)) == 1


def test_what_nothing_validated_is_no_path(findings: Findings) -> None:
    text = source("read(args['name'])", before=BEFORE, parameter="args: dict")
    assert findings(text, ID) == []
    made = source("read(Path(args['name']))", before=BEFORE, parameter="args: dict")
    assert len(findings(made, ID)) == 1


def test_stays_silent_where_no_caller_is(findings: Findings) -> None:
    unreached = f"async def other(args):\n    {FIRES[0]}\n"
    assert findings(source("return 1", before=unreached), ID) == []
    start = (
        f"@chute.on_startup()\nasync def start(self):\n    args = Input(name='a')\n    {FIRES[0]}\n"
    )
    assert findings(source("return 1", before=start), ID) == []
