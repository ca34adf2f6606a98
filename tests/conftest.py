import os

import pytest
from django.test import Client
from django.utils import translation

from sstc_academy.page_cache import PageCache
from tests.academy import make_ready
from tests.factories import make_facilitator, make_user

_SLOW = ["browser", "site"]


def pytest_collection_modifyitems(items):
    """What waits longest comes first, so that no worker is left with it at the end."""
    places = {name: place for place, name in enumerate(_SLOW)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


@pytest.fixture(autouse=True)
def empty_page_cache():
    """The first request of a test makes its page, however many tests came before."""
    PageCache.store.clear()


@pytest.fixture(autouse=True)
def english():
    """Whatever language the page of the test before was in."""
    translation.activate("en")


@pytest.fixture(scope="session")
def ready_files(tmp_path_factory, testrun_uid):
    """The files of a site that was prepared once for the whole run; to be copied, not used."""
    # Each process of the run has a folder of its own in one that all share.
    alone = tmp_path_factory.getbasetemp()
    shared = alone.parent if "PYTEST_XDIST_WORKER" in os.environ else alone
    return make_ready(shared / f"ready-{testrun_uid}")


@pytest.fixture
def learner(db):
    """A person with an account and no further rights."""
    return make_user()


@pytest.fixture
def facilitator(db):
    return make_facilitator()


@pytest.fixture
def client_of():
    """A client in which the given person is signed in."""

    def signed_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
