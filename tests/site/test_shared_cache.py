"""Redis holds the counts that all servers share; without it the site is slower, not broken."""

import time

import pytest
from django.core.cache import caches
from django.core.management import call_command

from sstc_academy.lib import shared_cache
from sstc_academy.lib.shared_cache import SharedCache
from tests.factories import PASSWORD, confirm, make_user
from tests.redis import RedisServer

pytestmark = pytest.mark.long

SIGN_IN = "/en/account/login/"


@pytest.fixture
def redis_server(tmp_path):
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def shared(redis_server, settings, db, monkeypatch):
    """The site with CACHE_URL, which asks Redis again at once after it has failed."""
    settings.CACHES = {
        "default": {
            "BACKEND": "sstc_academy.lib.shared_cache.SharedCache",
            "LOCATION": redis_server.url,
            "KEY_PREFIX": "academy",
        },
        "fallback": settings.CACHES["default"],
    }
    call_command("createcachetable", verbosity=0)
    monkeypatch.setattr(shared_cache, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(SharedCache, "_asked_again_at", 0.0)
    return caches["default"]


def test_every_operation_is_done_by_redis(shared):
    shared.set("a", [1], 60)
    shared.set_many({"b": 2, "c": 3}, 60)

    assert shared.add("a", "another") is False
    assert shared.get("a") == [1]
    assert shared.get_many(["b", "c"]) == {"b": 2, "c": 3}
    assert shared.incr("b") == 3
    assert shared.touch("a", 30)
    assert "c" in shared
    shared.delete_many(["c"])
    assert shared.delete("a")
    assert shared.get("a") is None
    assert shared.is_reached()
    assert caches["fallback"].get("b") is None


def test_while_redis_is_gone_the_database_takes_its_place(shared, redis_server, caplog):
    shared.set("before", 1, 60)
    redis_server.kill()

    assert shared.get("before") is None
    shared.set("meanwhile", 1, 60)
    assert shared.incr("meanwhile") == 2
    assert shared.add("meanwhile", 3) is False
    assert not shared.is_reached()
    assert "Redis does not answer, the database takes its place" in caplog.text

    redis_server.start()
    assert shared.is_reached()
    shared.set("after", 1, 60)
    assert shared.get("after") == 1
    assert caches["fallback"].get("after") is None


def test_a_redis_that_is_gone_is_not_asked_by_every_request(
    shared, redis_server, monkeypatch, caplog
):
    monkeypatch.setattr(shared_cache, "PAUSE_SECONDS", 60)
    redis_server.kill()

    began = time.monotonic()
    for _number in range(20):
        shared.get("key")

    assert len(caplog.records) == 1
    assert time.monotonic() - began < 2


def sign_in(client, email: str, password: str):
    return client.post(SIGN_IN, {"login": email, "password": password})


def is_refused_for_now(response) -> bool:
    return response.status_code == 429 or "too many tries" in response.text


def test_tries_to_sign_in_are_limited_with_redis_and_without(shared, redis_server, client):
    """Five a person, as allauth counts them, in either place."""
    ana = confirm(make_user(email="ana@example.org"))
    for _number in range(5):
        assert not is_refused_for_now(sign_in(client, ana.email, "a wrong one"))
    assert is_refused_for_now(sign_in(client, ana.email, PASSWORD))

    redis_server.kill()
    rosa = confirm(make_user(email="rosa@example.org"))
    for _number in range(5):
        assert not is_refused_for_now(sign_in(client, rosa.email, "a wrong one"))
    assert is_refused_for_now(sign_in(client, rosa.email, PASSWORD))

    redis_server.start()
    joao = confirm(make_user(email="joao@example.org"))
    assert sign_in(client, joao.email, PASSWORD).status_code == 302


def test_nobody_is_signed_out_when_redis_goes_and_a_sign_out_meanwhile_stays(
    shared, redis_server, client, learner
):
    client.force_login(learner)
    profile = "/en/account/profile/"
    assert client.get(profile).status_code == 200
    key = client.session.session_key

    redis_server.kill()
    assert client.get(profile).status_code == 200
    client.post("/en/account/logout/")

    redis_server.start()
    client.cookies["sessionid"] = key
    assert client.get(profile).status_code == 302
