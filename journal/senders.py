"""Who carries a delivery: one sender for each channel."""

from collections.abc import Callable

from journal.models import Delivery


class Undeliverable(Exception):  # noqa: N818 - what happened, in the words of the outbox
    """It did not arrive. `code` says why, in a word of ours, never text of others.

    `final`: no repeat will help. `retry_after`: the seconds for which the other side asked us to wait.
    `rest`: the other side hangs or is overloaded, so that more of the same would only hold up others.
    """

    def __init__(self, code: str, *, final: bool = False, retry_after: int | None = None, rest: bool = False):
        self.code = code
        self.final = final
        self.retry_after = retry_after
        self.rest = rest
        super().__init__(code)


Sender = Callable[[Delivery], None]
_senders: dict[str, Sender] = {}


def register(channel: str, sender: Sender) -> None:
    """Let `sender` carry the deliveries of `channel`. It raises Undeliverable where it fails."""
    _senders[channel] = sender


def sender_for(channel: str) -> Sender:
    return _senders[channel]
