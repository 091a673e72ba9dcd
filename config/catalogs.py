"""Catalogs of translations, made and compiled with Babel: no gettext programs are needed on any machine."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

APPS = ("config", "appeals", "rulebook", "helpdesk", "accounts", "journal")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
FIELD = re.compile(r"%\((\w+)\)[sd]")
HEADER = (
    "# Recourse: texts of the program.\n# Made by `make messages`, translated by hand; see CONTRIBUTING.md."
)
Key = tuple[str | tuple[str, ...], str | None]


def languages() -> list[str]:
    """The locales that need a catalog: every language but English, in which the sources are written."""
    return [to_locale(code) for code, _ in settings.LANGUAGES if code != "en"]


def path_of(locale: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[Path]:
    """Our code and our templates; no tests, no migrations."""
    root = Path(settings.BASE_DIR)
    for app in APPS:
        yield from (path for path in sorted((root / app).rglob("*.py")) if "migrations" not in path.parts)
    for ending in ("*.html", "*.txt"):
        yield from sorted((root / "templates").rglob(ending))


def extracted() -> Catalog:
    """Every string that the sources want translated, with the files that it stands in."""
    catalog = Catalog(project="Recourse", charset="utf-8", fuzzy=False)
    for path in sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What is no text has become rows of X, indented as it was; a reader of Python minds the indents.
            text = "\n".join(line.lstrip() for line in templatize(text, origin=name).splitlines())
        found = extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
        )
        for _line, message, comments, context in found:
            catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def read(locale: str) -> Catalog:
    path = path_of(locale)
    if not path.exists():
        return Catalog(locale=locale, header_comment=HEADER, project="Recourse", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(locale: str, wanted: Catalog) -> None:
    """Bring a catalog up to the sources. What is translated stays; nothing is guessed from a like string."""
    catalog = read(locale)
    catalog.update(wanted, no_fuzzy_matching=True, update_header_comment=False, update_creation_date=False)
    for message in catalog:
        message.locations = sorted({(name, 0) for name, _ in message.locations})
    path = path_of(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, ignore_obsolete=True, include_lineno=False, sort_by_file=True)


def compile_all() -> None:
    for locale in languages():
        path = path_of(locale)
        target = path.with_suffix(".mo")
        if path.exists() and (not target.exists() or target.stat().st_mtime <= path.stat().st_mtime):
            fresh = target.with_suffix(".new")
            with fresh.open("wb") as file:
                write_mo(file, read(locale))
            fresh.rename(target)


def faults(locale: str, wanted: Catalog) -> list[str]:
    """What a catalog lacks, a line each: strings missing, untranslated, uncertain, or with other fields."""
    known = {_key(message): message for message in read(locale) if message.id}
    found = []
    for message in wanted:
        if message.id:
            fault = _fault(message, known.get(_key(message)))
            if fault:
                found.append(f"{locale}: {fault}: {_first(message.id)!r}")
    return found


def _fault(message: Message, known: Message | None) -> str:
    if known is None:
        return "missing"
    strings = (
        [known.string] if isinstance(known.string, str) else [text or "" for text in known.string or [""]]
    )
    if not all(strings):
        return "untranslated"
    if known.fuzzy:
        return "uncertain"
    allowed = set(
        FIELD.findall(" ".join(message.id) if isinstance(message.id, (tuple, list)) else message.id)
    )
    if not all(set(FIELD.findall(text)) <= allowed for text in strings):
        return "with fields that the source does not have"
    if isinstance(message.id, str) and set(FIELD.findall(strings[0])) != allowed:
        return "without a field of the source"
    return ""


def _key(message: Message) -> Key:
    return _first(message.id), message.context


def _first(id_: str | tuple[str, ...] | list[str]) -> str:
    return id_ if isinstance(id_, str) else id_[0]
