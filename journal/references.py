"""References: short random names for cases that can be read out over a telephone.

Nine symbols of Crockford's base 32 as `A7K3-9QXT-M`: eight are forty random bits, the last is a check
symbol from the same 32, so that nothing in it looks like punctuation.
"""

import secrets
import unicodedata

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY = 8
# Crockford's slips, and the Cyrillic letters that a Russian keyboard gives for the same look.
ALIASES = str.maketrans("OILАВЕКМНОРСТХУ", "011ABEKMH0PCTXY")


def _times_two(value: int) -> int:
    """Doubling in the field of 32 elements (x^5 + x^2 + 1), where no two powers up to the 31st agree."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 32 else doubled


def _check(body: str) -> str:
    """The check symbol: each place weighs another power of two, the check symbol itself one.

    So it notices every single wrong symbol and every swap of two, neighbours or not.
    """
    total = 0
    for symbol in body:
        total = _times_two(total ^ SYMBOLS.index(symbol))
    return SYMBOLS[total]


def new_reference() -> str:
    """A new random reference (forty random bits). Uniqueness is the caller's constraint."""
    body = "".join(secrets.choice(SYMBOLS) for _ in range(BODY))
    return f"{body[:4]}-{body[4:]}-{_check(body)}"


def latin_digits(typed: str) -> str:
    """What was typed, with each digit of any script as 0 to 9."""
    return "".join(_latin(symbol) for symbol in typed)


def _latin(symbol: str) -> str:
    digit = unicodedata.digit(symbol, None)
    return symbol if digit is None else str(digit)


def read_reference(typed: str) -> str | None:
    """What was typed, in its one spelling; None where it cannot be a reference.

    Takes any case, width and separators, digits of any script, and the usual slips (O for 0, I and L for 1).
    """
    text = unicodedata.normalize("NFKC", typed[:100]).upper().translate(ALIASES)
    text = "".join(_latin(symbol) for symbol in text if symbol.isalnum())
    if len(text) != BODY + 1 or not set(text) <= set(SYMBOLS) or _check(text[:BODY]) != text[BODY]:
        return None
    return f"{text[:4]}-{text[4:8]}-{text[8]}"
