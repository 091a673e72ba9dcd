"""The words of a rule: rendered without danger, compared word by word."""

import pytest

from rulebook.words import Piece, changes, plain, rendered


def test_markdown_becomes_html_below_the_headings_of_the_page():
    html = rendered("# Threats\n\nDo **not**:\n\n- threaten")
    assert "<h3>Threats</h3>" in html
    assert "<strong>not</strong>" in html
    assert "<li>threaten</li>" in html


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://tracker.example/p.gif)"],
)
def test_nothing_hostile_survives(hostile):
    html = rendered(hostile)
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<img" not in html


def test_changed_words_are_told_apart():
    (paragraph,) = changes("Do not threaten anybody.", "Do not threaten or insult anybody.")
    assert paragraph == (
        Piece("same", "Do not threaten"),
        Piece("added", "or insult"),
        Piece("same", "anybody."),
    )


def test_removed_paragraph_is_shown_where_it_stood():
    pieces = [
        piece for paragraph in changes("One.\n\nTwo.\n\nThree.", "One.\n\nThree.") for piece in paragraph
    ]
    assert Piece("removed", "Two.") in pieces
    assert [piece.words for piece in pieces if piece.kind == "same"] == ["One.", "Three."]


def test_signs_of_markdown_are_no_words():
    assert plain("# Title\n\n- **one**\n- two") == "Title\none\ntwo"


def test_a_text_that_stays_has_no_change():
    kinds = {piece.kind for paragraph in changes("One.\n\nTwo.", "One.\n\nTwo.") for piece in paragraph}
    assert kinds == {"same"}


def test_right_to_left_words_are_compared_as_words():
    (paragraph,) = changes("کسی را تهدید نکنید", "هیچ کس را تهدید نکنید")
    assert [(piece.kind, piece.words) for piece in paragraph] == [
        ("removed", "کسی"),
        ("added", "هیچ کس"),
        ("same", "را تهدید نکنید"),
    ]


def test_added_paragraph_stands_apart():
    first, second = changes("One.", "One.\n\nTwo.")
    assert first == (Piece("same", "One."),)
    assert second == (Piece("added", "Two."),)


def test_a_text_can_begin_with_nothing():
    assert changes("", "Be kind.") == ((Piece("added", "Be kind."),),)


def test_marks_alone_are_no_change_of_words():
    kinds = {piece.kind for paragraph in changes("Be **kind**.", "Be kind.") for piece in paragraph}
    assert kinds == {"same"}


@pytest.mark.parametrize(("level", "tag"), [(1, "h3"), (2, "h4"), (3, "h5"), (6, "h5")])
def test_headings_never_reach_those_of_the_page(level, tag):
    assert f"<{tag}>Threats</{tag}>" in rendered(f"{'#' * level} Threats")


def test_html_in_a_rule_is_shown_as_text():
    assert "&lt;b&gt;" in rendered("<b>bold</b>")


def test_links_leave_without_a_trace_of_the_reader():
    assert 'rel="noopener noreferrer"' in rendered("[law](https://eur-lex.europa.eu)")


def test_a_table_of_an_attacker_is_left_out():
    assert "<table" not in rendered("<table><tr><td>x</td></tr></table>")
