"""A rule as a reader sees it: in their language where it exists, and told so where it does not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils.safestring import SafeString

from rulebook.models import RuleText, RuleVersion
from rulebook.words import Paragraph, changes, rendered


@dataclass(frozen=True)
class Reading:
    """One version in one language, for one reader. `begins_later` at the day of reading."""

    version: RuleVersion
    words: RuleText | None
    is_other_language: bool
    binding_language: str
    until: date | None = None
    state: str = "now"
    changed: tuple[Paragraph, ...] = ()

    @property
    def html(self) -> SafeString:
        return rendered(self.words.text) if self.words else SafeString()


def words_for(texts: Iterable[RuleText], language: str) -> RuleText | None:
    """The text in `language`, else in its parent language, else the one that binds."""
    by_language = {text.language: text for text in texts}
    binding = next((text for text in by_language.values() if text.is_authoritative), None)
    return by_language.get(language) or by_language.get(language.split("-")[0]) or binding


def read(version: RuleVersion, language: str) -> Reading:
    """A version for a reader of `language`. Costs a query unless `texts` was prefetched."""
    return _reading(version, list(version.texts.all()), language)


def read_all(versions: Collection[UUID], language: str) -> dict[UUID, Reading]:
    """Several versions for a reader of `language`, by their keys. One query, none for none."""
    if not versions:
        return {}
    texts: dict[UUID, list[RuleText]] = {}
    for text in RuleText.objects.filter(version__in=versions).select_related("version__rule").order_by("id"):
        texts.setdefault(text.version_id, []).append(text)
    return {key: _reading(found[0].version, found, language) for key, found in texts.items()}


def _reading(version: RuleVersion, texts: list[RuleText], language: str) -> Reading:
    words = words_for(texts, language)
    binding = next((text.language for text in texts if text.is_authoritative), "")
    is_other = words is not None and words.language not in {language, language.split("-")[0]}
    return Reading(version, words, is_other, binding)


def history(versions: Iterable[RuleVersion], language: str, today: date) -> list[Reading]:
    """All versions of one rule, newest first, each with the days it held and what it changed."""
    readings: list[Reading] = []
    ordered = sorted(versions, key=lambda version: version.in_force_on)
    for place, version in enumerate(ordered):
        following = ordered[place + 1] if place + 1 < len(ordered) else None
        before = ordered[place - 1] if place else None
        readings.append(_one(version, before, following, language, today))
    return readings[::-1]


def _one(
    version: RuleVersion,
    before: RuleVersion | None,
    following: RuleVersion | None,
    language: str,
    today: date,
) -> Reading:
    reading = read(version, language)
    until = following.in_force_on - timedelta(days=1) if following else None
    changed: tuple[Paragraph, ...] = ()
    if before and reading.words:
        old = next((text for text in before.texts.all() if text.language == reading.words.language), None)
        changed = changes(old.text, reading.words.text) if old else ()
    return Reading(
        version,
        reading.words,
        reading.is_other_language,
        reading.binding_language,
        until,
        _state(version, until, today),
        changed,
    )


def _state(version: RuleVersion, until: date | None, today: date) -> str:
    if version.in_force_on > today:
        return "later"
    if until and until < today:
        return "past"
    return "ended" if version.is_repeal else "now"
