"""Folding words of ten languages, so that a search finds what people typed in other ways.

Pure: text in, tokens out. Case, diacritics, digits of any script, Arabic and Persian letters, half-spaces
and Cyrillic pairs become one spelling; longer words keep their first letters, which serves as a stemmer for
every alphabet; Han and kana, written without spaces, become single signs and pairs of neighbours.
"""

import re
import unicodedata
from collections.abc import Iterator

STEM = 5  # letters kept of a word; codes with digits are kept whole
LONGEST = 100  # signs of a code that are kept; an index entry has an end
MOST = 4000  # tokens kept of one text

HALF_SPACE = "\u200c"
# Half-spaces, joiners and marks of direction; the tatweel; the soft hyphen.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0640\u00ad]")
LETTERS = str.maketrans(
    {
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه",
        "ٱ": "ا", "ء": None, "ґ": "г", "є": "е", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe",
    }
)  # fmt: skip
HAN = "\u2e80-\u2fdf\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
RUNS = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+")
HAN_RUN = re.compile(rf"[{HAN}]+")
# Inside a Cyrillic word an apostrophe is a letter with three spellings; elsewhere it parts words (l'accès).
APOSTROPHE = re.compile("(?<=[\u0400-\u04ff])['’ʼ](?=[\u0400-\u04ff])")
DIGIT = re.compile(r"\d")
ARABIC = re.compile("[\u0600-\u06ff]")
# Persian writes these apart, with a half-space or together; here they are always together.
JOIN_NEXT = re.compile(r"(?<!\w)(ن?مي)\s+(?=[\u0600-\u06ff])")
JOIN_BEFORE = re.compile(r"(?<=[\u0600-\u06ff])\s+(ها(?:ي(?:م|ت|ش|ي)?)?|تر(?:ين)?)(?!\w)")


def fold(text: str) -> str:
    """The text in one spelling: small letters without marks, plain digits, Arabic letters in one form."""
    if text.isascii():
        return text.lower()
    half_spaced = text.replace(HALF_SPACE, " \x00 ") if HALF_SPACE in text else text
    apart = unicodedata.normalize("NFKD", half_spaced.casefold())
    bare = "".join(_plain(sign) for sign in apart if unicodedata.category(sign) != "Mn")
    bare = INVISIBLE.sub("", unicodedata.normalize("NFC", bare)).translate(LETTERS)
    bare = APOSTROPHE.sub("", bare.replace(" \x00 ", HALF_SPACE))
    if ARABIC.search(bare):
        bare = JOIN_NEXT.sub(r"\1", bare)
        bare = JOIN_BEFORE.sub(r"\1", bare)
    return bare


def _plain(sign: str) -> str:
    return str(unicodedata.digit(sign)) if unicodedata.category(sign) == "Nd" else sign


def tokens_of(text: str) -> list[str]:
    """What of `text` goes into the index: sorted, each once."""
    found: set[str] = set()
    for chunk in dict.fromkeys(fold(text).split()):
        if chunk.isascii() and chunk.isalpha():  # most words of most texts, without a look at every sign
            found.add(chunk[:STEM])
            continue
        whole = chunk.replace(HALF_SPACE, "")
        for part in {*chunk.split(HALF_SPACE), whole}:
            found.update(_of_chunk(part))
        if len(found) > MOST:
            break
    return sorted(found)[:MOST]


def _of_chunk(chunk: str) -> Iterator[str]:
    runs = RUNS.findall(chunk)
    if len(runs) > 1 and not HAN_RUN.search(chunk):
        yield _code(chunk)
    for run in runs:
        if HAN_RUN.match(run):
            yield from run
            yield from _pairs(run)
        else:
            yield stem(run)


def _code(chunk: str) -> str:
    """A code with its dashes and dots, such as a platform's id, as one token."""
    return chunk.strip('.,;:!?()[]{}<>"«»“”„،؛؟…-_')[:LONGEST]


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def stem(word: str) -> str:
    """The part of a word that its forms share, near enough: its first letters, without Arabic "al-"."""
    if DIGIT.search(word):
        return word[:LONGEST]
    if word.startswith("ال") and len(word) > 4:
        word = word[2:]
    return word[:STEM]


def wanted(typed: str) -> str:
    """What somebody typed, as a tsquery over the tokens: every word must be there, in any spelling."""
    words = [chunk.replace(HALF_SPACE, "") for chunk in fold(typed).split()[:12]]
    groups = ((_ways(word), _together(words, place)) for place, word in enumerate(words))
    return " & ".join(f"({' | '.join([own, *joined])})" for own, joined in groups if own)


def _ways(word: str) -> str:
    """One typed word: all its runs, or the whole of it as a code."""
    runs = RUNS.findall(word)
    parts = [token for run in runs for token in (_pairs(run) or [run] if HAN_RUN.match(run) else [stem(run)])]
    every = " & ".join(quoted(part) for part in parts)
    if len(runs) > 1 and not HAN_RUN.search(word):
        return f"{quoted(_code(word))} | ({every})"
    return f"({every})" if every else ""


def _together(words: list[str], place: int) -> list[str]:
    """Words beside each other in Arabic script may have been written as one."""
    pairs = (words[start : start + 2] for start in (place - 1, place) if start >= 0)
    return [quoted(stem("".join(pair))) for pair in pairs if len(pair) == 2 and all(map(ARABIC.match, pair))]


def quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"
