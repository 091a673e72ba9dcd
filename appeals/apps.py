from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    name = "appeals"
    verbose_name = _("Appeals")

    def ready(self) -> None:
        from appeals import mails, receivers  # noqa: F401 - register themselves
        from appeals.desk import register_desks
        from appeals.labels import LABELS
        from appeals.models import DecisionKind
        from appeals.views import naming  # noqa: F401 - the same
        from helpdesk.headlines import name_codes

        register_desks()
        name_codes({**LABELS, **dict(DecisionKind.choices)})
        self.add_pages()

    def add_pages(self) -> None:
        from helpdesk.pages import add_page

        add_page("appeals_console:measures", _("Measures that wait"), "moderator", "lead", "head")
        add_page("appeals_console:deciders", _("Who decides at the platforms"), "lead", "head")
        add_page("appeals_console:bodies", _("Out-of-court bodies"), "lead", "head", "operator")
        add_page("appeals_console:intake", _("What comes in"), "lead", "head", "operator")
