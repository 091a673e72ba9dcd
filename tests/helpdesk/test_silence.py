"""A person who does not answer is reminded, then the case ends, and one click opens it again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions import (
    confirm_contact,
    end_silence,
    erase_case,
    mark_spam,
    open_again,
    person_writes,
    reply,
    resolve,
    set_contact,
    undo_reply,
)
from helpdesk.actions.counting import recount
from helpdesk.actions.settings import add_queue, change_queue
from helpdesk.clocks import State
from helpdesk.models import Priority, Queue, Status, Ticket, Verdict
from helpdesk.reading import CasePage
from helpdesk.silence import OPEN_AGAIN_WITHIN, read_token, token_of
from journal.mail import worded
from journal.models import Delivery, Event
from tests.factories import (
    NOON,
    appeals_queue,
    contact_token,
    make_case,
    make_moderator,
    make_policy,
    make_queue,
    person,
    refused,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REMINDED, CLOSED = NOON + 7 * DAY, NOON + 14 * DAY


@pytest.fixture
def queue():
    return make_queue(remind_after_days=7, close_after_days=14)


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def ask(queue, amir, *, at=NOON, mail=True, **fields):
    """A case in which we asked something."""
    ticket = make_case(queue, at=at, **fields).ticket
    if mail:
        set_contact(ticket, by=person(ticket), at=at, address="rita@mail.example")
        confirm_contact(contact_token(ticket), at=at)
        ticket.refresh_from_db()
    return reply(ticket, by=amir, at=at, text="Which video?", is_question=True, turn=ticket.turn).ticket


def ended(queue, amir, **fields):
    ticket = ask(queue, amir, **fields)
    assert (end_silence(at=REMINDED), end_silence(at=CLOSED)) == ((1, 0), (0, 1))
    ticket.refresh_from_db()
    return ticket


def link_of(ticket, kind="case_closed"):
    return token_of(Delivery.objects.get(about_id=ticket.pk, kind=kind).body)


def codes(ticket):
    return list(Event.objects.filter(subject_id=ticket.pk).order_by("number").values_list("code", flat=True))


def test_silent_person_is_reminded_and_then_the_case_ends(queue, amir):
    ticket = ask(queue, amir)
    second = timedelta(seconds=1)
    assert [end_silence(at=at) for at in (REMINDED - second, REMINDED)] == [(0, 0), (1, 0)]
    assert [end_silence(at=at) for at in (CLOSED - second, CLOSED)] == [(0, 0), (0, 1)]
    ticket.refresh_from_db()
    last = Event.objects.filter(subject_id=ticket.pk).latest("number")
    assert (ticket.status, last.code, last.values["reason"]) == (Status.RESOLVED, "resolved", "silence")
    assert last.actor_kind == "system"


def test_sweep_that_comes_twice_or_late_tells_once_and_takes_no_time_away(queue, amir):
    ask(queue, amir)
    late = NOON + 20 * DAY
    assert [end_silence(at=late), end_silence(at=late)] == [(1, 0), (0, 0)]
    assert end_silence(at=late + 7 * DAY) == (0, 1)
    kinds = Delivery.objects.filter(kind__in=("case_reminder", "case_closed")).values_list("kind", flat=True)
    assert sorted(kinds) == ["case_closed", "case_reminder"]


def test_whoever_answers_is_not_reminded_and_keeps_the_case(queue, amir):
    early, late = ask(queue, amir), ask(queue, amir)
    person_writes(early, by=person(early), at=NOON + DAY, text="This one.")
    assert end_silence(at=REMINDED) == (1, 0)
    person_writes(late, by=person(late), at=REMINDED + DAY, text="This one.")
    assert end_silence(at=CLOSED + 99 * DAY) == (0, 0)


def test_further_words_of_ours_begin_the_silence_anew(queue, amir):
    ticket = ask(queue, amir)
    end_silence(at=REMINDED)
    ticket.refresh_from_db()
    reply(ticket, by=amir, at=REMINDED + DAY, text="Any news?", turn=ticket.turn)
    assert end_silence(at=CLOSED + timedelta(hours=1)) == (0, 0)
    assert end_silence(at=REMINDED + 8 * DAY) == (1, 0)


def test_question_that_was_undone_reminds_nobody(queue, amir):
    ticket = ask(queue, amir)
    undo_reply(ticket.messages.last(), by=amir, at=NOON + timedelta(seconds=5))
    assert end_silence(at=CLOSED) == (0, 0)


@pytest.mark.parametrize("urgent", [{"priority": Priority.TOP}, {"tier": 1}])
def test_top_tier_never_ends_in_silence(queue, amir, urgent):
    ticket = ask(queue, amir)
    Ticket.objects.filter(pk=ticket.pk).update(**urgent)
    assert [end_silence(at=at) for at in (REMINDED, CLOSED + 99 * DAY)] == [(0, 0), (0, 0)]
    ticket.refresh_from_db()
    assert list(CasePage(ticket, at=NOON)._silence()) == []


def test_case_that_became_urgent_after_the_reminder_goes_on(queue, amir):
    ticket = ask(queue, amir)
    end_silence(at=REMINDED)
    Ticket.objects.filter(pk=ticket.pk).update(priority=Priority.TOP)
    assert end_silence(at=CLOSED) == (0, 0)


def test_queue_without_the_setting_waits_for_ever(amir, queue):
    Queue.objects.update(remind_after_days=None, close_after_days=None)
    ask(queue, amir)
    assert end_silence(at=CLOSED + 999 * DAY) == (0, 0)


def test_end_by_the_machine_is_no_answer_of_the_staff(queue, amir):
    make_policy(first_response=DAY, next_response=DAY, resolution=5 * DAY, keep_in_touch=30 * DAY)
    ticket = ended(queue, amir)
    assert "staff_wrote" not in codes(ticket)[-2:]
    states = {clock.kind: clock.state for clock in ticket.clocks.all()}
    assert (states["resolution"], states["keep_in_touch"]) == (State.MET, State.CANCELLED)
    assert ticket.clocks.get(kind="resolution").spent == timedelta(0)  # it stood still while we waited


def test_verdict_says_that_silence_ended_it_and_history_says_the_same(queue, amir):
    make_policy(resolution=5 * DAY)
    ticket = ended(queue, amir)
    verdict = Verdict.objects.get(ticket=ticket, clock="resolution")
    assert (verdict.state, verdict.ended_by) == (State.MET, "silence")
    assert recount([ticket]).is_right


def test_case_that_a_person_resolved_was_not_ended_by_silence(queue, amir):
    make_policy(resolution=5 * DAY)
    ticket = ask(queue, amir)
    resolve(ticket, by=amir, at=NOON + DAY)
    assert Verdict.objects.get(ticket=ticket, clock="resolution").ended_by == "resolved"


def test_four_sweeps_at_once_remind_and_end_each_case_once(transactional_db):
    queue = make_queue(remind_after_days=7, close_after_days=14)
    amir = make_moderator(queue.team)
    tickets = [ask(queue, amir) for _each in range(5)]
    for at in (REMINDED, CLOSED):
        at_once(*[lambda at=at: end_silence(at=at)] * 4)
    for ticket in tickets:
        assert [codes(ticket).count(code) for code in ("reminded", "resolved")] == [1, 1]
    assert Delivery.objects.filter(kind__in=("case_reminder", "case_closed")).count() == 10


def test_mails_say_the_day_and_nothing_of_the_case(queue, amir):
    ticket = ended(queue, amir, summary="My channel about the strike")
    for kind in ("case_reminder", "case_closed"):
        subject, text = worded(Delivery.objects.get(kind=kind))
        assert reverse("helpdesk:open_again", args=[link_of(ticket, kind)]) in text
        for secret in ("strike", "video", "Amir", ticket.reference):
            assert secret not in subject + text
    assert "7 December 2026" in worded(Delivery.objects.get(kind="case_reminder"))[1]


def test_mail_is_in_the_language_of_the_case(queue, amir):
    ended(queue, amir, language="ru")
    assert "закончено" in worded(Delivery.objects.get(kind="case_closed"))[1]


def test_outbox_holds_no_link(queue, amir):
    ticket = ended(queue, amir)
    assert link_of(ticket) not in str(list(Delivery.objects.values_list("body", flat=True)))


def test_person_without_mail_reads_it_all_on_the_case_page(queue, amir):
    ticket = ask(queue, amir, mail=False)
    coming = [step["at"] for step in CasePage(ticket, at=NOON + DAY)._silence()]
    assert coming == [REMINDED, CLOSED]
    end_silence(at=REMINDED)
    ticket.refresh_from_db()
    assert [step["at"] for step in CasePage(ticket, at=REMINDED + DAY)._silence()] == [CLOSED]
    end_silence(at=CLOSED)
    ticket.refresh_from_db()
    page = CasePage(ticket, at=CLOSED)
    assert "we heard nothing from you" in page.standing
    assert "because we heard nothing" in str(page.steps[-1]["title"])
    assert page.may_reopen
    assert not Delivery.objects.filter(kind__in=("case_reminder", "case_closed")).exists()


def test_case_page_promises_no_moment_that_is_past(queue, amir):
    ticket = ask(queue, amir)
    late = NOON + 30 * DAY
    assert [step["at"] for step in CasePage(ticket, at=late)._silence()] == [late, late + 7 * DAY]


def test_case_that_was_answered_does_not_say_that_it_ended_in_silence(queue, amir):
    ticket = ask(queue, amir)
    mark_spam(ticket, by=amir, at=NOON + DAY, reason="empty")
    ticket.refresh_from_db()
    assert not CasePage(ticket, at=NOON + DAY).ended_in_silence


def test_link_opens_the_case_again_once_and_stays_open(queue, amir):
    ticket = ended(queue, amir)
    token = link_of(ticket)
    for at in (CLOSED + DAY, CLOSED + 2 * DAY):
        assert open_again(token, at=at).is_unfinished
    assert codes(ticket).count("reopened") == 1


def test_link_in_the_reminder_opens_it_too(queue, amir):
    ticket = ended(queue, amir)
    assert open_again(link_of(ticket, "case_reminder"), at=CLOSED + DAY).is_unfinished


def test_link_opens_nothing_that_ended_otherwise_or_later(queue, amir):
    ticket = ended(queue, amir)
    token = link_of(ticket)
    again = open_again(token, at=CLOSED)
    mark_spam(again, by=amir, at=CLOSED + DAY, reason="empty")
    with refused("unknown_link"):
        open_again(token, at=CLOSED + 2 * DAY)


def test_link_of_an_earlier_silence_does_not_open_a_later_end(queue, amir):
    ticket = ended(queue, amir)
    token = link_of(ticket)
    again = open_again(token, at=CLOSED)
    reply(again, by=amir, at=CLOSED, text="Well?", is_question=True, turn=again.turn)
    assert [end_silence(at=CLOSED + days * DAY) for days in (7, 14)] == [(1, 0), (0, 1)]
    with refused("unknown_link"):
        open_again(token, at=CLOSED + 15 * DAY)


def test_link_lapses_after_thirty_days(queue, amir):
    ticket = ended(queue, amir)
    token = link_of(ticket)
    with refused("unknown_link"):
        open_again(token, at=CLOSED + OPEN_AGAIN_WITHIN + timedelta(seconds=1))
    assert open_again(token, at=CLOSED + OPEN_AGAIN_WITHIN)


def test_link_of_an_erased_case_opens_nothing(queue, amir):
    ticket = ended(queue, amir)
    token = link_of(ticket)
    erase_case(ticket, by=person(ticket), at=CLOSED + DAY)
    with refused("unknown_link"):
        open_again(token, at=CLOSED + 2 * DAY)


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: "0" + t, lambda t: "", lambda t: "a" * 5000, lambda t: t.replace("-", "")],
)
def test_link_that_we_did_not_make_says_nothing(queue, amir, change):
    token = change(link_of(ended(queue, amir)))
    assert read_token(token, at=CLOSED) is None
    with refused("unknown_link"):
        open_again(token, at=CLOSED)


def at_the_door(queue, amir):
    """A case that ended a moment ago, for the door, which looks up the time itself."""
    ticket = ask(queue, amir, at=now() - 15 * DAY)
    end_silence(at=now() - 8 * DAY)
    end_silence(at=now())
    return ticket, reverse("helpdesk:open_again", args=[link_of(ticket)])


def test_a_look_at_the_link_opens_nothing_and_names_nothing(client, queue, amir):
    ticket, address = at_the_door(queue, amir)
    page = client.get(address)
    assert (page.status_code, ticket.reference in page.content.decode()) == (200, False)
    assert "no-store" in page.headers["Cache-Control"]
    ticket.refresh_from_db()
    assert not ticket.is_unfinished


def test_click_opens_it_and_shows_only_its_reference(client, queue, amir):
    ticket, address = at_the_door(queue, amir)
    page = client.post(address).content.decode()
    assert "is open again" in page
    assert ticket.reference in page
    assert "Which video?" not in page
    assert client.get(reverse("helpdesk:case")).status_code == 302  # it still takes the receipt
    ticket.refresh_from_db()
    assert ticket.is_unfinished


def test_another_site_cannot_make_a_browser_open_it(client, queue, amir):
    ticket, address = at_the_door(queue, amir)
    client.post(address, headers={"Sec-Fetch-Site": "cross-site"})
    ticket.refresh_from_db()
    assert not ticket.is_unfinished


def test_link_that_is_none_leads_to_reference_and_receipt(client):
    answer = client.post(reverse("helpdesk:open_again", args=["invented"]))
    assert answer.status_code == 409
    assert reverse("helpdesk:case_login") in answer.content.decode()


@pytest.mark.parametrize(
    ("days", "code"), [((7, None), "remind_first"), ((None, 7), "remind_first"), ((7, 7), "remind_first")]
)
def test_case_never_ends_without_a_reminder_before(queue, days, code):
    lena = make_moderator(queue.team, "Lena", role="lead")
    with refused(code):
        change_queue(queue, by=lena, at=NOON, remind_after_days=days[0], close_after_days=days[1])
    with pytest.raises(IntegrityError, match="reminded_before"), transaction.atomic():
        Queue.objects.update(remind_after_days=days[0], close_after_days=days[1])


def test_what_must_be_decided_never_ends_in_silence():
    queue = appeals_queue()
    lena = make_moderator(queue.team, "Lena", role="lead")
    with refused("needs_decision"):
        change_queue(queue, by=lena, at=NOON, remind_after_days=7, close_after_days=14)
    with refused("needs_decision"):
        add_queue(
            by=lena, at=NOON, slug="more", name_en="More", kind="appeal", team=queue.team,
            remind_after_days=7, close_after_days=14,
        )  # fmt: skip


def test_lead_sets_it_in_the_queue_with_an_event(queue):
    lena = make_moderator(queue.team, "Lena", role="lead")
    change_queue(queue, by=lena, at=NOON, close_after_days=21)
    assert Event.objects.get(subject_id=queue.pk, code="changed").values["close_after_days"] == 21


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("ticket_to_remind", {"reminded_at": None, "waiting_since__lte": NOON}),
        ("ticket_to_close", {"reminded_at__lte": NOON}),
    ],
)
def test_sweep_is_answered_from_an_index(queue, name, condition):
    fields = {"kind": "complaint", "queue": queue, "changed_at": NOON, "due_at": NOON, "language": "en"}
    Ticket.objects.bulk_create(
        Ticket(
            reference=f"T{n:04}",
            status="waiting",
            opened_at=NOON,
            waiting_since=NOON + n * DAY,
            reminded_at=NOON + n * DAY if n % 2 else None,
            **fields,
        )
        for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE helpdesk_ticket")
    assert name in Ticket.objects.silent().filter(queue=queue, **condition).explain()
