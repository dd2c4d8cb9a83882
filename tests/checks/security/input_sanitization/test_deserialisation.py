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

OWN_LOADERS = {
    "unsafe": ("class Own(yaml.UnsafeLoader): ...", "yaml.load(args.name, Loader=Own)", 1),
    "of a safe one": (
        "class Base(yaml.SafeLoader): ...\nclass Own(Base): ...", "yaml.load(args.name, Own)", 0,
    ),
    "of an unsafe one": (
        "class Base(yaml.Loader): ...\nclass Own(Base): ...", "yaml.load(args.name, Own)", 1,
    ),
    "put together": (
        "class Own(yaml.reader.Reader, yaml.constructor.SafeConstructor): ...",
        "yaml.load(args.name, Loader=Own)", 0,
    ),
    "whichever is there": (
        "try:\n    from yaml import CLoader as Own\nexcept ImportError:\n"
        "    from yaml import Loader as Own",
        "yaml.load(args.name, Loader=Own)", 1,
    ),
    "either": (
        "Own = yaml.SafeLoader if STRICT else yaml.Loader", "yaml.load(args.name, Own)", 0,
    ),
    "made by hand": ("", "yaml.UnsafeLoader(args.name).get_single_data()", 1),
    "a safe one made by hand": ("", "yaml.SafeLoader(args.name).get_single_data()", 0),
    "own made by hand": (
        "class Own(yaml.FullLoader): ...", "Own(stream=args.name).get_data()", 1,
    ),
    "what is handed on": (
        "class Own(yaml.Loader):\n    def __init__(self, a, text):\n"
        "        super().__init__(text)\n        self.a = a",
        "Own(1, args.name)\nOwn(args.name, 'x: 1')", 1,
    ),
    "what is kept back": (
        "class Own(yaml.Loader):\n    def __init__(self, a, text):\n"
        "        super().__init__(text)\n        self.a = a",
        "Own(args.name, 'x: 1')", 0,
    ),
    "what is handed on to a safe one": (
        "class Own(yaml.SafeLoader):\n    def __init__(self, text):\n"
        "        super().__init__(text)",
        "Own(args.name)", 0,
    ),
    "made of nothing": ("class Own(yaml.Loader): ...", "Own()", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN_LOADERS)
def test_loaders_of_yaml(findings: Findings, name: str) -> None:
    before, body, count = OWN_LOADERS[name]
    assert len(findings(source(body, before=before + "\n"), ID)) == count


FINDS = {
    "": 1,
    "return super().find_class(module, name)": 1,
    "module = RENAMED.get(module, module)\nreturn super().find_class(module, name)": 1,
    "try:\n    return super().find_class(module, name)\nexcept AttributeError:\n    return Stub": 1,
    "return getattr(importlib.import_module(module), name)": 1,
    "if module == 'os':\n    raise ValueError\nreturn super().find_class(module, name)": 0,
    "assert module in OWN\nreturn super().find_class(module, name)": 0,
    "raise pickle.UnpicklingError": 0,
    "return KNOWN[module, name]": 0,
    "return super().find_class(KNOWN[module], name)": 0,
    "return Stub": 0,
    "if module == 'numpy':\n    return super().find_class(module, name)": 0,
    "return super().find_class(module, name) if module in OWN else Stub": 0,
    "return module in OWN and super().find_class(module, name)": 0,
    "return module in OWN or super().find_class(module, name)": 0,
    "held(module)\nreturn super().find_class(module, name)": 0,
    "self.held(module)\nreturn super().find_class(module, name)": 0,
    "found = super().find_class(module, name)": 0,
    "return super().find_class('old.' + module, name)": 1,
    "return type(name, (), {})": 0,
    "for each in OTHERS:\n    if each == module:\n        raise ValueError\n"
    "return super().find_class(module, name)": 0,
}
OWN_UNPICKLER = """
def held(module):
    if module not in OWN:
        raise ValueError

class Own(pickle.Unpickler):
    held = held
    BODY

class Heir(Own):
    ...
"""
MAKES = "Own(io.BytesIO(args.name.encode())).load()"


def _unpickler(find_class: str) -> str:
    lines = find_class.replace("\n", "\n        ")
    body = f"def find_class(self, module, name):\n        {lines}" if lines else ""
    return OWN_UNPICKLER.replace("BODY", body)


@pytest.mark.parametrize("find_class", FINDS)
def test_unpicklers_that_find_whatever_is_named(findings: Findings, find_class: str) -> None:
    before = _unpickler(find_class)
    count = FINDS[find_class]
    assert len(findings(source(MAKES, before=before), ID)) == count
    assert len(findings(source(MAKES.replace("Own", "Heir"), before=before), ID)) == count


def test_an_unpickler_that_an_heir_limits_is_its_heirs(findings: Findings) -> None:
    before = _unpickler("") + "    def find_class(self, module, name):\n        raise ValueError\n"
    assert findings(source(MAKES.replace("Own", "Heir"), before=before), ID) == []


def test_an_unpickler_hands_on_what_it_reads(findings: Findings) -> None:
    own = "    def __init__(self, raw):\n        super().__init__(io.BytesIO(raw))\n"
    made = "Own(base64.b64decode(args.name)).load()"
    loose, limited = _unpickler(""), _unpickler("raise ValueError")
    for before, count in ((loose, 1), (limited, 0)):
        text = before.replace("    held = held\n", own)
        assert len(findings(source(made, before=text), ID)) == count
    plain = "class Own:\n    ...\n"
    assert findings(source("Own(args.name)", before=plain), ID) == []


def test_an_unpickler_is_called_by_its_own_name(findings: Findings) -> None:
    (found,) = findings(source(MAKES, before=_unpickler("")), ID)
    assert found.message.startswith("Own can run code")


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
