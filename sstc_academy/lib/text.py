"""The one place where text becomes HTML: one Markdown renderer, one sanitiser."""

import re
import unicodedata
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
_POST_TAGS = _ALLOWED_TAGS - {"h3", "h4", "h5", "h6", "hr"}
# Controls but for tab and line feed, direction overrides and isolates, surrogates, non-characters.
_NEVER_TYPED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARK_TOWER = re.compile(f"({_MARK}{{4}}){_MARK}+")
# Spaces, zero-width characters and joiners show nothing by themselves.
_VISIBLE = re.compile(
    "[^\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164]"
)
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
    return _clean(_markdown.render(source), _ALLOWED_TAGS, "noopener")


def render_post(source: str) -> SafeString:
    """The same for what anybody may write: no headings, and links that search engines ignore."""
    return _clean(_markdown.render(source), _POST_TAGS, "nofollow ugc noopener")


def _clean(html: str, tags: set[str], link_rel: str) -> SafeString:
    html = nh3.clean(
        html,
        tags=tags,
        attributes=_ALLOWED_ATTRIBUTES,
        url_schemes=_ALLOWED_SCHEMES,
        link_rel=link_rel,
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


def normal_text(text: str, *, is_one_line: bool = False) -> str:
    """What a person typed, without what only breaks pages: NFC, no control or direction marks.

    At most four marks stand on a letter, which no language exceeds. "" when nothing visible is
    left of it.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _NEVER_TYPED.sub("", text)
    text = _MARK_TOWER.sub(r"\1", text)
    text = " ".join(text.split()) if is_one_line else text.strip()
    return text if _VISIBLE.search(text) else ""


def plain_text(source: str) -> str:
    """Markdown without its marks, in one line: for descriptions, summaries and mail."""
    html = render_markdown(source)
    text = nh3.clean(re.sub(r"</(p|li|h\d|blockquote)>|<br>", " ", html), tags=set())
    return " ".join(unescape(text).split())
