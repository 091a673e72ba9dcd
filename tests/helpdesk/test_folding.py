"""Words typed in one way find words written in another, in ten languages."""

import pytest

from helpdesk.folding import MOST, fold, tokens_of, wanted


def same(one, other):
    return tokens_of(one) == tokens_of(other)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Ёлка", "елка"),
        ("ЗАБЛОКИРОВАН", "заблокировали"),
        ("п’ять", "пʼять"),
        ("Café DÉJÀ", "cafe deja"),
        ("Straße", "STRASSE"),
        ("کتاب", "كتاب"),
        ("علی", "علي"),
        ("مُغلَق", "مغلق"),
        ("الحساب", "حساب"),
        ("ـكـتاب", "كتاب"),
        ("۱۴۰۵", "1405"),
        ("٢٠٢٦", "2026"),
        ("می شود", "میشود"),
        ("کتاب ها", "کتابها"),
        ("２０２６", "2026"),
    ],
)
def test_spellings_of_one_word_are_one_token(written, typed):
    assert same(written, typed)


def test_a_half_space_finds_the_word_written_whole_and_its_parts():
    tokens = tokens_of("می\u200cخواهم")
    assert set(tokens_of("میخواهم")) <= set(tokens)
    assert set(tokens_of("خواهم")) <= set(tokens)


def test_han_is_kept_as_signs_and_pairs():
    assert {"頻", "頻道", "道被"} <= set(tokens_of("頻道被封"))
    assert wanted("頻道") == "(('頻道'))"


def test_a_code_is_kept_whole_beside_its_parts():
    assert {"tg_12-ab", "tg", "12", "ab"} == set(tokens_of("tg_12-ab."))


def test_quotes_cannot_leave_the_query():
    assert "''" not in wanted("a' | 'b")
    assert wanted("'") == ""
    assert wanted("a\\b-c") == "('a\\\\b-c' | ('a' & 'b' & 'c'))"


def test_a_long_text_keeps_a_bounded_number_of_tokens():
    assert len(tokens_of(" ".join(f"w{n}" for n in range(MOST * 2)))) == MOST


def test_nothing_typed_asks_for_nothing():
    assert wanted(" -- ") == ""
    assert fold("") == ""
