"""Receipts: the same bits in any spelling, and nothing that gives them away."""

import pytest

from helpdesk.receipts import (
    LISTS,
    _bare,
    _read_words,
    _wordlist,
    lookup_of,
    new_token,
    stored,
    words_from_token,
)

LANGUAGES = ["en", "es", "fr", "pt-br", "ru", "zh-hant", "fa", "ar"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [8, 12])
def test_receipt_is_read_back_from_any_language(language, words):
    token = new_token()
    receipt = words_from_token(token, language=language, words=words)
    assert len(receipt.split()) == words
    assert lookup_of(receipt) == lookup_of(words_from_token(token, language="en", words=words)) is not None


def test_same_form_gives_the_same_receipt_and_another_form_another():
    assert words_from_token("a" * 32, language="en") == words_from_token("a" * 32, language="en")
    assert words_from_token("a" * 32, language="en") != words_from_token("b" * 32, language="en")


@pytest.mark.parametrize("name", sorted(set(LISTS.values())))
def test_every_word_of_a_list_is_read_back(name):
    words = _wordlist(name)
    assert len({_bare(word) for word in words}) == 2048
    for start in range(0, 2048, 8):
        numbers = list(range(start, start + 8))
        assert _read_words(" ".join(words[start : start + 8]), name) == numbers


def test_spelling_does_not_matter():
    token = new_token()
    lookup = lookup_of(words_from_token(token, language="es"))
    words = words_from_token(token, language="es").split()
    assert lookup_of("  \u200f" + ",  ".join(words).upper() + "\n") == lookup
    assert lookup_of("\n".join(f"{n}. {word}" for n, word in enumerate(words, 1))) == lookup
    assert lookup_of(_bare(" ".join(words))) == lookup
    chinese = words_from_token(token, language="zh-hant")
    assert lookup_of(chinese.replace(" ", "")) == lookup_of(chinese.replace(" ", "\u3000")) == lookup


def test_digits_of_any_script_and_spacing_are_read():
    digits = words_from_token("t" * 32, language="fa")
    persian = digits.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert lookup_of(persian) == lookup_of(digits.replace(" ", "-")) == lookup_of(digits.replace(" ", ""))
    assert lookup_of(digits) == lookup_of(words_from_token("t" * 32, language="ru"))


def test_a_wrong_digit_or_swapped_groups_are_noticed():
    groups = words_from_token("t" * 32, language="fa").split()
    wrong = str((int(groups[0][1]) + 1) % 10)
    assert lookup_of(" ".join([groups[0][0] + wrong + groups[0][2:], *groups[1:]])) is None
    assert lookup_of(" ".join([groups[1], groups[0], *groups[2:]])) is None


@pytest.mark.parametrize(
    "typed", ["", "abandon", "abandon " * 7 + "slovo", "1234", "12345 " * 8, "😀" * 8, "x" * 9999]
)
def test_what_is_no_receipt_has_no_lookup(typed):
    assert lookup_of(typed) is None


def test_checksum_of_a_sealed_receipt_is_checked():
    assert lookup_of("abandon " * 11 + "about") is not None
    assert lookup_of("abandon " * 12) is None


def test_what_is_stored_depends_on_the_key(settings):
    lookup = lookup_of("abandon " * 8)
    before = stored(lookup)
    settings.RECEIPT_KEY = "another key of at least thirty-two characters"
    assert stored(lookup) != before
    assert lookup not in (before, stored(lookup))
