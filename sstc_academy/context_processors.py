from dataclasses import dataclass
from functools import partial

from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject

from sstc_academy.lib import addresses, languages


@dataclass(frozen=True)
class Alternate:
    """This page in one of the languages: `href` keeps the filters, `canonical` does not."""

    code: str
    name: str
    direction: str
    href: str
    canonical: str
    is_current: bool


def page(request):
    """What every page says of itself: its language, its address, and the same page elsewhere."""
    language = languages.current()
    canonical = addresses.canonical_path(request)
    return {
        "page_language": language,
        "page_direction": languages.direction(language),
        "canonical_url": addresses.absolute(request, canonical),
        # Where a visitor's own language is chosen: the address without any.
        "any_language_url": addresses.absolute(request, addresses.without_language(canonical)),
        "share_image_url": addresses.absolute(request, static("img/share.png")),
        "alternates": SimpleLazyObject(partial(_alternates, request, language)),
    }


def _alternates(request, language: str) -> list[Alternate]:
    canonical = addresses.canonical_path(request)
    return [
        Alternate(
            code=code,
            name=languages.own_name(code),
            direction=languages.direction(code),
            href=addresses.in_language(request.get_full_path(), code),
            canonical=addresses.absolute(request, addresses.in_language(canonical, code)),
            is_current=code == language,
        )
        for code in languages.CODES
    ]
