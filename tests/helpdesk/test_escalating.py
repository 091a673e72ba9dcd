"""The steps of an escalation as they are taken: once, in order, with their true times, and no further."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings

from helpdesk.actions import assign, bar, reply, resolve, set_priority
from helpdesk.actions.escalating import take_steps, tell_waiting
from helpdesk.actions.policies import FIRST_ROWS, keep_promises, make_first_policy, publish_policy
from helpdesk.models import Level, PolicyRow, Priority, Step, StepTaken, StepTold, Ticket
from journal.actors import SYSTEM
from journal.mail import worded
from journal.models import Delivery, Event
from tests.factories import NOON, make_case, make_moderator, make_queue, make_user, person

pytestmark = pytest.mark.django_db
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
DUE = NOON + 10 * HOUR
LEAD = {"what": "tell", "level": Level.LEAD}


def make_steps(*steps, at=NOON - 365 * 24 * HOUR, from_at=None, target=10 * HOUR):
    """A policy that promises a decision within ten hours, with these steps."""
    row = PolicyRow(name="Everybody", resolution=target)
    planned = [
        Step(row=row, clock="resolution", place=place, **{"key": f"step-{place}"} | values)
        for place, values in enumerate(steps)
    ]
    return publish_policy([row], by=SYSTEM, at=at, from_at=from_at or at, steps=planned)


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def amir(queue):
    return make_moderator(queue.team)


def taken(ticket):
    return list(ticket.steps_taken.order_by("due_at").values_list("key", "due_at", "taken_at"))


def escalated(ticket):
    return [event.values for event in Event.objects.filter(subject_id=ticket.pk, code="escalated")]


def mails(kind="steps_due"):
    return {each.address: each.body for each in Delivery.objects.filter(kind=kind)}


def test_step_is_taken_when_it_is_due_and_not_before(queue, lena):
    make_steps({"when": "share", "percent": 50} | LEAD)
    ticket = make_case(queue).ticket
    assert take_steps(at=NOON + 5 * HOUR - timedelta(seconds=1)) == 0
    assert take_steps(at=NOON + 5 * HOUR) == 1
    assert taken(ticket) == [("step-0", NOON + 5 * HOUR, NOON + 5 * HOUR)]
    assert list(mails()) == [lena.email]


def test_two_sweeps_by_mistake_take_it_once(queue, lena):
    make_steps({"when": "at"} | LEAD)
    ticket = make_case(queue).ticket
    assert [take_steps(at=DUE), take_steps(at=DUE), take_steps(at=DUE + HOUR)] == [1, 0, 0]
    assert len(escalated(ticket)) == Delivery.objects.filter(kind="steps_due").count() == 1


def test_after_an_outage_each_overdue_step_is_taken_once_with_its_true_time(queue, lena):
    make_steps({"when": "share", "percent": 50} | LEAD, {"when": "before", "length": HOUR} | LEAD)
    ticket = make_case(queue).ticket
    back_at = NOON + 11 * HOUR  # six hours after the first was due
    assert [take_steps(at=back_at), take_steps(at=back_at)] == [2, 0]
    assert taken(ticket) == [
        ("step-0", NOON + 5 * HOUR, back_at),
        ("step-1", NOON + 9 * HOUR, back_at),
    ]
    assert [(each["key"], each["late"]) for each in escalated(ticket)] == [
        ("step-0", 6 * 3600),
        ("step-1", 2 * 3600),
    ]


def test_clock_that_stands_still_takes_no_step(queue, amir, lena):
    make_steps({"when": "share", "percent": 50} | LEAD, {"when": "at"} | LEAD)
    ticket = make_case(queue).ticket
    reply(ticket, by=amir, at=NOON + HOUR, text="Which video?", is_question=True, turn=1)
    assert take_steps(at=NOON + 100 * HOUR) == 0
    assert ticket.clocks.get(kind="resolution").next_step_at is None


def test_what_is_done_needs_no_step_any_more(queue, amir, lena):
    make_steps({"when": "at"} | LEAD)
    ticket = make_case(queue).ticket
    resolve(reply(ticket, by=amir, at=NOON, text="Done.", turn=1).ticket, by=amir, at=NOON)
    assert take_steps(at=DUE + HOUR) == 0


def test_moved_deadline_repeats_no_step_of_the_run(queue, lena):
    half = {"when": "share", "percent": 50, "key": "half"} | LEAD
    make_steps(half)
    ticket = make_case(queue).ticket
    take_steps(at=NOON + 5 * HOUR)
    make_steps(half, at=NOON + 6 * HOUR, target=40 * HOUR)
    keep_promises(at=NOON + 6 * HOUR)
    assert take_steps(at=NOON + 30 * HOUR) == 0
    assert len(taken(ticket)) == 1


def test_step_that_an_edit_moved_into_the_past_is_taken_at_once_and_marked_late(queue, lena):
    soon = {"when": "before", "length": HOUR} | LEAD
    make_steps(soon)
    ticket = make_case(queue).ticket
    make_steps(soon, at=NOON + 4 * HOUR, target=4.5 * HOUR)
    keep_promises(at=NOON + 4 * HOUR)
    assert take_steps(at=NOON + 4 * HOUR) == 1
    assert escalated(ticket)[0]["late"] == 1800


def test_edit_of_the_table_alone_keeps_the_steps(queue, lena):
    make_steps({"when": "at"} | LEAD)
    publish_policy([PolicyRow(name="All", resolution=HOUR)], by=SYSTEM, at=NOON, from_at=NOON)
    ticket = make_case(queue).ticket
    assert take_steps(at=NOON + HOUR) == 1
    assert [key for key, _due, _at in taken(ticket)] == ["step-0"]


def test_raising_has_an_end_below_the_top(queue):
    raises = [{"when": "after", "length": hours * HOUR, "what": "raise"} for hours in (1, 2, 3, 4)]
    make_steps(*raises)
    ticket = make_case(queue).ticket
    assert take_steps(at=DUE + 9 * HOUR) == 4
    ticket.refresh_from_db()
    assert ticket.priority == Priority.HIGH


def test_raise_that_brings_another_row_does_not_take_its_own_step_again(queue):
    rows = [
        PolicyRow(name="High", priority=Priority.HIGH, resolution=2 * HOUR),
        PolicyRow(name="All", resolution=4 * HOUR),
    ]
    steps = [Step(row=row, clock="resolution", key="due", when="at", what="raise") for row in rows]
    publish_policy(rows, by=SYSTEM, at=NOON, from_at=NOON, steps=steps)
    ticket = make_case(queue).ticket
    assert [take_steps(at=NOON + 4 * HOUR), take_steps(at=NOON + 9 * HOUR)] == [1, 0]
    ticket.refresh_from_db()
    assert ticket.priority == Priority.HIGH


def test_step_takes_the_case_from_who_sits_on_it(queue, amir, lena):
    make_steps({"when": "at", "what": "reassign"})
    ticket = make_case(queue).ticket
    assign(ticket, by=lena, at=NOON, to=amir)
    take_steps(at=DUE)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (None, "new")


def test_case_is_handed_up_level_by_level_and_each_is_told(queue, lena, settings):
    settings.EXECUTIVE_CONTACT = "chair@service.example"
    make_steps(*[{"when": "after", "length": hours * HOUR, "what": "hand"} for hours in (1, 2, 3, 4)])
    head = make_user("Helen", roles=["head"])
    ticket = make_case(queue).ticket
    told = []
    for hours in (1, 2, 3, 4):
        take_steps(at=DUE + hours * HOUR)
        told.append(Delivery.objects.filter(kind="steps_due").latest("made_at").address)
    ticket.refresh_from_db()
    assert ticket.level == Level.EXECUTIVE
    assert told == [lena.email, head.email, "chair@service.example", "chair@service.example"]


def test_whoever_has_the_case_is_told_and_else_its_leads(queue, amir, lena):
    make_steps({"when": "at", "what": "tell", "level": Level.MODERATOR})
    held, free = make_case(queue).ticket, make_case(queue).ticket
    assign(held, by=lena, at=NOON, to=amir)
    take_steps(at=DUE)
    assert mails()[amir.email]["references"] == [held.reference]
    assert mails()[lena.email]["references"] == [free.reference]


def test_lead_who_is_barred_from_the_case_is_not_told_of_it(queue, lena):
    make_steps({"when": "at"} | LEAD)
    head = make_user("Helen", roles=["head"])
    ticket = make_case(queue).ticket
    bar(ticket, lena, why="decided", by=SYSTEM, at=NOON)
    take_steps(at=DUE)
    assert list(mails()) == [head.email]


def test_many_mails_to_one_person_are_one_with_a_count(queue, lena):
    make_steps({"when": "at"} | LEAD)
    for _each in range(12):
        make_case(queue)
    assert take_steps(at=DUE) == 12
    mail = Delivery.objects.get(kind="steps_due")
    assert (mail.lane, mail.body["count"], mail.body["more"]) == ("page", 12, 2)
    subject, text = worded(mail)
    assert "12" in subject
    assert mail.body["references"][0] in text


def test_storm_is_told_in_bounded_transactions_and_loses_nobody(queue, lena, monkeypatch):
    monkeypatch.setattr("helpdesk.actions.escalating.TOLD_AT_ONCE", 5)
    make_steps({"when": "at"} | LEAD)
    for _each in range(12):
        make_case(queue)
    take_steps(at=DUE)
    while tell_waiting(at=DUE):
        pass
    assert sorted(each.body["count"] for each in Delivery.objects.filter(kind="steps_due")) == [2, 5, 5]


def test_telling_costs_the_same_for_few_and_for_many(queue, lena):
    taken = [
        StepTaken.objects.create(
            ticket=make_case(queue).ticket,
            kind="resolution",
            instance=1,
            run=1,
            key="k",
            due_at=NOON,
            taken_at=NOON,
        )
        for _each in range(9)
    ]
    costs = []
    for hours, some in enumerate((taken[:2], taken[2:])):
        StepTold.objects.bulk_create(StepTold(taken=each, user=lena) for each in some)
        with CaptureQueriesContext(connection) as queries:
            tell_waiting(at=DUE + hours * HOUR)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_mail_of_others_stays_when_one_of_its_cases_is_erased(queue, lena):
    from helpdesk.actions import erase_case

    make_steps({"when": "at"} | LEAD)
    first, _second = make_case(queue).ticket, make_case(queue).ticket
    take_steps(at=DUE)
    erase_case(first, by=person(first), at=DUE)
    assert mails()[lena.email]["count"] == 2


def test_what_a_killed_sweep_did_not_tell_the_next_one_tells(queue, lena):
    make_steps({"when": "at"} | LEAD)
    ticket = make_case(queue).ticket
    step = StepTaken.objects.create(
        ticket=ticket, kind="resolution", instance=1, run=1, key="step-0", due_at=DUE, taken_at=DUE
    )
    StepTold.objects.create(taken=step, user=lena)
    assert [tell_waiting(at=DUE), tell_waiting(at=DUE)] == [1, 0]
    assert list(mails()) == [lena.email]


def told(queue, user, *, at, tier=None):
    """Somebody must be told of a step of another case; how many mails a sweep writes then."""
    ticket = make_case(queue).ticket
    Ticket.objects.filter(pk=ticket.pk).update(tier=tier)
    step = StepTaken.objects.create(
        ticket=ticket, kind="resolution", instance=1, run=1, key="due", due_at=DUE, taken_at=at
    )
    StepTold.objects.create(taken=step, user=user)
    return tell_waiting(at=at)


def test_storm_of_hours_is_a_mail_every_ten_minutes_and_nothing_is_lost(queue, lena):
    minutes = [told(queue, lena, at=DUE + timedelta(minutes=minute)) for minute in range(21)]
    assert [minute for minute, mail in enumerate(minutes) if mail] == [0, 10, 20]
    counts = [each.body["count"] for each in Delivery.objects.filter(kind="steps_due").order_by("made_at")]
    assert counts == [1, 10, 10]
    assert not StepTold.objects.exists()


def test_case_of_the_first_tier_is_told_at_once_with_what_waits(queue, lena):
    assert told(queue, lena, at=DUE) == 1
    assert told(queue, lena, at=DUE + SECOND, tier=2) == 0
    assert told(queue, lena, at=DUE + 2 * SECOND, tier=1) == 1
    assert Delivery.objects.filter(kind="steps_due").latest("made_at").body["count"] == 2


def test_pause_of_one_holds_up_nobody_else(queue, lena, amir):
    assert told(queue, lena, at=DUE) == 1
    assert told(queue, amir, at=DUE + SECOND) == 1


@override_settings(EXECUTIVE_CONTACT="board@mail.example")
def test_executive_contact_has_a_pause_too(queue):
    assert [told(queue, None, at=DUE), told(queue, None, at=DUE + SECOND)] == [1, 0]


def test_backlog_is_told_to_its_end_before_the_pause(queue, lena, monkeypatch):
    monkeypatch.setattr("helpdesk.actions.escalating.TOLD_AT_ONCE", 1)
    assert [told(queue, lena, at=DUE), told(queue, lena, at=DUE + SECOND)] == [1, 1]


def test_case_that_cannot_take_its_step_does_not_hold_up_the_others(queue, lena, monkeypatch):
    from helpdesk.actions import escalating

    make_steps({"when": "at"} | LEAD)
    broken, whole = make_case(queue).ticket, make_case(queue, at=NOON + HOUR).ticket
    act = escalating._act

    def fail_for_one(ticket, *rest):
        if ticket.pk == broken.pk:
            raise RuntimeError
        act(ticket, *rest)

    monkeypatch.setattr(escalating, "_act", fail_for_one)
    assert take_steps(at=DUE + HOUR) == 1
    assert (taken(broken), len(taken(whole))) == ([], 1)
    monkeypatch.undo()
    assert take_steps(at=DUE + 2 * HOUR) == 1
    assert escalated(broken)[0]["late"] == 2 * 3600


def test_database_takes_no_step_twice(queue):
    ticket = make_case(queue).ticket
    step = {"ticket": ticket, "kind": "resolution", "instance": 1, "run": 1, "key": "due"}
    StepTaken.objects.create(**step, due_at=DUE, taken_at=DUE)
    with pytest.raises(IntegrityError, match="one_step_in_a_run"), transaction.atomic():
        StepTaken.objects.create(**step, due_at=DUE, taken_at=DUE + HOUR)


@pytest.mark.parametrize(
    "step",
    [
        {"when": "share"} | LEAD,
        {"when": "share", "percent": 100} | LEAD,
        {"when": "before"} | LEAD,
        {"when": "at", "percent": 5} | LEAD,
        {"when": "at", "what": "tell"},
        {"when": "at", "what": "raise", "level": Level.LEAD},
    ],
)
def test_step_without_a_moment_or_with_nobody_to_tell_is_no_step(step):
    row = make_steps().rows.get()
    with pytest.raises(IntegrityError, match="step_"), transaction.atomic():
        Step.objects.create(row=row, clock="resolution", key="one", **step)


def test_first_policy_escalates_every_promise(queue, amir, lena):
    policy = make_first_policy(at=NOON)
    for row in policy.rows.all():
        assert set(row.targets) == {step.clock for step in row.steps.all()}
    ticket = make_case(queue, at=NOON).ticket
    set_priority(ticket, by=amir, at=NOON, priority=Priority.TOP)
    assert ticket.clocks.get(kind="first_response").next_step_at == NOON + 2 * HOUR
    assert len(FIRST_ROWS) == 2
