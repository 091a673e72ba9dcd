"""Steps are edited with the table, refused where they make no sense, and seen before they fire."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.actions.clocks import InForce
from helpdesk.actions.escalating import take_steps
from helpdesk.actions.policies import add_calendar, publish_policy
from helpdesk.clocks import Kind
from helpdesk.foreseen import foresee
from helpdesk.models import Level, Policy, PolicyRow, Step
from helpdesk.step_words import step_words
from helpdesk.steps import DOINGS, MOMENTS, mark_of, moments
from helpdesk.steps import Planned as Plan
from journal.actors import SYSTEM
from tests.factories import NOON, make_case, make_moderator, make_queue, make_user, refused

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TELL = {"what": "tell", "level": Level.LEAD}
HALF = {"key": "half", "when": "share", "percent": 50} | TELL
DUE = {"key": "due", "when": "at"} | TELL


def row_of(**fields):
    return PolicyRow(**{"name": "All", "resolution": 10 * HOUR} | fields)


def steps_of(row, *given):
    named = enumerate(given)
    return [
        Step(row=row, place=place, **{"clock": "resolution", "key": f"s{place}"} | each)
        for place, each in named
    ]


def publish(*given, at=NOON - 24 * HOUR, row=None, **more):
    row = row or row_of()
    return publish_policy([row], by=SYSTEM, at=at, from_at=at, steps=steps_of(row, *given), **more)


@pytest.fixture
def queue():
    return make_queue()


@pytest.fixture
def desk(client, queue):
    client.force_login(make_moderator(queue.team, "Lena", role="lead"))
    return client


def typed(*steps, **more):
    """One row with these steps, as the form sends it."""
    fields = {f"0-s{place}-{name}": value for place, step in enumerate(steps) for name, value in step.items()}
    row = {
        "total": 1,
        "after": Policy.objects.count(),
        "from_at": "",
        "0-name_en": "All",
        "0-resolution": "10",
    }
    return {**row, "0-steps": len(steps), **fields, **more}


def send(desk, *steps, **more):
    return desk.post(reverse("console:edit_promises"), typed(*steps, **more))


def publish_as_seen(desk, *steps):
    seal = send(desk, *steps, preview="1").context["seal"]
    return send(desk, *steps, publish="1", seal=seal)


AT_HALF = {"clock": "resolution", "when": "share", "amount": "50", "what": "tell", "level": "2"}
HOUR_BEFORE = {"clock": "resolution", "when": "before", "amount": "0:30", "what": "hand"}


def test_lead_adds_steps_and_publishes_them_as_looked_at(desk):
    assert publish_as_seen(desk, AT_HALF, HOUR_BEFORE).status_code == 302
    half, before = Policy.objects.first().rows.get().steps.all()
    assert (half.when, half.percent, half.what, half.level) == ("share", 50, "tell", Level.LEAD)
    assert (before.when, before.length, before.what, before.level) == ("before", HOUR / 2, "hand", None)


def test_other_steps_are_looked_at_again_before_they_are_published(desk):
    seal = send(desk, AT_HALF, preview="1").context["seal"]
    assert send(desk, AT_HALF | {"amount": "60"}, publish="1", seal=seal).status_code == 200
    assert not Policy.objects.exists()


def test_editor_shows_the_steps_as_they_are_and_keeps_their_keys(desk):
    publish(HALF, {"key": "soon", "when": "before", "length": HOUR / 2, "what": "raise"})
    (form,) = desk.get(reverse("console:edit_promises")).context["forms"]
    assert [(s["key"].value(), s["amount"].value()) for s in form.steps] == [("half", 50), ("soon", "0:30")]


def test_edited_step_keeps_its_key_and_a_new_one_gets_one_of_its_own(desk):
    publish_as_seen(desk, AT_HALF | {"key": "half", "amount": "75"}, AT_HALF)
    assert [step.key for step in Policy.objects.first().rows.get().steps.all()] == ["half", "share-50-tell-2"]


def test_new_key_steps_aside_for_one_that_is_there():
    row = row_of()
    step = steps_of(row, HALF | {"key": ""})[0]
    from helpdesk.actions.planning import new_key

    assert new_key(step, ["share-50-tell-2", "share-50-tell-2-2"]) == "share-50-tell-2-3"


def test_step_that_was_taken_under_its_key_is_not_taken_again_after_an_edit(queue):
    publish(HALF)
    ticket = make_case(queue).ticket
    take_steps(at=NOON + 5 * HOUR)
    publish(HALF | {"percent": 75}, at=NOON + 6 * HOUR)
    assert take_steps(at=NOON + 9 * HOUR) == 0
    assert ticket.steps_taken.count() == 1


def test_steps_are_added_and_removed_by_buttons_and_move_with_their_row(desk):
    added = send(desk, AT_HALF, edit="step-0").context["forms"][0]
    assert [step["amount"].value() for step in added.steps] == ["50", None]
    (left,) = send(desk, AT_HALF, HOUR_BEFORE, edit="unstep-0-0").context["forms"][0].steps
    assert left["what"].value() == "hand"
    moved = send(desk, AT_HALF, total=2, **{"1-name_en": "Two", "edit": "down-0"}).context["forms"]
    assert [len(form.steps) for form in moved] == [0, 1]


@pytest.mark.parametrize("edit", ["step-7", "unstep-0-9", "unstep-0-", "step-", "unstep-x-0", "step-99999"])
def test_button_that_names_nothing_changes_nothing(desk, edit):
    (form,) = send(desk, AT_HALF, edit=edit).context["forms"]
    assert len(form.steps) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "0"}, "between 1 and 99 percent"),
        ({"amount": "120"}, "between 1 and 99 percent"),
        ({"amount": "half"}, "between 1 and 99 percent"),
        ({"when": "before", "amount": "soon"}, "Write hours"),
        ({"when": "after", "amount": ""}, "Write hours"),
        ({"when": "before", "amount": "11"}, "before its clock"),
        ({"when": "after", "amount": "99999"}, "later than"),
        ({"clock": "keep_in_touch"}, "does not promise"),
        ({"level": ""}, "Choose who is told"),
        ({"level": "9"}, "that are offered"),
        ({"what": "shout"}, "that are offered"),
        ({"when": "sometimes"}, "that are offered"),
    ],
)
def test_step_that_makes_no_sense_is_refused_in_words_and_stays_typed(desk, change, words):
    answer = send(desk, AT_HALF | change, preview="1")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert words in page
    assert answer.context["forms"][0].steps[0]["amount"].value() == (AT_HALF | change)["amount"]


def test_same_step_twice_is_refused(desk):
    assert "the same step twice" in send(desk, AT_HALF, AT_HALF, preview="1").content.decode()


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("bad_share", [HALF | {"percent": 100}]),
        ("bad_share", [HALF | {"percent": None}]),
        ("no_length", [DUE | {"when": "before", "length": None}]),
        ("no_length", [DUE | {"when": "after", "length": timedelta(0)}]),
        ("before_it_begins", [DUE | {"when": "before", "length": 10 * HOUR}]),
        ("too_long_after", [DUE | {"when": "after", "length": timedelta(days=91)}]),
        ("step_of_no_clock", [DUE | {"clock": "first_response"}]),
        ("same_step_twice", [HALF, HALF | {"percent": 60}]),
        ("same_step_twice", [DUE, DUE | {"key": "again"}]),
        ("level_needed", [DUE | {"level": None}]),
        ("too_many_steps", [HALF | {"key": f"k{n}", "percent": n} for n in range(1, 14)]),
    ],
)
def test_table_with_such_steps_is_not_published(code, given):
    with refused(code):
        publish(*given)
    assert not Policy.objects.exists()


def test_as_many_steps_as_allowed_are_published():
    assert (
        publish(*[HALF | {"key": f"k{n}", "percent": n} for n in range(1, 13)]).rows.get().steps.count() == 12
    )


def test_with_working_hours_before_may_be_longer_than_the_target_in_hours():
    lena = make_user("Lena", roles=["lead"])
    frames = {"mon": [["09:00", "11:00"]]}
    hours = add_calendar(
        {"name_en": "Berlin"},
        by=lena,
        at=NOON - 48 * HOUR,
        time_zone="Europe/Berlin",
        frames=frames,
        holidays={},
    )
    row = row_of(calendar=hours.calendar, resolution=4 * HOUR)
    assert publish(DUE | {"when": "before", "length": timedelta(days=5)}, row=row)
    again = row_of(calendar=hours.calendar, resolution=4 * HOUR)
    with refused("before_it_begins"):
        publish(DUE | {"when": "before", "length": timedelta(days=20)}, row=again)


def draft(*given, **targets):
    row = row_of(**targets)
    return InForce((row,), {}), {"steps": steps_of(row, *given)}


def test_preview_counts_the_steps_that_would_fire_at_once(queue):
    publish()
    late, later = make_case(queue).ticket, make_case(queue, at=NOON + 2 * HOUR).ticket
    make_case(queue, at=NOON + 6 * HOUR)
    holds, steps = draft(HALF)
    seen = foresee(holds, at=NOON + 8 * HOUR, **steps)
    assert (seen.fired, [each.ticket for each in seen.latest]) == (2, [late, later])
    assert [each.late for each in seen.latest] == [3 * HOUR, HOUR]
    assert list(seen.by_step.values()) == [2]


def test_preview_agrees_with_what_the_sweep_then_does(queue):
    publish()
    for hours in range(6):
        make_case(queue, at=NOON + hours * HOUR)
    holds, steps = draft(HALF, DUE | {"when": "before", "length": 4 * HOUR})
    moment = NOON + 8 * HOUR
    foreseen = foresee(holds, at=moment, **steps)
    publish(HALF, DUE | {"when": "before", "length": 4 * HOUR}, at=moment)
    from helpdesk.actions.policies import keep_promises

    keep_promises(at=moment)
    assert take_steps(at=moment) == foreseen.fired > 0


def test_preview_leaves_out_what_was_taken_and_what_will_be_by_then(queue):
    publish(HALF)
    taken = make_case(queue).ticket
    take_steps(at=NOON + 5 * HOUR)
    make_case(queue, at=NOON + 3 * HOUR)  # its half comes before the new version holds, by the old one
    holds, steps = draft(HALF)
    assert foresee(holds, at=NOON + 9 * HOUR, **steps).fired == 0
    assert taken.steps_taken.count() == 1


def test_page_shows_what_would_fire_without_naming_cases_out_of_sight(desk, queue):
    publish(at=now() - 48 * HOUR)
    seen = make_case(queue, at=now() - 9 * HOUR).ticket
    hidden = make_case(make_queue(), at=now() - 9 * HOUR).ticket
    page = send(desk, AT_HALF, preview="1").content.decode()
    assert "2 steps would be taken at once" in page
    assert seen.reference in page
    assert hidden.reference not in page


def test_what_if_shows_the_steps_with_their_moments(desk, queue):
    publish(HALF, DUE, {"key": "late", "when": "after", "length": 2 * HOUR, "what": "hand"})
    asked = {"queue": queue.pk, "language": "fa", "priority": 3, "opened_at": "2026-11-23T12:00"}
    dues = desk.get(reverse("console:what_if"), asked).context["dues"]
    (shown,) = [due["steps"] for due in dues if due["steps"]]
    assert [at for at, _words in shown] == [NOON + 5 * HOUR, NOON + 10 * HOUR, NOON + 12 * HOUR]


def test_table_shows_each_step_in_words(desk):
    publish(HALF, {"key": "late", "when": "after", "length": 2 * HOUR, "what": "hand"})
    page = desk.get(reverse("console:promises")).content.decode()
    assert "at 50% of the time · Tell somebody: Lead" in page
    assert "2 h 0 min after it was due · Hand it to the next level" in page


def test_moment_before_the_beginning_is_the_beginning():
    plan = Plan(Kind.RESOLUTION, "soon", mark_of("before", percent=None, length=2 * HOUR))
    assert [at for at, _step in moments([plan], HOUR, None, NOON)] == [NOON]


@pytest.mark.parametrize("what", list(DOINGS))
def test_each_kind_of_step_has_words_and_stands_in_the_docs(what):
    level = Level.LEAD if DOINGS[what].takes_level else None
    assert str(DOINGS[what].label) in step_words(Step(when="at", what=what, level=level))
    assert f"| {what.value} |" in Path("docs/clocks.md").read_text()


def test_each_moment_has_words():
    words = {step_words(Step(when=when, percent=50, length=HOUR, what="hand")) for when in MOMENTS}
    assert len(words) == len(MOMENTS)
