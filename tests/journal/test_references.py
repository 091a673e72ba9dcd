import random
from itertools import combinations

import pytest

from journal.references import SYMBOLS, new_reference, read_reference


def test_references_differ_and_have_one_shape():
    made = {new_reference() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(each) == 11 and each[4] == each[9] == "-" for each in made)


@pytest.mark.parametrize("_", range(20))
def test_every_single_wrong_symbol_is_noticed(_):
    right = new_reference().replace("-", "")
    for place in range(9):
        for symbol in set(SYMBOLS) - {right[place]}:
            assert read_reference(right[:place] + symbol + right[place + 1 :]) is None


@pytest.mark.parametrize("_", range(50))
def test_every_swap_of_two_symbols_is_noticed(_):
    right = list(new_reference().replace("-", ""))
    for first, second in combinations(range(9), 2):
        wrong = right.copy()
        wrong[first], wrong[second] = wrong[second], wrong[first]
        assert right == wrong or read_reference("".join(wrong)) is None


def reference_with(symbols):
    while not set(symbols) <= set(made := new_reference()):
        pass
    return made


def test_it_is_read_back_in_any_case_and_spacing():
    right = new_reference()
    bare = right.replace("-", "")
    for typed in (right.lower(), bare, f" {bare[:3]} {bare[3:]}\n", "–".join(bare), f"\u200f{right}\u200e"):
        assert read_reference(typed) == right


def test_usual_slips_are_understood():
    right = reference_with("01")
    assert read_reference(right.replace("0", "o").replace("1", "l")) == right
    assert read_reference(right.replace("0", "O").replace("1", "I")) == right


def test_digits_of_other_scripts_and_wide_letters_are_understood():
    right = reference_with("17")
    assert read_reference(right.replace("1", "۱").replace("7", "٧")) == right
    wide = "".join(chr(ord(symbol) + 0xFEE0) if symbol != "-" else symbol for symbol in right)
    assert read_reference(wide) == right


def test_a_cyrillic_keyboard_is_understood():
    right = reference_with("AKM")
    assert read_reference(right.translate(str.maketrans("AKM", "акм"))) == right


@pytest.mark.parametrize(
    "typed", ["", "-", "A", "A" * 5000, "!!!!-????-.", "UUUU-UUUU-U", "日本語日本語日本語"]
)
def test_what_cannot_be_a_reference_is_none(typed):
    assert read_reference(typed) is None


def test_nothing_typed_breaks_it():
    chance = random.Random(7)
    for _ in range(2000):
        read_reference("".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(chance.randrange(12))))
