"""The console by keyboard alone: every key that is listed, and every act from the key to what it did."""

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk.actions import reply
from helpdesk.models import Contact, Message, ReplyTemplate, Status, TicketLink
from tests.browser.conftest import DESKTOP, PHONE, UNDO_FOR
from tests.factories import appeals_queue, make_appeal, make_queue, make_ticket, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk-en": {"viewport": DESKTOP}, "phone-fa": {"viewport": PHONE, "locale": "fa"}}


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


@pytest.fixture
def lena():
    return make_user("Lena", roles=["lead"])


@pytest.fixture
def queue(amir, lena):
    return make_queue(amir, lena, name="Complaints", slug="complaints")


@pytest.fixture
def ticket(queue, amir):
    return make_ticket(queue, text="Help", summary="Mine", assignee=amir, status=Status.OPEN)


@pytest.fixture(params=SIZES)
def page(request, desk_of, amir):
    """Amir's browser: wide from left to right, and narrow from right to left."""
    amir.language = request.param[-2:]
    amir.save(update_fields=["language"])
    return desk_of(amir, **SIZES[request.param])


def look_at(page, ticket):
    page.goto(f"/console/tickets/{ticket.reference}/")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


# What each key of the list leads to, on the page of a ticket.
OPENS = {
    "e": "do/priority/",
    "h": "do/hand-over/",
    "s": "do/snooze/",
    "l": "do/link/",
    "m": "do/merge/",
    "p": "templates/",
}
WRITES = {"r": "reply-text", "i": "note-text"}
ELSEWHERE = {"j", "k", "Enter", "x", "b", "n", "t", "d", "u", "Ctrl", "/", "?"}  # each has a test of its own


def test_every_key_of_the_list_is_proven_here(page, ticket):
    look_at(page, ticket)
    press(page, "?")
    listed = page.locator("dialog[open] dt kbd").all_inner_texts()
    assert set(listed) == {*OPENS, *WRITES, *ELSEWHERE}


@pytest.mark.parametrize("key", OPENS)
def test_a_key_opens_its_form_ready_to_be_filled_in(desk_of, amir, ticket, key):
    ReplyTemplate.objects.create(name_en="First", text_en="We have it.")
    page = desk_of(amir)
    look_at(page, ticket)
    press(page, key)
    expect(page).to_have_url(re.compile(OPENS[key]))
    if key != "p":
        expect(page.locator("form[data-first] :focus")).to_have_count(1)


@pytest.mark.parametrize("key", WRITES)
def test_a_key_opens_what_one_writes_in(desk_of, amir, ticket, key):
    page = desk_of(amir)
    look_at(page, ticket)
    press(page, key)
    expect(page.locator(f"#{WRITES[key]}")).to_be_focused()


def test_d_opens_what_decides(desk_of, lena):
    appeals_queue(lena)
    ticket = make_appeal().ticket
    page = desk_of(lena)
    look_at(page, ticket)
    press(page, "d")
    expect(page).to_have_url(re.compile("tab=decide"))


@pytest.mark.parametrize(("letter", "code"), [("ت", "KeyJ"), ("о", "KeyJ"), ("ی", "KeyD")])
def test_keys_count_by_their_place_for_who_writes_other_letters(desk_of, amir, queue, letter, code):
    make_ticket(queue, summary="First")
    page = desk_of(amir)
    page.goto("/console/queues/complaints/")
    page.evaluate(
        "(it) => document.body.dispatchEvent(new KeyboardEvent('keydown', { ...it, bubbles: true }))",
        {"key": letter, "code": code},
    )
    expect(page.locator(".row-item.is-at")).to_have_count(1 if code == "KeyJ" else 0)


def test_t_takes_a_free_case(page, queue, amir):
    ticket = make_ticket(queue, summary="Free")
    look_at(page, ticket)
    press(page, "t")
    page.wait_for_url("**/do/take/")
    press(page, "Enter")
    page.wait_for_url(f"**/{ticket.reference}/")
    ticket.refresh_from_db()
    assert ticket.assignee == amir


def test_a_case_is_put_aside(page, ticket):
    look_at(page, ticket)
    press(page, "s")
    page.wait_for_url("**/do/snooze/")
    press(page, "ArrowDown", "Enter")
    page.wait_for_url(f"**/{ticket.reference}/")
    ticket.refresh_from_db()
    assert (ticket.snoozed_until - now()).days == 2


def test_a_case_is_linked(page, ticket, queue):
    other = make_ticket(queue)
    look_at(page, ticket)
    press(page, "l")
    page.wait_for_url("**/do/link/")
    page.keyboard.type(other.reference.lower())
    press(page, "Enter")
    page.wait_for_url(f"**/{ticket.reference}/")
    expect(page.locator(".side")).to_contain_text(other.reference)
    assert TicketLink.objects.get().other == other


def test_a_case_is_joined_with_another_of_the_same_person(page, ticket, queue):
    other = make_ticket(queue)
    for each in (ticket, other):
        Contact.objects.create(ticket=each, address="rita@mail.example", confirmed_at=now())
    look_at(page, ticket)
    press(page, "m")
    page.wait_for_url("**/do/merge/")
    page.keyboard.type(other.reference)
    press(page, "Tab", "Space", "Enter")  # the reason
    page.wait_for_url(f"**/{ticket.reference}/")
    ticket.refresh_from_db()
    assert ticket.merged_into == other


def test_a_case_is_handed_over_with_a_note(page, ticket, lena):
    look_at(page, ticket)
    press(page, "h")
    page.wait_for_url("**/do/hand-over/")
    page.keyboard.type("Lena")
    press(page, "Tab")
    page.keyboard.type("She writes Persian.")
    press(page, "Control+Enter")
    page.wait_for_url(f"**/{ticket.reference}/")
    expect(page.locator(".talk .is-note")).to_contain_text("She writes Persian.")
    ticket.refresh_from_db()
    assert ticket.assignee == lena


def test_a_refused_form_has_the_focus_on_what_is_wrong(page, ticket):
    look_at(page, ticket)
    press(page, "l")
    page.wait_for_url("**/do/link/")
    page.keyboard.type("00000000-0")
    press(page, "Enter")
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator("[name=other]")).to_have_value("00000000-0")


def test_a_template_starts_the_reply(page, ticket):
    ReplyTemplate.objects.create(name_en="First", text_en="We have {reference}.", text_fa="رسید {reference}.")
    look_at(page, ticket)
    press(page, "p")
    page.wait_for_url("**/templates/")
    page.locator("main form button").first.focus()
    press(page, "Enter")
    expect(page.locator("#reply-text")).to_have_value(f"We have {ticket.reference}.")


def test_the_chosen_ones_are_answered_together(page, queue):
    tickets = [make_ticket(queue, summary=f"Like {number}") for number in range(2)]
    page.goto("/console/queues/complaints/")
    press(page, "j", "x", "j", "x", "b")
    page.wait_for_url("**/bulk/**")
    page.keyboard.type("We restored {reference}.")
    press(page, "Control+Enter")
    page.wait_for_url("**/mine/")
    texts = set(Message.objects.values_list("text", flat=True))
    assert texts == {f"We restored {each.reference}." for each in tickets}


def test_a_reply_is_undone_by_a_key_until_its_time_is_over(page, ticket, amir, no_hurry):
    page.clock.install()
    look_at(page, ticket)
    press(page, "r")
    page.keyboard.type("Whcih?")
    press(page, "Control+Enter")
    expect(page.locator("form[data-until]")).to_be_visible()
    press(page, "u")
    expect(page.locator("#reply-text")).to_have_value("Whcih?")
    reply(ticket, by=amir, at=now(), text="Which?", turn=None)
    look_at(page, ticket)
    expect(page.locator("form[data-until]")).to_be_visible()
    page.clock.fast_forward(UNDO_FOR.total_seconds() * 1000)
    expect(page.locator("form[data-until]")).to_have_count(0)


def test_tab_leads_from_the_talk_to_the_words_to_the_acts(page, ticket):
    look_at(page, ticket)
    page.locator("#content").focus()
    seen = []
    for _step in range(60):
        press(page, "Tab")
        seen.append(
            page.evaluate("document.activeElement.closest('#composer, .side, .bar, .rail')?.className")
        )
    order = [name for name, before in zip(seen, [None, *seen], strict=False) if name != before]
    assert order[:2] == ["", "side"], seen  # the composer has an id alone


def test_nothing_on_the_page_is_wider_than_the_screen(page, ticket, is_too_wide):
    for path in (
        f"tickets/{ticket.reference}/",
        "queues/complaints/",
        f"tickets/{ticket.reference}/do/hand-over/",
    ):
        page.goto(f"/console/{path}")
        assert not is_too_wide(page), path
