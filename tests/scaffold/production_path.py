"""Calls a chute through the SDK's own production middleware; run in a project's folder.

Only the cryptography is replaced: `aegis_*` by the identity, and the check of the
gateway's signature. Reads `[[path, body], ...]` as JSON from stdin, a body being the
text of a request's JSON, and prints one `[status, answer]` for each. Bodies are sent
in order; a list of pairs in place of a pair is sent at once.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import os
import sys
from typing import Any

os.environ["CHUTES_EXECUTION_CONTEXT"] = "REMOTE"
os.environ["CHUTES_ALLOW_MISSING"] = "true"
sys.path.insert(0, os.getcwd())

# After the environment is set, for the SDK reads it when it is imported.
import httpx
from chutes.chute.cord import init_user_code_executor
from chutes.entrypoint import run


async def authenticated(request: Any) -> tuple[bytes, None]:
    return await request.body(), None


def as_received(data: Any, *_: Any, **__: Any) -> Any:
    return data


def packed(text: str) -> bytes:
    return base64.b64encode(gzip.compress(text.encode()))


def unpacked(data: str | bytes) -> str:
    return gzip.decompress(base64.b64decode(data)).decode()


def answer(response: httpx.Response) -> list[Any]:
    """Return status and answer, decoded if the instance encoded it."""
    text = response.text
    if response.status_code != 200:
        return [response.status_code, text]
    if text.startswith("{"):
        return [200, unpacked(response.json()["json"])]
    return [200, "".join(unpacked(line) for line in text.split("\n") if line)]


async def main() -> None:
    run.aegis_decrypt = run.aegis_encrypt = as_received
    run.authenticate_request = authenticated
    import chute as module

    chute = module.chute
    await chute.initialize()
    chute.add_middleware(run.GraValMiddleware, concurrency=chute.concurrency)
    init_user_code_executor(chute.concurrency)
    transport = httpx.ASGITransport(
        app=chute, client=("203.0.113.7", 1234), raise_app_exceptions=False
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://instance") as client:

        async def send(path: str, body: str) -> list[Any]:
            internal = "/" + path.encode().hex()
            return answer(await client.post(internal, content=packed(body), timeout=60))

        answers: list[Any] = []
        for step in json.load(sys.stdin):
            if isinstance(step[0], str):
                answers.append(await send(*step))
            else:
                answers.append(await asyncio.gather(*(send(*pair) for pair in step)))
    sys.stdout.write(f"ANSWERS {json.dumps(answers)}\n")


asyncio.run(main())
