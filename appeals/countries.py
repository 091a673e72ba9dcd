"""Countries by their two letters (ISO 3166-1), named in the reader's language. Values in, values out."""

import unicodedata
from functools import cache

from babel import Locale
from babel.core import get_global

from appeals.telling.statement import country_name

# What Unicode names beside countries: unions of them, parts of them, and codes that nobody was given.
NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())


@cache
def country_codes() -> frozenset[str]:
    known = map(str, Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha()) - NO_COUNTRIES


def countries() -> list[tuple[str, str]]:
    """Each country with its name, by name."""
    named = [(code, country_name(code)) for code in country_codes()]
    return sorted(named, key=lambda each: unicodedata.normalize("NFKD", each[1]))


def country_of(zone: str) -> str:
    """The country whose clock it is; empty where the zone is no country's."""
    code = get_global("zone_territories").get(zone, "")
    return code if code in country_codes() else ""
