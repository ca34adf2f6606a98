"""What holds for every page of the accounts."""

import re

import html5lib


def assert_clean(html: str, language: str) -> None:
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    html5lib.HTMLParser(strict=True).parse(html)
    assert not re.search(r"<style|\sstyle=|\son\w+=", html)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
