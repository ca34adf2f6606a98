"""Which fields exist in each of the five languages; English is required where the text is."""

from modeltranslation.translator import TranslationOptions, register

from forum.models import Announcement


@register(Announcement)
class AnnouncementTranslation(TranslationOptions):
    fields = ("title", "text")
    required_languages = ("en",)
