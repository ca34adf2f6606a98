"""The pictures of the docs; `make pictures` keeps them, every other run only takes them."""

import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 780}}


@pytest.fixture
def keep(tmp_path):
    """Saves a picture of what is on the screen, with few colours so that it stays small."""
    folder = Path(os.environ.get("PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def save(page, name: str) -> None:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        picture = Image.open(path).convert("RGB")
        # A page that shows nothing has a single colour.
        assert len(picture.getcolors(maxcolors=1_000_000)) > 20
        picture.quantize(256).save(path, optimize=True)

    return save


def test_module_on_a_desktop(open_page, keep):
    keep(open_page("/en/modules/module-2/", **DESKTOP), "module-desktop")


def test_timeline_on_a_phone_in_arabic(open_page, keep):
    page = open_page("/ar/modules/module-2/", **PHONE)
    page.locator("#timeline").evaluate("element => element.scrollIntoView()")

    keep(page, "timeline-phone-arabic")


def test_a_second_factor_on_a_desktop(open_page, signed_in, keep):
    page = open_page("/en/account/second-factor/", storage_state=signed_in, **DESKTOP)
    expect(page.get_by_role("link", name="Go to the administration")).to_be_visible()

    keep(page, "second-factor")


def test_a_facilitator_edits_a_module(open_page, signed_in, keep):
    page = open_page("/admin/", storage_state=signed_in, **DESKTOP)
    page.get_by_role("link", name="Modules", exact=True).first.click()
    page.locator("#result_list tbody th a").first.click()
    expect(page.get_by_role("radio", name="English")).to_be_visible()

    keep(page, "admin-module")
