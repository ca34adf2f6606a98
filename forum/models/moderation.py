from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_comments.models import CommentFlag
from django_comments_xtd.models import LIKEDIT_FLAG

from forum.models.posts import Post


class Reason(models.TextChoices):
    """Why a post is reported or removed, and a person kept out."""

    SPAM = "spam", _("Advertising or spam")
    INSULT = "insult", _("Insults or threats")
    HATE = "hate", _("Hatred against people")
    PRIVATE = "private", _("Private data of somebody")
    OFF_TOPIC = "off_topic", _("It has nothing to do with the subject")
    OTHER = "other", _("Another reason")


class LikeQuerySet(models.QuerySet):
    def of(self, user, posts):
        """Of one person for some posts."""
        return self.filter(user=user, flag=LIKEDIT_FLAG, comment__in=posts)


class Like(CommentFlag):
    """That a member likes a post: a flag of the comment framework, unique for post and person."""

    objects = LikeQuerySet.as_manager()

    class Meta:
        proxy = True


class ReportQuerySet(models.QuerySet):
    def waiting(self):
        """Those that no facilitator has looked at."""
        return self.filter(settled_at=None)

    def count_people(self) -> int:
        """Surely different ones: visitors from one network count as one, and not at all where
        somebody known has reported from the same."""
        rows = list(self.values_list("network", "is_known"))
        known = [network for network, is_known in rows if is_known]
        return len(known) + len({network for network, _is_known in rows} - set(known))


class Report(models.Model):
    """Somebody says that a post should not stand. One for each post and person."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="reports", verbose_name=_("post"))
    # Keyed hashes: of the account, of a guest's address or of a visitor's browser; and of whence
    # it came.
    reporter = models.CharField(max_length=64, editable=False)
    network = models.CharField(max_length=64, blank=True, editable=False)
    # That somebody is an account or a confirmed address, and no unknown visitor.
    is_known = models.BooleanField(default=False, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    note = models.CharField(_("in their own words"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("reported"), default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["post", "reporter"], name="one_report_per_person"),
        ]

    def __str__(self):
        return f"{self.get_reason_display()}: {self.post}"


class Restriction(models.Model):
    """Keeps an account, an e-mail address or all addresses of a domain from posting at will."""

    class Level(models.TextChoices):
        HELD = "held", _("Posts wait for approval")
        BANNED = "banned", _("May not post")

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="forum_restriction",
        null=True,
        blank=True,
        verbose_name=_("account"),
    )
    address = models.CharField(
        _("e-mail address or domain"),
        max_length=254,
        blank=True,
        help_text=_("Such as person@example.org, or example.org for all addresses there."),
    )
    level = models.CharField(_("what follows"), max_length=10, choices=Level, default=Level.BANNED)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, default=Reason.OTHER)
    note = models.CharField(_("note for facilitators"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("facilitator"),
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    until = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("Empty: until a facilitator lifts it.")
    )

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account=None, address__gt="")
                | models.Q(account__isnull=False, address=""),
                name="restricts_one_account_or_address",
                violation_error_message=_("Name either an account or an address, not both."),
            ),
            models.UniqueConstraint(
                Lower("address"),
                condition=models.Q(address__gt=""),
                name="one_restriction_per_address",
                violation_error_message=_("There is a restriction for this address already."),
            ),
        ]

    def __str__(self):
        return str(self.account or self.address)


class BlockedTerm(models.Model):
    """A word, a phrase or a domain that posts may not hold."""

    class Level(models.TextChoices):
        HELD = "held", _("The post waits for approval")
        REFUSED = "refused", _("The post is refused")

    term = models.CharField(
        _("word, phrase or domain"),
        max_length=100,
        help_text=_("A domain, such as example.com, is looked for in links, with all below it."),
    )
    level = models.CharField(_("what follows"), max_length=10, choices=Level, default=Level.HELD)

    class Meta:
        verbose_name = _("blocked word or domain")
        verbose_name_plural = _("blocked words and domains")
        ordering = ["term"]
        constraints = [
            models.UniqueConstraint(
                Lower("term"),
                name="one_row_per_blocked_term",
                violation_error_message=_("This one is in the list already."),
            )
        ]

    def __str__(self):
        return self.term


class Act(models.TextChoices):
    """What was done to keep order."""

    HELD = "held", _("Held")
    APPROVED = "approved", _("Approved")
    REMOVED = "removed", _("Removed")
    RESTORED = "restored", _("Restored")
    KEPT = "kept", _("Reports settled: the post stays")
    RESTRICTED = "restricted", _("Restricted: posts wait for approval")
    BANNED = "banned", _("Banned from posting")
    LIFTED = "lifted", _("Restriction lifted")


class ModerationRecord(models.Model):
    """One act of keeping order: who, when and why. Never changed afterwards."""

    # None: the post has been deleted since, or the act was against an account or address.
    post = models.ForeignKey(
        Post,
        models.SET_NULL,
        related_name="moderation_records",
        null=True,
        verbose_name=_("post"),
    )
    # The name of the post's author, or whom a restriction is for.
    subject = models.CharField(_("about"), max_length=254)
    excerpt = models.CharField(_("text"), max_length=200, blank=True)
    act = models.CharField(_("what was done"), max_length=10, choices=Act)
    # A code of HeldFor when a rule acted, of Reason when a person did.
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    note = models.TextField(_("note to the author"), max_length=1000, blank=True)
    # None: a rule of the forum did it.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        verbose_name=_("facilitator"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("record of moderation")
        verbose_name_plural = _("records of moderation")

    def __str__(self):
        return f"{self.get_act_display()}: {self.subject}"
