"""A proxy is heard when two people have checked the paper that they act by; they may send it later."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from appeals.actions.filing import AppealLetter, file_appeal
from appeals.actions.proofs import check_mandate, give_mandate, refuse_mandate
from appeals.models import Appeal
from helpdesk.actions import NEWCOMER, reply, withdraw
from helpdesk.attachments import accept
from helpdesk.models import Message, Status
from helpdesk.receipts import new_token
from journal.actors import SYSTEM
from journal.models import Event
from tests.factories import (
    appeals_queue,
    make_appeal,
    make_decision,
    make_moderator,
    make_queue,
    person,
    refused,
)

pytestmark = pytest.mark.django_db


def paper(words=b"She may act for me."):
    return SimpleUploadedFile("permission.txt", words)


@pytest.fixture
def opened():
    """An appeal by reference: what was decided is claimed, and not yet proven."""
    appeals_queue()
    letter = AppealLetter(language="en", text="For my sister.", token="a" * 30)
    return file_appeal([make_decision()], letter, by=NEWCOMER, at=now(), is_proven=False)


@pytest.fixture
def appeal(opened):
    return opened.ticket.appeal


@pytest.fixture
def amir(opened):
    return make_moderator(opened.ticket.queue.team)


@pytest.fixture
def lena(opened):
    return make_moderator(opened.ticket.queue.team, "Lena")


def give(appeal, file=None, **more):
    return give_mandate(appeal, accept(file or paper()), by=person(appeal.ticket), at=now(), **more)


def test_a_mandate_sent_later_is_checked_by_two_as_one_sent_at_once(appeal, amir, lena):
    given = give(appeal)
    assert (given.mandate.purpose, given.is_proven) == ("mandate", False)
    check_mandate(given, by=amir, at=now())
    assert check_mandate(given, by=lena, at=now()).is_proven


def test_it_is_an_event_without_its_words(appeal):
    event = Event.objects.get(subject_id=give(appeal).pk, code="mandate_given")
    assert event.values == {"attachment": str(Appeal.objects.get().mandate_id)}


def test_the_staff_see_that_something_waits(appeal, amir):
    asked = reply(appeal.ticket, by=amir, at=now(), text="Who sends you?", turn=None, is_question=True)
    assert asked.ticket.status == Status.WAITING
    ticket = give(appeal).ticket
    ticket.refresh_from_db()
    assert (ticket.status, ticket.unanswered_since is not None) == (Status.NEW, True)


def test_another_mandate_is_checked_anew(appeal, amir, lena):
    check_mandate(give(appeal), by=amir, at=now())
    given = give(appeal, paper(b"Another."))
    assert given.mandate_checked_by is None
    assert not check_mandate(given, by=lena, at=now()).is_proven


def test_nobody_says_that_they_checked_what_they_have_not_seen(appeal, amir):
    first = str(give(appeal).mandate_id)
    with refused("other_mandate"):
        check_mandate(give(appeal, paper(b"Another.")), by=amir, at=now(), paper=first)


def test_a_mandate_that_was_not_accepted_can_be_replaced(appeal, amir, lena):
    first = give(appeal)
    reply(appeal.ticket, by=amir, at=now(), text="It is not signed.", turn=None, is_question=True)
    second = give(appeal, paper(b"Signed."))
    assert second.mandate_id != first.mandate_id
    for user in (amir, lena):
        second = check_mandate(second, by=user, at=now(), paper=str(second.mandate_id))
    assert second.is_proven


class TestRefusing:
    WHY = "Her name is not on it, and no day."

    def refuse(self, appeal, by, **more):
        return refuse_mandate(appeal, by=by, at=now(), **{"reasons": self.WHY, **more})

    def test_the_proxy_reads_why_and_the_case_waits_for_them(self, appeal, amir):
        ticket = self.refuse(give(appeal), amir).ticket
        ticket.refresh_from_db()
        message = ticket.messages.get(side="staff")
        assert (message.text, message.is_question, ticket.status) == (self.WHY, True, Status.WAITING)

    def test_it_is_an_event_that_names_the_paper(self, appeal, amir):
        paper_id = give(appeal).mandate_id
        event = Event.objects.get(subject_id=self.refuse(appeal, amir).pk, code="mandate_refused")
        assert (event.values, event.actor_id) == ({"attachment": str(paper_id)}, amir.pk)

    def test_a_check_that_a_colleague_made_is_void(self, appeal, amir, lena):
        check_mandate(give(appeal), by=amir, at=now())
        refused_one = self.refuse(appeal, lena)
        assert (refused_one.mandate, refused_one.mandate_checked_by) == (None, None)
        with pytest.raises(PermissionDenied):
            check_mandate(refused_one, by=lena, at=now())

    def test_another_one_is_checked_by_two_and_clears_the_refusal(self, appeal, amir, lena):
        self.refuse(give(appeal), amir)
        second = give(appeal, paper(b"Signed."))
        assert second.mandate_refused_at is None
        check_mandate(second, by=amir, at=now())
        assert check_mandate(second, by=lena, at=now()).is_proven

    @pytest.mark.parametrize("reasons", ["", "   No.   "])
    def test_it_needs_reasons(self, appeal, amir, reasons):
        with refused("no_reasons"):
            self.refuse(give(appeal), amir, reasons=reasons)

    def test_one_that_was_replaced_meanwhile_is_not_refused(self, appeal, amir):
        first = str(give(appeal).mandate_id)
        with refused("other_mandate"):
            self.refuse(give(appeal, paper(b"Another.")), amir, paper=first)

    def test_a_second_refusal_of_the_same_hears_that_it_was_refused(self, appeal, amir, lena):
        first = str(give(appeal).mandate_id)
        self.refuse(appeal, amir, paper=first)
        with refused("other_mandate"):
            self.refuse(appeal, lena, paper=first)

    def test_one_that_two_accepted_stands(self, appeal, amir, lena):
        given = give(appeal)
        for user in (amir, lena):
            check_mandate(given, by=user, at=now())
        with refused("already_proven"):
            self.refuse(appeal, amir)

    def test_of_a_case_that_was_taken_back_there_is_nothing_to_refuse(self, opened, appeal, amir):
        give(appeal)
        withdraw(opened.ticket, by=person(opened.ticket), at=now())
        with refused("case_ended"):
            self.refuse(appeal, amir)

    def test_who_does_not_see_the_case_or_holds_its_receipt_refuses_nothing(self, appeal):
        give(appeal)
        otto = make_moderator(make_queue().team, "Otto")
        for by in (otto, SYSTEM, NEWCOMER, person(appeal.ticket)):
            with pytest.raises(PermissionDenied):
                self.refuse(appeal, by)

    def test_the_console_refuses_and_the_case_page_says_so(self, client, opened, appeal, amir):
        give(appeal)
        client.force_login(amir)
        given = {"paper": Appeal.objects.get().mandate_id, "reasons": self.WHY, "refuse": "1"}
        client.post(reverse("appeals_console:mandate", args=[appeal.pk]), given)
        assert Appeal.objects.get().mandate_refused_at
        enter = {"reference": opened.ticket.reference, "receipt": opened.receipt}
        case = client.post(reverse("helpdesk:case_login"), enter, follow=True).content.decode()
        assert "We could not accept the permission that you sent." in case
        assert "Add their permission" in case


class TestRoad:
    """By the doors alone: a proxy names the decision and sends a mandate, and colleagues look at it."""

    TOLD = "The content was blocked"  # what was decided, as the case page would say it
    WHY = "Her name is not on the paper, and no day."

    @pytest.fixture
    def filed(self, client):
        """What the proxy filed at the page without a link; their browser has the case open."""
        self.team = appeals_queue().team
        decision = make_decision(person={"user_ref": "u-1"})
        typed = {"reference": decision.person.reference, "mandate": paper(), "token": new_token()}
        typed |= {"asks": "undo", "text": "For my sister.", "language": "en", "told": "lately"}
        kept = client.post(reverse("appeals:start"), typed, follow=True)
        words = re.findall(r"<li>(.+?)</li>", kept.content.decode().split('class="words"')[1])[:8]
        appeal = Appeal.objects.get()
        enter = {"reference": appeal.ticket.reference, "receipt": " ".join(words)}
        assert client.post(reverse("helpdesk:case_login"), enter).status_code == 302
        return appeal

    def everything(self, client):
        """All that the proxy can read of their case."""
        names = ("case", "case_data", "case_data_file")
        return [client.get(reverse(f"helpdesk:{name}")).content.decode() for name in names]

    def reads(self, client, words):
        """Whether these words stand on every page and in the file, or in none of them."""
        [found] = {words in page for page in self.everything(client)}
        return found

    def looks(self, name, filed, **typed):
        """A colleague opens the paper and says something of it; what they read then."""
        desk = Client()
        desk.force_login(make_moderator(self.team, name))
        return self.says(desk, filed, **typed), desk

    def says(self, desk, filed, **typed):
        given = {"paper": Appeal.objects.get().mandate_id or "", **typed}
        page = desk.post(reverse("appeals_console:mandate", args=[filed.pk]), given, follow=True)
        return page.content.decode()

    def test_the_decision_is_shown_when_two_people_have_checked_and_not_before(self, client, filed):
        assert not self.reads(client, self.TOLD)
        _page, amirs = self.looks("Amir", filed)
        assert "One person has checked it" in self.everything(client)[0]
        assert "Somebody else must check the mandate too." in self.says(amirs, filed)
        assert not self.reads(client, self.TOLD)
        self.looks("Mira", filed)
        assert self.reads(client, self.TOLD)

    def test_whose_mandate_was_refused_reads_why_and_nothing_of_the_decision(self, client, filed):
        self.looks("Amir", filed)
        self.looks("Mira", filed, refuse="1", reasons=self.WHY)
        Message.objects.update(told_at=now())
        assert self.reads(client, self.WHY)
        assert "We could not accept the permission that you sent." in self.everything(client)[0]
        assert not self.reads(client, self.TOLD)


def test_the_same_form_again_does_not_undo_a_check(appeal, amir):
    token = new_token()
    check_mandate(give(appeal, token=token), by=amir, at=now())
    assert give(appeal, token=token).mandate_checked_by == amir
    assert appeal.ticket.attachments.count() == 1


def test_only_the_holder_of_the_receipt_gives_one(appeal, amir):
    for by in (NEWCOMER, amir, SYSTEM, person(make_appeal().ticket)):
        with pytest.raises(PermissionDenied):
            give_mandate(appeal, accept(paper()), by=by, at=now())


def test_who_has_shown_that_it_is_theirs_needs_none():
    with refused("nothing_to_prove"):
        give(make_appeal().ticket.appeal)


def test_a_case_that_was_taken_back_needs_none(opened, appeal):
    withdraw(opened.ticket, by=person(opened.ticket), at=now())
    with refused("nothing_to_prove"):
        give(Appeal.objects.get())


class TestPage:
    @pytest.fixture(autouse=True)
    def enter(self, client, opened):
        given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
        self.case = client.post(reverse("helpdesk:case_login"), given, follow=True).content.decode()

    def send(self, client, **fields):
        return client.post(reverse("appeals:mandate"), {"token": new_token(), **fields})

    def test_the_case_leads_to_the_form_and_says_that_it_came(self, client, appeal):
        assert reverse("appeals:mandate") in self.case
        assert self.send(client, mandate=paper()).status_code == 302
        case = client.get(reverse("helpdesk:case")).content.decode()
        assert "We have your permission and will check it." in case

    def test_a_form_without_a_file_says_so(self, client, appeal):
        assert self.send(client).status_code == 422
        assert Appeal.objects.get().mandate is None

    def test_a_refusal_is_read_on_the_page(self, client, appeal):
        Appeal.objects.update(is_proven=True)
        page = self.send(client, mandate=paper())
        assert page.status_code == 409
        assert "This case needs no other proof." in page.content.decode()

    def test_the_console_sends_along_which_paper_was_checked(self, client, appeal, amir):
        give(appeal)
        client.force_login(amir)
        page = client.get(reverse("console:ticket", args=[appeal.ticket.reference])).content.decode()
        assert f'name="paper" value="{Appeal.objects.get().mandate_id}"' in page
        client.post(reverse("appeals_console:mandate", args=[appeal.pk]), {"paper": "of before"})
        assert Appeal.objects.get().mandate_checked_by is None
