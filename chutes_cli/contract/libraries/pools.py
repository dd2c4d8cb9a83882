"""Clients that keep connections and may be shared between threads: one is enough.

Sources: requests 2.34 ("Session Objects"), httpx 0.28 ("Why use a Client?"), redis-py 8
("Connection pools"), boto3 1.43 ("Clients are generally thread-safe"), pymongo 4 ("MongoClient
is thread-safe; create it once"), SQLAlchemy 2 ("create_engine … once per process"), psycopg 3
(psycopg_pool), openai 2, anthropic, elasticsearch 9, qdrant-client 1, minio 7.
"""

from __future__ import annotations

CLIENTS = frozenset(
    {
        "httpx.Client", "requests.Session", "requests.session", "requests.sessions.Session",
        "redis.Redis", "redis.StrictRedis", "redis.from_url", "redis.Redis.from_url",
        "redis.ConnectionPool", "redis.ConnectionPool.from_url", "boto3.client", "boto3.resource",
        "urllib3.PoolManager", "openai.OpenAI", "openai.AzureOpenAI", "anthropic.Anthropic",
        "minio.Minio", "google.cloud.storage.Client", "qdrant_client.QdrantClient",
        "elasticsearch.Elasticsearch", "opensearchpy.OpenSearch",
    }
)  # fmt: skip
"""Clients whose making costs a connection and its handshake."""

POOLS = frozenset(
    {
        "pymongo.MongoClient", "sqlalchemy.create_engine", "psycopg_pool.ConnectionPool",
        "psycopg2.pool.SimpleConnectionPool", "psycopg2.pool.ThreadedConnectionPool",
        "mysql.connector.pooling.MySQLConnectionPool", "cassandra.cluster.Cluster",
        "kafka.KafkaProducer", "confluent_kafka.Producer",
    }
)  # fmt: skip
"""Pools, and clients with threads of their own: one for every call piles them up."""

TAKING = ("get", "acquire", "take", "borrow", "checkout", "check_out", "lease", "reserve", "claim")
"""How the names of methods begin that take a thing out of a pool: ``queue.Queue.get``,
psycopg2's ``getconn``, asyncpg's and aiomysql's ``acquire``, and those people write."""

GIVING = ("put", "release", "give", "return", "restore", "checkin", "check_in", "free")
"""How the names of methods begin that take it back."""
