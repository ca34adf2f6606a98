"""Who may open what: every address outside of the forum is asked by everybody.

An address that is missing here fails a test, so that none is added without deciding this. The
forum has a table of its own (tests/forum/test_roles.py).
"""

from itertools import product

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.mail.models import BouncedAddress, OutgoingMail
from forum.models import (
    Announcement,
    BlockedTerm,
    ModerationRecord,
    Policy,
    Post,
    Restriction,
    State,
)
from forum.services import change_state
from modules.models.publishing import Status
from tests.accounts import passkeys
from tests.addresses import all_names
from tests.factories import (
    PASSWORD,
    confirm,
    know_guest,
    make_facilitator,
    make_module,
    make_news,
    make_pledge,
    make_post,
    make_user,
    make_video,
)

ROLES = ("visitor", "guest", "member", "other", "facilitator", "administrator")
SIGNED_IN = ROLES[2:]
STAFF = ROLES[4:]


def all_of(code: int, **others: int) -> dict[str, int]:
    """The same status for every role but for those named."""
    return dict.fromkeys(ROLES, code) | others


def only(*roles: str, otherwise: int, code: int = 200) -> dict[str, int]:
    return all_of(otherwise, **dict.fromkeys(roles, code))


OPEN = all_of(200)
# Who is in already is led on; who is not has nothing to type there yet.
DOOR = only("visitor", "guest", otherwise=302)
STEP = all_of(302)
# A visitor is led to the door.
MEMBERS = only(*SIGNED_IN, otherwise=302)
EDITORS = only(*STAFF, otherwise=404)
PRIVATE = only("member", otherwise=404)
CALLED_BY_A_FORM = all_of(405)
SERVICE = all_of(404)

# Address, and what it is about: the status of GET for each role.
PAGES = {
    ("home", None): OPEN,
    ("favicon", None): STEP,
    ("healthz", None): OPEN,
    ("readyz", None): OPEN,
    ("robots", None): OPEN,
    ("sitemap", None): OPEN,
    ("media", "path"): all_of(404),
    ("None", None): STEP,
    # For the networks of METRICS_NETWORKS, to which the machine itself belongs.
    ("metrics", None): OPEN,
    ("csp_report", None): CALLED_BY_A_FORM,
    ("forum_unsubscribe", "unsubscribing"): all_of(404),
    ("accounts:mail_works", None): CALLED_BY_A_FORM,
    # Only on the machine of who tries it out.
    ("accounts:mailbox", None): all_of(404),
    ("accounts:mail", "mail"): all_of(404),
    ("accounts:mail_page", "mail"): all_of(404),
    ("modules:modules", None): OPEN,
    ("modules:module", "module"): OPEN,
    ("modules:module", "draft_module"): EDITORS,
    ("modules:video", "video"): OPEN,
    ("modules:video", "draft_video"): EDITORS,
    ("modules:news", None): OPEN,
    ("modules:news_item", "news"): OPEN,
    ("modules:news_item", "draft_news"): EDITORS,
    ("modules:pledges", None): OPEN,
    ("modules:pledge", "pledge"): OPEN,
    ("modules:pledge", "draft_pledge"): EDITORS,
    ("accounts:privacy", None): OPEN,
    ("accounts:deleted", None): OPEN,
    ("accounts:profile", None): MEMBERS,
    ("accounts:data", None): MEMBERS,
    ("accounts:download", None): CALLED_BY_A_FORM,
    ("accounts:delete", None): CALLED_BY_A_FORM,
    ("accounts:member", "public_person"): OPEN,
    ("accounts:member", "private_person"): PRIVATE,
    # A code is for people without one.
    ("accounts:reauthenticate_by_code", None): STEP,
    ("account_login", None): DOOR,
    ("account_signup", None): DOOR,
    ("account_signup_by_passkey", None): DOOR,
    ("account_request_login_code", None): DOOR,
    ("account_reset_password", None): OPEN,
    ("account_confirm_login_code", None): STEP,
    ("account_confirm_password_reset_code", None): STEP,
    ("account_complete_password_reset", None): STEP,
    ("account_email_verification_sent", None): STEP,
    ("account_password_reset_completed", None): OPEN,
    ("account_inactive", None): OPEN,
    ("account_logout", None): MEMBERS,
    ("account_email", None): MEMBERS,
    ("account_change_password", None): MEMBERS,
    # Everybody here has a password.
    ("account_set_password", None): STEP,
    ("account_reauthenticate", None): MEMBERS,
    ("mfa_index", None): MEMBERS,
    ("mfa_authenticate", None): STEP,
    ("mfa_reauthenticate", None): only("member", *STAFF, otherwise=302),
    ("mfa_reauthenticate_webauthn", None): only("member", otherwise=302),
    ("mfa_activate_totp", None): only("member", "other", otherwise=302),
    ("mfa_deactivate_totp", None): all_of(200, visitor=302, guest=302, member=404, other=404),
    ("mfa_view_recovery_codes", None): all_of(404, visitor=302, guest=302, member=200),
    ("mfa_generate_recovery_codes", None): MEMBERS,
    ("mfa_download_recovery_codes", None): all_of(404, visitor=302, guest=302, member=200),
    ("mfa_list_webauthn", None): MEMBERS,
    ("mfa_add_webauthn", None): MEMBERS,
    ("mfa_login_webauthn", None): STEP,
    ("mfa_signup_webauthn", None): STEP,
    ("mfa_edit_webauthn", "passkey"): all_of(404, visitor=302, guest=302, member=200),
    ("mfa_remove_webauthn", "passkey"): all_of(404, visitor=302, guest=302, member=200),
    ("usersessions_list", None): MEMBERS,
    ("socialaccount_connections", None): MEMBERS,
    ("socialaccount_signup", None): STEP,
    ("socialaccount_login_cancelled", None): OPEN,
    ("socialaccount_login_error", None): all_of(401),
    ("google_login", None): SERVICE,
    ("google_callback", None): SERVICE,
    ("facebook_login", None): SERVICE,
    ("facebook_callback", None): SERVICE,
    ("twitter_oauth2_login", None): SERVICE,
    ("twitter_oauth2_callback", None): SERVICE,
    ("openid_connect_login", "service"): SERVICE,
    ("openid_connect_callback", "service"): SERVICE,
    ("admin:index", None): only(*STAFF, otherwise=302),
    ("admin:app_list", "app"): only(*STAFF, otherwise=302),
    ("admin:login", None): all_of(302, member=403, other=403),
    ("admin:logout", None): only(*STAFF, otherwise=302, code=405),
    ("admin:password_change", None): all_of(302),
    ("admin:password_change_done", None): only(*STAFF, otherwise=302),
    # No field asks for it.
    ("admin:autocomplete", None): only(*STAFF, otherwise=302, code=403),
    ("admin:jsi18n", None): only(*STAFF, otherwise=302),
    ("admin:view_on_site", "post"): only(*STAFF, otherwise=302, code=302),
    ("admin:None", "nothing"): only(*STAFF, otherwise=302, code=404),
    ("admin:auth_user_password_change", "person"): all_of(302, facilitator=403, administrator=200),
    ("admin:forum_announcement_send", "announcement"): only(*STAFF, otherwise=302),
    ("admin:forum_announcement_mail", "announcement"): only(*STAFF, otherwise=302),
    ("admin:modules_markdown_preview", None): only(*STAFF, otherwise=302, code=405),
}
LIST, ADD, CHANGE, DELETE = ("changelist", "add", "change", "delete")
ALL = {LIST, ADD, CHANGE, DELETE}
# Of each kind of thing in the administration: what facilitators may open, and administrators.
ADMINISTRATION = {
    "modules_module": (ALL, ALL),
    "modules_newsitem": (ALL, ALL),
    "modules_pledge": (ALL, ALL),
    "forum_policy": (ALL, ALL),
    "forum_restriction": (ALL, ALL),
    "forum_blockedterm": (ALL, ALL),
    "forum_announcement": (ALL, ALL),
    "forum_post": ({LIST, CHANGE}, {LIST, CHANGE}),
    "forum_moderationrecord": ({LIST, CHANGE}, {LIST, CHANGE}),
    "accounts_user": (set(), ALL),
    "account_emailaddress": (set(), ALL),
    "mfa_authenticator": (set(), {LIST, CHANGE, DELETE}),
    "socialaccount_socialaccount": (set(), ALL),
    "socialaccount_socialapp": (set(), ALL),
    "sites_site": (set(), ALL),
    # Looked at; what is done about them is an action of the list.
    "accounts_outgoingmail": (set(), {LIST, CHANGE}),
    "accounts_bouncedaddress": (set(), {LIST, CHANGE}),
}
# Address and form: what each role gets when it is sent.
FORMS = {
    ("accounts:profile", None): all_of(302, **dict.fromkeys(SIGNED_IN, 200)),
    ("accounts:download", None): all_of(302, **dict.fromkeys(SIGNED_IN, 200)),
    ("accounts:delete", None): all_of(302, **dict.fromkeys(SIGNED_IN, 200)),
    ("account_email", None): all_of(302),
    ("account_change_password", None): MEMBERS,
    ("account_logout", None): all_of(302),
    ("mfa_deactivate_totp", None): all_of(302, member=404, other=404),
    ("mfa_generate_recovery_codes", None): all_of(302, other=200),
    ("mfa_remove_webauthn", "passkey"): all_of(404, visitor=302, guest=302, member=302),
    ("usersessions_list", None): all_of(302),
    ("socialaccount_connections", None): MEMBERS,
    ("modules:module", "module"): all_of(405),
    ("accounts:privacy", None): all_of(405),
    ("accounts:member", "public_person"): all_of(405),
}


@pytest.fixture(autouse=True)
def forgotten_tries(db):
    cache.clear()


@pytest.fixture
def people(db):
    people = {role: confirm(make_user(display_name=role)) for role in ("member", "other")}
    people["facilitator"] = confirm(make_facilitator())
    people["administrator"] = confirm(make_user(is_staff=True, is_superuser=True))
    return people


@pytest.fixture
def browser_of(people):
    """A browser in which the person has just shown who they are."""

    def browser(role: str) -> Client:
        client = Client()
        if role == "guest":
            know_guest(client)
        elif role != "visitor":
            client.force_login(people[role])
            client.post("/en/account/reauthenticate/", {"password": PASSWORD})
        return client

    return browser


@pytest.fixture
def arguments(people, browser_of):
    """Of an address, by what it is about."""
    module, draft = make_module(slug="talk"), make_module(status=Status.DRAFT)
    public = make_user(has_public_page=True)
    passkeys.add(browser_of("member"))
    video, draft_video = (make_video(each, address=EMBED) for each in (module, draft))
    return {
        None: [],
        "path": ["nothing.txt"],
        "nothing": ["nothing/"],
        "app": ["modules"],
        "service": ["nothing"],
        "mail": ["nothing"],
        "unsubscribing": ["nothing", "all"],
        "announcement": [Announcement.objects.create(module=module, title="A meeting").pk],
        "module": [module.slug],
        "draft_module": [draft.slug],
        "video": [module.slug, video.pk],
        "draft_video": [draft.slug, draft_video.pk],
        "news": [make_news().slug],
        "draft_news": [make_news(status=Status.DRAFT).slug],
        "pledge": [make_pledge().slug],
        "draft_pledge": [make_pledge(status=Status.DRAFT).slug],
        "public_person": [public.pk],
        "private_person": [people["member"].pk],
        "person": [public.pk],
        "passkey": [Authenticator.objects.get(type="webauthn").pk],
        "post": [ContentType.objects.get_for_model(Post).pk, make_post(module).pk],
    }


EMBED = "https://youtu.be/aqz-KE-bpKQ"
# Outside of what the pages themselves name.
PATHS = {"None": "/.well-known/change-password", "admin:None": "/admin/nothing/"}


def address(name: str, arguments: list) -> str:
    return PATHS.get(name) or reverse(name, args=arguments)


def test_every_page_answers_each_role_as_decided(browser_of, arguments):
    answers = {row: {} for row in PAGES}

    for role in ROLES:
        browser = browser_of(role)
        for name, subject in PAGES:
            response = browser.get(address(name, arguments[subject]))
            answers[name, subject][role] = response.status_code

    assert {row: codes for row, codes in answers.items() if codes != PAGES[row]} == {}


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_every_form_answers_each_role_as_decided(browser_of, arguments, row):
    """Sent empty; nobody finds what the one before has changed."""
    name, subject = row
    answers = {}

    for role in ROLES:
        browser = browser_of(role)
        with transaction.atomic():
            answers[role] = browser.post(address(name, arguments[subject])).status_code
            transaction.set_rollback(True)

    assert answers == FORMS[row]


@pytest.fixture
def things(people):
    """One of each kind in the administration."""
    member = people["member"]
    post = make_post(make_module())
    change_state(post, State.REMOVED)
    return {
        "modules_module": post.module,
        "modules_newsitem": make_news(),
        "modules_pledge": make_pledge(),
        "forum_policy": Policy.objects.create(module=post.module),
        "forum_restriction": Restriction.objects.create(account=make_user()),
        "forum_blockedterm": BlockedTerm.objects.create(term="casino"),
        "forum_post": post,
        "forum_moderationrecord": ModerationRecord.objects.create(
            post=post, subject="A post", act="removed"
        ),
        "accounts_user": make_user(),
        "account_emailaddress": EmailAddress.objects.get(user=member),
        "mfa_authenticator": Authenticator.objects.first(),
        "socialaccount_socialaccount": SocialAccount.objects.create(user=member, uid="1"),
        "socialaccount_socialapp": SocialApp.objects.create(provider="google", name="Google"),
        "sites_site": Site.objects.get(),
        "forum_announcement": Announcement.objects.create(module=post.module, title="A meeting"),
        "accounts_outgoingmail": OutgoingMail.objects.create(to="ana@example.org"),
        "accounts_bouncedaddress": BouncedAddress.objects.create(address="ana@example.org"),
    }


def test_the_administration_opens_to_each_role_as_decided(browser_of, things):
    opens = {
        "facilitator": {kind: rights for kind, (rights, _all) in ADMINISTRATION.items()},
        "administrator": {kind: rights for kind, (_some, rights) in ADMINISTRATION.items()},
    }
    wrong = []

    for role in ROLES:
        browser = browser_of(role)
        for kind, action in product(ADMINISTRATION, ALL):
            arguments = [things[kind].pk] if action in {CHANGE, DELETE} else []
            code = browser.get(reverse(f"admin:{kind}_{action}", args=arguments)).status_code
            expected = (200 if action in opens[role][kind] else 403) if role in opens else 302
            if code != expected:
                wrong.append((role, kind, action, code))

    assert wrong == []


def test_a_list_of_the_administration_can_be_searched(browser_of):
    browser = browser_of("administrator")
    for kind in ADMINISTRATION:
        assert browser.get(reverse(f"admin:{kind}_{LIST}"), {"q": "a"}).status_code == 200, kind


def test_no_address_is_missing_in_the_tables():
    kinds = {f"admin:{kind}_{action}" for kind in ADMINISTRATION for action in {*ALL, "history"}}
    decided = {name for name, _subject in PAGES} | kinds

    assert {name for name in all_names() if not name.startswith("forum:")} == decided
