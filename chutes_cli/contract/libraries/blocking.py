"""Calls that wait in the thread that makes them, and so stop an event loop meanwhile.

Read in the documentation of each library. Reading or writing a small file is left out: it
takes no noticeable time. ``psutil.cpu_percent()`` waits only when it is given an interval.
"""

from __future__ import annotations

from collections.abc import Mapping

_HTTP = ("delete", "get", "head", "options", "patch", "post", "put", "request")
_REDIS = ("blpop", "brpop", "delete", "execute", "expire", "get", "hget", "hgetall", "hset",
          "incr", "lpop", "lpush", "ping", "publish", "rpop", "rpush", "set", "setex")  # fmt: skip

_SLEEP = "await asyncio.sleep()"
_ASYNC_HTTP = "httpx.AsyncClient on the main loop, or await asyncio.to_thread()"
_PROCESS = "await asyncio.create_subprocess_exec()"
_THREAD = "await asyncio.to_thread()"

FUNCTIONS: Mapping[str, str] = {
    "time.sleep": _SLEEP,
    **{f"requests.{method}": _ASYNC_HTTP for method in _HTTP},
    **{f"httpx.{method}": _ASYNC_HTTP for method in (*_HTTP, "stream")},
    "urllib.request.urlopen": _ASYNC_HTTP,
    "urllib.request.urlretrieve": _ASYNC_HTTP,
    "subprocess.run": _PROCESS,
    "subprocess.call": _PROCESS,
    "subprocess.check_call": _PROCESS,
    "subprocess.check_output": _PROCESS,
    "subprocess.getoutput": _PROCESS,
    "subprocess.getstatusoutput": _PROCESS,
    "os.system": _PROCESS,
    "os.wait": _PROCESS,
    "os.waitpid": _PROCESS,
    "shutil.copytree": _THREAD,
    "shutil.rmtree": _THREAD,
    "shutil.make_archive": _THREAD,
    "huggingface_hub.snapshot_download": _THREAD,
    "huggingface_hub.hf_hub_download": _THREAD,
    "socket.create_connection": _THREAD,
    "socket.getaddrinfo": "await loop.getaddrinfo()",
    "socket.gethostbyname": "await loop.getaddrinfo()",
}
"""Function to what to use instead."""

METHODS: Mapping[str, str] = {
    **{f"requests.Session.{method}": _ASYNC_HTTP for method in _HTTP},
    **{f"requests.session.{method}": _ASYNC_HTTP for method in _HTTP},
    **{f"httpx.Client.{method}": _ASYNC_HTTP for method in (*_HTTP, "stream")},
    **{
        f"{made}.{method}": "redis.asyncio on the main loop"
        for made in ("redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url")
        for method in _REDIS
    },
    **{
        f"{made}.{method}": _THREAD
        for made in (
            "sqlite3.connect",
            "sqlite3.connect.cursor",
            "sqlite3.Connection",
            "psycopg2.connect.cursor",
            "psycopg.connect",
            "psycopg.connect.cursor",
            "pymysql.connect.cursor",
        )
        for method in ("execute", "executemany", "executescript")
    },
    "subprocess.Popen.wait": _PROCESS,
    "subprocess.Popen.communicate": _PROCESS,
    "concurrent.futures.ThreadPoolExecutor.submit.result": "await asyncio.wrap_future()",
    "threading.Event.wait": "asyncio.Event on the main loop",
    "threading.Thread.join": _THREAD,
    "queue.Queue.get": "asyncio.Queue on the main loop",
}
"""Method of what a constructor makes, to what to use instead."""

WITH_INTERVAL: Mapping[str, str] = {
    "psutil.cpu_percent": "the same call without an interval: it compares with the last call",
    "psutil.cpu_times_percent": "the same call without an interval",
    "psutil.Process.cpu_percent": "the same call without an interval",
}
"""Functions that wait when their first argument, ``interval``, is a number above 0."""

UNLESS_TOLD = frozenset({"queue.Queue.get"})
"""Methods that do not wait when ``block`` is False or a ``timeout`` is given."""
