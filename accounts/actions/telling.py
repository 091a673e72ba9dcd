"""Mail to people on the staff: what happened to an account. Rows of the outbox, worded when sent."""

from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.roles import Role
from journal.actions import Subject
from journal.outbox import deliver


def tell(user: User, kind: str, *, about: Subject, at: datetime, **body: Any) -> None:
    deliver(kind, about=about, at=at, address=user.email, language=user.language, body=body)


def tell_operators(kind: str, *, about: Subject, at: datetime, **body: Any) -> None:
    """All operators, also the one who acted: so nothing happens to accounts unseen."""
    for operator in User.objects.holding(Role.OPERATOR).order_by("pk"):
        tell(operator, kind, about=about, at=at, **body)
