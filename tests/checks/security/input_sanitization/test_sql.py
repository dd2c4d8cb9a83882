"""Queries that a caller can write are found; those of the program's own are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "sql-injection"
FIRES = [
    "query = 'select a from b'\nquery += f\" where c = {args.name}\"\nself.db.execute(query)",
    "import contextlib\nwith contextlib.closing(sqlite3.connect('a')) as db:\n"
    "    db.execute(f'select {args.name}')",
    "parts = []\nparts.append(f'a = {args.name}')\n"
    "sqlite3.connect('a').execute('select 1 where ' + ' and '.join(parts))",
    "execute(f'select {args.name}')",
    "sqlite3.connect('a').execute('select * from a where b = ' + args.name)",
    "sqlite3.connect('a').execute(args.name)",
    "sqlite3.connect('a').cursor().executescript(args.name)",
    "self.db.execute(f\"SELECT * FROM a WHERE b = '{args.name}'\")",
    "query = 'DELETE FROM a WHERE b = %s' % args.name\nself.db.execute(query)",
    "sqlalchemy.text(f'select {args.name}')",
]
SILENT = [
    "self.db.execute()",
    "self.db.execute(3)",
    "sqlite3.connect('a').execute('select * from a where b = ?', (args.name,))",
    "self.db.execute('select * from a where b = :b', {'b': args.name})",
    "self.tool.execute(args.name)",
    "self.tool.query(f'what is {args.name}')",
    "sqlite3.connect('a').execute(f'select * from a limit {args.count}')",
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
