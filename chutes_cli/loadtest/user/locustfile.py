"""The Locust file of `chutes-prod loadtest`: an open-model generator with a lean client.

Runs inside a Locust process that `chutes_cli.loadtest.runner` starts; nothing else may
import it, because importing locust monkey-patches the process. One Locust user draws the
arrivals from the schedule; each request runs in a greenlet of its own, so that a stalled
service never holds back the arrivals behind it. Locust's own statistics are bypassed: they
know no intended start, and cost more than the request itself.
"""

from __future__ import annotations

import base64
import gc
import json
import logging
import os
import select
import ssl
import time
from typing import Any, TextIO

import certifi
import gevent
from gevent import monkey, socket
from gevent.pool import Pool
from gevent.ssl import SSLContext, create_default_context
from geventhttpclient.response import HTTPParseError, HTTPResponse
from locust import User, task
from locust.exception import StopUser

from chutes_cli.loadtest.user import EVENTS_VARIABLE, PLAN_VARIABLE
from chutes_cli.loadtest.user.recorder import NOT_SENT, OK, Recorder
from chutes_cli.loadtest.user.schedule import arrivals

logger = logging.getLogger(__name__)

LEAD_S = 0.2
"""Time between the end of set-up and the first arrival, for the loop to settle."""
READ_BYTES = 65_536
# gevent's poll() switches greenlets; a look at an idle socket must not.
_poll: Any = monkey.get_original("select", "poll")


class RequestTimeout(BaseException):
    """The request ran out of time. A BaseException: no client code may swallow it."""


class Answer(HTTPResponse):  # type: ignore[misc] # geventhttpclient is skipped by mypy
    """The head of an answer; its body is counted, not kept."""

    body_bytes = 0

    def _on_body(self, buf: bytearray) -> None:
        self.body_bytes += len(buf)

    @property
    def finished(self) -> bool:
        """True when the final answer is complete; an interim 1xx is not final."""
        return bool(self.message_complete and self.get_code() >= 200)


class Connections:
    """Idle keep-alive connections to one host; the one used last is used first."""

    def __init__(self, host: str, port: int, *, tls: bool) -> None:
        self._host = host
        self._port = port
        self._tls: SSLContext | None = None
        if tls:
            self._tls = create_default_context()
            # Not every machine has a certificate store; requests, and so Locust, bring one.
            self._tls.load_verify_locations(certifi.where())
        self._idle: list[Any] = []

    def take(self) -> Any:
        """Return a live connection, an idle one if there is one.

        Raises:
            OSError: The host refuses or cannot be resolved, or TLS fails.
        """
        while self._idle:
            connection = self._idle.pop()
            watch = _poll()
            # Readable while idle means closed by the other side, or out of step.
            watch.register(connection.fileno(), select.POLLIN)
            if not watch.poll(0):
                return connection
            connection.close()
        connection = socket.create_connection((self._host, self._port))
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                return self._tls.wrap_socket(connection, server_hostname=self._host)
        except BaseException:
            connection.close()
            raise
        return connection

    def give_back(self, connection: Any) -> None:
        """Keep a connection for the next request."""
        self._idle.append(connection)


class Generator:
    """Offers the planned arrivals and records what becomes of them."""

    def __init__(self, plan: dict[str, Any], events: TextIO) -> None:
        self._plan = plan
        self._events = events
        self._recorder = Recorder()
        self._connections = Connections(plan["host"], plan["port"], tls=plan["tls"])
        self._pool = Pool(plan["max_in_flight"])
        self._requests = [
            ((entry["name"], entry["method"]), base64.b64decode(entry["raw"]))
            for entry in plan["requests"]
        ]
        self._start = self._end = self._room_since = 0.0

    def run(self) -> None:
        """Offer every arrival, wait for the stragglers, and emit the final event."""
        plan = self._plan
        schedule = arrivals(
            rate=plan["rate"],
            count=plan["arrivals"],
            spacing=plan["spacing"],
            weights=[entry["weight"] for entry in plan["requests"]],
            seed=plan["seed"],
        )
        # A collection of everything that Locust imported is a pause of tens of ms.
        gc.collect()
        gc.freeze()
        self._emit({"event": "start", "arrivals": plan["arrivals"]})
        self._start = time.perf_counter() + LEAD_S
        self._end = self._start + plan["arrivals"] / plan["rate"]
        cpu_before = time.process_time()
        ticker = gevent.spawn(self._tick_each_second)
        for offset, index in schedule:
            due = self._start + offset
            # Also with nothing to wait for: answers must be read between two arrivals.
            gevent.sleep(max(0.0, due - time.perf_counter()))
            self._admit(due, index)
        gevent.sleep(max(0.0, self._end - time.perf_counter()))
        offered_s = time.perf_counter() - self._start
        cpu = (time.process_time() - cpu_before) / (offered_s + LEAD_S)
        # Every request ends by itself within its timeout.
        self._pool.join()
        ticker.kill()
        last = self._recorder.tick(time.perf_counter() - self._start)
        if last["sent"] or last["ok"] or last["failed"]:
            self._emit(last)
        self._emit(self._recorder.final(cpu=cpu))

    def _admit(self, due: float, index: int) -> None:
        full = self._pool.full()
        if full:
            patience = max(0.0, due + self._plan["timeout_s"] - time.perf_counter())
            self._pool.wait_available(timeout=patience)
            self._room_since = time.perf_counter()
        # Also those that queued up behind an arrival that waited.
        waited = full or due < self._room_since
        self._recorder.waited_for_room += waited
        if self._pool.full():
            latency = time.perf_counter() - due
            endpoint, _ = self._requests[index]
            self._recorder.completed(endpoint, NOT_SENT, latency=latency, service=None)
            return
        self._pool.spawn(self._send, due, index, waited)

    def _send(self, due: float, index: int, waited: bool) -> None:
        endpoint, raw = self._requests[index]
        begun = time.perf_counter()
        self._recorder.departed(lateness=begun - due, in_time=begun <= self._end, waited=waited)
        outcome = self._exchange(raw, method=endpoint[1])
        now = time.perf_counter()
        self._recorder.completed(endpoint, outcome, latency=now - due, service=now - begun)

    def _exchange(self, raw: bytes, *, method: str) -> str:
        """Send one request, read its whole answer, and return the outcome.

        Nothing is ever sent twice, redirects are not followed, and the connection is kept
        only after a complete answer that allows it.
        """
        connection = None
        answer = Answer(method=method)
        try:
            with gevent.Timeout(self._plan["timeout_s"], RequestTimeout):
                connection = self._connections.take()
                connection.sendall(raw)
                while not answer.finished:
                    block = connection.recv(READ_BYTES)
                    # An empty block tells the parser that the other side has closed.
                    answer.feed(block)
                    if not block and not answer.finished:
                        raise HTTPParseError("closed before the answer was complete")
        except RequestTimeout:
            outcome = "timeout"
        except ssl.SSLError:
            outcome = "tls_error"
        except HTTPParseError:
            if not answer.message_begun:
                outcome = "connection_error"
            else:
                outcome = "truncated" if answer.headers_complete else "protocol_error"
        except OSError:
            outcome = "truncated" if answer.message_begun else "connection_error"
        else:
            if not answer.should_close():
                self._connections.give_back(connection)
                connection = None
            code = answer.get_code()
            outcome = OK if 200 <= code < 300 else f"http_{code}"
        if connection is not None:
            connection.close()
        return outcome

    def _tick_each_second(self) -> None:
        number = 0
        while True:
            number += 1
            gevent.sleep(max(0.0, self._start + number - time.perf_counter()))
            self._emit(self._recorder.tick(time.perf_counter() - self._start))

    def _emit(self, event: dict[str, Any]) -> None:
        self._events.write(json.dumps(event, allow_nan=False) + "\n")
        self._events.flush()


class ScheduledUser(User):  # type: ignore[misc] # locust is skipped by mypy
    """The one Locust user of a run: it plays the plan once, then ends the run."""

    @task  # type: ignore[untyped-decorator] # locust is skipped by mypy
    def play(self) -> None:
        """Play the plan; whatever happens, let Locust quit."""
        try:
            with open(int(os.environ[PLAN_VARIABLE]), encoding="utf-8") as file:
                plan = json.load(file)
            with open(int(os.environ[EVENTS_VARIABLE]), "w", encoding="utf-8") as events:
                Generator(plan, events).run()
        except Exception:
            # Left alone, Locust would log it and run the task again.
            logger.exception("the load generator failed")
            self.environment.process_exit_code = 1
        finally:
            # From another greenlet: quitting kills this one.
            gevent.spawn(self.environment.runner.quit)
        raise StopUser
