"""What the decision page says: each fact of a statement as sentences in the reader's language.

The name, words and address of a private notifier are never among them; where the platform wrote one into
its free text, it is taken out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appeals.models import Decision, DecisionKind, DecisionOrder, DecisionPerson
from appeals.notifiers import notifiers_of
from appeals.statements.vocabulary import EUROPEAN_UNION, VOCABULARY
from appeals.telling import words
from helpdesk.languages import isolated
from journal.moments import day_words
from rulebook.reading import Reading, read

TRUSTED = "SOURCE_TRUSTED_FLAGGER"
EVERYWHERE = set(VOCABULARY["territorial_scope"])


@dataclass(frozen=True)
class Fact:
    """One line of the page: a question that a person asks, and the answer as sentences.

    `quote` is text that the platform wrote; it is shown as its words.
    """

    question: str
    sentences: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class Statement:
    """A decision as a person reads it."""

    decision: Decision
    facts: tuple[Fact, ...]
    rule: Reading | None = None
    rule_on_content_date: Reading | None = None
    order: DecisionOrder | None = None
    link: str = ""

    @property
    def is_restriction(self) -> bool:
        return self.decision.kind == DecisionKind.RESTRICTION


def tell(decision: Decision, *, at: datetime, to_affected: bool = True) -> Statement:
    """The statement for the person it was about, or (`to_affected=False`) for the one who reported.

    Costs at most seven queries. What `recourse` said of the affected person is for that person alone.
    """
    ordered, order = _order(decision, at)
    hide = _names(decision) + ([ordered.authority] if ordered and not order else [])
    told = Teller(decision, order, ordered is not None, hide, to_affected)
    rule = read(decision.rule_version, get_language() or "en") if decision.rule_version else None
    other = decision.content_rule_version
    differs = other is not None and other != decision.rule_version
    return Statement(
        decision=decision,
        facts=tuple(fact for fact in told.facts() if fact.sentences or fact.quotes or fact.link),
        rule=rule,
        rule_on_content_date=read(other, get_language() or "en") if other and differs else None,
        order=order,
        link=decision.decision_ground_reference_url or "",
    )


def _order(decision: Decision, at: datetime) -> tuple[DecisionOrder | None, DecisionOrder | None]:
    """The order behind it, and the same again if the person may be told already."""
    try:
        order = decision.order
    except ObjectDoesNotExist:
        return None, None
    return order, order if order.may_be_told(at) else None


def _names(decision: Decision) -> list[str]:
    """Names and addresses of those who reported it, which must not stand in anything we show."""
    names: set[str] = set()
    if decision.source_type != TRUSTED and decision.source_identity:
        names.add(decision.source_identity)
    names |= set(notifiers_of(decision))
    return sorted((name.strip() for name in names if len(name.strip()) > 1), key=len, reverse=True)


@dataclass(frozen=True)
class Teller:
    """Says one decision, fact by fact."""

    decision: Decision
    order: DecisionOrder | None
    is_ordered: bool
    names: list[str]
    to_affected: bool

    def facts(self) -> Iterator[Fact]:
        if self.decision.kind == DecisionKind.NO_ACTION:
            yield Fact(_("What was decided"), (_("Nothing was done about what you reported."),))
        else:
            yield Fact(_("What was done"), tuple(self.done()), tuple(self.other_words()))
        yield Fact(_("What it is about"), tuple(self.about()), tuple(self.content()))
        yield Fact(_("When"), tuple(self.when()))
        yield Fact(_("Where"), tuple(self.where()))
        yield Fact(_("Why"), tuple(self.why()), tuple(self.explanations()))
        is_ours = self.decision.decided_by_user_id is not None
        found = _("What we found") if is_ours else _("What happened, in the words of the platform")
        yield Fact(found, (), tuple(self.happened()))
        yield Fact(_("Who asked for it"), tuple(self.asked()))
        yield Fact(_("Person or machine"), tuple(self.machines()))

    def done(self) -> Iterator[str]:
        """What the decision did, each with how long it lasts."""
        d = self.decision
        parts: list[tuple[list[str], dict[str, Any], date | None]] = [
            (list(d.decision_visibility), words.VISIBILITY, d.end_date_visibility_restriction),
            ([d.decision_monetary or ""], words.MONETARY, d.end_date_monetary_restriction),
            ([d.decision_provision or ""], words.PROVISION, d.end_date_service_restriction),
            ([d.decision_account or ""], words.ACCOUNT, d.end_date_account_restriction),
        ]
        for codes, sentences, until in parts:
            for code in codes:
                if code in sentences:
                    yield f"{sentences[code]} {until_when(until)}"
        if d.account_type in words.ACCOUNT_TYPES:
            yield str(words.ACCOUNT_TYPES[d.account_type])
        yield from self.effects()

    def effects(self) -> Iterator[str]:
        """What was done beyond the European codes, and what of it all is done for good."""
        above = set(self.decision.effect_codes)
        for effect in self.decision.effects.all():
            what = effect_words(effect.code)
            if effect.is_irreversible:
                yield _("%(what)s This cannot be undone. The reason given: %(why)s") % {
                    "what": what,
                    "why": isolated(self.clean(effect.irreversible_why)),
                }
            elif effect.code not in above:
                yield f"{what} {until_when(effect.until)}"

    def other_words(self) -> Iterator[str]:
        for text in (self.decision.decision_visibility_other, self.decision.decision_monetary_other):
            if text:
                yield self.clean(text)

    def about(self) -> Iterator[str]:
        d = self.decision
        kinds = [str(words.CONTENT_TYPES[code]) for code in d.content_type if code in words.CONTENT_TYPES]
        if kinds:
            yield _("It is about %(kinds)s.") % {"kinds": joined(kinds)}
        if d.content_type_other:
            yield self.clean(d.content_type_other)
        if d.content_language:
            yield _("Its language is %(language)s.") % {"language": language_name(d.content_language)}
        if d.content_date:
            yield _("It was published on %(day)s.") % {"day": day(d.content_date)}
        if d.content_id_ean:
            yield _("The number of the product (EAN-13) is %(number)s.") % {"number": d.content_id_ean}
        person = self.person()
        if person and person.content_ref:
            yield _("Its number at the platform: %(number)s") % {"number": isolated(person.content_ref)}

    def content(self) -> Iterator[str]:
        person = self.person()
        if person and person.content_excerpt:
            yield person.content_excerpt

    def person(self) -> DecisionPerson | None:
        """The person's own content, as the platform named it. The other side never sees this."""
        person = getattr(self.decision, "person", None) if self.to_affected else None
        return person if person and person.emptied_at is None else None

    def when(self) -> Iterator[str]:
        yield _("The decision was applied on %(day)s.") % {"day": day(self.decision.application_date)}
        if self.decision.informed_at and self.to_affected:
            yield _("The platform told you on %(day)s.") % {"day": day(self.decision.informed_at)}

    def where(self) -> Iterator[str]:
        scope = set(self.decision.territorial_scope)
        if scope >= EVERYWHERE:
            yield _("It holds in the whole European Economic Area.")
        elif scope == set(EUROPEAN_UNION):
            yield _("It holds in the whole European Union.")
        elif scope:
            names = sorted(country_name(code) for code in scope)
            yield _("It holds in %(countries)s.") % {"countries": joined(names)}
        elif self.decision.kind == DecisionKind.RESTRICTION:
            yield _("The platform did not say in which countries it holds.")

    def why(self) -> Iterator[str]:
        d = self.decision
        if d.decision_ground in words.GROUNDS and d.kind == DecisionKind.RESTRICTION:
            yield str(words.GROUNDS[d.decision_ground])
        if self.to_affected or d.kind == DecisionKind.RESTRICTION:
            yield from self.kind_of_problem()
        if d.incompatible_content_illegal in words.ALSO_ILLEGAL:
            yield str(words.ALSO_ILLEGAL[d.incompatible_content_illegal])
        if d.illegal_content_legal_ground:
            law = isolated(self.clean(d.illegal_content_legal_ground))
            yield _("The law that it names: %(law)s") % {"law": law}
        if d.incompatible_content_ground:
            rule = isolated(self.clean(d.incompatible_content_ground))
            yield _("The rule that it names: %(rule)s") % {"rule": rule}

    def kind_of_problem(self) -> Iterator[str]:
        """Where nothing was done, not for a notifier: it may be what somebody else called the same link."""
        d = self.decision
        if d.category in words.CATEGORIES:
            yield _("The kind of problem: %(category)s.") % {"category": words.CATEGORIES[d.category]}
        also = [str(words.CATEGORIES[code]) for code in d.category_addition if code in words.CATEGORIES]
        if also:
            yield _("It also belongs to: %(categories)s.") % {"categories": joined(also)}
        keywords = [str(words.KEYWORDS[c]) for c in d.category_specification if c in words.KEYWORDS]
        if keywords:
            yield _("More exactly: %(keywords)s.") % {"keywords": joined(keywords)}

    def explanations(self) -> Iterator[str]:
        d = self.decision
        for text in (
            d.category_specification_other,
            d.illegal_content_explanation,
            d.incompatible_content_explanation,
        ):
            if text:
                yield self.clean(text)

    def happened(self) -> Iterator[str]:
        if self.decision.decision_facts:
            yield self.clean(self.decision.decision_facts)

    def asked(self) -> Iterator[str]:
        """Who asked for it: an authority with its order, an organisation, “a person”, or nobody."""
        if self.order:
            yield str(words.ORDERS[self.order.kind])
            yield _("The authority: %(authority)s (%(country)s).") % {
                "authority": isolated(self.order.authority),
                "country": country_name(self.order.country),
            }
            if self.order.legal_basis:
                basis = isolated(self.clean(self.order.legal_basis))
                yield _("Its legal basis: %(basis)s") % {"basis": basis}
        if not self.to_affected:  # who reported knows that they did
            return
        source = self.decision.source_type
        # “Nobody asked” would be a lie where an authority did, also while that may not be told.
        if source in words.SOURCES and not (self.is_ordered and source == "SOURCE_VOLUNTARY"):
            yield str(words.SOURCES[source])
        if source == TRUSTED and self.decision.source_identity:
            yield _("The organisation: %(name)s") % {"name": isolated(self.decision.source_identity)}

    def machines(self) -> Iterator[str]:
        d = self.decision
        if d.automated_detection in words.DETECTION:
            yield str(words.DETECTION[d.automated_detection])
        if d.automated_decision in words.AUTOMATION:
            yield str(words.AUTOMATION[d.automated_decision])

    def clean(self, text: str) -> str:
        """Text of the platform without the names of those who reported it."""
        for name in self.names:
            text = re.sub(re.escape(name), str(words.SOMEBODY), text, flags=re.IGNORECASE)
        return text


def effect_words(code: str) -> str:
    """What an effect is, as a sentence; where the platform has a word of its own for it, that word."""
    known = words.KNOWN_EFFECTS.get(code)
    return str(known or _("The platform calls it “%(word)s”.") % {"word": isolated(code.replace("_", " "))})


def until_when(until: date | None) -> str:
    if until is None:
        return _("The platform named no end for this.")
    return _("This lasts until %(day)s.") % {"day": day(until)}


def day(value: date | datetime) -> str:
    return day_words(timezone.localtime(value).date() if isinstance(value, datetime) else value)


def joined(names: Iterable[str]) -> str:
    """“a, b and c” in the reader's language."""
    return format_list(list(names), locale=locale())


def country_name(code: str) -> str:
    return str(locale().territories.get(code, code))


def language_name(code: str) -> str:
    return str(locale().languages.get(code.lower(), code))


def locale() -> Locale:
    return _locale(get_language() or "en")


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
