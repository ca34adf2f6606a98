from datetime import timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_comments_xtd.models import XtdComment

from forum.models.policy import Policy
from modules.models import Module

# A path is the ids of the ancestors and of the post itself, each as wide as this, so that the
# order of the texts is the order in which a conversation is read.
PATH_STEP = 10
# How deep a reply may stand; an opening post is at 0. Beyond it people answer a level higher.
DEEPEST_LEVEL = 40
LONGEST_POST = 10_000
# How long the link in a guest's mail is good.
CONFIRMATION_TIME = timedelta(days=7)


class State(models.TextChoices):
    PUBLISHED = "published", _("Published")
    HELD = "held", _("Held for a facilitator")
    REMOVED = "removed", _("Removed by a facilitator")
    DELETED = "deleted", _("Deleted by its author")


class HeldFor(models.TextChoices):
    """Which rule holds a post until a facilitator has looked at it."""

    APPROVAL = "approval", _("Posts of guests wait for approval here")
    LINKS = "links", _("Many links from somebody new")
    WORDS = "words", _("It holds a word or a link that is looked at first")
    REPEATED = "repeated", _("The same text has been posted several times")
    RESTRICTED = "restricted", _("All posts of this person wait for approval")
    CAPTCHA = "captcha", _("Sent without the check against automatic posts")
    REPORTS = "reports", _("Several people have reported it")


class PostQuerySet(models.QuerySet):
    def openings(self):
        return self.filter(level=0)

    def shown(self):
        """Posts that take a place on a page: a hidden one keeps a line while it has answers."""
        return self.filter(models.Q(state=State.PUBLISHED) | models.Q(answer_count__gt=0))

    def shown_to(self, reader):
        """What a `forum.readers.Reader` sees: with their own posts that wait or were removed, and
        for a facilitator with all that do."""
        waiting_or_gone = models.Q(state__in=[State.HELD, State.REMOVED])
        shown = self.shown()
        if reader.is_facilitator:
            return shown | self.filter(waiting_or_gone)
        return shown | self.filter(waiting_or_gone, reader.own) if reader.own else shown

    def of_readable_modules(self, user):
        """Without those whose forum a facilitator has hidden."""
        modules = Module.objects.visible_to(user).exclude(forum_policy__mode=Policy.Mode.CLOSED)
        return self.filter(module__in=modules.values("pk"))

    def for_display(self):
        """With what a page shows of each post, in one query."""
        return self.select_related(
            "user", "in_reply_to", "in_reply_to__user", "module", "module__forum_policy"
        )


class PostManager(models.Manager.from_queryset(PostQuerySet)):
    """Past comments-xtd's manager, whose default order no index serves."""


class PathField(models.CharField):
    """Filled when the row is inserted, which is when the post has its id."""

    def pre_save(self, post, add):
        if add:
            post.path = path_of(post)
        return super().pre_save(post, add)


def path_of(post: "Post") -> str:
    """Below the path of what it answers."""
    above = post.in_reply_to.path if post.in_reply_to_id else ""
    return above + path_step(post.pk)


def path_step(pk: int) -> str:
    return f"{pk:0{PATH_STEP}d}"


class Post(XtdComment):
    """A contribution to the discussion under a module: an opening post or a reply.

    The inherited comment keeps who, when and what; what is filtered or sorted stands here, since
    no index spans the tables. Rows are made by `forum.services`, never by `objects.create`.
    """

    module = models.ForeignKey(Module, models.CASCADE, related_name="posts")
    # The opening post of the conversation; an opening post is its own.
    root = models.ForeignKey("self", models.CASCADE, related_name="conversation", null=True)
    in_reply_to = models.ForeignKey(
        "self", models.CASCADE, related_name="answers", null=True, blank=True
    )
    path = PathField(max_length=PATH_STEP * (DEEPEST_LEVEL + 1), unique=True, null=True)
    # From the form that sent it: the same form sent twice makes no second post.
    submission = models.UUIDField(unique=True, null=True, editable=False)
    # Its number in the conversation, from 1; it never changes.
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=150, blank=True)
    body_html = models.TextField(editable=False)
    language = models.CharField(_("language"), max_length=12)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PUBLISHED)
    # Empty unless it is held.
    held_for = models.CharField(_("held because"), max_length=10, choices=HeldFor, blank=True)
    # Of a guest, in small letters; empty for a member. It is how guests are found again.
    guest_email = models.EmailField(blank=True, editable=False)
    # In which a guest reads mails; empty for a member.
    guest_language = models.CharField(max_length=8, blank=True, editable=False)
    # What the link in a guest's mail ends with; it lets that guest change and delete the post.
    guest_key = models.CharField(max_length=32, unique=True, null=True, editable=False)  # noqa: DJ001 - a member's has none
    posted_at = models.DateTimeField(_("posted"), default=timezone.now)
    # None: those who want to be told have not been put down yet. So the post itself is the order
    # to tell them, given in the transaction that stores it, and waits while the post is held.
    announced_at = models.DateTimeField(null=True, editable=False)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    # Published posts below this one, at any depth.
    answer_count = models.PositiveIntegerField(default=0)
    like_count = models.PositiveIntegerField(default=0)
    # Of an opening post: posts that ever were in the conversation, and when the last of those
    # came that are published.
    last_number = models.PositiveIntegerField(default=1)
    active_at = models.DateTimeField(default=timezone.now)

    objects = PostManager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        base_manager_name = "objects"
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["root", "number"], name="one_post_per_number"),
        ]
        indexes = [
            models.Index(fields=["root", "path"], name="post_reading_order"),
            models.Index(
                fields=["posted_at"],
                condition=models.Q(announced_at=None),
                name="posts_to_announce",
            ),
            models.Index(
                fields=["guest_email"], condition=models.Q(guest_email__gt=""), name="guests_posts"
            ),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["held", "removed"]),
                name="posts_to_moderate",
            ),
            models.Index(fields=["root", "state", "language"], name="conversation_languages"),
            models.Index(
                fields=["module", "language", "state", "answer_count"],
                condition=models.Q(in_reply_to=None),
                name="conversation_by_language",
            ),
            models.Index(
                fields=["module", "state", "-posted_at", "-xtdcomment_ptr"],
                condition=models.Q(in_reply_to=None),
                name="conversation_by_age",
            ),
            models.Index(
                fields=["module", "state", "-like_count", "-xtdcomment_ptr"],
                condition=models.Q(in_reply_to=None),
                name="conversation_by_likes",
            ),
            models.Index(
                fields=["module", "state", "-active_at", "-xtdcomment_ptr"],
                condition=models.Q(in_reply_to=None),
                name="conversation_by_activity",
            ),
        ]

    def __str__(self):
        return self.title or self.comment[:60]

    @property
    def author_name(self) -> str:
        """As it is today for a member; as it was given for a guest."""
        if self.user:
            return self.user.display_name
        return self.user_name or gettext("Former member")

    def get_absolute_url(self):
        return reverse("forum:post", args=[self.pk])

    def save(self, **kwargs):
        """The row itself and no other; comments-xtd's own save renumbers whole conversations."""
        models.Model.save(self, **kwargs)


class Revision(models.Model):
    """What a post said before its author changed it."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    title = models.CharField(max_length=150, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=12)
    # When the next version took its place.
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.replaced_at}: {self.text[:60]}"


class PendingQuerySet(models.QuerySet):
    """Of what waits until the link in a mail has been used."""

    def waiting(self):
        return self.filter(created_at__gt=timezone.now() - CONFIRMATION_TIME)

    def expired(self):
        return self.filter(created_at__lte=timezone.now() - CONFIRMATION_TIME)


class PendingPost(models.Model):
    """A guest's post that waits until the link in its author's mail has been used."""

    token = models.CharField(max_length=32, unique=True)
    submission = models.UUIDField(unique=True)
    module = models.ForeignKey(Module, models.CASCADE, related_name="+")
    is_reply = models.BooleanField(default=False)
    # None for a reply, too, when what it answers is gone.
    in_reply_to = models.ForeignKey(Post, models.SET_NULL, related_name="+", null=True)
    name = models.CharField(max_length=50)
    email = models.EmailField()
    title = models.CharField(max_length=150, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=12)
    # False: sent without the optional check against automatic posts.
    is_checked = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    # In which its author reads mails.
    interface_language = models.CharField(max_length=8)
    # Its author wants to hear of answers, from its publication on.
    wants_answers = models.BooleanField(default=False)

    objects = PendingQuerySet.as_manager()

    def __str__(self):
        return f"{self.name}: {self.text[:60]}"
