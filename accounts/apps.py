from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and machines")

    def ready(self) -> None:
        from accounts import mails, schema, signals  # noqa: F401
        from accounts.endpoints import endpoint_is_gone, find_endpoint
        from journal.webhooks import register_endpoints

        register_endpoints("platforms", find_endpoint, endpoint_is_gone)
