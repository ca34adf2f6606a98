"""Which fields exist in each of the five languages; English is required where the text is."""

from modeltranslation.translator import TranslationOptions, register

from modules import models


@register(models.Module)
class ModuleTranslation(TranslationOptions):
    fields = ("title", "strapline", "summary", "lead", "objectives")
    required_languages = {"en": ("title", "summary")}


@register(models.Figure)
class FigureTranslation(TranslationOptions):
    fields = ("label",)
    required_languages = ("en",)


@register(models.Section)
class SectionTranslation(TranslationOptions):
    fields = ("title", "body")
    required_languages = {"en": ("body",)}


@register(models.Video)
class VideoTranslation(TranslationOptions):
    fields = ("title", "description", "transcript", "captions")
    required_languages = {"en": ("title",)}


@register(models.TimelineEvent)
class TimelineEventTranslation(TranslationOptions):
    fields = ("title", "label", "text", "place", "partners")
    required_languages = {"en": ("title",)}


@register(models.Resource)
class ResourceTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = ("en",)


@register(models.Pledge)
class PledgeTranslation(TranslationOptions):
    fields = ("title", "summary", "place", "report")
    required_languages = {"en": ("title", "summary")}


@register(models.Commitment)
class CommitmentTranslation(TranslationOptions):
    fields = ("text",)
    required_languages = ("en",)


@register(models.NewsItem)
class NewsItemTranslation(TranslationOptions):
    fields = ("title", "summary", "body")
    required_languages = ("en",)
