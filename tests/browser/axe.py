"""What axe finds wrong with a page that a browser shows."""

import json

from axe_playwright_python.base import AXE_SCRIPT

# Of the rules that are on, those that axe files under "cat.color".
_COLOURS = ["color-contrast", "link-in-text-block"]


def faults(page) -> list[str]:
    """By every rule in light, and by those about colours in dark: all that differs between them."""
    page.evaluate(AXE_SCRIPT)
    # Without it a colour might be looked at on its way to another.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    in_light = _violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    in_dark = _violations(page, runOnly=_COLOURS)
    return [
        f"{page.url} in {scheme}: {found['id']}, {found['help']}: {node['target']} {node['html']}"
        for scheme, violations in (("light", in_light), ("dark", in_dark))
        for found in violations
        for node in found["nodes"]
    ]


def _violations(page, **options) -> list[dict]:
    options = json.dumps({"resultTypes": ["violations"], **options})
    # The rest of the answer takes longer to bring here than to find.
    return page.evaluate(f"axe.run({options}).then(found => found.violations)")
