"""Which out-of-court bodies somebody is told of, in the order in which they want them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from appeals.countries import country_of
from appeals.models import OutOfCourtBody
from appeals.telling.statement import country_name


@dataclass(frozen=True)
class CountryBodies:
    """The bodies of one country; `is_near` where the reader most likely lives there."""

    name: str
    bodies: list[OutOfCourtBody]
    is_near: bool


def told_bodies(*, at: datetime, zone: str) -> list[CountryBodies]:
    """All that take cases now, by country: the country whose clock the reader goes by stands first.

    Everybody may choose any of them (DSA Art. 21(1)), so the country orders and hides nothing. One query.
    """
    near = country_of(zone)
    open_now = OutOfCourtBody.objects.open_on(at.date()).order_by("country", "name")
    groups = [
        CountryBodies(country_name(code), list(bodies), code == near)
        for code, bodies in groupby(open_now, key=lambda each: each.country)
    ]
    return sorted(groups, key=lambda each: (not each.is_near, each.name))
