"""The one renderer: what Markdown becomes, and what it never becomes."""

import re

import pytest

from sstc_academy.lib.text import plain_text, render_markdown


def test_each_block_takes_its_direction_from_its_own_letters():
    assert render_markdown("سلام") == '<p dir="auto">سلام</p>\n'


def test_headings_stand_below_those_of_the_page():
    assert '<h3 dir="auto">One</h3>' in render_markdown("# One")
    assert '<h6 dir="auto">Six</h6>' in render_markdown("###### Six")


def test_bare_addresses_become_links_and_line_breaks_are_kept():
    html = render_markdown("See https://example.org\nnow")

    assert '<a href="https://example.org" rel="noopener">https://example.org</a><br>' in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://example.org/x.png)",
        "[x](//evil.example)",
        "[x](\\\\evil.example)",
        "<a href='https://x.example' style='color:red'>x</a>",
    ],
)
def test_nothing_active_and_no_foreign_host_gets_through(source):
    html = render_markdown(source)

    assert not re.search(r"""<script|<img|<a href='|href="(?:javascript:|data:|/)""", html)


def test_deeply_nested_text_is_not_dropped():
    assert "the end" in render_markdown("> " * 60 + "the end")


def test_plain_text_is_one_line_without_marks():
    assert plain_text("**Bold** & [link](https://example.org)\n\n- item") == "Bold & link item"
