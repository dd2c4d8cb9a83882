"""Stores that several services share, and clients that are not to be awaited.

Sources: redis-py (``redis.Redis`` and ``redis.asyncio.Redis``), pymemcache, diskcache;
Redis, CONFIG SET; Python's pickle ("never unpickle data that could have come from an
untrusted source").
"""

from __future__ import annotations

import re

LOADERS = frozenset(
    {"pickle.loads", "pickle.load", "_pickle.loads", "cPickle.loads", "dill.loads",
     "cloudpickle.loads", "joblib.load", "marshal.loads"}
)  # fmt: skip
"""Functions that run what they are given."""
READS = frozenset({"get", "hget", "hgetall", "mget", "getdel", "getex", "lpop", "rpop", "blpop",
                   "brpop", "getset", "lindex", "get_many", "gets"})  # fmt: skip
STORES = ("redis.", "aioredis.", "pymemcache.", "memcache.", "bmemcached.", "pylibmc.", "aiocache.",
          "valkey.", "coredis.")  # fmt: skip
STORE_NAME = re.compile(r".*(?:redis|memcache|valkey).*", re.IGNORECASE)
"""Names of clients whose making is not seen."""
SYNC = frozenset(
    {
        "redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url",
        "redis.client.Redis", "redis.RedisCluster", "redis.StrictRedis.from_url",
        "pymemcache.client.base.Client", "pymemcache.Client", "httpx.Client", "requests.Session",
        "requests.session", "openai.OpenAI", "anthropic.Anthropic", "pymongo.MongoClient",
    }
)  # fmt: skip
"""What makes clients whose methods return values, not awaitables."""
SYNC_FUNCTIONS = frozenset(
    f"{library}.{verb}"
    for library in ("requests", "httpx")
    for verb in ("get", "post", "put", "patch", "delete", "head", "options", "request")
)
