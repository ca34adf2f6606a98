"""The one place where text becomes HTML: one Markdown renderer, one sanitiser."""

import re
from functools import lru_cache
from html import unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# The page has an h1 and its sections an h2, so a heading inside a text starts below those.
_HEADING_SHIFT = 2
_LOWEST_HEADING = 6
_OUTER_BLOCKS = {"p", "blockquote", "ul", "ol", "h3", "h4", "h5", "h6"}
_ALLOWED_TAGS = _OUTER_BLOCKS | {"a", "br", "code", "em", "hr", "li", "pre", "strong"}
_ALLOWED_ATTRIBUTES = {tag: {"dir"} for tag in _OUTER_BLOCKS} | {
    "a": {"href"},
    "ol": {"dir", "start"},
}
_ALLOWED_SCHEMES = {"http", "https", "mailto"}


def _parser() -> MarkdownIt:
    # maxNesting: the preset's 20 silently drops text that is nested deeper.
    options = {"html": False, "linkify": True, "breaks": True, "maxNesting": 100}
    parser = MarkdownIt("commonmark", options).enable("linkify").disable("image")
    accepts = parser.validateLink
    # "//host/path" would lead to another site under the look of a local address.
    parser.validateLink = lambda url: not url.strip().startswith(("//", "\\")) and accepts(url)
    parser.core.ruler.push("academy", _shift_headings_and_set_direction)
    return parser


def _shift_headings_and_set_direction(state) -> None:
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = min(int(token.tag[1]) + _HEADING_SHIFT, _LOWEST_HEADING)
            token.tag = f"h{level}"
        if _is_block_start(token):
            token.attrSet("dir", "auto")


def _is_block_start(token: Token) -> bool:
    # Only the outermost block: a list takes its direction from its items' letters, which a
    # browser would pass over if the items had a direction of their own.
    is_code = token.tag == "code"
    return token.block and token.level == 0 and token.nesting >= 0 and not is_code


_markdown = _parser()


@lru_cache(maxsize=1024)
def render_markdown(source: str) -> SafeString:
    """Sanitised HTML; each block takes its direction from its own first letters."""
    html = nh3.clean(
        _markdown.render(source),
        tags=_ALLOWED_TAGS,
        attributes=_ALLOWED_ATTRIBUTES,
        url_schemes=_ALLOWED_SCHEMES,
        link_rel="noopener",
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


def plain_text(source: str) -> str:
    """Markdown without its marks, in one line: for descriptions, summaries and mail."""
    html = render_markdown(source)
    text = nh3.clean(re.sub(r"</(p|li|h\d|blockquote)>|<br>", " ", html), tags=set())
    return " ".join(unescape(text).split())
