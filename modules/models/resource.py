from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from modules.models.module import Module
from modules.models.publishing import Ordered, validate_languages
from modules.uploads import RESOURCE_TYPES, resource_name, validate_resource
from sstc_academy.lib.files import size_of


class Resource(Ordered):
    module = models.ForeignKey(Module, models.CASCADE, related_name="resources")
    title = models.CharField(_("title"), max_length=150)
    url = models.URLField(_("address"), max_length=300, blank=True)
    file = models.FileField(
        _("file"),
        upload_to=resource_name,
        blank=True,
        validators=[FileExtensionValidator(list(RESOURCE_TYPES)), validate_resource],
        help_text=_("Instead of an address."),
    )
    kilobytes = models.PositiveIntegerField(
        _("size in kB"),
        null=True,
        blank=True,
        help_text=_("Of what the address leads to. An uploaded file says it itself."),
    )
    languages = models.JSONField(
        _("languages"), default=list, blank=True, validators=[validate_languages]
    )

    class Meta(Ordered.Meta):
        verbose_name = _("resource")
        verbose_name_plural = _("resources")

    def __str__(self):
        return self.title

    def clean(self):
        if bool(self.url) == bool(self.file):
            raise ValidationError(gettext("Give an address or a file, and not both."))

    @property
    def link(self) -> str:
        return self.file.url if self.file else self.url

    @property
    def type(self) -> str:
        """What the reader gets, as a short sign: "PDF", "DOCX"; "" for a web page."""
        ending = (
            PurePath(self.file.name if self.file else self.url).suffix.lower().removeprefix(".")
        )
        return ending.upper() if ending in RESOURCE_TYPES else ""

    @property
    def bytes(self) -> int | None:
        """None when nobody knows the size."""
        if self.file:
            return size_of(self.file)
        return self.kilobytes * 1024 if self.kilobytes else None
