"""The real SDK as a judge: one process that has imported it, and a fork for every case.

Run as a script by the ``judge`` fixture of ``tests/conftest.py``. Reads one JSON object per
line and answers with one: ``folder`` (where ``module`` lies), ``variable`` (the chute), and
``calls`` (None: import only; else a list of ``[method, path, body]``), ``at_once`` (whether
they are sent together), ``way`` (``production``, ``dev``, or ``deploy`` for what ``chutes
build`` and ``chutes deploy`` do up to the request they send). The answer holds ``error``
(None, or ``Type: message`` of what the import or the start-up raised) and ``answers`` (a
list of ``[status, body]`` or ``["error", text]``).

``production`` mounts the SDK's own middleware and replaces nothing but the cryptography, as
PLATFORM.md describes under "How to run the production request path in a test".
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any

LIMIT_S = 30


def main() -> None:
    """Answer cases until the input ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a case prints must not reach the answers
    sys.path.insert(0, "")
    import chutes.chute  # what every case imports, once
    import chutes.chute.cord
    import chutes.chute.template.diffusion
    import chutes.chute.template.embedding
    import chutes.chute.template.sglang
    import chutes.chute.template.vllm
    import chutes.entrypoint.build
    import chutes.entrypoint.deploy
    import chutes.entrypoint.run  # noqa: F401 - imported once, for every fork
    import httpx  # noqa: F401 - the same

    for line in sys.stdin:
        answers.write(_in_a_fork(json.loads(line)) + "\n")
        answers.flush()


def _in_a_fork(case: dict[str, Any]) -> str:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        signal.alarm(LIMIT_S)  # a case that hangs dies of it
        with os.fdopen(writing, "w") as out:
            json.dump(_judged(case), out, default=str)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(pid, 0)
    if answer:
        return answer
    return json.dumps({"error": f"Died: wait status {status}", "answers": []})


def _judged(case: dict[str, Any]) -> dict[str, Any]:
    os.chdir(case["folder"])
    try:
        module = importlib.import_module(case["module"])
        if case.get("way") == "deploy":
            return {"error": None, "answers": [asyncio.run(_deployed(module, case["variable"]))]}
        if case["calls"] is None:
            return {"error": None, "answers": []}
        chute = getattr(module, case["variable"])
        return {
            "error": None,
            "answers": asyncio.run(_answers(getattr(chute, "chute", chute), case)),
        }
    except BaseException as error:  # noqa: BLE001 - SystemExit is an answer as well
        traceback.print_exc(file=sys.stderr)
        return {"error": f"{type(error).__name__}: {error}", "answers": []}


async def _deployed(module: Any, variable: str) -> Any:
    """Build and deploy up to what is sent, and return that.

    Everything is the SDK's own but the account, the user's "y" and the network.
    """
    import builtins
    from types import SimpleNamespace

    from chutes.chute import ChutePack
    from chutes.entrypoint import build, deploy
    from chutes.image import Image
    from chutes.util import auth

    account = SimpleNamespace(
        auth=SimpleNamespace(user_id="u", hotkey_ss58address="h", hotkey_seed="11" * 32),
        generic=SimpleNamespace(api_base_url="http://127.0.0.1:9"),
    )
    auth.get_config = deploy.get_config = lambda: account
    builtins.input = lambda *_args: "y"
    sent: list[Any] = []
    deploy.aiohttp = SimpleNamespace(
        ClientSession=lambda **_options: _Platform(sent), ClientTimeout=lambda **_options: None
    )
    found = getattr(module, variable)
    chute = found.chute if isinstance(found, ChutePack) else found
    if isinstance(chute.image, Image):
        str(chute.image)
        with build.temporary_build_directory(chute.image):
            pass
    assert await deploy._image_available(chute.image, public=False)
    await deploy._deploy(f"{module.__name__}:{variable}", module, chute)
    return json.loads(sent[-1])


class _Platform:
    """Says yes to everything, and keeps what it was sent."""

    status = 200

    def __init__(self, sent: list[Any]) -> None:
        self._sent = sent

    async def __aenter__(self) -> _Platform:
        return self

    async def __aexit__(self, *_error: object) -> None: ...

    def get(self, _path: str, **_options: Any) -> _Platform:
        return self

    def post(self, _path: str, data: Any, **_options: Any) -> _Platform:
        self._sent.append(data)
        return self

    async def json(self) -> dict[str, str]:
        return {"status": "built and pushed", "chute_id": "c", "version": "v"}


async def _answers(chute: Any, case: dict[str, Any]) -> list[list[Any]]:
    import httpx
    from chutes.chute.cord import init_user_code_executor

    production = case["way"] == "production"
    if not production:
        os.environ["CHUTES_DEV_MODE"] = "true"
    await chute.initialize()
    _mount(chute, production=production)
    # As `chutes run` does it (entrypoint/run.py).
    init_user_code_executor(max(1, int(getattr(chute, "concurrency", 1) or 1)))
    # A client from 127.0.0.1 would skip authentication and decryption.
    transport = httpx.ASGITransport(
        app=chute, client=("203.0.113.7", 1234), raise_app_exceptions=False
    )
    async with httpx.AsyncClient(
        transport=transport, base_url="http://chute", timeout=20
    ) as client:

        async def answer(method: str, path: str, body: Any) -> list[Any]:
            try:
                response = await asyncio.wait_for(
                    _sent(client, method, path, body, production=production), 10
                )
                return [response.status_code, _plain(response.text, production)]
            except Exception as error:  # noqa: BLE001 - told to the test
                return ["error", f"{type(error).__name__}: {error}"]

        if case["at_once"]:
            return list(await asyncio.gather(*(answer(*call) for call in case["calls"])))
        return [await answer(*call) for call in case["calls"]]


def _mount(chute: Any, *, production: bool) -> None:
    from chutes.entrypoint import run

    if not production:
        chute.add_middleware(run.DevMiddleware)
        return

    async def authenticated(request: Any) -> tuple[bytes, None]:
        return await request.body(), None

    run.aegis_decrypt = run.aegis_encrypt = lambda data, *_args, **_kwargs: data
    run.authenticate_request = authenticated
    chute.add_middleware(run.GraValMiddleware, concurrency=chute.concurrency)


async def _sent(client: Any, method: str, path: str, body: Any, *, production: bool) -> Any:
    if not production:
        return await client.request(method, path, json=body)
    packed = base64.b64encode(gzip.compress(json.dumps(body).encode()))
    return await client.post("/" + path.encode().hex(), content=packed)


def _plain(text: str, production: bool) -> str:
    """Unpack ``{"json": base64(gzip(...))}`` as the gateway would."""
    if not production:
        return text
    try:
        packed = json.loads(text)["json"]
        return gzip.decompress(base64.b64decode(packed)).decode()
    except (ValueError, KeyError, TypeError, OSError):
        return text


if __name__ == "__main__":
    main()
