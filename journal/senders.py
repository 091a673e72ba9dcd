"""Who carries a delivery: one sender for each channel, registered by the app that knows how."""

from collections.abc import Callable

from journal.models import Delivery


class Undeliverable(Exception):  # noqa: N818 - what happened, in the words of the outbox
    """It did not arrive. `code` says why (never text of others); `final` that no repeat will help."""

    def __init__(self, code: str, *, final: bool = False, retry_after: int | None = None):
        self.code = code
        self.final = final
        self.retry_after = retry_after
        super().__init__(code)


Sender = Callable[[Delivery], None]
_senders: dict[str, Sender] = {}


def register(channel: str, sender: Sender) -> None:
    """Let `sender` carry the deliveries of `channel`. It raises Undeliverable where it fails."""
    _senders[channel] = sender


def sender_for(channel: str) -> Sender:
    return _senders[channel]
