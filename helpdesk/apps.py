from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = _("Helpdesk")

    def ready(self) -> None:
        from helpdesk import mails  # noqa: F401 - registers them
        from helpdesk.search import follow_words

        follow_words()
