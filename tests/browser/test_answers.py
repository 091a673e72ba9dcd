"""Another decision takes the place of the first, by the console's form and on the person's pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import now
from playwright.sync_api import expect

from appeals.models import Decision, Measure, Review
from appeals.window import last_day
from tests.browser.people import a_browser, kept, open_case
from tests.browser.test_road import let_time_pass
from tests.factories import appeals_queue, make_appeal, make_decision, make_moderator, subject_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REASONS = "The video shows a fight that children should not see, but it calls for nothing."
EXPLANATION = "It may frighten children, so it is shown to adults alone."
FACTS = "Two people have watched the whole video."
AGED = "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"


@pytest.fixture
def opened():
    """Rita's appeal of last week against a suspended account and a hidden video."""
    decision = make_decision(
        received_at=now() - timedelta(days=9),
        decision_account="DECISION_ACCOUNT_SUSPENDED",
        person={"user_ref": "rita", "content_ref": "video-1"},
    )
    return make_appeal(decision, at=now() - timedelta(days=7))


def modify(page, opened):
    """Amir writes the new decision: first without its facts, then whole."""
    page.goto(reverse("appeals_console:review", args=[subject_of(opened).pk]))
    form = page.locator("form.is-decision")
    form.locator("[name=outcome][value=modified]").check()
    form.locator("[name=attested]").check()
    form.locator("[name=reasons]").fill(REASONS)
    form.locator("[name=decision_visibility][value=DECISION_VISIBILITY_CONTENT_DISABLED]").uncheck()
    form.locator(f"[name=decision_visibility][value={AGED}]").check()
    form.locator("[name=decision_account]").select_option("")
    form.locator("[name=explanation]").fill(EXPLANATION)
    form.locator(".actions .btn-primary").click()
    expect(form.locator("[name=decision_facts][aria-invalid=true]")).to_be_visible()
    expect(form.locator("[name=reasons]")).to_have_value(REASONS)
    form.locator("[name=decision_facts]").fill(FACTS)
    form.locator(".actions .btn-primary").click()
    expect(page.locator("form[data-until]")).to_be_visible()


def test_modified_decision_is_read_and_appealed_by_a_link_of_its_own(live_server, browser, desk_of, opened):
    first = Decision.objects.get()
    amir = make_moderator(appeals_queue().team)
    modify(desk_of(amir), opened)
    let_time_pass()
    with a_browser(browser, live_server) as rita:
        open_case(rita, opened.ticket.reference, opened.receipt)
        main = rita.locator("main")
        expect(main).to_contain_text("The decision was replaced by another one.")
        expect(main).to_contain_text(REASONS)
        for effect in ("The content was blocked: nobody can open it.", "The account was suspended"):
            expect(main.locator("li", has_text=f"Undo this: {effect}")).to_have_count(1)
        expect(main.locator("li", has_text="Carry out a restriction")).to_have_count(1)
        main.get_by_role("link", name="Read the new decision").click()
        expect(main).to_contain_text(EXPLANATION)
        expect(main).to_contain_text(FACTS)
        new = Review.objects.get().replacement
        day = date_format(last_day(new.appeal_until))
        expect(main).to_contain_text(f"You can ask us to look again until {day}")
        assert new.appeal_until > first.appeal_until
        rita.click("main a.btn-main")
        rita.fill("[name=text]", "It frightens nobody.")
        rita.click("main button.btn-main")
        reference, receipt = kept(rita)
        assert reference != opened.ticket.reference
        open_case(rita, reference, receipt)
        expect(main).to_contain_text("It frightens nobody.")
    again = new.appeals.get()
    assert (again.side, again.closed_at, first.appeals.get().outcome) == ("affected", None, "modified")
    assert again.appeal.ticket.barred.get().user == amir  # he took the new decision
    assert set(Measure.objects.values_list("kind", "decision")) == {("undo", first.pk), ("restrict", new.pk)}
