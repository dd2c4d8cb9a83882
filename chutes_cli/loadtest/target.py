"""What is put under load: a URL, or a chute that is started for the run.

A served chute runs under the real SDK's dev runtime, bound to loopback only: the dev
runtime answers anybody who can reach it with the whole environment of the process.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from chutes_cli.core.errors import MissingExtra, TargetError, UsageError
from chutes_cli.core.result import TargetInfo
from chutes_cli.loadtest.deaths import startup_error
from chutes_cli.loadtest.process import GuardedProcess

LOOPBACK = "127.0.0.1"
_POLL_S = 0.1
# After an error at start-up the SDK logs this and then sleeps 60 s before it exits
# (SDK 0.6.9 entrypoint/run.py:2620-2641): the log knows it long before the exit status.
_SDK_DEATH = re.compile(r"Unexpected (?:base exception|error) executing _run_chute\(\)")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_RUN_CHUTES = "from chutes.cli import app; app()"


def check_url(url: str, *, owned_host: str | None) -> str:
    """Return the base URL without a trailing slash, once it may be loaded.

    Args:
        url: The URL as it was given.
        owned_host: The host that ``--i-own-this`` names, if it was given.

    Raises:
        UsageError: It is not a plain http(s) base URL, or it names a host other than
            loopback that nobody has claimed.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"the URL cannot be read: {error}", where=url) from error
    if parts.scheme not in {"http", "https"} or not host:
        raise UsageError(
            "the target is not an http(s) URL", where=url, hint="such as http://127.0.0.1:8000"
        )
    if not _PRINTABLE.fullmatch(url):
        raise UsageError(
            "the URL has spaces or characters beyond ASCII",
            where=url,
            hint="percent-encode the path; write an international host name in its xn-- form",
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            "the URL holds credentials, which do not belong on a command line",
            hint="use --api-key-env VARIABLE",
        )
    if parts.query or parts.fragment:
        raise UsageError(
            "the URL holds a query or a fragment", where=url, hint="put the query into --request"
        )
    if not _is_loopback(host) and (owned_host or "").lower() != host.lower():
        given = f" (--i-own-this names {owned_host})" if owned_host else ""
        raise UsageError(
            f"{host} is not this machine{given}: a load test may take a service down",
            where=url,
            hint=f"if the service is yours, say so: --i-own-this {host}",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def preflight(url: str, *, timeout_s: float) -> TargetInfo:
    """Make sure that somebody answers HTTP at the URL; any status will do.

    Raises:
        TargetError: Nobody does.
    """
    import certifi
    import httpx

    trust: ssl.SSLContext | bool = True
    if url.startswith("https:"):
        # The same certificates as the load generator trusts: the system's and certifi's.
        trust = ssl.create_default_context()
        trust.load_verify_locations(certifi.where())
    try:
        with httpx.Client(
            trust_env=False, follow_redirects=False, timeout=timeout_s, verify=trust
        ) as client:
            client.get(url)
    except httpx.TimeoutException as error:
        raise TargetError(f"the target did not answer within {timeout_s:g} s", where=url) from error
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise TargetError(
            f"the target cannot be reached: {error or type(error).__name__}",
            where=url,
            hint="is the service running, and is this its port?",
        ) from error
    return TargetInfo(kind="url", url=url)


@dataclass(frozen=True, slots=True)
class ServedChute:
    """A running chute.

    Attributes:
        info: How the result describes it.
        process: Its process; stopped when `serve` is left.
        folder: The folder it runs in.
    """

    info: TargetInfo
    process: GuardedProcess
    folder: Path

    def died(self) -> bool:
        """Return whether the chute has ended, or is about to after an error."""
        return self.process.status() is not None or bool(_SDK_DEATH.search(self.process.log_text()))


def require_sdk() -> None:
    """Make sure the SDK is installed, without importing it.

    Raises:
        MissingExtra: The ``[sdk]`` extra is not installed.
    """
    if not find_spec("chutes"):
        raise MissingExtra("sdk", needed_for="loadtest --serve")


@contextlib.contextmanager
def serve(
    spec: str, *, startup_timeout_s: float = 120.0, port: int | None = None
) -> Iterator[ServedChute]:
    """Start a chute under the SDK's dev runtime, and stop it at the end, whatever happens.

    Args:
        spec: ``PATH``, ``FILE.py`` or ``PATH:MODULE:CHUTE``.
        startup_timeout_s: How long start-up, `on_startup` hooks included, may take.
        port: The port to listen on; a free one by default.

    Yields:
        The chute, once its server answers.

    Raises:
        UsageError: There is no such chute, or the SDK is not installed.
        TargetError: The port is taken, the chute died, or it was not ready in time.
    """
    # Only now: it brings the reader of the tree, which a URL does not need.
    from chutes_cli.loadtest.chute_ref import find_chute

    ref = find_chute(spec)
    require_sdk()
    listening, logging = _free_ports(port)
    command = [sys.executable, "-P", "-c", _RUN_CHUTES, "run", ref.reference, "--dev"]
    command += ["--host", LOOPBACK, "--port", str(listening), "--logging-port", str(logging)]
    environment = os.environ | {
        "CHUTES_EXECUTION_CONTEXT": "REMOTE",
        "CHUTES_ALLOW_MISSING": "true",
        "PYTHONUNBUFFERED": "1",
        # Nothing is written into the project.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    info = TargetInfo(
        kind="served", url=f"http://{LOOPBACK}:{listening}", chute=ref.reference, path=spec
    )
    with (
        tempfile.TemporaryDirectory(prefix="chutes-prod-") as folder,
        GuardedProcess(
            command, cwd=ref.folder, environment=environment, log=Path(folder) / "chute.log"
        ) as process,
    ):
        served = ServedChute(info, process, ref.folder)
        _wait_until_ready(served, listening, startup_timeout_s)
        yield served


def _free_ports(wanted: int | None) -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        try:
            first.bind((LOOPBACK, wanted or 0))
        except OSError as error:
            raise TargetError(
                f"port {wanted} of {LOOPBACK} is taken", hint="stop what listens there"
            ) from error
        second.bind((LOOPBACK, 0))
        return first.getsockname()[1], second.getsockname()[1]


def _wait_until_ready(served: ServedChute, port: int, timeout_s: float) -> None:
    where = f"{served.info.path} ({served.info.chute})"
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if served.died():
            raise startup_error(served.process.log_text(), served.folder, where)
        if _answers(port):
            return
        time.sleep(_POLL_S)
    raise TargetError(
        f"the chute was not ready within {timeout_s:g} s",
        where=where,
        detail=served.process.log_tail(),
        hint="on_startup hooks run before the server listens; --startup-timeout allows more time",
    )


def _answers(port: int) -> bool:
    # The SDK's own route: 405 on GET as soon as the server is up (SDK 0.6.9 run.py).
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2.0)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
