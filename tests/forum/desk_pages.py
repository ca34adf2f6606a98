"""What the tests of the moderation desk share."""

from forum import moderation
from forum.limits import Origin
from forum.models import Post, Report, Restriction
from forum.services import edit_post
from tests.factories import make_facilitator, make_guest, make_post, make_reply, make_user

DESK = "/admin/forum/post/"
RESTRICTIONS = "/admin/forum/restriction/"
TERMS = "/admin/forum/blockedterm/"
RECORD = "/admin/forum/moderationrecord/"
LANGUAGES = ("en", "fr", "es", "pt", "ar")


def make_held(module, author=None, **fields) -> Post:
    author = author or make_guest(email=f"guest{Post.objects.count()}@village.example")
    restriction = Restriction.objects.create(address=author.email, level="held")
    post = make_post(module, author, origin=Origin("", ""), **fields)
    restriction.delete()
    return post


def report(post, *reasons):
    for number, reason in enumerate(reasons):
        moderation.report(post, reporter=f"{post.pk}-{number}", reason=reason, note="Look at this")


def now(post) -> Post:
    return Post.objects.get(pk=post.pk)


def shown(response) -> list[Post]:
    return list(response.context["cl"].result_list)


def case_url(post) -> str:
    return f"{DESK}{post.pk}/change/"


def moderate_url(post, language="en") -> str:
    return f"/{language}/forum/posts/{post.pk}/moderate/"


def act(client, action, posts, **data):
    data |= {"action": action, "_selected_action": [post.pk for post in posts]}
    return client.post(DESK, data, follow=True)


def busy_post(module) -> Post:
    """With all that the page of a post can tell."""
    author = make_guest(name="Amina", email="amina@village.example")
    make_post(module, author, text="Another one")
    post = make_post(module, author, text="**First** version")
    make_reply(post)
    edit_post(post, text="Second *version* at https://example.org", language="fr")
    report(post, "spam", "insult")
    Report.objects.filter(reporter=f"{post.pk}-0").update(user=make_user(display_name="Rita"))
    moderation.restrict(
        level="held", by=make_facilitator(), reason="spam", address="village.example", note="Why"
    )
    return post
