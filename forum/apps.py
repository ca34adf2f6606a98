import sys

from django.apps import AppConfig
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _


class ForumConfig(AppConfig):
    name = "forum"
    verbose_name = _("Forum")

    def ready(self):
        from django_comments_xtd.models import publish_or_unpublish_on_pre_save

        from accounts import holders
        from accounts.mail import builders, worker
        from forum import announcing, holding, notices, post_mails, signals  # noqa: F401 - signals connects
        from modules.freshness import watch

        # It republishes hidden children and inflates counts at every save.
        pre_save.disconnect(publish_or_unpublish_on_pre_save, sender="forum.Post")
        # Its template tags are not used. They would be looked for with the first page, and bring a
        # framework for programming interfaces into each process: None cannot be imported.
        sys.modules["django_comments_xtd.templatetags"] = None
        worker.register_step(notices.announce_waiting)
        builders.register(notices.LETTER, post_mails.build_letters)
        builders.register(notices.DIGEST, post_mails.build_digests)
        builders.register(announcing.ANNOUNCEMENT, announcing.build_announcements)
        # Posts have services, which touch the version themselves.
        watch(self.get_model("Policy"))
        # What belongs to posts goes before them: afterwards nobody knows whose they were.
        for holder in (
            holding.ReceivedMails,
            holding.Posts,
            holding.Subscriptions,
            holding.Likes,
            holding.Reports,
            holding.Decisions,
        ):
            holders.register(holder())
