from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModulesConfig(AppConfig):
    name = "modules"
    verbose_name = _("Learning")

    def ready(self):
        from accounts.models import User
        from modules.freshness import watch

        # People's names stand beside what they have written.
        watch(User, *self.get_models())
