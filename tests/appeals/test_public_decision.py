"""From the signed link to the receipt: the road of the person whom a decision is about."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now

from appeals.actions.leave import give_leave
from appeals.cards import decision_card
from appeals.forms.appealing import AppealForm, StartForm
from appeals.links import make_link
from appeals.models import Appeal, AppealDecision, Decision, DecisionPerson
from helpdesk.actions import erase_case
from helpdesk.models import Contact, Submission, Ticket
from helpdesk.reading import CasePage
from helpdesk.receipts import new_token
from journal.actors import SYSTEM
from rulebook.actions import Words, publish_rule
from tests.factories import (
    NOON,
    appeals_queue,
    make_appeal,
    make_decision,
    make_moderator,
    make_policy,
    person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision():
    appeals_queue()
    return make_decision(person={"user_ref": "u1", "language": "en"}, received_at=now())


def at(decision, name="decision", **query):
    path = reverse(f"appeals:{name}", args=[make_link(decision.pk)])
    return path + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def given(**fields):
    return {
        "token": new_token(),
        "asks": "undo",
        "text": "This was news.",
        "language": "en",
        **fields,
    }


def test_link_shows_what_was_decided_and_until_when_one_can_ask(client, decision):
    make_policy(resolution=timedelta(days=5))
    html = client.get(at(decision)).content.decode()
    assert "The content was blocked: nobody can open it." in html
    assert "Ask for a new decision" in html
    assert "within <strong>5 days</strong>" in html


def test_page_is_never_kept_and_tells_no_other_site(client, decision):
    response = client.get(at(decision))
    assert "no-store" in response.headers["Cache-Control"]


def test_title_says_nothing_to_who_looks_over_a_shoulder(client, decision):
    html = client.get(at(decision)).content.decode()
    title = html.split("<title>")[1].split("</title>")[0].lower()
    assert not [word for word in ("decision", "appeal", "block", "ban") if word in title]


def test_broken_link_leads_to_the_other_way(client, decision):
    response = client.get(at(decision).replace("/decision/1.", "/decision/1.x"))
    assert response.status_code == 404
    assert reverse("appeals:start") in response.content.decode()


def test_page_speaks_the_language_the_platform_knows(client):
    decision = make_decision(person={"language": "fa"})
    response = client.get(at(decision))
    assert 'lang="fa" dir="rtl"' in response.content.decode()


def test_chosen_language_wins(client):
    decision = make_decision(person={"language": "fa"})
    client.cookies["django_language"] = "ru"
    assert 'lang="ru"' in client.get(at(decision)).content.decode()


def test_rule_is_shown_as_it_stood_and_as_it_was_when_published(client):
    first = publish_rule(
        "4.2", by=SYSTEM, at=now(), in_force_on=date(2025, 1, 1), texts=[words("Old words.")]
    )
    second = publish_rule(
        "4.2", by=SYSTEM, at=now(), in_force_on=date(2026, 1, 1), texts=[words("New words.")]
    )
    decision = make_decision(rule_version=second, content_rule_version=first)
    html = client.get(at(decision)).content.decode()
    assert "New words." in html
    assert "Old words." in html
    assert reverse("rulebook:rule", args=["4.2"]) in html


def words(text):
    return Words("en", "Threats", text, is_authoritative=True)


def test_appeal_is_filed_and_the_receipt_shown(client, decision):
    client.get(at(decision, "ask"))
    response = client.post(at(decision, "ask"), given(), follow=True)
    appeal = Appeal.objects.get()
    html = response.content.decode()
    assert appeal.ticket.reference in html
    assert html.count("<li>") >= 8
    assert appeal.is_proven
    assert appeal.ticket.messages.get().text == "This was news."


def test_browser_without_cookies_sees_its_receipt_too(client, decision):
    response = client.post(at(decision, "ask"), given())
    assert response.status_code == 200
    assert Ticket.objects.get().reference in response.content.decode()


def receipt_in(response):
    html = response.content.decode()
    return html.split('class="words"')[1].split("</ol>")[0]


def test_form_sent_again_after_a_lost_answer_gives_the_same_receipt(client, decision):
    """The first answer is thrown away, as a connection that breaks after the commit does."""
    form = given()
    first = client.post(at(decision, "ask"), form, follow=True)
    again = client.post(at(decision, "ask"), form, follow=True)
    assert receipt_in(first) == receipt_in(again)
    assert (Ticket.objects.count(), Submission.objects.count(), AppealDecision.objects.count()) == (1, 1, 1)


def test_receipt_is_gone_once_kept(client, decision):
    client.get(at(decision, "ask"))
    client.post(at(decision, "ask"), given())
    assert client.get(reverse("helpdesk:sent")).status_code == 200
    assert client.get(reverse("helpdesk:sent")).status_code == 200  # the page can be loaded again
    client.get(reverse("helpdesk:kept"))
    assert client.get(reverse("helpdesk:sent")).status_code == 410


def test_way_out_forgets_the_receipt(client, decision):
    client.get(at(decision, "ask"))
    client.post(at(decision, "ask"), given())
    client.get(reverse("leave"))
    assert client.get(reverse("helpdesk:sent")).status_code == 410


def test_data_to_take_along_holds_the_decision_once_it_is_proven(client, decision):
    enter(client, client.post(at(decision, "ask"), given()))
    about = client.get(reverse("helpdesk:case_data_file")).json()["about"]
    assert "nobody can open it" in str(about["decisions"])
    assert about["asks"] == "undo"


def test_receipt_opens_the_case(client, decision):
    response = client.post(at(decision, "ask"), given())
    receipt = " ".join(part.split("</li>")[0] for part in receipt_in(response).split("<li>")[1:])
    reference = Ticket.objects.get().reference
    opened = client.post(
        reverse("helpdesk:case_login"), {"reference": reference, "receipt": receipt}, follow=True
    )
    assert reference in opened.content.decode()
    assert "This was news." in opened.content.decode()


def test_what_was_typed_comes_back_after_an_error(client, decision):
    response = client.post(at(decision, "ask"), given(email="not an address"))
    html = response.content.decode()
    assert response.status_code == 422
    assert "This was news." in html
    assert "not an address" in html
    assert not Ticket.objects.exists()


def test_decision_under_appeal_is_not_filed_twice(client, decision):
    make_appeal(decision, at=now())
    response = client.post(at(decision, "ask"), given())
    assert response.status_code == 409
    assert "already under appeal" in response.content.decode()
    assert "This was news." in response.content.decode()
    assert Appeal.objects.count() == 1


def test_form_of_a_decision_under_appeal_leads_to_the_receipt_that_was_just_shown(client, decision):
    """Somebody sent it, pressed "back" before keeping the receipt, and sees the form anew."""
    make_appeal(decision, at=now())
    html = client.get(at(decision, "ask")).content.decode()
    assert f'href="{reverse("helpdesk:sent")}"' in html
    assert f'href="{reverse("helpdesk:case_login")}"' in html


def test_link_does_not_open_the_case_once_an_appeal_stands(client, decision):
    make_appeal(decision, at=now(), text="My secret.")
    html = client.get(at(decision)).content.decode()
    assert "being looked at again already" in html
    assert "My secret." not in html


def test_late_appeal_is_taken_and_waits_for_leave(client, decision):
    decision.appeal_until = now() - timedelta(days=1)
    decision.save(update_fields=["appeal_until"])
    assert "You can still ask" in client.get(at(decision)).content.decode()
    client.post(at(decision, "ask"), given())
    assert Appeal.objects.get().needs_leave


class TestLate:
    FIRST = "A person decides first whether there is a good reason to hear it."

    @pytest.fixture
    def late(self, decision):
        decision.appeal_until = now() - timedelta(days=1)
        decision.save(update_fields=["appeal_until"])
        return decision

    def test_the_form_asks_why_and_need_not_be_told(self, client, late):
        assert "Why do you come only now?" in client.get(at(late, "ask")).content.decode()
        client.post(at(late, "ask"), given())
        assert Appeal.objects.get().late_why == ""

    def test_who_comes_in_time_is_not_asked(self, client, decision):
        assert "late_why" not in client.get(at(decision, "ask")).content.decode()

    def test_the_reason_is_kept_in_their_words_and_read_by_whoever_decides(self, client, late):
        client.post(at(late, "ask"), given(late_why="I was in prison."))
        ticket = Ticket.objects.get()
        assert ticket.appeal.late_why == "I was in prison."
        card = decision_card(ticket, None, at=now())
        assert "I was in prison." in render_to_string("appeals/console/_decision_card.html", card)

    def test_the_receipt_says_what_is_decided_first(self, client, late):
        html = client.post(at(late, "ask"), given(), follow=True).content.decode()
        assert self.FIRST in html
        assert "It waits for a person on our staff." not in html

    def test_the_case_says_so_until_leave_is_given(self, late):
        ticket = make_appeal(late, at=now()).ticket
        assert [each["title"] for each in CasePage(ticket, now()).steps][1].endswith(self.FIRST)
        lena = make_moderator(appeals_queue().team, "Lena", role="lead")
        give_leave(ticket.appeal, by=lena, at=now())
        assert self.FIRST not in str(CasePage(ticket, now()).steps)

    def test_a_mere_claim_does_not_say_when_the_day_was(self, late):
        ticket = make_appeal(late, at=now(), is_proven=False).ticket
        assert self.FIRST not in str(CasePage(ticket, now()).steps)

    def test_an_erased_case_keeps_no_reason(self, late):
        ticket = make_appeal(late, at=now(), late_why="I was in prison.").ticket
        erase_case(ticket, by=person(ticket), at=now())
        assert Appeal.objects.get().late_why == ""


def test_urgent_appeal_says_why(client, decision):
    day = (now() + timedelta(days=3)).date()
    refused = client.post(at(decision, "ask"), given(urgent_by=day.isoformat()))
    assert refused.status_code == 422
    client.post(at(decision, "ask"), given(urgent_by=day.isoformat(), urgent_why="Election"))
    assert Appeal.objects.get().urgent_by == day


def test_address_is_asked_to_confirm_and_nothing_else(client, decision):
    client.post(at(decision, "ask"), given(email="rita@mail.example"))
    assert Contact.objects.get().confirmed_at is None


def test_form_that_another_site_sends_is_not_filed(client, decision):
    response = client.post(at(decision, "ask"), given(), headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 422
    assert not Ticket.objects.exists()


def start(**fields):
    return given(**{"reference": "", "described": "", **fields})


def test_by_reference_nothing_of_the_decision_is_shown_until_proven(client, decision):
    reference = DecisionPerson.objects.get().reference
    response = client.post(reverse("appeals:start"), {**start(), "reference": reference.lower()})
    appeal = Appeal.objects.get()
    assert not appeal.is_proven
    assert appeal.claimed == [decision.pk]
    html = enter(client, response).content.decode()
    assert "We do not know yet that the decision is yours" in html
    assert "nobody can open it" not in html


def enter(client, response):
    receipt = " ".join(part.split("</li>")[0] for part in receipt_in(response).split("<li>")[1:])
    reference = Ticket.objects.latest("id").reference
    sent = {"reference": reference, "receipt": receipt}
    return client.post(reverse("helpdesk:case_login"), sent, follow=True)


def test_link_and_receipt_together_prove_whose_it_is(client, decision):
    reference = DecisionPerson.objects.get().reference
    response = client.post(reverse("appeals:start"), {**start(), "reference": reference})
    receipt = " ".join(part.split("</li>")[0] for part in receipt_in(response).split("<li>")[1:])
    case = Ticket.objects.get().reference
    page = client.get(at(decision, case=case)).content.decode()
    assert "Show that the case is mine" in page
    shown = client.post(at(decision, "prove"), {"reference": case, "receipt": receipt}, follow=True)
    assert Appeal.objects.get().is_proven
    assert "nobody can open it" in shown.content.decode()


def test_link_alone_does_not_open_a_strangers_claim(client, decision):
    """Otto claims Rita's decision; Rita gets the fresh link and has no receipt of his."""
    reference = DecisionPerson.objects.get().reference
    client.post(reverse("appeals:start"), {**start(), "reference": reference})
    case = Ticket.objects.get().reference
    client.post(at(decision, "prove"), {"reference": case, "receipt": "abandon " * 8})
    assert not Appeal.objects.get().is_proven


def test_free_description_is_enough(client):
    appeals_queue()
    client.post(reverse("appeals:start"), {**start(), "described": "My channel vanished on Monday."})
    assert Appeal.objects.get().described == "My channel vanished on Monday."


def test_neither_reference_nor_description_is_asked_for(client):
    assert client.post(reverse("appeals:start"), start()).status_code == 422


class TestStartingLate:
    """Without the link nobody knows how old the decision is but whoever writes in."""

    def test_it_is_asked_how_long_ago_and_why_so_late(self, client):
        html = client.get(reverse("appeals:start")).content.decode()
        assert html.index('name="told"') < html.index('name="late_why"') < html.index('name="asks"')

    def test_why_is_taken_from_who_says_that_it_was_long_ago(self, client):
        appeals_queue()
        client.post(reverse("appeals:start"), start(described="x", told="long_ago", late_why="I was ill."))
        assert Appeal.objects.get().late_why == "I was ill."

    def test_nobody_has_to_say_why(self, client):
        appeals_queue()
        client.post(reverse("appeals:start"), start(described="x", told="long_ago"))
        assert Appeal.objects.get().late_why == ""

    def test_what_was_typed_before_they_said_that_it_was_lately_is_left_out(self, client):
        appeals_queue()
        client.post(reverse("appeals:start"), start(described="x", told="lately", late_why="I was ill."))
        assert Appeal.objects.get().late_why == ""

    def test_age_of_a_decision_that_a_stranger_names_is_not_told(self, client, decision):
        Decision.objects.update(appeal_until=now() - timedelta(days=1))
        reference = DecisionPerson.objects.get().reference
        named = client.get(reverse("appeals:start"), {"reference": reference}).content.decode()
        assert re.search('value="unsure"[^>]* checked', named)
        assert "The time to ask has passed" not in named

    def test_late_by_the_decision_itself_waits_for_leave_with_the_reason(self, client, decision):
        Decision.objects.update(appeal_until=now() - timedelta(days=1))
        reference = DecisionPerson.objects.get().reference
        given = {**start(told="long_ago", late_why="I was ill."), "reference": reference}
        client.post(reverse("appeals:start"), given)
        assert Appeal.objects.get().waits_for_leave
        assert Appeal.objects.get().late_why == "I was ill."


def test_day_that_is_still_today_somewhere_is_not_refused(decision):
    at_noon = datetime(2026, 11, 24, 11, 59, tzinfo=UTC)  # still the 23rd in the last place on earth
    urgent = given(urgent_by="2026-11-23", urgent_why="A hearing.")
    assert AppealForm(urgent, at=at_noon).is_valid()
    assert not AppealForm(urgent, at=at_noon + timedelta(minutes=1)).is_valid()


@pytest.mark.parametrize("typed", ["۲۰۲۶-۱۲-۲۴", "٢٠٢٦-١٢-٢٤", "2026-12-24"])
def test_day_is_read_in_any_digits(typed):
    form = AppealForm(given(urgent_by=typed, urgent_why="A hearing."), at=NOON)
    assert form.is_valid()
    assert form.cleaned_data["urgent_by"] == date(2026, 12, 24)


@pytest.mark.parametrize("digits", ["۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"])
def test_reference_is_read_in_any_digits(client, decision, digits):
    reference = DecisionPerson.objects.get().reference.translate(str.maketrans("0123456789", digits))
    client.post(reverse("appeals:start"), {**start(), "reference": reference})
    assert Appeal.objects.get().claimed == [decision.pk]


def test_person_can_ask_the_platform_for_a_fresh_link(client, decision):
    reference = DecisionPerson.objects.get().reference
    enter(client, client.post(reverse("appeals:start"), {**start(), "reference": reference}))
    client.post(reverse("appeals:ask_for_link"))
    assert Appeal.objects.get().link_requested_at


def test_forms_share_what_none_of_them_changes():
    late, timely = (AppealForm({}, at=now(), is_late=is_late) for is_late in (True, False))
    assert late.fields["text"] is timely.fields["text"]
    assert late.fields["zone"] is not timely.fields["zone"]
    assert "late_why" in late.fields
    assert "late_why" not in timely.fields


def state(field):
    return vars(field) | {"widget": vars(field.widget) | {"attrs": dict(field.widget.attrs)}}


def test_what_forms_share_stays_as_it_is(client, decision):
    shared = {name: each for name, each in AppealForm.base_fields.items() if name != "zone"}
    before = {name: state(each) for name, each in shared.items()}
    client.get(at(decision))
    client.post(at(decision, "ask"), given(text="", email="nowhere", proof="x"))
    client.post(at(decision, "ask"), given(urgent_by="2001-01-01"))
    client.get(at(decision, "ask"))
    assert {name: state(each) for name, each in shared.items()} == before


def test_a_form_that_inherits_has_fields_of_its_own():
    first, second = (StartForm(at=now()) for _ in range(2))
    assert first.fields["text"] is not second.fields["text"]
