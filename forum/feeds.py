"""Atom feeds (RFC 4287) in which answers name what they answer (RFC 4685)."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, get_tag_uri
from django.utils.translation import gettext as _

from forum.models import State
from sstc_academy.lib import languages
from sstc_academy.lib.addresses import absolute, in_language

ENTRIES = 50
_THREADING = "http://purl.org/syndication/thread/1.0"


class DiscussionFeed(Atom1Feed):
    def root_attributes(self):
        return super().root_attributes() | {"xmlns:thr": _THREADING}

    def item_attributes(self, item):
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["html"], {"type": "html"})
        if answered := item["answered"]:
            handler.addQuickElement("thr:in-reply-to", None, answered | {"type": "text/html"})

    def latest_post_date(self):
        # Not the time of asking: an unchanged feed must stay the same text.
        return max((item["updateddate"] for item in self.items), default=self.feed["beginning"])


def answer(request, *, title: str, page: str, posts, beginning) -> HttpResponse:
    """`page` is the path of the forum or conversation; `beginning` dates a feed without posts."""
    feed = DiscussionFeed(
        title=_("%(title)s · SSTC Academy") % {"title": title},
        link=absolute(request, page),
        description=None,
        language=languages.current(),
        feed_url=absolute(request, request.path),
        beginning=beginning,
    )
    for post in posts[:ENTRIES]:
        link = absolute(request, reverse("forum:post", args=[post.pk]))
        feed.add_item(
            title=post.title or _("%(name)s wrote") % {"name": post.author_name},
            link=link,
            description=None,
            author_name=post.author_name,
            pubdate=post.posted_at,
            updateddate=post.edited_at or post.posted_at,
            unique_id=_entry_id(request, post),
            language=post.language,
            html=post.body_html,
            answered=_answered(request, post),
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response


def _answered(request, post) -> dict[str, str] | None:
    answered = post.in_reply_to
    if answered is None or answered.state == State.HELD:
        return None
    return {
        "ref": _entry_id(request, answered),
        "href": absolute(request, reverse("forum:post", args=[answered.pk])),
    }


def _entry_id(request, post) -> str:
    """The same in the feeds of all languages."""
    path = in_language(reverse("forum:post", args=[post.pk]), languages.SOURCE)
    return get_tag_uri(absolute(request, path), None)
