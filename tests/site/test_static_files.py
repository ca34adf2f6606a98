"""Style sheets leave the server as one file, with every part in its layer."""

from django.conf import settings

from sstc_academy.lib.static_storage import BUNDLE, bundle

FOLDER = settings.BASE_DIR / "static"


def test_the_bundle_holds_every_style_sheet_and_asks_for_no_other():
    css = bundle(FOLDER / BUNDLE)

    assert "@import" not in css
    assert "/*" not in css
    for layer in ("tokens", "base", "layout", "components", "print"):
        assert f"@layer {layer} {{" in css


def test_no_style_sheet_of_the_pages_is_forgotten():
    sheets = {*FOLDER.glob("css/*.css"), *FOLDER.glob("css/components/*.css")}
    site = (FOLDER / BUNDLE).read_text(encoding="utf-8")

    forgotten = {
        sheet.relative_to(FOLDER / "css").as_posix()
        for sheet in sheets
        if sheet.name not in {"site.css", "admin.css"}
    } - {line.split('"')[1] for line in site.splitlines() if line.startswith("@import")}

    assert forgotten == set()
