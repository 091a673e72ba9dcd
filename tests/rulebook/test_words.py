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
