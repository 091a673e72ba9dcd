"""References: short random names for cases that can be read out over a telephone.

Ten symbols of Crockford's base 32 as `A7K3-9QXT-M`: nine of them would be 40 bits and a check symbol;
the check symbol is taken from the same 32, so that nothing in it looks like punctuation.
"""

import secrets

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIASES = str.maketrans({"O": "0", "I": "1", "L": "1"})
BODY = 8


def _check(body: str) -> str:
    """The check symbol: a weighted sum with odd weights, which notices every single slip and
    every swap of neighbours whose difference is not sixteen."""
    total = sum(SYMBOLS.index(symbol) * (2 * place + 1) for place, symbol in enumerate(body))
    return SYMBOLS[total % 32]


def new_reference() -> str:
    """A new random reference (40 random bits). Uniqueness is the caller's constraint."""
    body = "".join(secrets.choice(SYMBOLS) for _ in range(BODY))
    return f"{body[:4]}-{body[4:]}-{_check(body)}"


def read_reference(typed: str) -> str | None:
    """What was typed, in its one spelling; None where it cannot be a reference.

    Takes any case, any separators and the usual slips (O for 0, I and L for 1).
    """
    text = "".join(symbol for symbol in typed.upper().translate(ALIASES) if symbol in SYMBOLS)
    if len(text) != BODY + 1 or _check(text[:BODY]) != text[BODY]:
        return None
    return f"{text[:4]}-{text[4:8]}-{text[8]}"
