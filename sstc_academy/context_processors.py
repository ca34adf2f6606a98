from sstc_academy.lib import languages


def page(request):
    """What every page says of itself: its language, its address, and the same page elsewhere."""
    language = languages.current()
    return {
        "page_language": language,
        "page_direction": languages.direction(language),
    }
