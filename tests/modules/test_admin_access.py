"""Who may enter which page of the administration, and that it needs no other host."""

import re
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Permission
from django.contrib.staticfiles import finders

from accounts.models import User
from accounts.services import facilitators_group
from tests.factories import (
    PASSWORD,
    TOTP_SECRET,
    confirm,
    make_event,
    make_module,
    make_news,
    make_user,
    make_video,
)
from tests.modules.admin_pages import sent_by

PEOPLE = "/admin/accounts/user/"
PAGES = ["", "modules/", *(f"modules/{kind}/" for kind in ("module", "newsitem", "pledge"))]
FORMS = [f"modules/{kind}/add/" for kind in ("module", "newsitem", "pledge")]


@pytest.fixture
def superuser(db):
    return make_user(is_staff=True, is_superuser=True)


@pytest.mark.parametrize("page", PAGES + FORMS)
def test_pages_open_for_facilitators_and_for_nobody_else(
    client, client_of, facilitator, learner, page
):
    assert client_of(facilitator).get(f"/admin/{page}").status_code == 200
    for visitor in (client, client_of(learner)):
        assert visitor.get(f"/admin/{page}").status_code == 302


def test_a_facilitator_has_the_rights_for_content_and_no_other(facilitator):
    rights = facilitator.get_all_permissions()

    module = {"module", "figure", "section", "video", "timelineevent", "resource"}
    kinds = module | {"newsitem", "pledge", "commitment"}
    actions = ("view", "add", "change", "delete")
    content = {f"modules.{action}_{kind}" for kind in kinds for action in actions}
    kept = {"policy", "restriction", "blockedterm", "announcement"}
    forum = {f"forum.{action}_{kind}" for kind in kept for action in actions} | {
        "forum.view_post",
        "forum.change_post",
        "forum.view_moderationrecord",
        "forum.view_report",
    }
    assert rights == content | forum


def test_a_facilitator_does_not_see_people(client_of, facilitator, learner):
    client = client_of(facilitator)

    assert "accounts" not in client.get("/admin/").text
    for page in ("", "add/", f"{learner.pk}/change/", f"{learner.pk}/password/"):
        assert client.get(f"{PEOPLE}{page}").status_code == 403


def test_even_with_the_right_only_superusers_manage_people(client_of, facilitator):
    facilitator.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))

    assert client_of(facilitator).get(PEOPLE).status_code == 403


def test_a_superuser_makes_a_facilitator(client_of, superuser):
    client = client_of(superuser)
    data = sent_by(client.get(f"{PEOPLE}add/")) | {
        "email": "ana@example.org",
        "display_name": "Ana",
        "language": "pt",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert client.post(f"{PEOPLE}add/", data).status_code == 302
    ana = User.objects.get(email="ana@example.org")
    url = f"{PEOPLE}{ana.pk}/change/"
    data = sent_by(client.get(url)) | {"is_staff": "on", "groups": [facilitators_group().pk]}

    assert client.post(url, data).status_code == 302

    ana = User.objects.get(pk=ana.pk)
    assert ana.is_facilitator
    assert ana.check_password(PASSWORD)
    TOTP.activate(ana, TOTP_SECRET)
    assert client_of(ana).get("/admin/modules/module/").status_code == 200


def test_an_address_that_a_superuser_changes_has_to_be_confirmed_again(
    client_of, superuser, learner
):
    confirm(learner)
    client = client_of(superuser)
    url = f"{PEOPLE}{learner.pk}/change/"

    client.post(url, sent_by(client.get(url)) | {"email": "new@example.org"})

    learner.refresh_from_db()
    assert learner.email == "new@example.org"
    assert not EmailAddress.objects.filter(user=learner).exists()


def test_a_superuser_changes_a_password(client_of, superuser, learner):
    url = f"{PEOPLE}{learner.pk}/password/"
    new = "another long passphrase"
    client = client_of(superuser)
    data = {"usable_password": "true", "password1": new, "password2": new}

    assert client.get(url).status_code == 200
    assert client.post(url, data).status_code == 302

    learner.refresh_from_db()
    assert learner.check_password(new)


def test_a_second_account_for_an_address_is_refused_whatever_its_case(
    client_of, superuser, learner
):
    client = client_of(superuser)
    data = sent_by(client.get(f"{PEOPLE}add/")) | {
        "email": learner.email.upper(),
        "display_name": "Other",
        "usable_password": "false",
    }

    response = client.post(f"{PEOPLE}add/", data)

    assert "Another account uses this e-mail address." in response.text


def _filled_pages(client):
    module = make_module()
    make_video(module)
    make_event(module, countries=["BR"])
    paths = [*PAGES, *FORMS, f"modules/module/{module.pk}/change/"]
    paths += [
        f"modules/newsitem/{make_news().pk}/{page}/" for page in ("change", "delete", "history")
    ]
    return {path: client.get(f"/admin/{path}").text for path in paths}


def test_no_page_loads_anything_from_another_host_or_inline(client_of, facilitator):
    for path, text in _filled_pages(client_of(facilitator)).items():
        loaded = re.findall(
            r"<(?:script|link|img|iframe|source)[^>]*?(?:src|href)=\"([^\"]*)", text
        )
        assert loaded, path
        assert all(address.startswith("/") and address[1] != "/" for address in loaded), path
        assert not re.search(r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*src=)", text), path


def test_no_script_or_sheet_of_the_admin_names_another_host(client_of, facilitator):
    text = "".join(_filled_pages(client_of(facilitator)).values())
    names = set(re.findall(r"/static/([\w./-]+\.(?:js|css))", text))
    assert {"css/admin.css", "js/admin-languages.js", "js/markdown-editor.js"} <= names

    for name in names:
        source = Path(finders.find(name)).read_text(encoding="utf-8")
        code = re.sub(r"/\*.*?\*/|^\s*//.*$", "", source, flags=re.S | re.M)
        # "https://" alone is what the link button writes for the facilitator to complete.
        hosts = set(re.findall(r"https?://[\w.-]+", code))
        if "jquery" in name:
            hosts -= {"http://www.w3.org"}
        assert not hosts, name


def test_staff_who_may_only_look_find_nothing_to_change(client_of, db):
    staff = make_user(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    module = make_module()
    make_event(module)
    client = client_of(staff)

    page = client.get(f"/admin/modules/module/{module.pk}/change/")

    assert page.status_code == 200
    assert 'name="title_en"' not in page.text
    assert "data-part-add" not in page.text
    assert client.post(f"/admin/modules/module/{module.pk}/change/", {}).status_code == 403


@pytest.mark.parametrize(
    "query",
    ["email=%00", "q=%00", "groups__id__exact=99999999999999999999", "groups__id__exact=x"]
    + ["is_staff__exact=x", "language=%00", "id__in=99999999999999999999", "password=x", "e=1"],
)
def test_garbage_in_the_address_of_the_list_of_people_is_no_server_error(
    client_of, superuser, query
):
    assert client_of(superuser).get(f"{PEOPLE}?{query}").status_code < 500
