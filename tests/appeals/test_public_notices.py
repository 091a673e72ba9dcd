"""Reports: by the form and by the platform's own button; acknowledged, grouped, answered, appealed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from appeals.actions.notice_decisions import decide_notice
from appeals.kinds import CATEGORY_OF_KEYWORD, KEYWORDS_OF, UNSPECIFIED
from appeals.models import Appeal, AppealDecision, Decision, Notice, NoticeGroup, ReportedLink
from appeals.outcomes import TOLD_AFTER
from appeals.statements.vocabulary import VOCABULARY
from helpdesk.models import ApiAnswer, Contact, Priority, QueueKind, Ticket
from helpdesk.receipts import new_token
from journal.models import Event
from tests.factories import (
    REASONS,
    appeals_queue,
    make_api_key,
    make_moderator,
    make_notice,
    make_platform,
    make_queue,
    refused,
)

pytestmark = pytest.mark.django_db
VIOLENCE = "STATEMENT_CATEGORY_VIOLENCE"
MINORS = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
ABUSE = "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"
LINK = "https://t.example/post/1"


@pytest.fixture
def queue():
    appeals_queue()
    return make_queue(kind=QueueKind.NOTICE)


@pytest.fixture
def platform():
    return make_platform()


def test_report_opens_a_case_and_counts_what_the_templates_ask_for(queue, platform):
    notice = Notice.objects.get(ticket=make_notice(platform, links=[LINK, "https://t.example/post/2"]).ticket)
    event = Event.objects.get(subject_id=notice.pk, code="filed")
    assert (event.values["items"], event.values["trusted"], event.values["ground"]) == (2, False, "law")


def test_reports_of_one_link_are_one_group(queue, platform):
    make_notice(platform)
    make_notice(platform, links=["HTTPS://T.example/post/1/"])
    make_notice(platform, links=["https://t.example/post/9"])
    assert NoticeGroup.objects.count() == 2


def test_no_file_of_abused_children_is_taken(queue, platform):
    with refused("no_files_here"):
        make_notice(platform, category=MINORS, keyword=ABUSE, attachments=[object()])


def test_abuse_of_children_goes_before_everything(queue, platform):
    assert make_notice(platform, category=MINORS, keyword=ABUSE).ticket.priority == Priority.TOP
    assert make_notice(platform, trusted_flagger="Helpline e.V.").ticket.priority == Priority.HIGH


# --- the form ---


def form(platform, **fields):
    return {
        "token": new_token(),
        "platform": str(platform.pk),
        "links": LINK,
        "ground": "law",
        "text": "He calls for a beating.",
        "name": "Otto Strange",
        "email": "otto@mail.example",
        "language": "en",
        "good_faith": "on",
        **fields,
    }


def send(client, kind="violence", **fields):
    return client.post(reverse("appeals:report", args=[kind]), fields)


def test_every_kind_of_thing_can_be_reported(client, platform):
    html = client.get(reverse("appeals:notice")).content.decode()
    for kind in ("violence", "scams-and-fraud", "child-abuse", "other"):
        assert client.get(reverse("appeals:report", args=[kind])).status_code == 200
        assert reverse("appeals:report", args=[kind]) in html


def test_form_files_the_report(client, queue, platform):
    send(client, **form(platform))
    notice = Notice.objects.get()
    assert (notice.category, notice.links.get().link, notice.ticket.contact.name) == (
        VIOLENCE,
        LINK,
        "Otto Strange",
    )


@pytest.mark.parametrize("missing", ["name", "email", "links", "text", "good_faith"])
def test_what_the_law_asks_for_is_needed(client, queue, platform, missing):
    given = form(platform)
    del given[missing]
    assert send(client, **given).status_code == 422
    assert not Notice.objects.exists()


def test_for_abuse_of_children_no_name_is_needed(client, queue, platform):
    given = form(platform)
    for name in ("name", "email", "text", "ground"):
        del given[name]
    send(client, "child-abuse", **given)
    assert Notice.objects.get().keyword == ABUSE
    assert not Contact.objects.exists()


def test_file_sent_to_the_form_for_abuse_of_children_is_never_kept(client, queue, platform):
    picture = SimpleUploadedFile("a.txt", b"text")
    send(client, "child-abuse", **form(platform, attachments=picture))
    assert not Notice.objects.get().ticket.attachments.exists()
    html = client.get(reverse("appeals:report", args=["child-abuse"])).content.decode()
    assert 'type="file"' not in html


def test_what_is_no_link_is_refused_by_its_name(client, queue, platform):
    response = send(client, **form(platform, links="the channel of my neighbour"))
    assert response.status_code == 422
    assert "is not a link" in response.content.decode()


class TestKeyword:
    """What exactly is reported, in the words of the European vocabulary."""

    def page(self, client, kind):
        return client.get(reverse("appeals:report", args=[kind])).content.decode()

    def test_each_keyword_belongs_to_one_category(self):
        named = [keyword for keywords in KEYWORDS_OF.values() for keyword in keywords]
        # KEYWORD_STALKING has no row in the official templates.
        assert set(named) == set(VOCABULARY["category_specification"]) - {"KEYWORD_STALKING"}
        assert len(CATEGORY_OF_KEYWORD) == len(set(named)) - 1
        assert set(KEYWORDS_OF) == set(VOCABULARY["category"]) - {UNSPECIFIED}

    def test_the_form_offers_those_of_its_category(self, client, platform):
        page = self.page(client, "violence")
        assert "KEYWORD_HUMAN_TRAFFICKING" in page
        assert "KEYWORD_PHISHING" not in page

    def test_who_was_not_sure_of_the_category_finds_all_under_theirs(self, client, platform):
        page = self.page(client, "other")
        assert page.count("<optgroup") == len(KEYWORDS_OF)
        assert "KEYWORD_PHISHING" in page

    @pytest.mark.parametrize("kind", ["other", "protection-of-minors"])
    def test_the_abuse_of_children_is_reported_only_on_its_own_page(self, client, queue, platform, kind):
        assert ABUSE not in self.page(client, kind)
        assert send(client, kind, **form(platform, keyword=ABUSE)).status_code == 422
        assert not Notice.objects.exists()

    def test_that_page_says_which_abuse(self, client, queue, platform):
        grooming = "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"
        send(client, "child-abuse", **form(platform, keyword=grooming))
        assert Notice.objects.get().keyword == grooming

    def test_it_is_kept_and_read_by_person_and_staff(self, client, queue, platform):
        send(client, **form(platform, keyword="KEYWORD_HUMAN_TRAFFICKING"))
        notice = Notice.objects.get()
        client.force_login(make_moderator(queue.team))
        page = client.get(reverse("console:ticket", args=[notice.ticket.reference])).content.decode()
        assert notice.keyword == "KEYWORD_HUMAN_TRAFFICKING"
        assert "trade in people" in page

    def test_the_person_reads_it_in_the_case(self, client, queue, platform):
        opened = make_notice(platform, at=now(), keyword="KEYWORD_HUMAN_TRAFFICKING")
        assert "trade in people" in enter_as_notifier(client, opened)

    def test_a_keyword_without_a_category_brings_its_own(self, client, queue, platform):
        send(client, "other", **form(platform, keyword="KEYWORD_PHISHING"))
        assert Notice.objects.get().category == "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"

    def test_one_of_another_category_is_refused(self, client, queue, platform):
        assert send(client, **form(platform, keyword="KEYWORD_PHISHING")).status_code == 422

    def test_the_restriction_begins_with_it_and_keeps_it(self, client, queue, platform):
        notice = make_notice(platform, at=now(), keyword="KEYWORD_HUMAN_TRAFFICKING").ticket.notice
        client.force_login(make_moderator(queue.team))
        url = reverse("appeals_console:notice", args=[notice.pk])
        assert '<option value="KEYWORD_HUMAN_TRAFFICKING" selected' in client.get(url).content.decode()
        sent = {
            "turn": notice.ticket.turn,
            "action": "restriction",
            "decision_visibility": "DECISION_VISIBILITY_CONTENT_REMOVED",
            "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
            "ground": "An act",
            "explanation": "It offers people for sale.",
            "category": VIOLENCE,
            "category_specification": "KEYWORD_HUMAN_TRAFFICKING",
            "content_type": "CONTENT_TYPE_TEXT",
            "content_date": "2026-01-02",
            "decision_facts": "A post.",
        }
        assert client.post(url, sent).status_code == 302
        assert Decision.objects.get().category_specification == ["KEYWORD_HUMAN_TRAFFICKING"]


# --- the platform's own button ---


def call(client, key, *, once="", **fields):
    body = {
        "ground": "rules",
        "category": VIOLENCE,
        "links": [LINK],
        "text": "He calls for a beating.",
        "language": "en",
        "notifier": {"name": "Otto Strange", "email": "otto@mail.example"},
        "good_faith": True,
        **fields,
    }
    return client.post(
        reverse("appeals_api:notices"),
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key.shown}"} | ({"Idempotency-Key": once} if once else {}),
    )


def test_platform_sends_a_notice_and_shows_the_receipt(client, queue, platform):
    answer = call(client, make_api_key(platform), puid="r-1")
    body = answer.json()
    assert answer.status_code == 201
    assert Ticket.objects.get().reference == body["reference"]
    enter = {"reference": body["reference"], "receipt": body["receipt"]}
    case = client.post(reverse("helpdesk:case_login"), enter, follow=True)
    assert LINK in case.content.decode()


def test_same_puid_again_gives_the_same_receipt(client, queue, platform):
    key = make_api_key(platform)
    first, again = (call(client, key, puid="r-1") for _ in range(2))
    assert again.status_code == 200
    assert again.json() == first.json()
    assert Notice.objects.count() == 1


def test_same_key_again_gives_the_same_receipt_and_keeps_it_nowhere(client, queue, platform):
    key = make_api_key(platform)
    first, again = (call(client, key, once="k-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Notice.objects.count() == 1
    assert first.json()["receipt"] not in str(ApiAnswer.objects.get().body)


def test_same_key_with_another_notice_is_refused(client, queue, platform):
    key = make_api_key(platform)
    call(client, key, once="k-1")
    answer = call(client, key, text="Another one.", once="k-1")
    assert (answer.status_code, answer.json()["title"]) == (409, "key_reused")


def test_keys_of_two_callers_do_not_meet(client, queue, platform):
    one, other = (call(client, make_api_key(platform), once="k-1").json() for _ in range(2))
    assert one["reference"] != other["reference"]


def test_trusted_flagger_is_a_name_and_the_answer_says_so(client, queue, platform):
    answer = call(client, make_api_key(platform), trusted_flagger=True)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "#/trusted_flagger")
    assert "Give the name of the trusted flagger's organisation" in error["detail"]


def test_puids_of_two_platforms_do_not_meet(client, queue):
    answers = [call(client, make_api_key(make_platform()), puid="r-1").json() for _ in range(2)]
    assert answers[0]["receipt"] != answers[1]["receipt"]


def test_name_is_needed_but_for_the_abuse_of_children(client, queue, platform):
    key = make_api_key(platform)
    refusal = call(client, key, notifier={})
    assert refusal.status_code == 422
    assert refusal.headers["Content-Type"] == "application/problem+json"
    assert call(client, key, notifier={}, category=MINORS, keyword=ABUSE).status_code == 201


def test_notice_needs_good_faith_and_a_link(client, queue, platform):
    key = make_api_key(platform)
    assert call(client, key, good_faith=False).status_code == 422
    assert call(client, key, links=[]).status_code == 422


def test_keyword_of_another_category_is_refused_by_the_name_of_its_own(client, queue, platform):
    answer = call(client, make_api_key(platform), keyword="KEYWORD_PHISHING")
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "#/keyword")
    assert "STATEMENT_CATEGORY_SCAMS_AND_FRAUD" in error["detail"]
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("keyword", "category"),
    [
        ("KEYWORD_PHISHING", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"),
        ("KEYWORD_PHISHING", UNSPECIFIED),
        ("KEYWORD_OTHER", VIOLENCE),
        ("KEYWORD_STALKING", VIOLENCE),  # the official templates put it nowhere
    ],
)
def test_keyword_of_this_category_of_every_one_or_of_none_is_taken(
    client, queue, platform, keyword, category
):
    answer = call(client, make_api_key(platform), keyword=keyword, category=category)
    assert (answer.status_code, Notice.objects.get().keyword) == (201, keyword)


def test_key_without_the_scope_sends_none(client, queue, platform):
    assert call(client, make_api_key(platform, scopes=["measures:read"])).status_code == 403


def test_where_no_queue_takes_reports_the_platform_is_told_so(client, platform):
    answer = call(client, make_api_key(platform))
    assert (answer.status_code, answer.json()["title"]) == (503, "no_entry_queue")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_where_no_queue_takes_reports_the_person_keeps_what_was_typed(client, platform):
    page = send(client, **form(platform))
    assert page.status_code == 503
    assert "He calls for a beating." in page.content.decode()


# --- the answer, and the notifier's appeal ---


def enter_as_notifier(client, opened):
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    return client.post(reverse("helpdesk:case_login"), given, follow=True).content.decode()


def decided(queue, platform):
    opened = make_notice(platform, at=now())
    amir = make_moderator(queue.team)
    decide_notice(opened.ticket.notice, by=amir, at=now(), statement=None, reasons=REASONS)
    Notice.objects.update(told_at=now())
    ReportedLink.objects.update(acted_at=now() - TOLD_AFTER)
    return opened


def test_notifier_reads_the_answer_and_until_when_to_appeal(client, queue, platform):
    html = enter_as_notifier(client, decided(queue, platform))
    assert "Nothing was done about what you reported." in html
    assert REASONS in html
    assert "Ask for another decision" in html


def test_notifier_appeals_and_the_sides_have_cases_of_their_own(client, queue, platform):
    opened = decided(queue, platform)
    enter_as_notifier(client, opened)
    page = client.get(reverse("appeals:ask_as_notifier"))
    assert "Do something about what I reported" in page.content.decode()
    client.post(
        reverse("appeals:ask_as_notifier"),
        {"token": new_token(), "asks": "act", "text": "Look at minute 3.", "language": "en"},
    )
    subject = AppealDecision.objects.get()
    assert (subject.side, subject.party) == ("notifier", opened.ticket.notice.pk)
    assert Appeal.objects.get().ticket != opened.ticket


def test_undecided_report_cannot_be_appealed(client, queue, platform):
    opened = make_notice(platform, at=now())
    enter_as_notifier(client, opened)
    assert client.get(reverse("appeals:ask_as_notifier")).status_code == 302
