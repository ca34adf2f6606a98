"""Tags that every page uses: texts in the reader's language, or in English and marked so."""

import json

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from sstc_academy.lib import dates, files, languages, text

register = template.Library()
register.filter("own_name", languages.own_name)
# What would end a script element or begin a comment inside it.
_SCRIPT_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def tr(instance, field: str):
    """The field's text; English in its own `lang` and `dir` where the translation is missing."""
    found = languages.translated(instance, field)
    if found.is_translated:
        return found.text
    return format_html('<span lang="{}" dir="{}">{}</span>', found.language, found.direction, found)


@register.simple_tag
def tr_text(instance, field: str) -> str:
    """The same without markup, for attributes and titles."""
    return languages.translated(instance, field).text


@register.simple_tag
def tr_markdown(instance, field: str):
    """The field's Markdown as a block of text, marked like `tr` does."""
    found = languages.translated(instance, field)
    html = text.render_markdown(found.text)
    if found.is_translated:
        return format_html('<div class="prose">{}</div>', html)
    return format_html(
        '<div class="prose" lang="{}" dir="{}">{}</div>', found.language, found.direction, html
    )


@register.simple_tag
def tr_lang(instance, field: str):
    """The `lang` of an element whose attributes hold the field's text, when it is English."""
    found = languages.translated(instance, field)
    return "" if found.is_translated else format_html(' lang="{}"', found.language)


@register.simple_tag
def untranslated(instances, *fields: str) -> bool:
    """Whether a field of the instance, or of one of several, is shown in English for want of
    a translation."""
    rows = [instances] if isinstance(instances, Model) else instances
    return any(
        not languages.translated(row, field).is_translated for row in rows for field in fields
    )


@register.filter
def plain(source: str) -> str:
    """Markdown without its marks, in one line."""
    return text.plain_text(source)


register.filter("day", dates.long_day)
register.filter("size_of", files.size_of)


@register.filter
def duration(seconds: int) -> str:
    """83 is "1:23", as a player shows it in every language."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def player_url(embed, language: str) -> str:
    return embed.player_url(language)


@register.simple_tag
def json_ld(data):
    """A data block for search engines; no script, so that the security policy lets it be."""
    encoded = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(encoded.translate(_SCRIPT_ESCAPES)),  # noqa: S308 - escaped just here
    )
