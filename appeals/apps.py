from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    name = "appeals"
    verbose_name = _("Appeals")

    def ready(self) -> None:
        from appeals import mails, receivers  # noqa: F401 - register themselves
        from appeals.desk import register_desks

        register_desks()
