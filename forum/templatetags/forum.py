import re
from functools import cache

from babel import Locale, UnknownLocaleError
from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from forum import languages, structured_data, wording
from forum.models import DEEPEST_LEVEL, LONGEST_POST, Policy
from forum.readers import Reader
from forum.reading import Listing
from sstc_academy.lib import dates

CONVERSATIONS_ON_A_MODULE = 3
# **bold**, *italic*, - list, > quote
_MARKDOWN_SAMPLE = re.compile(r"(\*\*[^*]+\*\*|\*[^*]+\*|[->] [^\s,،]+)")

register = template.Library()
register.filter("language_name", languages.own_name)
register.filter("relative_time", wording.relative_time)
register.filter("exact_time", dates.exact_time)
register.filter("moderation_reason", wording.reason_of)
register.filter("initials", wording.initials)
register.filter("avatar_colour", wording.colour)
register.filter("post_text", structured_data.plain)
register.filter("conversation_heading", structured_data.heading)


@register.simple_tag(takes_context=True)
def forum_listing(context, module) -> Listing | None:
    """The newest conversations under a module, for `module_forum`; None where a facilitator has
    hidden the forum."""
    policy = Policy.of(module)
    if policy.is_hidden:
        return None
    return Listing(
        [module],
        {},
        path=reverse("forum:module", args=[module.slug]),
        writable={module.pk} if policy.lets_write(context["request"].user) else set(),
        reader=Reader.of(context["request"]),
        per_page=CONVERSATIONS_ON_A_MODULE,
        is_preview=True,
    )


@register.inclusion_tag("forum/includes/module_forum.html", takes_context=True)
def module_forum(context, module, listing):
    """The discussion under a module; what forum offers to the pages of modules."""
    policy = Policy.of(module)
    return {
        "module": module,
        "listing": listing,
        "policy": policy,
        "may_write": policy.lets_write(context["request"].user),
    }


@register.filter
@cache
def language_direction(code: str) -> str:
    """Of any language that CLDR knows; "auto" for the rest."""
    try:
        order = Locale.parse(code).character_order
    except (UnknownLocaleError, ValueError):
        return "auto"
    return "rtl" if order == "right-to-left" else "ltr"


@register.filter
def markdown_samples(text) -> str:
    """With each sample of Markdown in the direction in which it is typed."""
    pieces = _MARKDOWN_SAMPLE.split(str(text))
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<bdi>{}</bdi>", piece) if number % 2 else piece,)
            for number, piece in enumerate(pieces)
        ),
    )


@register.filter
def takes_answers(post) -> bool:
    return post.level < DEEPEST_LEVEL


@register.simple_tag
def longest_post() -> int:
    """In characters."""
    return LONGEST_POST
