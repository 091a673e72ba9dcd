"""Who gets what at the addresses of the journal."""

from accounts.roles import Role
from tests.factories import NOON, make_delivery
from tests.routes import Route, everyone, staff


def letter():
    """A dead letter, by its id."""
    delivery = make_delivery()
    delivery.dead_at = NOON
    delivery.save()
    return [delivery.pk]


def operators(status: int = 200, **details) -> Route:
    return staff(Role.OPERATOR, status=status, **details)


ROUTES = {
    "journal:digests": everyone(),
    "journal:digests_json": everyone(),
    "journal:dead_letters": operators(),
    "journal:retry_all": operators(302, method="post"),
    "journal:retry": operators(302, method="post", args=letter),
}
