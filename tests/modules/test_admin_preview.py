"""The preview of a Markdown field is what readers will see, and only for who may write."""

import pytest
from django.test import Client

from sstc_academy.lib.text import render_markdown
from tests.factories import PASSWORD, make_user

URL = "/admin/modules/module/markdown-preview/"


def test_a_facilitator_sees_the_text_as_readers_will(client_of, facilitator):
    source = "# Heading\n\n**bold** <script>alert(1)</script> [x](javascript:alert(1))"

    response = client_of(facilitator).post(URL, {"text": source})

    assert response.status_code == 200
    assert response.text == render_markdown(source)
    assert "<strong>bold</strong>" in response.text
    assert "<script" not in response.text


@pytest.mark.parametrize(
    "source", ["", "\0", "x" * 20_001, "[" * 5_000, "> " * 3_000, "*a " * 6_000]
)
def test_any_text_has_an_answer(client_of, facilitator, source):
    assert client_of(facilitator).post(URL, {"text": source}).status_code == 200


def test_strangers_and_learners_are_refused(client, client_of, learner):
    for visitor in (client, client_of(learner)):
        response = visitor.post(URL, {"text": "**bold**"})

        assert response.status_code == 302
        assert "/login/" in response.url


def test_staff_without_the_right_to_write_is_refused(client_of, db):
    staff = make_user(is_staff=True)

    assert client_of(staff).post(URL, {"text": "**bold**"}).status_code == 403


def test_another_site_cannot_ask_for_it(facilitator):
    client = Client(enforce_csrf_checks=True)
    client.login(username=facilitator.email, password=PASSWORD)

    assert client.post(URL, {"text": "**bold**"}).status_code == 403


def test_it_is_not_a_page_to_visit(client_of, facilitator):
    assert client_of(facilitator).get(URL).status_code == 405
