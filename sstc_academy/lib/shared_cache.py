"""The cache that several servers share, and what takes its place while it is gone."""

import logging
import time

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, TimeoutError
from redis.retry import Retry

logger = logging.getLogger(__name__)

FALLBACK = "fallback"
# How long a request waits for Redis, and how long nobody asks it again after it has failed.
_MOST_SECONDS = 1
PAUSE_SECONDS = 5


class SharedCache(RedisCache):
    """Redis; while it does not answer, the cache named "fallback", which lies in the database.

    What is counted here are tries to sign in and the like. Without a count either anybody may
    guess passwords or nobody may sign in, so counting goes on in a slower place. The two places
    know nothing of each other: when Redis goes or comes back, a count may begin again, once.
    """

    # Of the process, since each thread has an instance of its own.
    _asked_again_at = 0.0

    def __init__(self, server, params):
        options = params.setdefault("OPTIONS", {})
        options |= {
            "socket_connect_timeout": _MOST_SECONDS,
            "socket_timeout": _MOST_SECONDS,
            # Once more at once: a server that was restarted leaves connections that have ended.
            "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError, TimeoutError)),
        }
        super().__init__(server, params)

    def _ask(self, method: str, *args, **kwargs):
        if time.monotonic() >= SharedCache._asked_again_at:
            try:
                return getattr(super(), method)(*args, **kwargs)
            except RedisError as error:
                SharedCache._asked_again_at = time.monotonic() + PAUSE_SECONDS
                logger.error("Redis does not answer, the database takes its place: %s", error)
        return getattr(caches[FALLBACK], method)(*args, **kwargs)

    def is_reached(self) -> bool:
        """Asks it, whatever happened before."""
        try:
            return self._cache.get_client().ping()
        except RedisError:
            return False

    def add(self, *args, **kwargs):
        return self._ask("add", *args, **kwargs)

    def get(self, *args, **kwargs):
        return self._ask("get", *args, **kwargs)

    def set(self, *args, **kwargs):
        return self._ask("set", *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._ask("delete", *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._ask("has_key", *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._ask("incr", *args, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._ask("get_many", *args, **kwargs)

    def set_many(self, *args, **kwargs):
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return self._ask("delete_many", *args, **kwargs)
