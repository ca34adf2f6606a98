import pytest

from tests.factories import make_module


@pytest.fixture
def module():
    """With a forum that welcomes everybody."""
    return make_module(slug="talk")


@pytest.fixture
def desk(client_of, facilitator):
    """The client of a facilitator, whose pages are those of tests.forum.desk_pages."""
    return client_of(facilitator)
