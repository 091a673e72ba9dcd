"""No English is left on a page in another language: every page that a visitor can walk to is read.

Words that people wrote, and names, stand in <bdi> or behind dir="auto"; codes in <code> or <kbd>, references
behind their class; a piece in another language says so by `lang`. Everything else on a page is ours, and is
translated.
"""

import re
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.timezone import now
from django.utils.translation import override
from django.utils.translation.reloader import translation_file_changed

from accounts.models import Platform, User
from appeals.links import make_link
from appeals.models import Decision
from config import catalogs
from helpdesk.languages import language_names
from helpdesk.models import Queue, QueueKind
from helpdesk.receipts import new_token
from tests.factories import make_case, make_incident, make_moderator, make_policy, make_queue

OTHERS = [code for code, _ in settings.LANGUAGES if code != "en"]
SPOKEN = ("alt", "aria-label", "placeholder", "title")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"bdi", "code", "kbd", "pre", "script", "style", "svg", "textarea", "time"}
COPIED = {"reference", "mono"}  # classes of what is typed or copied, the same in every language
NOT_WALKED = {"leave"}  # ends the visit
# What is typed as it stands, marked in the sentence as running from left to right; and references.
EXAMPLES = re.compile(
    "[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]|"
    "\N{LEFT-TO-RIGHT ISOLATE}[^\N{POP DIRECTIONAL ISOLATE}]*\N{POP DIRECTIONAL ISOLATE}"
)
A_KIND = 2  # pages of one kind that are read
WORD = re.compile(r"\b[A-Za-z][a-z]{2,}\b")
# Names of things, the same in every language; and what is no word: mail addresses, links, hosts, files.
NAMES = re.compile(
    r"\S+@\S+|\{\w+\}|https?://\S+|\b\w+/[\w/+-]+|\b[\w-]+(\.[\w-]+)+\b|"
    r"\b(Recourse|Shift|Tor|Browser|JavaScript|Markdown|axe-core|JPEG|PNG|WebP|GIF|PDF|JSON)\b"
)


class Page(HTMLParser):
    """What a page says outside of names and people's words, and where it leads."""

    def __init__(self, text: str, language: str):
        super().__init__()
        self.language = language
        self.said: list[str] = []
        self.links: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        silent = tag in SILENT or given.get("dir") == "auto"
        silent |= tag == "option" and given.get("value", "") in zoneinfo.available_timezones()
        silent |= not COPIED.isdisjoint((given.get("class") or "").split())
        silent |= given.get("lang", self.language) != self.language and tag != "html"
        if not self.is_silent and not silent:
            self.said.extend(given[name] for name in SPOKEN if given.get(name))
            if tag == "input" and given.get("type") in {"submit", "button"}:
                self.said.append(given.get("value", ""))
        if tag not in VOID:
            self.open.append((tag, silent))

    def handle_endtag(self, tag):
        while any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data):
        if not self.is_silent and data.strip():
            self.said.append(" ".join(data.split()))

    @property
    def is_silent(self):
        return any(silent for _, silent in self.open)


def has_words(text: str) -> bool:
    return bool(WORD.search(NAMES.sub("", text)))


def read(client: Client, path: str, *, sent: dict[str, str] | None = None) -> dict[str, Page]:
    """A page in every language; with `sent`, as it answers to that. Empty where it is no page."""
    pages = {}
    for language, _ in settings.LANGUAGES:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        response = client.get(path, follow=True) if sent is None else client.post(path, sent, follow=True)
        if not response["Content-Type"].startswith("text/html"):
            return {}
        pages[language] = Page(response.content.decode(), language)
    return pages


def left_in_english(pages: dict[str, Page], names: set[str]) -> Iterator[tuple[str, str]]:
    """What a page says in another language just as in English, by language."""
    for language in OTHERS if pages else []:
        same = (set(pages[language].said) & set(pages["en"].said)) - names
        yield from ((language, said) for said in sorted(same) if has_words(said))


def has_latin_digits(text: str) -> bool:
    """A number that is no example of what is typed as it stands."""
    return bool(re.search("[0-9]", EXAMPLES.sub("", NAMES.sub("", text))))


def walk(client: Client, starts: list[str]) -> Iterator[tuple[str, dict[str, Page]]]:
    """Every kind of page that can be walked to, in every language."""
    ahead, seen, kinds = list(starts), set(starts), Counter[str]()
    while ahead:
        path = ahead.pop(0)
        kind = kind_of(path)
        kinds[kind] += 1
        if kind in NOT_WALKED or kinds[kind] > A_KIND:
            continue
        pages = read(client, path)
        yield path, pages
        for link in pages["en"].links if pages else []:
            where = urlsplit(urljoin(path, link))
            target = where.path + (f"?{where.query}" if where.query else "")
            if where.scheme == "" and target.startswith("/") and target not in seen:
                seen.add(target)
                ahead.append(target)


def kind_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def nobody() -> tuple[Client, list[str]]:
    decisions = Decision.objects.all()[:A_KIND]
    links = [reverse("appeals:decision", args=[make_link(decision.pk)]) for decision in decisions]
    return Client(), ["/", *links, "/nothing/there/", reverse("account_login")]


def rita() -> tuple[Client, list[str]]:
    opened = make_case(Queue.objects.filter(kind=QueueKind.COMPLAINT).first(), at=now())
    client = Client()
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    client.post(reverse("helpdesk:case_login"), given)
    return client, [reverse("helpdesk:case")]


def staff(name: str) -> Callable[[], tuple[Client, list[str]]]:
    def signed_in():
        client = Client()
        client.force_login(User.objects.get(email=f"{name}@demo.example"))
        return client, [reverse("console:overview"), reverse("console:settings"), reverse("accounts:own")]

    return signed_in


VISITORS = {"nobody": nobody, "rita": rita, "lena": staff("lena"), "olga": staff("olga")}


@pytest.fixture(scope="module", autouse=True)
def fresh_catalogs():
    catalogs.compile_all()
    translation_file_changed(None, catalogs.path_of(OTHERS[0]).with_suffix(".mo"))


def names() -> set[str]:
    """What people, platforms and languages call themselves: options of a select cannot hold a <bdi>."""
    users = User.objects.values_list("name", flat=True)
    return {*users, *Platform.objects.values_list("name", flat=True), *language_names().values()}


@pytest.mark.django_db
@pytest.mark.parametrize("visitor", VISITORS)
def test_no_english_is_left_on_a_page(visitor):
    call_command("load_demo")
    client, starts = VISITORS[visitor]()
    walked = {path: list(left_in_english(pages, names())) for path, pages in walk(client, starts)}
    assert {path: left for path, left in walked.items() if left} == {}
    assert len(walked) >= A_KIND


@pytest.mark.django_db
def test_numbers_of_the_console_are_told_in_the_digits_of_the_reader(client):
    make_policy({"name": "Danger", "tier": 1}, resolution=timedelta(hours=10), at=now())
    queue = make_queue(name="Complaints")
    make_case(queue, at=now())
    client.force_login(make_moderator(queue.team, "Lena", role="lead"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fa"
    incident = reverse("console:incident", args=[make_incident(queue).number])
    addresses = [
        reverse(f"console:{name}") for name in ("overview", "lead", "numbers", "promises", "incidents")
    ]
    addresses += [reverse("console:queue", args=[queue.slug]), incident]
    pages = {path: Page(client.get(path).content.decode(), "fa") for path in addresses}
    table = reverse("console:edit_promises")
    row = {"total": 1, "after": 1, "0-name_en": "All", "0-resolution": "9", "0-steps": 0}
    pages[table] = Page(client.post(table, row).content.decode(), "fa")
    left = {path: sorted(filter(has_latin_digits, page.said)) for path, page in pages.items()}
    assert {path: said for path, said in left.items() if said} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["helpdesk:complain", "helpdesk:case_login", "appeals:start"])
def test_no_english_is_left_in_the_errors_of_a_form(name):
    pages = read(Client(), reverse(name), sent={"token": new_token()})
    assert list(left_in_english(pages, names())) == []


@pytest.mark.parametrize("language", OTHERS)
def test_months_keep_their_names(language):
    """Django and we share one catalogue: a label “May” of ours would rename the month on every page."""
    with override(language):
        months = {str(MONTHS[5]), str(MONTHS_3[5])}
    assert months <= {"Май", "май", "مه", "می"}
