"""The text that a mail's HTML shows, with quotations as lines behind ">"."""

import re
from html.parser import HTMLParser

_MOST = 300_000
# Remarks for programs. The parser of the standard library raises over broken ones.
_DECLARATIONS = re.compile(r"<!--.*?(?:-->|\Z)|<![^>]*>?", re.DOTALL)
_HIDDEN = {"head", "script", "style", "template", "title"}
_PARAGRAPHS = {"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"}
_LINES = {"address", "article", "div", "footer", "header", "hr", "li", "section", "tr"}
_DEEPEST_QUOTATION = 20


def text_of_html(html: str) -> str:
    reader = _Reader()
    reader.feed(_DECLARATIONS.sub("", html[:_MOST]))
    # `close` would look at the rest again and again; a tag that never ends is no text.
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self._pieces: list[str] = []
        # The last character written; and how many lines have ended since anything was.
        self._last, self._ended = "", 0
        self._quotations = self._preformatted = 0
        # A tag whose content is not shown, and how many of its name are open.
        self._hidden, self._hidden_count = "", 0
        # Where the open link leads, and what it says so far.
        self._link, self._link_pieces = "", []

    def text(self) -> str:
        lines = "".join(self._pieces).split("\n")
        return re.sub(r"\n{3,}", "\n\n", "\n".join(map(str.rstrip, lines))).strip("\n")

    def handle_starttag(self, tag, attrs):
        if self._hidden:
            self._hidden_count += tag == self._hidden
            return
        if tag in _HIDDEN:
            self._hidden, self._hidden_count = tag, 1
            return
        self._break_at(tag)
        if tag == "blockquote":
            self._quotations += 1
        elif tag == "br":
            self._end_line()
        elif tag == "li":
            self._write("- ")
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "a":
            self._link, self._link_pieces = dict(attrs).get("href") or "", []

    def handle_endtag(self, tag):
        if self._hidden:
            self._hidden_count -= tag == self._hidden
            self._hidden = self._hidden if self._hidden_count else ""
            return
        self._break_at(tag)
        if tag == "blockquote" and self._quotations:
            self._quotations -= 1
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1
        elif tag == "a":
            self._tell_link()

    def handle_data(self, data):
        if self._hidden:
            return
        if self._link:
            self._link_pieces.append(data)
        if self._preformatted:
            first, *others = data.split("\n")
            self._write(first)
            for line in others:
                self._end_line()
                self._write(line)
            return
        words = re.sub(r"\s+", " ", data)
        self._write(words.lstrip(" ") if self._last in {"", " "} else words)

    def _write(self, text: str) -> None:
        if not text:
            return
        if not self._last:
            self._pieces.append("> " * min(self._quotations, _DEEPEST_QUOTATION))
        self._pieces.append(text)
        self._last, self._ended = text[-1], 0

    def _end_line(self) -> None:
        self._pieces.append("\n")
        self._last = ""
        self._ended += 1

    def _break_at(self, tag: str) -> None:
        """So that a paragraph stands between empty lines, and a line by itself."""
        if tag in {"td", "th"}:
            self._write(" " if self._last else "")
        wanted = 2 if tag in _PARAGRAPHS else 1 if tag in _LINES else 0
        while self._ended < wanted:
            self._end_line()

    def _tell_link(self) -> None:
        """Where it leads, unless it says so itself."""
        said = "".join(self._link_pieces)
        if self._link.startswith(("http://", "https://")) and self._link not in said:
            self._write(f" ({self._link})")
        self._link = ""
