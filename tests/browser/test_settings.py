"""Every setting is saved once in a real browser, by a lead and by an operator: wrong first, then right.

What was typed wrongly is named at its field and still there; what was typed right is saved.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import ApiKey, Platform, WebhookEndpoint
from appeals.models import Decider, OutOfCourtBody
from helpdesk.models import Queue, ReplyTemplate, Team, WorkCalendar
from tests.factories import make_decision, make_moderator, make_policy, make_queue, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUEUE = {"name_en": "Channels", "slug": "channels", "kind": "complaint"}
BODY = {"name": "A body", "country": "IE", "languages": "en, fa", "certified_until": "2031-01-01"}


def fill(form, fields):
    for name, value in fields.items():
        control = form.locator(f"[name={name}]")
        if isinstance(value, list):  # boxes to tick
            for each in value:
                form.locator(f"[name={name}][value='{each}']").check()
        elif control.evaluate("each => each.localName") == "select":
            control.select_option(str(value))
        else:
            control.fill(value)


def save(page, form, *, wrong, right, button=".btn-primary"):
    """One field is wrong at first and keeps what was typed; then all is right and the form is gone."""
    fill(form, right | wrong)
    form.locator(button).first.click()
    expect(page.locator(".errors")).to_be_visible()
    for name, value in wrong.items():
        expect(form.locator(f"[name={name}][aria-invalid=true]")).to_have_value(value)
    fill(form, {name: right.get(name, "") for name in wrong})
    form.locator(button).first.click()
    expect(page.locator(".errors")).to_have_count(0)


def form_of(page, path):
    page.goto(path)
    return page.locator("main form", has=page.locator("[name]:not([type=hidden]):not(button)")).last


def saved(page, path, **fields):
    """Save the form of a page, and read that it is."""
    save(page, form_of(page, path), **fields)
    expect(page.locator(".message.is-done")).to_be_visible()


def setting(row, slug):
    return reverse("console:setting", args=[slug, row.pk])


def walk_of_queues_and_teams(page):
    """What leads and operators both set, added and changed; retention belongs to its queue."""
    add = {slug: reverse("console:add_setting", args=[slug]) for slug in ("teams", "queues", "templates")}
    saved(page, add["teams"], wrong={"name_en": ""}, right={"name_en": "Night"})
    team = Team.objects.get(name_en="Night")
    saved(page, setting(team, "teams"), wrong={"page_next_after": "-7"}, right={"page_next_after": "7"})
    saved(
        page,
        add["queues"],
        wrong={"keep_for_days": "-3"},
        right=QUEUE | {"team": team.pk, "keep_for_days": "90"},
    )
    queue = Queue.objects.get(slug="channels")
    saved(page, setting(queue, "queues"), wrong={"keep_for_days": ""}, right={"keep_for_days": "400"})
    saved(page, add["templates"], wrong={"text_en": ""}, right={"name_en": "First", "text_en": "We have it."})
    template = ReplyTemplate.objects.get()
    saved(page, setting(template, "templates"), wrong={"text_en": ""}, right={"text_en": "We look at it."})
    saved(
        page,
        reverse("appeals_console:bodies"),
        wrong={"url": "no address"},
        right=BODY | {"url": "https://ods.example"},
    )
    body = OutOfCourtBody.objects.get()
    saved(
        page,
        reverse("appeals_console:body", args=[body.pk]),
        wrong={"name": ""},
        right={"name": "Another body"},
    )
    for row in (team, queue, template, body):
        row.refresh_from_db()
    assert (team.page_next_after, queue.keep_for_days, queue.team) == (7, 400, team)
    assert (template.text_en, body.name, body.country) == ("We look at it.", "Another body", "IE")


def test_lead_saves_each_setting(desk_of):
    make_policy()
    queue = make_queue()
    amir = make_moderator(queue.team)
    decision = make_decision(decided_by="mod-17")
    page = desk_of(make_moderator(queue.team, "Lena", role="lead"))
    walk_of_queues_and_teams(page)
    decider = {"platform": decision.platform_id, "decided_by": "mod-17", "user": amir.pk}
    saved(page, reverse("appeals_console:deciders"), wrong={"decided_by": ""}, right=decider)
    assert Decider.objects.get().user == amir
    hours = {"name_en": "Kyiv", "time_zone": "Europe/Kyiv", "mon": "09:00-17:00"}
    form = form_of(page, reverse("console:add_calendar"))
    save(page, form, wrong={"mon": "from nine"}, right=hours, button="[name=preview]")
    form.locator("[name=publish]").click()
    expect(page.locator(".message.is-done")).to_be_visible()
    assert WorkCalendar.objects.get(name_en="Kyiv").versions.get().time_zone == "Europe/Kyiv"


def test_operator_saves_each_setting(desk_of):
    page = desk_of(make_user("Olga", roles=["operator"]))
    walk_of_queues_and_teams(page)
    names = {"name": "Telegraph", "slug": "telegraph"}
    save(page, form_of(page, reverse("accounts:platforms")), wrong={"slug": "tele graph"}, right=names)
    here = reverse("accounts:platform", args=["telegraph"])
    page.wait_for_url(f"**{here}")
    key = page.locator("form[action$='/keys/']")
    save(page, key, wrong={"name": ""}, right={"name": "Pusher", "scopes": ["measures:write"]})
    expect(page.locator(".receipt")).to_contain_text("rc_")
    page.goto(here)
    address = page.locator("form[action$='/endpoints/']")
    save(page, address, wrong={"url": "nowhere"}, right={"url": "https://hooks.telegraph.example/in"})
    expect(page.locator(".receipt")).to_contain_text("whsec_")
    assert Platform.objects.get().is_active
    assert (ApiKey.objects.get().name, WebhookEndpoint.objects.count()) == ("Pusher", 1)
