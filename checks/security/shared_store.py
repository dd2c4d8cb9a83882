"""Stores that several services share, and how they are spoken to."""

from __future__ import annotations

from collections.abc import Iterator

from chutes_cli.check import Check, Circumstances
from chutes_cli.contract.libraries.stores import (
    LOADERS,
    READS,
    STORE_NAME,
    STORES,
    SYNC,
    SYNC_FUNCTIONS,
)
from chutes_cli.core.finding import Confidence, Finding, Severity
from chutes_cli.project.facts import Attribute, Await, Call, Expression
from chutes_cli.project.model import Project
from chutes_cli.project.module import Module

from .production import (
    is_own,
    last_name,
    library_names,
    made_by,
    production_calls,
    production_statements,
)


class PickleFromSharedStore(Check):
    """What a shared store returns is unpickled.

    ## What it does
    Finds `pickle.loads` and its kin on what Redis or memcached returns.

    ## Why it matters
    Unpickling runs what the bytes say. Everybody who can write to the store (another service,
    a stolen password, a request forged to port 6379) runs code in every instance.

    ## Example
    ```python
    import os
    import pickle

    import redis
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.cache = redis.Redis.from_url(os.environ["CACHE_URL"])
        found = self.cache.get("model-card")
        self.card = pickle.loads(found) if found else None


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "cache")}
    ```

    ## Use instead
    ```python
    import json
    import os

    import redis
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.cache = redis.Redis.from_url(os.environ["CACHE_URL"])
        found = self.cache.get("model-card")
        self.card = json.loads(found) if found else None


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "cache")}
    ```

    ## Source
    CWE-502. Python, `pickle`: "never unpickle data that could have come from an untrusted
    source".
    """

    id = "pickle-from-shared-store"
    category = "security"
    severity = Severity.ERROR
    item = "caching"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call."""
        for site, call, targets in production_calls(project):
            if not library_names(targets) & LOADERS:
                continue
            for argument in call.arguments[:1]:
                if _is_read(project, site.module, site.scope, argument.value):
                    yield self.at(
                        site,
                        "what a shared store returns is unpickled: whoever writes to it runs code",
                        "store JSON or msgpack, and check it with a model when it is read",
                    )


def _is_read(project: Project, module: Module, scope: int, expression: Expression) -> bool:
    """Say whether an expression is what a shared store returned."""
    module, where, held = project.knowledge.evaluator.held(module, scope, expression)
    made = held.value if isinstance(held, Await) else held
    match made:
        case Call(function=Attribute(value=client, attribute=method)) if method in READS:
            targets = project.knowledge.resolver.resolve(module, where, client)
            if any(name.startswith(STORES) for name in made_by(targets)):
                return True
            return not targets and bool(STORE_NAME.fullmatch(last_name(client)))
        case _:
            return False


class SharedStoreReconfigured(Check):
    """The service reconfigures a store that others use.

    ## What it does
    Finds `config_set` on a Redis client.

    ## Why it matters
    The memory limit and the eviction policy are the server's: the last instance that starts
    decides for everybody, and other services lose their data. Managed servers refuse
    `CONFIG`, and a user who may call it may also write files on the server.

    ## Example
    ```python
    import os

    import redis
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.cache = redis.Redis.from_url(os.environ["CACHE_URL"])
        self.cache.config_set("maxmemory-policy", "allkeys-lru")


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "cache")}
    ```

    ## Use instead
    ```python
    import os

    import redis
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.cache = redis.Redis.from_url(os.environ["CACHE_URL"])


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "cache")}
    ```

    ## Source
    Redis, `CONFIG SET` and "Security": restrict it with ACLs (category @dangerous).
    """

    id = "shared-store-reconfigured"
    category = "security"
    severity = Severity.WARNING
    item = "caching"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per call."""
        for site, call, targets in production_calls(project):
            if last_name(call.function) == "config_set" and not is_own(targets):
                yield self.at(
                    site,
                    "the service changes the configuration of a store that others use",
                    "configure the server where it is set up, and document what it needs",
                )


class SyncClientAwaited(Check):
    """A client that is not asynchronous is awaited.

    ## What it does
    Finds `await` before calls of clients whose methods return values: `redis.Redis`,
    `requests`, `httpx.Client`, `openai.OpenAI` and others.

    ## Why it matters
    The call blocks the loop until the answer is there, and then `await` raises TypeError:
    "object ... can't be used in 'await' expression". It fails each time.

    ## Example
    ```python
    import os

    import redis
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.cache = redis.Redis.from_url(os.environ["CACHE_URL"])
        self.card = await self.cache.get("model-card")


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "cache")}
    ```

    ## Use instead
    ```python
    import os

    import redis
    from chutes.chute import Chute, NodeSelector

    chute = Chute(
        username="you",
        name="my-service",
        image="you/my-service:1.0",
        node_selector=NodeSelector(gpu_count=1, include=["pro_6000"]),
        tee=True,
    )


    @chute.on_startup()
    async def prepare(self):
        self.cache = redis.Redis.from_url(os.environ["CACHE_URL"])
        self.card = self.cache.get("model-card")


    @chute.cord(public_api_path="/health", public_api_method="GET")
    async def health(self) -> dict:
        return {"ready": hasattr(self, "cache")}
    ```

    ## Source
    redis-py: `redis.Redis` and `redis.asyncio.Redis`. Python, "Await expression".
    """

    id = "sync-client-awaited"
    category = "security"
    severity = Severity.ERROR
    confidence = Confidence.HIGH
    item = "caching"

    def run(self, project: Project, circumstances: Circumstances) -> Iterator[Finding]:
        """Yield one finding per await."""
        for module, statement in production_statements(project):
            for expression in statement.expressions():
                if not isinstance(expression, Await) or not isinstance(expression.value, Call):
                    continue
                resolver = project.knowledge.resolver
                callee = expression.value.function
                names = library_names(resolver.resolve(module, statement.scope, callee))
                makers: set[str] = set()
                if isinstance(callee, Attribute):
                    owners = resolver.resolve(module, statement.scope, callee.value)
                    makers = made_by(owners)
                # Where it can also be another client, only a run can tell.
                if names & SYNC_FUNCTIONS or (makers and not makers - SYNC):
                    yield self.finding(
                        module,
                        expression.span,
                        statement.scope,
                        f"{last_name(callee)} of a client that is not asynchronous is awaited: "
                        "TypeError",
                        "leave await out and run it in a thread, or use the asynchronous client",
                    )
