"""Exceptions of which nobody ever hears."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.tidying import TIDYING
from chutes_cli.core.finding import Finding, Severity
from chutes_cli.project.facts import Call, Collection, Expression, Name, Statement, last_name
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module
from chutes_cli.project.running import INSTANCE

_EVERYTHING = frozenset({"Exception", "BaseException"})


class ExceptionSwallowed(Check):
    """Every exception is caught, and nothing is made of it.

    ## What it does
    Finds `except:`, `except Exception:` and `except BaseException:` in code that cords, hooks,
    jobs and routes run, where the handler does nothing (`pass`, `continue`), and `except:`
    which does not raise again, whatever else it does. Handlers of certain exceptions,
    optional imports and tidying up (`close`, `unlink`, `cancel`…) are left alone.

    ## Why it matters
    What fails fails unseen: the caller gets a wrong answer with status 200, no log says why,
    no error is counted. A bare `except:` also keeps tasks from being cancelled and the
    process from leaving.

    ## Example
    ```python
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


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        share = 0.0
        try:
            share = 100 / args.n
        except Exception:
            pass
        return {"share": share, "n": args.n}
    ```

    ## Use instead
    ```python
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


    class Work(BaseModel):
        n: int = Field(ge=0, le=1000)


    @chute.cord(public_api_path="/work", public_api_method="POST")
    async def work(self, args: Work) -> dict:
        if not isinstance(args, Work):
            raise HTTPException(status_code=400, detail="the body must be a JSON object")
        try:
            share = 100 / args.n
        except ZeroDivisionError:
            raise HTTPException(status_code=400, detail="n must not be 0") from None
        return {"share": share, "n": args.n}
    ```

    ## Source
    CWE-390, CWE-703. Python tutorial, "Handling Exceptions".
    """

    id = "exception-swallowed"
    category = "runtime"
    severity = Severity.WARNING
    item = "error-handling"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per handler that swallows everything."""
        kinds = [each for each in INSTANCE if each != "import"]
        for function, _ in project.reach.reached(*kinds):
            module = function.module
            arrivals = project.reach.arrivals(function, *kinds)
            arrival = next((a for a in arrivals if circumstances.concerns(a.exposures)), None)
            if module.is_test or arrival is None:
                continue
            for statement in module.statements_in(function.index):
                what = _swallows(module, statement)
                if what is not None:
                    yield self.finding(
                        module, statement.span, function.index,
                        f"{what} ({arrival.entry.label})",
                        "catch what can be dealt with here, and log or raise the rest",
                        trace=arrival.trace,
                    )  # fmt: skip


def _swallows(module: Module, statement: Statement) -> str | None:
    """Say what an ``except`` hides, None where it hides nothing."""
    handler = statement.handles
    if handler < 0:
        return None
    attempt = next(each for each in module.facts.guards if handler in each.handlers)
    caught = module.facts.guards[handler].test
    inside = _below(module, handler)
    if any(each.kind == "raise" for each in inside):
        return None
    tried = _below(module, module.facts.guards.index(attempt))
    if all(map(_only_tidies, tried)):
        return None
    if caught is None:
        return "a bare except catches everything, cancellation included, and does not raise it"
    if inside or not _is_everything(caught):
        return None
    return "every exception is caught here, and nothing is made of it"


def _below(module: Module, guard: int) -> list[Statement]:
    """Return the statements under a guard, deeper ones included; its own head is none."""
    return [
        each
        for each in module.facts.statements
        if guard in module.guards_of(each.guards) and each.kind != "except"
    ]


def _is_everything(caught: Expression) -> bool:
    parts = caught.items if isinstance(caught, Collection) else (caught,)
    return any(isinstance(each, Name) and each.id in _EVERYTHING for each in parts)


def _only_tidies(statement: Statement) -> bool:
    """Say whether a statement does nothing but tidy up, or ask what there is to tidy."""
    if statement.kind in ("test", "for"):
        return True
    calls = [each for each in statement.expressions() if isinstance(each, Call)]
    return any(last_name(each.function) in TIDYING for each in calls)
