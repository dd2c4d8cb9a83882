"""Queries that a caller can write are found; those of the program's own are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chutes_cli.core.finding import Finding
from tests.checks.security.input_sanitization.sources import source

Findings = Callable[..., list[Finding]]
ID = "sql-injection"
FIRES = [
    "import duckdb\nduckdb.sql(f'select {args.name}')",
    "import duckdb\nduckdb.connect().sql(f'from {args.name}')",
    "sqlalchemy.literal_column(args.name)",
    "from psycopg import sql\nsql.SQL(f'select {args.name}')",
    "self.db.execute_fetchall(f'select {args.name}')",
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
    "self.model.sql(args.name)",
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


WHERE = """
from dataclasses import dataclass, field

@dataclass
class Where:
    clauses: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, clause, *values):
        self.clauses.append(clause)
        self.values.extend(values)
        return self

    def __str__(self):
        return " AND ".join(self.clauses)

def where(args):
    built = Where().add("a > ?", args.count)
    if args.name:
        CLAUSE
    return built
"""
FIND = "found = where(args)\nsqlite3.connect('a').execute(f'select {found}', found.values)"


@pytest.mark.parametrize(
    ("clause", "count"),
    [("built.add('b = ?', args.name)", 0), ("built.add(f'b = {args.name}')", 1)],
)
def test_fields_of_a_builder_are_told_apart(findings: Findings, clause: str, count: int) -> None:
    assert len(findings(source(FIND, before=WHERE.replace("CLAUSE", clause)), ID)) == count
