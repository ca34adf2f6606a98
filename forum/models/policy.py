from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.models import Module


class Policy(models.Model):
    """Who may write under a module; a module without a row welcomes everybody."""

    class Mode(models.TextChoices):
        OPEN = "open", _("Guests and members may write")
        APPROVAL = "approval", _("Members may write; posts of guests wait for approval")
        MEMBERS = "members", _("Members only may write")
        READ_ONLY = "read_only", _("Nobody may write; everybody may read")
        CLOSED = "closed", _("The forum is hidden")

    module = models.OneToOneField(
        Module, models.CASCADE, related_name="forum_policy", verbose_name=_("module")
    )
    mode = models.CharField(_("who may write"), max_length=10, choices=Mode, default=Mode.OPEN)

    class Meta:
        verbose_name = _("forum of a module")
        verbose_name_plural = _("forums of modules")

    def __str__(self):
        return f"{self.module}: {self.get_mode_display()}"

    @classmethod
    def of(cls, module: Module) -> "Policy":
        """One query for each module object: it remembers its policy, also that it has none."""
        try:
            return module.forum_policy
        except cls.DoesNotExist:
            return cls(module=module)

    @property
    def is_hidden(self) -> bool:
        return self.mode == self.Mode.CLOSED

    def lets_write(self, user) -> bool:
        """A visitor who has not signed in counts as a guest."""
        if self.mode == self.Mode.MEMBERS:
            return user.is_authenticated
        return self.mode in {self.Mode.OPEN, self.Mode.APPROVAL}
