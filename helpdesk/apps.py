from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    name = "helpdesk"
    verbose_name = _("Helpdesk")

    def ready(self) -> None:
        from helpdesk import endpoints, mails  # noqa: F401 - registers them
        from helpdesk.cards import earlier_card
        from helpdesk.desks import Card, Desk, register
        from helpdesk.forms.complaint import Category
        from helpdesk.headlines import name_codes
        from helpdesk.models import QueueKind
        from helpdesk.pages import add_page
        from helpdesk.permissions import ON_CALL_READERS
        from helpdesk.push import send_push
        from helpdesk.search import follow_words
        from journal.models import Channel
        from journal.senders import register as register_sender

        add_page("console:lead", _("What needs a lead now"), "lead", "head")
        add_page("console:numbers", _("How promises were kept"), "lead", "head")
        register_sender(Channel.PUSH, send_push)
        follow_words()
        add_page("console:alarms", _("Alarms"), "moderator", "lead", "head", "operator")
        add_page("console:incidents", _("Incidents"), "moderator", "lead", "head")
        add_page("console:on_call", _("On call"), *ON_CALL_READERS)
        categories = dict(Category.choices) | {"danger": _("I am in danger")}
        name_codes(categories)
        earlier = Card("earlier", "helpdesk/console/_earlier_card.html", earlier_card)
        register(Desk(QueueKind.COMPLAINT, cards=(earlier,), categories=categories))
