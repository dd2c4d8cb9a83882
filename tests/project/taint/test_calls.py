"""What calls make of values: functions handed on, objects as texts, members of archives."""

from __future__ import annotations

import pytest

from chutes_cli.project.taint.threats import Threat
from tests.project.taint.conftest import Asks

BEFORE = """
import functools, io, itertools, tarfile, tempfile, zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple
pool = ThreadPoolExecutor()

def shout(text):
    return text.upper()

def quoted(text):
    return shlex.quote(text)

def second(a, b):
    return b

def names_in(bundle):
    return bundle.namelist()

def run(text):
    sink(text)

class Where:
    def __init__(self):
        self.clauses = ["1"]
        self.values = []
        self.texts = {}
        self.sql = "1"

    def add(self, clause, *values):
        self.clauses.append(clause)
        self.values.extend(values)
        self.texts["x"] = values
        self.sql += clause
        return self

    def __str__(self):
        return " AND ".join(self.clauses)

class Pair(NamedTuple):
    sql: str
    value: str

class Saved(BaseModel):
    name: str

    def line(self):
        return f"ls {self.name}"

    def kind(self):
        return "ls"

    @property
    def shown(self):
        return f"ls {self.name}"

    @property
    def told(self):
        return "ls"

def is_allowed(name):
    return name in ALLOWED

def is_there(name):
    return os.path.exists(name)
"""
WHERE = "where = Where()\nwhere.add(f'a = {args.name}')\n"
VALUES = "where = Where()\nwhere.add('a = ?', args.name)\n"
REACHES = {
    "map": "sink(list(map(shout, args.names)))",
    "map of a lambda": "sink(list(map(lambda x: f'a {x}', args.names)))",
    "map of a second list": "sink(list(map(second, [1], args.names)))",
    "map of what is not known": "sink(list(map(unknown, args.names)))",
    "map of a built-in": "sink(list(map(str, args.names)))",
    "starmap": "sink(list(itertools.starmap(second, [(1, args.name)])))",
    "reduce": "sink(functools.reduce(lambda a, b: a + b, args.names, ''))",
    "reduce, what it starts with": "sink(functools.reduce(lambda a, b: a, ['x'], args.name))",
    "reduce of a function": "sink(functools.reduce(second, args.names))",
    "filter": "sink(list(filter(shout, args.names)))",
    "map of a pool": "sink(list(pool.map(shout, args.names)))",
    "map of something": "sink(list(self.pool.map(shout, args.names)))",
    "inside a lambda": "list(map(lambda x: sink(x), args.names))",
    "inside a lambda in a thread": "await asyncio.to_thread(lambda x: sink(x), args.name)",
    "awaited from a queue": "queue = asyncio.Queue()\nawait queue.put(args.name)\n"
    "sink(await queue.get())",
    "text of an object": WHERE + "sink(str(where))",
    "f-string of an object": WHERE + "sink(f'select {where}')",
    "joined objects": WHERE + "sink(' '.join([str(where)]))",
    "format of an object": WHERE + "sink('select {}'.format(where))",
    "chained": "sink(str(Where().add('a').add(args.name)))",
    "filled attribute": VALUES + "sink(where.values)",
    "entry of an attribute": VALUES + "sink(where.texts)",
    "attribute that is added to": WHERE + "sink(where.sql)",
    "named tuple": "sql, value = Pair('a', args.name)\nsink(value)",
    "named tuple with a default": "sql, value = Pair(args.name)\nsink(sql)",
    "method of a model": "sink(Saved(name=args.name).line())",
    "property of a model": "sink(Saved(name=args.name).shown)",
    "filter of none": "sink(list(filter(None, args.names)))",
    "filter of a text's": "sink(list(filter(str.strip, args.names)))",
    "filter by a lambda": "sink(list(filter(lambda x: len(x), args.names)))",
    "filter by a function": "sink(list(filter(is_there, args.names)))",
    "joined keys": "sink(' '.join({args.name: 1}))",
}
CLEAN = {
    "map": "sink(list(map(quoted, args.names)))",
    "map of quote": "sink(list(map(shlex.quote, args.names)))",
    "map of a lambda": "sink(list(map(lambda x: shlex.quote(x), args.names)))",
    "map of a number": "sink(list(map(int, args.names)))",
    "map of a first list": "sink(list(map(second, args.names, [1])))",
    "reduce": "sink(functools.reduce(lambda a, b: a + shlex.quote(b), args.names, ''))",
    "map of a pool": "sink(list(pool.map(quoted, args.names)))",
    "filter of others": "sink(list(filter(lambda x: x in args.names, ['a'])))",
    "lambda that is called by others": "self.later(lambda x: sink(x))",
    "text of an object": VALUES + "sink(str(where))",
    "f-string of an object": VALUES + "sink(f'select {where}')",
    "format of an object": VALUES + "sink('select {}'.format(where))",
    "another attribute": VALUES + "sink(where.clauses)",
    "attribute that is added to": VALUES + "sink(where.sql)",
    "named tuple": "sql, value = Pair('a', args.name)\nsink(sql)",
    "name of a file": "with tempfile.NamedTemporaryFile() as file:\n    file.write(args.name)\n"
    "    sink(file.name)",
    "method of a model": "sink(Saved(name=args.name).kind())",
    "property of a model": "sink(Saved(name=args.name).told)",
    "filter by a lambda": "sink(list(filter(lambda x: x in ALLOWED, args.names)))",
    "filter by a pattern": "sink(list(filter(re.compile('[a-z]+').fullmatch, args.names)))",
    "filter by a set": "sink(list(filter(ALLOWED.__contains__, args.names)))",
    "filter by a function": "sink(list(filter(is_allowed, args.names)))",
    "joined keys": "sink(' '.join({'a': args.name}))",
}
ZIP = "bundle = zipfile.ZipFile(io.BytesIO(args.data))\n"
TAR = "bundle = tarfile.open(fileobj=io.BytesIO(args.data))\n"
MEMBERS = {
    "namelist": ZIP + "for name in bundle.namelist():\n    sink(BASE / name)",
    "infolist": ZIP + "for each in bundle.infolist():\n    sink(BASE / each.filename)",
    "infolist, some": ZIP + "some = [each for each in bundle.infolist() if each.file_size]\n"
    "for each in some:\n    sink(BASE / each.filename)",
    "filelist": ZIP + "sink([each.filename for each in bundle.filelist])",
    "one": ZIP + "sink(bundle.infolist()[0].filename)",
    "getmembers": TAR + "for each in bundle.getmembers():\n    sink(each.name)",
    "getnames": TAR + "for each in bundle.getnames():\n    sink(each)",
    "tar": TAR + "for each in bundle:\n    sink(each.name)",
    "tar in a comprehension": TAR + "sink([each.linkname for each in bundle])",
    "in a helper": ZIP + "sink(names_in(bundle))",
}
NO_MEMBERS = {
    "size": ZIP + "for each in bundle.infolist():\n    sink(each.file_size)",
    "last part": ZIP + "for each in bundle.infolist():\n    sink(Path(each.filename).name)",
    "contents": ZIP + "sink(bundle.read('a'))",
    "others": "bundle = zipfile.ZipFile('/data/a.zip')\nsink(bundle.namelist())",
    "numbered": ZIP + "for i, each in enumerate(bundle.infolist()):\n    sink(f'{i}.txt')",
    "resolved": ZIP
    + "for each in bundle.infolist():\n    path = (BASE / each.filename).resolve()\n"
    "    if not path.is_relative_to(BASE):\n        raise HTTPException(400)\n    sink(path)",
    "found safe before": ZIP + "names = bundle.namelist()\n"
    "if any('..' in each or each.startswith('/') for each in names):\n"
    "    raise HTTPException(400)\nfor each in names:\n    sink(each)",
}
FIXED = {
    "format": "sink('https://a.b/{}/x'.format(args.name))",
    "join": "sink('/'.join(['https://a.b', args.name]))",
    "below a client's host": "sink(f'/v1/{args.name}')",
}
CHOSEN = {
    "format": "sink('https://{}.b/x'.format(args.name))",
    "join": "sink('/'.join(['https:', '', args.name]))",
    "join without an end": "sink(''.join(['https://a.b', args.name]))",
    "two slashes": "sink(f'//{args.name}')",
    "one slash": "sink(f'/{args.name}')",
}


def _ids(table: dict[str, str]) -> list[object]:
    return [pytest.param(body, id=name) for name, body in table.items()]


@pytest.mark.parametrize("body", _ids(REACHES))
def test_reaches(asks: Asks, body: str) -> None:
    before = BEFORE.replace("    sink(text)", "    pass")
    assert asks(body, before=before) is not None


@pytest.mark.parametrize("body", _ids(CLEAN))
def test_does_not_reach(asks: Asks, body: str) -> None:
    before = BEFORE.replace("    sink(text)", "    pass")
    assert asks(body, before=before) is None


@pytest.mark.parametrize("call", ["map(run, args.names)", "pool.map(run, args.names)"])
def test_reaches_a_function_that_is_handed_on(asks: Asks, call: str) -> None:
    assert asks(f"list({call})", before=BEFORE) is not None


@pytest.mark.parametrize("body", _ids(MEMBERS))
def test_members_of_an_archive_are_paths(asks: Asks, body: str) -> None:
    before = BEFORE.replace("    sink(text)", "    pass")
    assert asks(body, Threat.PATH, before=before) is not None


@pytest.mark.parametrize("body", _ids(NO_MEMBERS))
def test_what_else_an_archive_has_is_none(asks: Asks, body: str) -> None:
    before = BEFORE.replace("    sink(text)", "    pass")
    assert asks(body, Threat.PATH, before=before) is None


def test_what_an_archive_holds_is_decoded(asks: Asks) -> None:
    before = BEFORE.replace("    sink(text)", "    pass")
    assert asks(ZIP + "sink(bundle.read('a'))", Threat.DATA, before=before) is not None
    assert asks("import gzip\nsink(gzip.open(args.data))", Threat.DATA) is not None


@pytest.mark.parametrize("body", _ids(FIXED))
def test_a_host_that_is_fixed(asks: Asks, body: str) -> None:
    assert asks(body, Threat.URL) is None


@pytest.mark.parametrize("body", _ids(CHOSEN))
def test_a_host_that_is_chosen(asks: Asks, body: str) -> None:
    assert asks(body, Threat.URL) is not None
