"""Reading the mails that the Academy sends, as a person does."""

import re

import html5lib


def code_in(message) -> str:
    return re.search(r"^(\d{4}-\d{4})$", message.body, re.MULTILINE)[1]


def link_in(message) -> str:
    """The path of the first address in the mail."""
    return re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]


def html_of(message) -> str:
    [(html, kind)] = [(part.content, part.mimetype) for part in message.alternatives]
    assert kind == "text/html"
    html5lib.HTMLParser(strict=True).parse(html)
    return html
