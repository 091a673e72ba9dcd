"""Who carries a delivery: one sender for each channel."""

from collections.abc import Callable, Mapping
from typing import Any

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
Secrets = Callable[[Delivery], Mapping[str, Any]]
_secrets: dict[str, Secrets] = {}


def register(channel: str, sender: Sender) -> None:
    """Let `sender` carry the deliveries of `channel`. It raises Undeliverable where it fails."""
    _senders[channel] = sender


def sender_for(channel: str) -> Sender:
    return _senders[channel]


def register_secrets(kind: str, secrets: Secrets) -> None:
    """Let `secrets` name the signed links of a webhook of this `kind`, made from the ids in its body.

    They are made when it is sent, as those of a mail are by its template: whoever reads the outbox (in a
    dump, in a backup) holds none.
    """
    _secrets[kind] = secrets


def whole_body(delivery: Delivery) -> dict[str, Any]:
    """What a webhook says, with the links that its row does not hold."""
    secrets = _secrets.get(delivery.kind)
    return {**delivery.body, **(secrets(delivery) if secrets else {})}
