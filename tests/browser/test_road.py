"""The whole road in real browsers: a platform's decision, Rita's appeal, Amir's answer, the remedy, the news.

Everything that leaves us on the way is kept and read: no notifier and nobody on the staff is named in it.
"""

import json
import os
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from django.core import mail
from django.core.handlers.base import BaseHandler
from django.db.models import F
from django.utils.timezone import now
from playwright.sync_api import expect
from standardwebhooks import Webhook

from accounts.actions.endpoints import add_endpoint
from appeals.models import AppealDecision, Measure
from appeals.tasks import nag_measures
from helpdesk.actions.first import make_first_queues
from helpdesk.models import Message, Queue, QueueKind, TeamMember, Ticket
from journal.actors import SYSTEM
from journal.models import Delivery
from journal.tasks import send_due
from tests.appeals.cases import a_statement
from tests.browser.conftest import UNDO_FOR
from tests.browser.people import DESK, a_browser, kept, open_case, sign_in
from tests.factories import make_api_key, make_platform, make_user
from tests.receivers import webhook_receiver

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_hurry"),
]
WORDS = "This was news, not violence."
REASONS = "The video shows a protest and breaks no rule that was in force on that day."
NOTIFIER = {"name": "Otto Quorleone", "email": "otto.quorleone@mail.example"}
REPORT = "Zebulon, who lives next door to me, films protests."
SECRETS = (*NOTIFIER.values(), "Quorleone", "Zebulon", "Amirkhan", "Lenasdottir", "@staff.example")
EFFECTS = 3  # the two that the statement says, and the one beyond it
PAST = UNDO_FOR + timedelta(seconds=5)  # more than an answer can be undone for
OUTSIDE = ("/console/", "/accounts/", "/static/")
SHOTS = os.environ.get("ROAD_SHOTS", "")  # a folder, to look at every page on the way


def shot(page, name):
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture
def sent_out(monkeypatch):
    """(address, headers and body) of every answer that people outside and machines were given."""
    kept_answers = []
    get_response = BaseHandler.get_response

    def keeping(self, request):
        response = get_response(self, request)
        if not request.path.startswith(OUTSIDE) and not response.streaming:
            kept_answers.append((request.path, f"{response.headers}\n{response.content.decode()}"))
        return response

    monkeypatch.setattr(BaseHandler, "get_response", keeping)
    return kept_answers


class Service:
    """The platform: it decides, is told by webhook, and does what it is asked to."""

    def __init__(self, live_server, receiver):
        self.base, self.receiver = live_server.url, receiver
        self.platform = make_platform("Telegraph")
        self.secret = add_endpoint(self.platform, url=receiver.url, by=SYSTEM, at=now())[1]
        self.headers = {"Authorization": f"Bearer {make_api_key(self.platform).shown}"}

    def call(self, method, path, body=None):
        answer = requests.request(method, self.base + path, json=body, headers=self.headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def report(self):
        """Otto presses the platform's own report button."""
        notice = {
            "ground": "rules",
            "category": "STATEMENT_CATEGORY_VIOLENCE",
            "links": ["https://t.example/1"],
        }
        notice |= {"text": REPORT, "language": "en", "notifier": NOTIFIER, "good_faith": True}
        return self.call("POST", "/api/v1/notices", notice)

    def decide(self, language):
        """Push the decision on Rita's video; the path that its notice to her leads to."""
        recourse = {
            "user_ref": "rita",
            "user_language": language,
            "content_excerpt": "A video of Monday",
            "effects": [{"id": "e-9", "kind": "search_hidden"}],
        }
        statement = a_statement(puid="road-1", source_type="SOURCE_ARTICLE_16", recourse=recourse)
        said = self.call("POST", "/api/v1/statement", statement)
        return urlsplit(said["recourse"]["appeal_url"]).path

    def told(self):
        """What arrived by webhook, each verified by the library that receivers use."""
        arrived = []
        for _path, headers, body in self.receiver.received:
            Webhook(self.secret).verify(body, {name.lower(): value for name, value in headers.items()})
            arrived.append(json.loads(body))
        return arrived

    def confirm_all(self):
        wanted = [each["data"]["measure"] for each in self.told() if each["type"] == "measure.required"]
        for measure in wanted:
            assert self.call("POST", f"/api/v1/measures/{measure}/confirm")["confirmed_at"]
        return wanted


@pytest.fixture
def service(live_server):
    with webhook_receiver() as receiver:
        make_first_queues(at=now())
        yield Service(live_server, receiver)


def make_staff(name, role, language):
    user = make_user(name, roles=[role], language=language)
    team = Queue.objects.get(kind=QueueKind.APPEAL).team
    TeamMember.objects.create(team=team, user=user, asked_at=now(), given_at=now())
    return user


def let_time_pass():
    """The moments at which an answer is told and leaves lie behind us now."""
    AppealDecision.objects.update(told_at=F("told_at") - PAST)
    Message.objects.update(told_at=F("told_at") - PAST, written_at=F("written_at") - PAST)
    Measure.objects.update(asked_at=F("asked_at") - PAST)
    Delivery.objects.waiting().update(due_at=now() - PAST)
    for lane in ("page", "case", "bulk"):
        send_due(lane)


def appeal(page, path, language):
    """Rita reads what was decided and asks for a new decision; her reference and receipt."""
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
    expect(page.locator("main")).to_contain_text("Telegraph")
    shot(page, f"{language}-1-decision")
    page.click("main a.btn-main")
    page.fill("[name=text]", WORDS)
    shot(page, f"{language}-2-ask")
    page.click("main button.btn-main")
    reference_and_receipt = kept(page)
    shot(page, f"{language}-3-receipt")
    return reference_and_receipt


def answer(page, amir, language):
    """Amir signs in with his second factor, takes the next case and overturns the decision."""
    sign_in(page, amir)
    shot(page, f"{language}-4-console")
    page.goto("/console/queues/appeals/")
    page.click("form[action='/console/take/'] button")
    expect(page.locator(".talk")).to_contain_text(WORDS)
    shot(page, f"{language}-5-ticket")
    page.keyboard.press("d")
    form = page.locator("form[action*='/answer/']")
    form.locator("[name=outcome][value=overturned]").check()
    expect(form.locator(f"[data-when=overturned]:has-text('{EFFECTS}')")).to_be_visible()
    form.locator("[name=reasons]").first.fill(REASONS)
    if form.locator("[name=attested]").count():
        form.locator("[name=attested]").check()
    shot(page, f"{language}-6-answer")
    form.locator(".actions .btn-primary").click()
    expect(page.locator("form[data-until]")).to_be_visible()
    shot(page, f"{language}-7-answered")


def read_answer(page, reference, receipt, language, name="8-answer"):
    open_case(page, reference, receipt)
    expect(page.locator("main")).to_contain_text(REASONS)
    shot(page, f"{language}-{name}")


def assert_nobody_is_named(sent_out, service):
    told = [json.dumps(each, ensure_ascii=False) for each in service.told()]
    mails = [each.message().as_string() for each in mail.outbox if NOTIFIER["email"] not in each.to]
    everything = [f"{path} {text}" for path, text in sent_out] + told + mails
    assert len(told) >= 3
    for text in everything:
        named = [secret for secret in SECRETS if secret.lower() in text.lower()]
        assert not named, (named, text[:500])


@pytest.mark.parametrize(("language", "scripts"), [("en", True), ("fa", True), ("en", False), ("fa", False)])
def test_whole_road(live_server, browser, service, sent_out, language, scripts):
    amir = make_staff("Amirkhan", "moderator", language)
    service.report()
    path = service.decide(language)
    with a_browser(browser, live_server, language=language, scripts=scripts) as rita:
        reference, receipt = appeal(rita, path, language)
        with a_browser(browser, live_server, language=language, viewport=DESK) as desk:
            answer(desk, amir, language)
        let_time_pass()
        assert {each["type"] for each in service.told()} == {
            "appeal.filed",
            "appeal.decided",
            "measure.required",
            "person.notify",
        }
        read_answer(rita, reference, receipt, language)
        expect(rita.locator(".pill.is-wait").first).to_be_visible()
        assert len(service.confirm_all()) == EFFECTS
        read_answer(rita, reference, receipt, language, "9-done")
        expect(rita.locator("main .pill.is-done")).to_have_count(EFFECTS)
    assert_nobody_is_named(sent_out, service)


def test_platform_that_never_confirms_is_nagged_and_the_leads_are_told(
    live_server, browser, service, sent_out
):
    amir, lena = make_staff("Amirkhan", "moderator", "en"), make_staff("Lenasdottir", "lead", "en")
    path = service.decide("en")
    with a_browser(browser, live_server) as rita:
        reference, receipt = appeal(rita, path, "en")
        with a_browser(browser, live_server, viewport=DESK) as desk:
            answer(desk, amir, "en")
        let_time_pass()
        for _day in range(3):
            Measure.objects.update(nag_at=now() - PAST)
            nag_measures()
            let_time_pass()
        reminders = [
            each["data"]["reminder"] for each in service.told() if each["type"] == "measure.required"
        ]
        assert Counter(reminders) == dict.fromkeys(range(4), EFFECTS)
        assert lena.email in {address for each in mail.outbox for address in each.to}
        read_answer(rita, reference, receipt, "en", "10-unconfirmed")
        expect(rita.locator("main .pill.is-wait").first).to_be_visible()
        with a_browser(browser, live_server, viewport=DESK) as desk:
            sign_in(desk, lena)
            desk.goto("/console/measures/")
            expect(desk.locator("main")).to_contain_text("Telegraph")
            shot(desk, "en-11-measures")
    assert Ticket.objects.get(kind=QueueKind.APPEAL).reference == reference
