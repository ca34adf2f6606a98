from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from allauth.account.signals import email_confirmed

        from accounts.signals import forget_password_of_another, keep_facilitators_group

        # Permissions exist only once every app has migrated; each of them gives this signal.
        post_migrate.connect(keep_facilitators_group, dispatch_uid="facilitators")
        email_confirmed.connect(forget_password_of_another, dispatch_uid="forget password")
