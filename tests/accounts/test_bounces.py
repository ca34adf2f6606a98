"""An address that takes no mail: its owner is told on the site; operators see what could not go."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.mail import bounces
from accounts.models import BouncedAddress, OutgoingMail, User
from accounts.personal_data import delete_account, sections_of
from tests.factories import confirm, make_facilitator, make_module, make_user

pytestmark = pytest.mark.django_db
BANNER = "Our mails do not reach you"
MAILS = reverse("admin:accounts_outgoingmail_changelist")
ADDRESSES = reverse("admin:accounts_bouncedaddress_changelist")


@pytest.fixture
def ana():
    return confirm(make_user(email="ana@example.org"))


@pytest.fixture
def operator(client_of):
    return client_of(make_facilitator(is_superuser=True))


def test_a_member_is_told_at_the_next_visit_and_nobody_else_is(client, client_of, ana):
    bounces.mark("Ana@Example.org", "550 5.1.1 No such user")

    page = client_of(ana).get("/en/forum/").text
    assert BANNER in page
    assert "ana@example.org" in page
    assert reverse("account_email") in page
    assert BANNER not in client_of(make_user()).get("/en/forum/").text
    assert BANNER not in client.get("/en/forum/").text


def test_who_says_that_it_works_again_gets_mail_and_comes_back(client_of, ana):
    bounces.mark("ana@example.org", "550")
    browser = client_of(ana)
    path = reverse("accounts:mail_works")
    assert browser.get(path).status_code == 405

    response = browser.post(path, {"next": "/en/forum/?sort=new"})

    assert response["Location"] == "/en/forum/?sort=new"
    page = browser.get("/en/forum/").text
    assert "Mails go to ana@example.org again." in page
    assert BANNER not in page
    assert not BouncedAddress.objects.exists()


def test_nobody_is_led_to_another_site_by_it(client_of, ana):
    response = client_of(ana).post(reverse("accounts:mail_works"), {"next": "https://evil.example"})

    assert response["Location"] == reverse("accounts:profile")


def test_another_address_makes_an_end_of_it(client_of, ana):
    bounces.mark("ana@example.org", "550")
    ana.refresh_from_db()
    ana.email = "ana@example.net"
    ana.save(update_fields=["email"])

    assert BANNER not in client_of(ana).get("/en/forum/").text


def test_who_confirms_an_address_again_has_shown_that_it_works(client, ana, mailoutbox):
    bounces.mark("ana@example.org", "550")
    EmailAddress.objects.filter(user=ana).update(verified=False)
    [address] = EmailAddress.objects.filter(user=ana)
    request = client.get("/en/account/login/").wsgi_request
    request.user = ana

    address.verified = True
    address.save()
    email_confirmed.send(EmailAddress, request=request, email_address=address)

    assert not BouncedAddress.objects.exists()
    assert not User.objects.get(pk=ana.pk).has_bounced


@pytest.mark.parametrize("page", ["/en/forum/", "{module}"])
def test_it_costs_no_query(client_of, ana, django_assert_num_queries, page):
    path = page.format(module=make_module().get_absolute_url())
    browser = client_of(ana)
    browser.get(path)
    with CaptureQueriesContext(connection) as before:
        browser.get(path)
    bounces.mark("ana@example.org", "550")

    with django_assert_num_queries(len(before)):
        assert BANNER in browser.get(path).text


@pytest.mark.parametrize("path", [MAILS, ADDRESSES])
def test_only_superusers_see_what_leaves_by_mail(client_of, facilitator, operator, path):
    assert client_of(facilitator).get(path).status_code == 403
    assert operator.get(path).status_code == 200


def test_an_operator_sees_parked_mails_but_no_message_and_sends_them_again(operator):
    mail = OutgoingMail.objects.create(
        to="ana@example.org", state="parked", error="554 5.7.1 Blocked", message=b"Code 1234-5678"
    )
    OutgoingMail.objects.create(to="rosa@example.org", state="sent")

    listed = operator.get(f"{MAILS}?state__exact=parked").text
    assert "554 5.7.1 Blocked" in listed
    assert "rosa@example.org" not in listed
    change = operator.get(reverse("admin:accounts_outgoingmail_change", args=[mail.pk])).text
    assert "554 5.7.1 Blocked" in change
    assert "1234-5678" not in listed + change

    data = {"action": "send_again", "_selected_action": [mail.pk]}
    assert "1 mail is sent again." in operator.post(MAILS, data, follow=True).text
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("waiting", 0)


def test_an_operator_lets_mail_go_to_an_address_again(operator, ana):
    bounces.mark("ana@example.org", "550")
    [row] = BouncedAddress.objects.all()

    data = {"action": "forget", "_selected_action": [row.pk]}
    assert "Mail goes to 1 address again." in operator.post(ADDRESSES, data, follow=True).text

    assert not BouncedAddress.objects.exists()
    assert not User.objects.get(pk=ana.pk).has_bounced


def test_nothing_of_it_stays_when_an_account_is_deleted(ana):
    bounces.mark("ana@example.org", "550")
    OutgoingMail.objects.create(to="Ana@example.org", subject="Your code", state="sent")
    [section] = [each for each in sections_of(ana) if each["name"] == "mails"]
    assert [row["subject"] for row in section["rows"]] == ["Your code"]

    delete_account(ana, keeps_posts=True)

    assert not OutgoingMail.objects.exists()
    assert not BouncedAddress.objects.exists()


def test_an_address_that_no_account_has_is_forgotten_after_a_year(ana):
    now = timezone.now()
    for address in ("ana@example.org", "gone@example.org", "new@example.org"):
        bounces.mark(address, "550 5.1.1 No such user")
    old = BouncedAddress.objects.exclude(address="new@example.org")
    old.update(since=now - timedelta(days=366))

    bounces.drop_old(now)

    assert bounces.of_these(["ana@example.org", "gone@example.org", "new@example.org"]) == {
        "ana@example.org",
        "new@example.org",
    }
