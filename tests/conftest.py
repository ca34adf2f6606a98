import gc
import os

import pytest
from django.template import RequestContext, Template
from django.test import Client
from django.test.signals import template_rendered
from django.utils import translation

from tests.academy import make_ready
from tests.factories import make_facilitator, make_user

_SLOW = ["browser", "site"]


def pytest_collection_modifyitems(items):
    """What waits longest comes first, so that no worker is left with it at the end."""
    places = {name: place for place, name in enumerate(_SLOW)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


def pytest_collection_finish():
    """What is loaded by now stays to the end; Python need not look again and again at a million
    objects to find which of them nobody needs any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


@pytest.fixture(scope="session", autouse=True)
def contexts_of_pages_only(django_test_environment):
    """`response.context` is what the view gave its page.

    Django's own client copies the context of every part and field of the page, too: thousands of
    copies for a page of the administration, at which no test looks.
    """

    def render(template, context):
        if isinstance(context, RequestContext) and context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


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
