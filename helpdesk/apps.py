from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = _("Helpdesk")

    def ready(self) -> None:
        from helpdesk import mails  # noqa: F401 - registers them
        from helpdesk.forms.complaint import Category
        from helpdesk.headlines import name_codes
        from helpdesk.search import follow_words

        follow_words()
        name_codes(dict(Category.choices) | {"danger": _("I am in danger")})
