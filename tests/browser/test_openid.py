"""In through a ministry's own OpenID Connect server, with a real browser between the two."""

import pytest
from playwright.sync_api import expect

from tests.academy import ready_site, start, stop
from tests.accounts.services import openid_connect_server, tell


@pytest.fixture(scope="module")
def server():
    with openid_connect_server() as url:
        tell(url, "rui", email="rui@example.org", email_verified=True, name="Rui Alves")
        yield url


@pytest.fixture(scope="module")
def academy(tmp_path_factory, ready_files, server):
    """An Academy that knows the server by its settings alone."""
    with ready_site(tmp_path_factory.mktemp("openid"), ready_files) as site:
        process, academy = start(
            site,
            OIDC_SERVER_URL=server,
            OIDC_CLIENT_ID="academy",
            OIDC_CLIENT_SECRET="secret",
            OIDC_NAME="Ministry of Labour",
        )
        yield academy
        stop(process)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(request, chromium, academy):
    """A page whose complaints count where the Academy is meant; the server's own are its own."""
    context = chromium.new_context(base_url=academy.url, java_script_enabled=request.param)
    page = context.new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said))
    yield page
    ours = [said.text for said in complaints if said.location["url"].startswith(academy.url)]
    context.close()
    assert ours == []


def test_in_through_the_ministry_and_back_to_the_page(page, academy):
    page.goto("/ar/forum/")
    page.locator(".masthead__action").click()
    page.locator(".providers button", has_text="Ministry of Labour").click()
    name = page.get_by_role("textbox")
    name.fill("rui")
    name.press("Enter")

    expect(page).to_have_url(f"{academy.url}/ar/forum/")
    expect(page.locator(".member-menu")).to_contain_text("Rui Alves")
