from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self):
        from accounts import (
            holders,
            personal_data,
            signals,  # noqa: F401 - connects its receivers
        )
        from accounts.mail import bounces, outbox, periods, worker
        from accounts.mail.holding import Mails

        holders.register(Mails())
        periods.register("drop_old_data", personal_data.drop_old_data)
        periods.register("drop_old_mails", outbox.drop_old)
        periods.register("drop_old_bounces", bounces.drop_old)
        periods.register("drop_old_runs", periods.drop_old)
        periods.register("drop_old_beats", worker.drop_old_beats)
