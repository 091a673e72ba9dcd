"""Words of a rule, made for reading: rendered from Markdown, and compared word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

TAGS = {"p", "ul", "ol", "li", "strong", "em", "blockquote", "h3", "h4", "h5", "a", "code", "br", "hr"}
_markdown = MarkdownIt("commonmark", {"html": False})
_PIECES = re.compile(r"\S+")


@lru_cache(maxsize=512)
def rendered(text: str) -> SafeString:
    """The Markdown of a rule as HTML. Its headings stand below those of the page; nothing in it loads."""
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 5)}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    return SafeString(clean)


@dataclass(frozen=True)
class Piece:
    """Words that stayed, came or went: `same`, `added`, `removed`."""

    kind: str
    words: str


Paragraph = tuple[Piece, ...]


def plain(text: str) -> str:
    """The words of Markdown without its signs, a paragraph a line."""
    lines = []
    for token in _markdown.parse(text):
        if token.type == "inline":
            lines.append("".join(_said(child) for child in token.children or ()))
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content)
    return "\n".join(" ".join(line.split()) for line in lines)


def _said(token: object) -> str:
    if getattr(token, "type", "") in {"softbreak", "hardbreak"}:
        return " "
    return getattr(token, "content", "")


@lru_cache(maxsize=512)
def changes(old: str, new: str) -> tuple[Paragraph, ...]:
    """What changed from one text to the next, word by word, paragraph by paragraph.

    Both are published texts, which are never edited; so an answer stays right for ever.
    """
    before, after = _tokens(plain(old)), _tokens(plain(new))
    paragraphs: list[Paragraph] = []
    current: list[Piece] = []
    for kind, piece in _steps(before, after):
        if piece == "\n":
            if kind != "removed":
                paragraphs.append(_joined(current))
                current = []
        else:
            current.append(Piece(kind, piece))
    paragraphs.append(_joined(current))
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    for line in text.split("\n"):
        tokens += [*_PIECES.findall(line), "\n"]
    return tokens[:-1]


def _steps(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (("same", token) for token in before[i1:i2])
            continue
        yield from (("removed", token) for token in before[i1:i2])
        yield from (("added", token) for token in after[j1:j2])


def _joined(pieces: list[Piece]) -> Paragraph:
    """Neighbours of one kind as one run of words."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, f"{joined[-1].words} {piece.words}")
        else:
            joined.append(piece)
    return tuple(joined)
