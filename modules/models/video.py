from functools import cached_property

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.embeds import Embed, find_embed, validate_video_address
from modules.models.module import Module
from modules.models.publishing import LONGEST_TEXT, Ordered
from modules.uploads import (
    captions_name,
    poster_name,
    validate_captions,
    validate_picture,
    validate_video,
    video_name,
)
from sstc_academy.lib import languages


class Video(Ordered):
    module = models.ForeignKey(Module, models.CASCADE, related_name="videos")
    title = models.CharField(_("title"), max_length=150)
    description = models.TextField(_("description"), max_length=400, blank=True)
    address = models.CharField(
        _("address at YouTube or Vimeo"),
        max_length=300,
        blank=True,
        validators=[validate_video_address],
        help_text=_("Paste it as the browser shows it. Leave it empty for a file of your own."),
    )
    file = models.FileField(
        _("file of your own"),
        upload_to=video_name,
        blank=True,
        validators=[FileExtensionValidator(["mp4", "webm"]), validate_video],
        help_text=_("MP4 or WebM. Without a file and an address readers see “video coming soon”."),
    )
    captions = models.FileField(
        _("captions"),
        upload_to=captions_name,
        blank=True,
        validators=[FileExtensionValidator(["vtt"]), validate_captions],
        help_text=_("A WebVTT file (.vtt) in this language, for a file of your own."),
    )
    poster = models.ImageField(
        _("picture"),
        upload_to=poster_name,
        blank=True,
        validators=[FileExtensionValidator(["jpg", "jpeg", "png", "webp"]), validate_picture],
        help_text=_("Shown before the video plays. Empty: the Academy draws one."),
    )
    seconds = models.PositiveIntegerField(
        _("length in seconds"), null=True, blank=True, help_text=_("Empty: not said.")
    )
    megabytes = models.PositiveIntegerField(
        _("megabytes"),
        null=True,
        blank=True,
        help_text=_(
            "About how much data a video at YouTube or Vimeo costs. "
            "A file of your own says it itself."
        ),
    )
    transcript = models.TextField(
        _("transcript"),
        max_length=LONGEST_TEXT,
        blank=True,
        help_text=_("Everything that is said, for those who cannot play it."),
    )

    class Meta(Ordered.Meta):
        verbose_name = _("video")
        verbose_name_plural = _("videos")

    def __str__(self):
        return self.title

    @cached_property
    def embed(self) -> Embed | None:
        return find_embed(self.address) if self.address else None

    @property
    def is_playable(self) -> bool:
        return bool(self.file or self.embed)

    @cached_property
    def caption_tracks(self) -> list[tuple[str, str]]:
        """(language code, file address) of each language that has captions."""
        files = ((code, getattr(self, f"captions_{code}")) for code in languages.CODES)
        return [(code, file.url) for code, file in files if file]
