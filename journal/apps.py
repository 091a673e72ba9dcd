from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        from journal.fields import speak_plainly
        from journal.mail import send_mail
        from journal.models import Channel
        from journal.senders import register
        from journal.webhooks import send_webhook

        speak_plainly()
        register(Channel.MAIL, send_mail)
        register(Channel.WEBHOOK, send_webhook)
