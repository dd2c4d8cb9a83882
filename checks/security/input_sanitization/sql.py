"""Queries that a caller can change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chutes_cli.contract.libraries.sinks import SQL, SQL_CLIENTS, SQL_METHODS
from chutes_cli.core.finding import Severity
from chutes_cli.project.facts import Expression, Literal, Name
from chutes_cli.project.model import Project
from chutes_cli.project.passing import Passing
from chutes_cli.project.taint.threats import Threat

from .sinks import Reached, SinkCheck, calls_to, methods, name_of

_QUERY = re.compile(
    r"\s*(select|insert|update|delete|replace|merge|create|drop|alter|with|pragma|call)\s", re.I
)


class SqlInjection(SinkCheck):
    """A query is built from what a caller sends.

    ## What it does
    Follows the input of cords into the text of SQL queries: f-strings, `%`, `+` and
    `format`. Values passed as parameters beside the query are left alone. On objects that
    are not known to be a database's, only texts that begin like a query count.

    ## Why it matters
    `x' OR 1=1 --` reads every row, and `;` adds a statement of the caller's. Quoting by hand
    is wrong sooner or later; parameters never are.

    ## Example
    ```python
    import sqlite3


    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        name: str = Field(max_length=100)


    @chute.cord(public_api_path="/find", public_api_method="POST")
    async def find(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        with sqlite3.connect("/data/app.db") as database:
            query = f"SELECT id FROM users WHERE name = '{args.name}'"
            return {"ids": [row[0] for row in database.execute(query)]}
    ```

    ## Use instead
    ```python
    import sqlite3


    from chutes.chute import Chute, NodeSelector
    from fastapi import HTTPException
    from pydantic import BaseModel, Field

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    class Input(BaseModel):
        name: str = Field(max_length=100)


    @chute.cord(public_api_path="/find", public_api_method="POST")
    async def find(self, args: Input) -> dict:
        if not isinstance(args, Input):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        with sqlite3.connect("/data/app.db") as database:
            query = "SELECT id FROM users WHERE name = ?"
            return {"ids": [row[0] for row in database.execute(query, (args.name,))]}
    ```

    ## Source
    Python documentation, sqlite3, How to use placeholders to bind values in SQL queries.
    """

    id = "sql-injection"
    severity = Severity.ERROR
    threat = Threat.SQL

    def sinks(self, project: Project) -> Iterator[Reached]:
        """Yield the texts of queries."""
        yield from calls_to(project, SQL)
        for passing, query in methods(project, SQL_METHODS, ("",), 0):
            if name_of(passing).startswith(SQL_CLIENTS) or _looks_like_a_query(passing, query):
                yield passing, query

    def says(self, called: str, by: str) -> tuple[str, str]:
        """Say who changes the query."""
        return (
            f"{called} is given a query that the caller of {by} can change",
            "leave placeholders in the query and pass the values beside it",
        )


def _looks_like_a_query(passing: Passing, query: Expression) -> bool:
    """Say whether a text, or what its name is first given, begins like SQL."""
    match query:
        case Name(id=name):
            bindings = passing.site.module.lookup(name, passing.site.scope)[1]
            values = [each.value for each in bindings if each.value is not None]
        case _:
            values = [query]
    return any(_begins_like_a_query(each) for each in values)


def _begins_like_a_query(text: Expression) -> bool:
    literals = (each.value for each in text.walk() if isinstance(each, Literal))
    return _QUERY.match(str(next(literals, ""))) is not None
