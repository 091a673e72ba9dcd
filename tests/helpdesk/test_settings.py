"""Queues, teams and reply templates: who may change them, what follows, and what is refused."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from helpdesk.actions import resolve
from helpdesk.actions.settings import (
    add_queue,
    add_reply_template,
    add_team,
    change_queue,
    change_reply_template,
    change_team,
    end_queue,
    end_reply_template,
    end_team,
)
from helpdesk.models import Queue, ReplyTemplate, Status, Team
from journal.models import Event
from tests.factories import (
    NOON,
    make_api_key,
    make_case,
    make_message,
    make_moderator,
    make_queue,
    make_team,
    make_ticket,
    make_user,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue():
    return make_queue(name_en="Complaints")


@pytest.fixture
def lena(queue):
    return make_moderator(queue.team, "Lena", role="lead")


@pytest.fixture
def template():
    return ReplyTemplate.objects.create(name_en="First", text_en="We have {reference}.")


@pytest.fixture
def desk(client, lena):
    client.force_login(lena)
    return client


def history(row):
    return [
        (event.code, event.values) for event in Event.objects.filter(subject_id=row.pk).order_by("number")
    ]


def each_act(queue, template):
    team = queue.team
    return [
        lambda by: add_team(by=by, at=NOON, name_en="New"),
        lambda by: change_team(team, by=by, at=NOON, name_en="New"),
        lambda by: end_team(make_team(), by=by, at=NOON),
        lambda by: add_queue(by=by, at=NOON, slug="new", name_en="New", kind="alert", team=team),
        lambda by: change_queue(queue, by=by, at=NOON, place=3),
        lambda by: end_queue(make_queue(), by=by, at=NOON),
        lambda by: add_reply_template(by=by, at=NOON, name_en="New", text_en="Hello"),
        lambda by: change_reply_template(template, by=by, at=NOON, text_en="Hello"),
        lambda by: end_reply_template(template, by=by, at=NOON),
    ]


def test_a_moderator_and_a_leads_own_key_change_nothing(queue, template, lena):
    for by in (make_moderator(queue.team, "Otto"), make_api_key(user=lena)):
        for act in each_act(queue, template):
            with pytest.raises(PermissionDenied):
                act(by)
    assert not Event.objects.exists()


@pytest.mark.parametrize("role", ["lead", "head", "operator"])
def test_leads_heads_and_operators_change_everything_with_an_event_each(queue, template, role):
    by = make_user("Lena", roles=[role])
    acts = each_act(queue, template)
    for act in acts:
        act(by)
    assert Event.objects.count() == len(acts)


def test_an_event_names_fields_and_numbers_and_never_words(queue, lena):
    change_queue(queue, by=lena, at=NOON, name_en="Secret project", keep_for_days=30)
    assert history(queue) == [("changed", {"fields": ["keep_for_days", "name_en"], "keep_for_days": 30})]


def test_what_is_as_before_is_no_change(queue, template, lena):
    change_queue(queue, by=lena, at=NOON, name_en="Complaints")
    change_reply_template(template, by=lena, at=NOON, name_en="First")
    assert not Event.objects.exists()


def test_a_shorter_retention_reaches_only_what_ends_from_then_on(queue, lena):
    ended, after = make_case(queue).ticket, make_case(queue).ticket
    for each in (ended, after):
        make_message(each, author=lena)
    before = resolve(ended, by=lena, at=NOON).purge_at
    change_queue(queue, by=lena, at=NOON, keep_for_days=1)
    ended.refresh_from_db()
    assert ended.purge_at == before
    assert (resolve(after, by=lena, at=NOON).purge_at - NOON).days == 1


def test_a_short_name_is_given_once(queue, lena):
    with refused("slug_taken"):
        add_queue(by=lena, at=NOON, slug=queue.slug, name_en="Again", kind="alert", team=queue.team)


def test_a_team_with_queues_is_not_ended(queue, lena):
    with refused("has_queues"):
        end_team(queue.team, by=lena, at=NOON)
    change_queue(queue, by=make_user("Hana", roles=["head"]), at=NOON, team=make_team())
    assert end_team(queue.team, by=lena, at=NOON).ended_at == NOON


def test_a_queue_with_unfinished_cases_is_not_ended(queue, lena):
    make_queue(team=queue.team)
    ticket = make_ticket(queue)
    with refused("has_tickets"):
        end_queue(queue, by=lena, at=NOON)
    type(ticket).objects.update(status=Status.DROPPED)
    assert end_queue(queue, by=lena, at=NOON).ended_at == NOON


def test_ending_twice_is_ending_once(template, lena):
    for _each in range(2):
        end_reply_template(template, by=lena, at=NOON)
    assert [code for code, _values in history(template)] == ["ended"]


@pytest.mark.parametrize("language", ["en", "fa", "zh_hant"])
def test_a_field_that_does_not_exist_is_refused_in_any_language(template, lena, language):
    with refused("unknown_field"):
        change_reply_template(template, by=lena, at=NOON, **{f"text_{language}": "Dear {nmae}"})
    with refused("unknown_field"):
        add_reply_template(by=lena, at=NOON, name_en="New", **{f"text_{language}": "Dear {nmae}"})


# --- the pages ---


def typed_queue(queue, **fields):
    names = {"name_en": "Complaints", "team": queue.team.pk, "place": 0}
    return {**names, "keep_for_days": 365, "reserved_share": 20, **fields}


@pytest.mark.parametrize(
    "wrong",
    [
        {"keep_for_days": 999_999_999},
        {"keep_for_days": 0},
        {"place": -1},
        {"name_en": ""},
        {"team": ""},
    ],
    ids=lambda wrong: "".join(wrong),
)
def test_what_no_calendar_holds_or_nobody_named_is_refused_in_the_form(desk, queue, wrong):
    address = reverse("console:setting", args=["queues", queue.pk])
    answer = desk.post(address, typed_queue(queue, **wrong))
    assert answer.status_code == 409
    assert list(answer.context["form"].errors) == list(wrong)
    assert not history(queue)


def test_the_kind_and_the_address_of_a_queue_stay(desk, queue):
    address = reverse("console:setting", args=["queues", queue.pk])
    desk.post(address, typed_queue(queue, kind="alert", slug="other", place=7))
    assert Queue.objects.values_list("kind", "slug", "place").get() == (queue.kind, queue.slug, 7)


@pytest.mark.parametrize(
    ("kind", "typed"), [("teams", {"name_en": "Night", "page_next_after": "3"}), ("templates", {})]
)
def test_what_is_added_is_listed_and_what_ended_is_not(desk, kind, typed):
    typed = typed or {"name_en": "Night", "text_en": "Good night, {name}.", "kind": ""}
    desk.post(reverse("console:add_setting", args=[kind]), typed)
    row = {"teams": Team, "templates": ReplyTemplate}[kind].objects.get(name_en="Night")
    assert "Night" in desk.get(reverse("console:settings")).content.decode()
    desk.post(reverse("console:end_setting", args=[kind, row.pk]))
    assert "Night" not in desk.get(reverse("console:settings")).content.decode()
    assert desk.get(reverse("console:setting", args=[kind, row.pk])).status_code == 404


def test_a_refusal_to_end_is_told(desk, queue):
    answer = desk.post(reverse("console:end_setting", args=["teams", queue.team.pk]), follow=True)
    assert "This team still has queues." in answer.content.decode()


def test_a_template_that_ended_is_offered_for_no_case(desk, queue, template, lena):
    ticket = make_ticket(queue)
    end_reply_template(template, by=lena, at=NOON)
    page = desk.get(reverse("console:templates", args=[ticket.reference])).content.decode()
    assert "We have" not in page
    started = desk.post(reverse("console:start_reply", args=[ticket.reference, template.pk]))
    assert started.status_code == 404


def test_a_template_of_another_kind_is_not_offered(desk, queue):
    ReplyTemplate.objects.create(name_en="For appeals", text_en="Dear", kind="appeal")
    page = desk.get(reverse("console:templates", args=[make_ticket(queue).reference])).content.decode()
    assert "For appeals" not in page


def test_the_list_says_what_matters_and_costs_the_same_for_many(desk, queue, django_assert_max_num_queries):
    ReplyTemplate.objects.create(name_en="First", text_en="We have it.", text_fa="رسید")
    for _each in range(20):
        make_queue(team=queue.team)
    with django_assert_max_num_queries(9):
        page = desk.get(reverse("console:settings")).content.decode()
    for words in ("kept for 365 days", "every kind of case", "فارسی"):
        assert words in page


def test_nothing_else_is_set_here(desk):
    assert desk.get(reverse("console:add_setting", args=["users"])).status_code == 404


class TestTwoPagesOfOneRow:
    """Lena has a queue open in two windows, or a colleague has the other one."""

    @pytest.fixture
    def address(self, queue):
        return reverse("console:setting", args=["queues", queue.pk])

    @pytest.fixture
    def opened(self, desk, queue, address):
        """What the form of the second window holds, which was opened before the first one was saved."""
        return typed_queue(queue, seen=desk.get(address).context["seen"])

    @pytest.fixture
    def refusal(self, desk, address, opened):
        desk.post(address, opened | {"keep_for_days": 30})
        return desk.post(address, opened | {"place": 7})

    def test_the_second_save_puts_back_nothing_that_the_first_one_changed(self, queue, refusal):
        assert refusal.status_code == 409
        assert Queue.objects.values_list("keep_for_days", "place").get() == (30, 0)

    def test_the_refusal_says_what_is_saved_and_keeps_what_was_typed(self, refusal):
        form = refusal.context["form"]
        assert form.errors["keep_for_days"] == ["Saved now: 30"]
        assert (form["keep_for_days"].value(), form["place"].value()) == ("365", "7")
        assert "name_en" not in form.errors

    def test_saved_again_with_that_in_sight_it_holds(self, desk, address, opened, refusal):
        desk.post(address, opened | {"place": 7, "seen": refusal.context["seen"]})
        assert Queue.objects.values_list("keep_for_days", "place").get() == (365, 7)

    def test_back_and_saved_again_as_it_was_is_refused_too(self, desk, address, opened):
        desk.post(address, opened | {"place": 3})
        assert desk.post(address, opened | {"place": 4}).status_code == 409

    @pytest.mark.parametrize("kind", ["teams", "templates"])
    def test_teams_and_templates_are_guarded_alike(self, desk, queue, template, kind):
        row = {"teams": queue.team, "templates": template}[kind]
        address = reverse("console:setting", args=[kind, row.pk])
        seen = desk.get(address).context["seen"]
        typed = {"name_en": "One", "text_en": "Hello.", "page_next_after": 3, "kind": "", "seen": seen}
        assert desk.post(address, typed).status_code == 302
        assert desk.post(address, typed | {"name_en": "Two"}).status_code == 409
        row.refresh_from_db()
        assert row.name_en == "One"


def test_a_form_that_is_refused_still_says_which_queue_it_is(desk, queue):
    address = reverse("console:setting", args=["queues", queue.pk])
    page = desk.post(address, typed_queue(queue, name_en=""))
    assert str(page.context["row"]) == "Complaints"
