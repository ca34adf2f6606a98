from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts import reading, zones
from accounts.mail.models import BouncedAddress, OutgoingMail, PeriodicRun, WorkerBeat
from accounts.roles import FACILITATORS

__all__ = [
    "BouncedAddress",
    "Detail",
    "OutgoingMail",
    "PeriodicRun",
    "Role",
    "User",
    "WorkerBeat",
]


class UserQuerySet(models.QuerySet):
    def facilitators(self):
        return self.filter(
            models.Q(groups__name=FACILITATORS) | models.Q(is_superuser=True), is_active=True
        ).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """In small letters: people do not tell Ana@example.org from ana@example.org."""
        return (email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """Without a password the account cannot sign in with one. ValueError without an e-mail."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class Role(models.TextChoices):
    """Who somebody is among those who make the world of work."""

    GOVERNMENT = "government", _("Government")
    WORKERS = "workers", _("Workers’ organisation")
    EMPLOYERS = "employers", _("Employers’ organisation")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    UNITED_NATIONS = "un", _("United Nations")
    ACADEMIA = "academia", _("Academia")
    OTHER = "other", _("Other")


class Detail(models.TextChoices):
    """What a person may show of themselves beside their name."""

    COUNTRY = "country", _("Country")
    ORGANISATION = "organisation", _("Organisation")
    ROLE = "role", _("Role")
    READING = "reading", _("Languages that I read")
    ABOUT = "about", _("About me")


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("Another account uses this e-mail address.")},
    )
    display_name = models.CharField(
        _("display name"), max_length=80, help_text=_("The name that everybody sees.")
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("The language of the pages and mails for this person."),
    )
    is_staff = models.BooleanField(
        _("may enter the administration"),
        default=False,
        help_text=_("What a person may change there follows from the groups below."),
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Without it nobody can sign in with this account. Better than deleting it."),
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    country = CountryField(_("country"), blank=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, blank=True)
    # Codes of accounts/reading.py.
    reading = models.JSONField(_("languages that I read"), default=list, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[zones.validate]
    )
    about = models.TextField(_("about me"), max_length=600, blank=True)
    has_public_page = models.BooleanField(_("public page"), default=False)
    # Values of Detail.
    public_details = models.JSONField(_("shown on the public page"), default=list, blank=True)
    # Set while a person who asked for it can still change their mind.
    deletion_asked_at = models.DateTimeField(null=True, editable=False, db_index=True)
    deletion_keeps_posts = models.BooleanField(default=True, editable=False)
    # The address from which a mail came back; see accounts/mail/bounces.py.
    bounced_address = models.EmailField(blank=True, editable=False, db_index=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message=_("Another account uses this e-mail address."),
            )
        ]

    def __str__(self):
        return self.display_name or self.email

    def save(self, *args, **kwargs):
        self.email = User.objects.normalize_email(self.email)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("accounts:member", args=[self.pk])

    def get_full_name(self):
        return self.display_name

    def get_short_name(self):
        return self.display_name

    def shows(self, detail: str) -> bool:
        return self.has_public_page and detail in self.public_details

    @property
    def has_bounced(self) -> bool:
        """Mails to the address that the person has now come back."""
        return bool(self.bounced_address) and self.bounced_address == self.email

    @property
    def reading_names(self) -> list[str]:
        return [reading.own_name(code) for code in self.reading]

    @property
    def is_facilitator(self) -> bool:
        """May see drafts; the same question that every page and the admin ask."""
        return self.may_as_staff("modules.change_module")

    def may_as_staff(self, right: str) -> bool:
        """As `has_perm`, for what only the staff may; it costs others no query, and them one."""
        if not self.is_active or not self.is_staff:
            return False
        # The group's rights first: they are one query, and nearly always the answer.
        return self.is_superuser or right in self.get_group_permissions() or self.has_perm(right)
