"""What a visitor had typed is still there after signing in."""

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from accounts import coming_back
from sstc_academy.urls import urlpatterns as academy
from tests.accounts.letters import code_in
from tests.factories import PASSWORD, confirm, make_user

WRITE = "/write/?to=4"


def write(request):
    """What the forum's view does."""
    if request.method == "POST" and "sign_in" in request.POST:
        return coming_back.sign_in_first(request)
    data = coming_back.typed_before(request) if request.user.is_authenticated else None
    if request.method == "POST":
        coming_back.forget(request)
    return HttpResponse(f"{data and data.dict()}")


urlpatterns = [path("write/", write), *academy]


@pytest.fixture(autouse=True)
def with_a_place_to_write(settings, db):
    settings.ROOT_URLCONF = __name__
    cache.clear()


def send(client, **more):
    typed = {"text": "كيف نبدأ؟\r\n\r\n", "name": "Ana Lima", "email": "ana@example.org"}
    return client.post(WRITE, typed | {"sign_in": "1"} | more)


def test_a_new_member_signs_up_with_what_the_guest_had_typed_and_finds_the_text(client, mailoutbox):
    response = send(client)
    assert response["Location"].endswith("/account/login/?next=%2Fwrite%2F%3Fto%3D4")
    page = client.get(response["Location"])
    assert "is kept and will be there when you come back" in page.text
    assert 'value="ana@example.org"' in page.text
    page = client.get(page.context["signup_url"])
    assert "is kept and will be there when you come back" in page.text
    assert 'value="Ana Lima"' in page.text
    assert 'value="ana@example.org"' in page.text

    values = {"display_name": "Ana Lima", "email": "ana@example.org", "next": WRITE}
    response = client.post("/en/account/signup/", values)
    response = client.post(response["Location"], {"code": code_in(mailoutbox[0])})

    assert response["Location"] == WRITE
    expected = {"text": "كيف نبدأ؟\r\n\r\n", "name": "Ana Lima", "email": "ana@example.org"}
    assert client.get(WRITE).text == str(expected)


def test_it_is_there_until_it_has_been_stored(client):
    ana = confirm(make_user())
    send(client)
    client.post("/en/account/login/", {"login": ana.email, "password": PASSWORD})

    for _ in range(2):
        assert "كيف" in client.get(WRITE).text
    client.post(WRITE)
    assert client.get(WRITE).text == "None"


def test_it_belongs_to_its_page_and_to_its_browser(client):
    ana = confirm(make_user())
    send(client)
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.post("/en/account/login/", {"login": ana.email, "password": PASSWORD})

    assert client.get("/write/?to=5").text == "None"
    assert elsewhere.get(WRITE).text == "None"
    assert "كيف" in client.get(WRITE).text


def test_who_signs_in_without_having_written_finds_no_notice(client):
    assert "is kept" not in client.get("/en/account/login/").text


@pytest.mark.parametrize("page", ["login/", "signup/", "login/code/", "password/reset/", "logout/"])
@pytest.mark.parametrize("address", ["http://[", "//[", "https://evil.example/", "\x00", "/\\evil"])
def test_nobody_is_led_to_what_is_no_address_of_ours(db, page, address):
    client = Client()

    response = client.get(f"/en/account/{page}", {"next": address})
    assert response.status_code in {200, 302}
    response = client.post(f"/en/account/{page}", {"next": address, "email": "no"})
    assert response.status_code in {200, 302}
    assert "evil" not in response.get("Location", "")
