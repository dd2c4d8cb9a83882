from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def as_nobody() -> list[str]:
    """What to put before a command so that it runs without root's power over permissions.

    Skips where that cannot be done: root without ``setpriv``, or a Python that only root
    can start (one installed below root's home).
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv cannot become another user")
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    trial = subprocess.run([*prefix, sys.executable, "-c", ""], capture_output=True, check=False)
    if trial.returncode != 0:
        pytest.skip("this Python can be started by root only")
    return prefix


class Judge:
    """What the real SDK does with a chute: see ``tests/support/judge.py``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._servers: dict[str, subprocess.Popen[str]] = {}
        self._cases = 0

    def imports(
        self,
        files: str | dict[str, str],
        *,
        module: str = "app",
        context: str = "REMOTE",
        folder: Path | None = None,
    ) -> str | None:
        """Import a chute's module; return ``Type: message`` of what it raised, None if nothing.

        ``context`` is ``REMOTE`` (how instances and ``chutes run`` import it) or ``LOCAL``
        (how ``chutes build`` and ``chutes deploy`` do).
        """
        where = folder or self._written(files)
        case = {"folder": str(where), "module": module, "calls": None}
        error: str | None = self._ask(context, case)["error"]
        return error

    def calls(
        self,
        files: str | dict[str, str],
        *requests: tuple[str, str, object],
        way: str = "production",
        variable: str = "chute",
        at_once: bool = False,
    ) -> list[tuple[int | str, str]]:
        """Start a chute, send ``(method, path, body)``, return the answers in the same order.

        Requests go one after the other, or all at once with ``at_once``. ``way`` is
        ``production`` (the method is always POST and the path the internal one) or ``dev``
        (method and path are the public ones). An answer is ``(status, text)``, or
        ``("error", what)`` when none came within 10 seconds.
        """
        case = {"folder": str(self._written(files)), "module": "app", "variable": variable,
                "calls": requests, "way": way, "at_once": at_once}  # fmt: skip
        answer = self._ask("REMOTE", case)
        assert answer["error"] is None, answer["error"]
        return [tuple(each) for each in answer["answers"]]

    def deploys(
        self, files: str | dict[str, str], *, variable: str = "chute"
    ) -> tuple[str | None, dict[str, Any]]:
        """Do what ``chutes build`` and ``chutes deploy`` do, up to the request they send.

        Returns:
            ``Type: message`` of what was raised, None if nothing; and the request's body.
        """
        case = {"folder": str(self._written(files)), "module": "app", "variable": variable,
                "calls": None, "way": "deploy"}  # fmt: skip
        answer = self._ask("LOCAL", case)
        return answer["error"], answer["answers"][0] if answer["answers"] else {}

    def _written(self, files: str | dict[str, str]) -> Path:
        self._cases += 1
        where = self._folder / str(self._cases)
        for name, text in ({"app.py": files} if isinstance(files, str) else files).items():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_text(text)
        return where

    def _ask(self, context: str, case: dict[str, object]) -> dict[str, Any]:
        server = self._servers.get(context) or self._started(context)
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(case) + "\n")
        server.stdin.flush()
        answer: dict[str, Any] = json.loads(server.stdout.readline())
        return answer

    def _started(self, context: str) -> subprocess.Popen[str]:
        script = Path(__file__).parent / "support" / "judge.py"
        env = {**os.environ, "CHUTES_EXECUTION_CONTEXT": context, "CHUTES_ALLOW_MISSING": "true",
               "PYTHONDONTWRITEBYTECODE": "1",
               # A template without a revision asks the hub for one, with retries.
               "HF_HUB_OFFLINE": "1"}  # fmt: skip
        with (self._folder / f"{context}.log").open("w") as log:
            self._servers[context] = subprocess.Popen(
                [sys.executable, "-P", str(script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=env,
                cwd=self._folder,
            )
        return self._servers[context]

    def close(self) -> None:
        for server in self._servers.values():
            server.kill()
            server.communicate()


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """The real SDK, imported once; every case runs in a fork. Mark tests that use it ``sdk``."""
    found = Judge(tmp_path_factory.mktemp("judge"))
    yield found
    found.close()
