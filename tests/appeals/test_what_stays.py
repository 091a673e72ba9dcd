"""A person whose appeal succeeds is told what is undone, what stays all the same, and why."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import now

from appeals.actions.reviews import answer_remit, decide
from appeals.models import AppealDecision, Measure, Review
from appeals.sections import answers
from appeals.tasks import lapse_remits
from journal.actors import SYSTEM
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_appeal,
    make_decision,
    make_moderator,
    make_platform,
    subject_of,
)

pytestmark = pytest.mark.django_db

SUSPENDED = "DECISION_ACCOUNT_SUSPENDED"
RITA = {"user_ref": "u-1", "content_ref": "post-1"}
LATER = NOON + timedelta(days=9)
ANOTHER = "Another decision that still stands causes it too."


@pytest.fixture
def amir():
    return make_moderator(appeals_queue().team)


@pytest.fixture
def platform():
    return make_platform()


def overturned(decision, amir, outcome="overturned", **fields):
    """The appeal of a decision that was answered so."""
    opened = make_appeal(decision, **fields.pop("appeal", {}))
    subject = subject_of(opened)
    decide(subject, by=amir, at=NOON, outcome=outcome, reasons=REASONS, attested=True, **fields)
    return opened


def told(opened):
    [answer] = answers(opened.ticket, None, at=LATER)["reviews"]
    return str(answer["says"]), [each["line"].code for each in answer["stays"]]


def read(client, opened, page):
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    client.post(reverse("helpdesk:case_login"), given)
    return client.get(reverse(f"helpdesk:{page}")).content.decode()


def test_where_all_is_undone_nothing_is_said_to_stay(amir, platform):
    assert told(overturned(make_decision(platform, person=RITA), amir)) == (
        "The decision falls. What it did must be undone.",
        [],
    )


def test_what_another_standing_decision_causes_too_is_said_to_stay(amir, platform):
    make_decision(platform, person=RITA)
    says, stays = told(overturned(make_decision(platform, decision_account=SUSPENDED, person=RITA), amir))
    assert says.endswith("A part of what it did must be undone, and a part stays: both are listed below.")
    assert stays == ["DECISION_VISIBILITY_CONTENT_DISABLED"]


def test_where_all_of_it_stays_nothing_is_said_to_be_undone(amir, platform):
    make_decision(platform, person=RITA)
    says, stays = told(overturned(make_decision(platform, person=RITA), amir))
    assert says == "The decision falls. But what it did stays all the same: below it says why."
    assert len(stays) == 1


def test_it_stays_no_longer_when_the_other_decision_falls_too(amir, platform):
    other, mine = (make_decision(platform, person=RITA) for _ in range(2))
    opened = overturned(mine, amir)
    overturned(other, amir)
    assert told(opened)[1] == []


def test_it_stays_no_longer_when_the_platform_let_the_day_for_the_other_one_pass(amir, platform):
    other, mine = (make_decision(platform, person=RITA) for _ in range(2))
    until = NOON.date() + timedelta(days=7)
    overturned(other, amir, "remitted", remit_until=until)
    answer_remit(Review.objects.get(), None, by=SYSTEM, at=NOON + timedelta(days=8))
    assert told(overturned(mine, amir))[1] == []


def test_what_was_remitted_and_still_waits_keeps_its_effects(amir, platform):
    other, mine = (make_decision(platform, person=RITA) for _ in range(2))
    overturned(other, amir, "remitted", remit_until=NOON.date() + timedelta(days=7))
    assert told(overturned(mine, amir))[1] == ["DECISION_VISIBILITY_CONTENT_DISABLED"]


def test_what_cannot_be_undone_is_said_to_stay(amir):
    mine = make_decision()
    mine.effects.create(code="files_deleted", platform_ref="e-1", is_irreversible=True, irreversible_why="-")
    assert told(overturned(mine, amir))[1] == ["files_deleted"]


def test_a_lapsed_remit_says_it_too(amir, platform):
    make_decision(platform, person=RITA)
    until = NOON.date() + timedelta(days=7)
    opened = overturned(make_decision(platform, person=RITA), amir, "remitted", remit_until=until)
    answer_remit(Review.objects.get(), None, by=SYSTEM, at=NOON + timedelta(days=8))
    assert told(opened)[0].startswith("The platform did not decide in time, so the decision falls. But")


def test_a_notifier_learns_nothing_of_other_decisions_about_the_account(amir, platform):
    make_decision(platform, person=RITA)
    opened = overturned(make_decision(platform, person=RITA), amir, appeal={"side": "notifier"})
    assert told(opened)[1] == []


@pytest.mark.parametrize("page", ["case", "case_data"])
def test_the_pages_say_why_and_not_which_decision(client, amir, platform, page):
    other = make_decision(platform, puid="puid-of-another", person=RITA | {"user_ref": "u-otto"})
    html = read(client, overturned(make_decision(platform, person=RITA), amir), page)
    assert ANOTHER in html
    assert not any(word in html for word in ("u-otto", "puid-of-another", str(other.pk)))


def test_the_file_says_it_in_codes(client, amir, platform):
    make_decision(platform, person=RITA)
    opened = overturned(make_decision(platform, person=RITA), amir)
    read(client, opened, "case")
    [answer] = client.get(reverse("helpdesk:case_data_file")).json()["about"]["answers"]
    assert answer["stays"] == [{"effect": "DECISION_VISIBILITY_CONTENT_DISABLED", "why": "other_decision"}]


class TestRemittedInVain:
    """By the doors alone: the console sends a decision back, and the platform lets the day pass."""

    @pytest.fixture
    def opened(self, client, amir):
        self.until = now().date() + timedelta(days=7)
        opened = make_appeal(at=now())
        client.force_login(amir)
        typed = {"turn": opened.ticket.turn, "outcome": "remitted", "remit_until": self.until.isoformat()}
        typed |= {"reasons": REASONS, "attested": "on"}
        client.post(reverse("appeals_console:review", args=[subject_of(opened).pk]), typed)
        AppealDecision.objects.update(told_at=now())
        client.logout()
        return opened

    def test_the_person_reads_until_when_the_platform_has_time(self, client, opened):
        page = read(client, opened, "case")
        assert "The platform must decide anew." in page
        assert f"It has time until {date_format(self.until)}." in page
        assert "Undo this" not in page

    def test_after_the_day_the_person_reads_that_the_decision_falls(self, client, opened):
        Review.objects.update(remit_until=now().date() - timedelta(days=1))
        assert lapse_remits() == 1
        page = read(client, opened, "case")
        assert "The platform did not decide in time, so the decision falls." in page
        assert "Undo this: The content was blocked" in page
        assert "It has time until" not in page
        assert AppealDecision.objects.get().outcome == "overturned"

    def test_while_the_day_is_ahead_the_clock_says_nothing(self, client, opened):
        Review.objects.update(remit_until=now().date() + timedelta(days=1))
        lapse_remits()
        assert "The platform must decide anew." in read(client, opened, "case")


@pytest.mark.parametrize(
    ("ref", "until", "stays"),
    [
        ("E77", None, True),
        ("E77", LATER + timedelta(days=1), True),
        ("E77", NOON - timedelta(days=1), False),
        ("E78", None, False),
    ],
)
def test_an_effect_that_another_decision_names_too_stays_while_that_one_holds(
    amir, platform, ref, until, stays
):
    other = make_decision(platform, puid="other", person=RITA)
    other.effects.create(code="search_hidden", platform_ref=ref, until=until)
    mine = make_decision(platform, person=RITA)
    mine.effects.create(code="search_hidden", platform_ref="E77")
    opened = overturned(mine, amir)
    asked = Measure.objects.filter(decision=mine, effect_code="search_hidden")
    assert asked.exists() is not stays
    assert ("search_hidden" in told(opened)[1]) is stays
