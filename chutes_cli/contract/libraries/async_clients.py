"""Clients and pools whose connections belong to the event loop that opened them.

Read in the documentation of each library; run for redis, httpx, aiohttp, asyncpg and
SQLAlchemy (PLATFORM F4 to F6): shared between loops they fail at the second call, or at
once. Left out are libraries that work across loops: ``aiosqlite`` makes a future of the
calling loop for every query, ``aiocache.SimpleMemoryCache`` keeps a plain dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping

BRIDGED = ""
"""No thread-safe synchronous client to name: only the bridge to the main loop remains."""

CLIENTS: Mapping[str, str] = {
    "aioboto3.Session.client": "boto3.client",
    "aioboto3.Session.resource": "boto3.client",
    "aiobotocore.session.AioSession.create_client": "boto3.client",
    "aiobotocore.session.get_session.create_client": "boto3.client",
    "aiocache.MemcachedCache": "pymemcache.client.base.PooledClient",
    "aiocache.RedisCache": "redis.Redis",
    "aiohttp.ClientSession": "httpx.Client",
    "aiohttp.TCPConnector": "httpx.Client",
    "aiohttp.UnixConnector": "httpx.Client",
    "aiokafka.AIOKafkaConsumer": BRIDGED,
    "aiokafka.AIOKafkaProducer": "kafka.KafkaProducer",
    "aiomcache.Client": "pymemcache.client.base.PooledClient",
    "aiomysql.connect": "a pool of pymysql connections",
    "aiomysql.create_pool": "a pool of pymysql connections",
    "aiopg.connect": "psycopg_pool.ConnectionPool",
    "aiopg.create_pool": "psycopg_pool.ConnectionPool",
    "aiopg.sa.create_engine": "sqlalchemy.create_engine",
    "aio_pika.connect": BRIDGED,
    "aio_pika.connect_robust": BRIDGED,
    "aio_pika.pool.Pool": BRIDGED,
    "aiormq.connect": BRIDGED,
    "aioredis.ConnectionPool": "redis.ConnectionPool",
    "aioredis.ConnectionPool.from_url": "redis.ConnectionPool",
    "aioredis.Redis": "redis.Redis",
    "aioredis.Redis.from_url": "redis.Redis",
    "aioredis.StrictRedis": "redis.Redis",
    "aioredis.create_pool": "redis.ConnectionPool",
    "aioredis.create_redis": "redis.Redis",
    "aioredis.create_redis_pool": "redis.Redis",
    "aioredis.from_url": "redis.from_url",
    "aiosmtplib.SMTP": "smtplib.SMTP in each call",
    "anthropic.AsyncAnthropic": "anthropic.Anthropic",
    "anthropic.AsyncAnthropicBedrock": "anthropic.AnthropicBedrock",
    "anthropic.AsyncAnthropicVertex": "anthropic.AnthropicVertex",
    "arq.create_pool": BRIDGED,
    "asyncmy.connect": "a pool of pymysql connections",
    "asyncmy.create_pool": "a pool of pymysql connections",
    "asyncpg.connect": "psycopg_pool.ConnectionPool",
    "asyncpg.create_pool": "psycopg_pool.ConnectionPool",
    "cohere.AsyncClient": "cohere.Client",
    "cohere.AsyncClientV2": "cohere.ClientV2",
    "databases.Database": "sqlalchemy.create_engine",
    "elasticsearch.AsyncElasticsearch": "elasticsearch.Elasticsearch",
    "groq.AsyncGroq": "groq.Groq",
    "grpc.aio.insecure_channel": "grpc.insecure_channel",
    "grpc.aio.secure_channel": "grpc.secure_channel",
    "httpx.AsyncClient": "httpx.Client",
    "motor.motor_asyncio.AsyncIOMotorClient": "pymongo.MongoClient",
    "motor.MotorClient": "pymongo.MongoClient",
    "nats.aio.client.Client": BRIDGED,
    "nats.connect": BRIDGED,
    "neo4j.AsyncGraphDatabase.driver": "neo4j.GraphDatabase.driver",
    "ollama.AsyncClient": "ollama.Client",
    "openai.AsyncAzureOpenAI": "openai.AzureOpenAI",
    "openai.AsyncClient": "openai.OpenAI",
    "openai.AsyncOpenAI": "openai.OpenAI",
    "opensearchpy.AsyncOpenSearch": "opensearchpy.OpenSearch",
    "psycopg.AsyncConnection.connect": "psycopg_pool.ConnectionPool",
    "psycopg_pool.AsyncConnectionPool": "psycopg_pool.ConnectionPool",
    "pymongo.AsyncMongoClient": "pymongo.MongoClient",
    "qdrant_client.AsyncQdrantClient": "qdrant_client.QdrantClient",
    "redis.asyncio.BlockingConnectionPool": "redis.BlockingConnectionPool",
    "redis.asyncio.BlockingConnectionPool.from_url": "redis.BlockingConnectionPool",
    "redis.asyncio.ConnectionPool": "redis.ConnectionPool",
    "redis.asyncio.ConnectionPool.from_url": "redis.ConnectionPool",
    "redis.asyncio.Redis": "redis.Redis",
    "redis.asyncio.Redis.from_pool": "redis.Redis",
    "redis.asyncio.Redis.from_url": "redis.Redis",
    "redis.asyncio.RedisCluster": "redis.RedisCluster",
    "redis.asyncio.RedisCluster.from_url": "redis.RedisCluster",
    "redis.asyncio.StrictRedis": "redis.Redis",
    "redis.asyncio.StrictRedis.from_url": "redis.Redis",
    "redis.asyncio.client.Redis": "redis.Redis",
    "redis.asyncio.cluster.RedisCluster": "redis.RedisCluster",
    "redis.asyncio.from_url": "redis.from_url",
    "redis.asyncio.sentinel.Sentinel": "redis.sentinel.Sentinel",
    "socketio.AsyncClient": "socketio.Client",
    "sqlalchemy.ext.asyncio.async_engine_from_config": "sqlalchemy.engine_from_config",
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.create_engine",
    "together.AsyncTogether": "together.Together",
    "weaviate.WeaviateAsyncClient": "weaviate.WeaviateClient",
    "websockets.asyncio.client.connect": "websockets.sync.client.connect in each call",
    "websockets.client.connect": "websockets.sync.client.connect in each call",
    "websockets.connect": "websockets.sync.client.connect in each call",
    "zmq.asyncio.Context": "zmq.Context with a socket in each call",
    "zmq.asyncio.Context.instance": "zmq.Context with a socket in each call",
}
"""Constructor to what can be shared between threads instead."""

WRAPPERS = frozenset(
    {
        "aiohttp.ClientSession",
        "openai.AsyncAzureOpenAI",
        "openai.AsyncOpenAI",
        "redis.asyncio.Redis",
        "redis.asyncio.StrictRedis",
        "redis.asyncio.client.Redis",
        "sqlalchemy.ext.asyncio.AsyncConnection",
        "sqlalchemy.ext.asyncio.AsyncSession",
        "sqlalchemy.ext.asyncio.async_scoped_session",
        "sqlalchemy.ext.asyncio.async_sessionmaker",
        "sqlalchemy.ext.asyncio.session.AsyncSession",
        "sqlalchemy.orm.sessionmaker",
    }
)
"""Constructors whose objects use the client or pool that they are given."""

WRAPPER_SUFFIX = "Stub"
"""Classes that gRPC generates end so; they are given their channel."""

HARMLESS = frozenset(
    {
        "aclose", "build_request", "close", "configure", "disconnect", "dispose",
        "get_idle_size", "get_max_size", "get_min_size", "get_size", "get_stats", "is_closed",
        "is_closing", "is_connected", "qsize", "quit", "shutdown", "stop", "terminate",
        "wait_closed",
    }
)  # fmt: skip
"""Methods that end a client, or ask it nothing of its connections."""

UNPOOLED = ("sqlalchemy.pool.NullPool", "sqlalchemy.pool.impl.NullPool", "sqlalchemy.NullPool")
"""A pool that keeps no connection, so that none is met by another loop (PLATFORM F6)."""

CONNECTING = frozenset(
    {"__aenter__", "acquire", "begin", "channel", "connect", "connection", "cursor",
     "enter_async_context", "get_connection", "getconn", "session", "start", "start_session"}
)  # fmt: skip
"""Methods whose awaited result is a connection still, and no answer."""
