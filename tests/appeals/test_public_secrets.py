"""The name, words and address of a private notifier leave by no channel to the person it is about."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from appeals.actions.filing import AppealLetter, file_appeal
from appeals.actions.leave import refuse_leave
from appeals.actions.notice_decisions import decide_notice
from appeals.actions.reviews import answer_remit, decide
from appeals.links import make_link
from appeals.models import Appeal, Decision, Notice, ReportedLink
from appeals.outcomes import TOLD_AFTER
from helpdesk.actions import add_note, attach, person_writes, reply
from helpdesk.attachments import accept
from helpdesk.models import Attachment, QueueKind, ReplyTemplate, Ticket
from helpdesk.receipts import new_token
from helpdesk.templating import filled_template
from journal.models import Delivery, Event
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    REASONS,
    appeals_queue,
    make_api_key,
    make_appeal,
    make_decision,
    make_endpoint,
    make_moderator,
    make_notice,
    make_platform,
    make_queue,
    make_user,
    person,
    refused,
    subject_of,
)

pytestmark = pytest.mark.django_db
NAME, ADDRESS, WORDS = "Otto Strange", "otto@mail.example", "He lives next door to me."


@pytest.fixture
def platform():
    platform = make_platform()
    make_endpoint(platform)
    return platform


def report(platform, **fields):
    contact = {"name": NAME, "address": ADDRESS}
    return make_notice(platform, at=now(), ground="rules", text=WORDS, contact=contact, **fields)


@pytest.fixture
def decision(platform):
    """A restriction that Otto's report led to."""
    appeals_queue()
    queue = make_queue(kind=QueueKind.NOTICE)
    opened = report(platform)
    statement = {**REPLACEMENT, "decision_facts": "A call to beat somebody."}
    decide_notice(
        opened.ticket.notice, by=make_moderator(queue.team), at=now(), statement=statement, reasons=""
    )
    Notice.objects.update(told_at=now())
    ReportedLink.objects.update(acted_at=now() - TOLD_AFTER)
    return Decision.objects.get()


def test_staff_cannot_name_the_notifier_in_a_decision(platform):
    queue = make_queue(kind=QueueKind.NOTICE)
    amir = make_moderator(queue.team)
    notice = report(platform).ticket.notice
    for text in (f"As {NAME.upper()} says.", f"Write to {ADDRESS}."):
        with refused("names_notifier"):
            decide_notice(
                notice, by=amir, at=now(), statement={**REPLACEMENT, "decision_facts": text}, reasons=""
            )


def test_staff_cannot_name_the_notifier_in_an_answer(decision):
    opened = make_appeal(decision, at=now())
    lena = make_moderator(opened.ticket.queue.team, "Lena")
    with refused("names_notifier"):
        decide(
            subject_of(opened),
            by=lena,
            at=now(),
            outcome="upheld",
            reasons=f"The report of {NAME} shows that it is a call to violence.",
            turn=None,
        )


class TestWordsOfTheStaff:
    """What staff send into the case of the person whom Otto reported."""

    @pytest.fixture
    def opened(self, decision):
        return make_appeal(decision, at=now())

    @pytest.fixture
    def lena(self, opened):
        return make_moderator(opened.ticket.queue.team, "Lena")

    @pytest.mark.parametrize("text", [f"As {NAME.upper()} says.", f"Ask {ADDRESS}."])
    @pytest.mark.parametrize("is_question", [True, False])
    def test_no_reply_and_no_question_names_the_notifier(self, opened, lena, text, is_question):
        with refused("names_notifier"):
            reply(opened.ticket, by=lena, at=now(), text=text, turn=None, is_question=is_question)

    def test_no_template_names_the_notifier_when_it_is_sent(self, opened, lena):
        template = ReplyTemplate(name="Who", text_en=f"It was {NAME}, case {{reference}}.")
        text = filled_template(template, opened.ticket).text
        with refused("names_notifier"):
            reply(opened.ticket, by=lena, at=now(), text=text, turn=None)

    def test_no_file_of_ours_is_called_after_the_notifier(self, opened, lena):
        name = NAME.lower().replace(" ", "_") + ".txt"
        file = accept(SimpleUploadedFile(name, b"minutes", "text/plain"))
        with refused("names_notifier"):
            reply(opened.ticket, by=lena, at=now(), text="See here.", turn=None, attachments=[file])
        with refused("names_notifier"):
            attach(opened.ticket, file, by=lena, at=now())

    def test_reasons_against_a_late_appeal_do_not_name_the_notifier(self, opened):
        Appeal.objects.update(needs_leave=True)
        head = make_user("Lena", roles=["head"])
        with refused("names_notifier"):
            refuse_leave(opened.ticket.appeal, by=head, at=now(), reasons=f"{NAME} was right, you are late.")

    def test_somebody_who_only_claims_the_decision_does_not_learn_it_either(self, decision):
        claimed = make_appeal(decision, at=now(), is_proven=False)
        lena = make_moderator(claimed.ticket.queue.team, "Lena")
        with refused("names_notifier"):
            reply(claimed.ticket, by=lena, at=now(), text=f"By {NAME}.", turn=None)

    def test_whom_the_platform_names_as_its_source_stays_unknown_too(self):
        opened = make_appeal(make_decision(source_identity="Zora Vex"), at=now())
        lena = make_moderator(opened.ticket.queue.team, "Lena")
        with refused("names_notifier"):
            reply(opened.ticket, by=lena, at=now(), text="Zora Vex told the platform.", turn=None)

    def test_two_who_reported_the_same_do_not_learn_of_each_other(self, platform):
        queue = make_queue(kind=QueueKind.NOTICE)
        report(platform)
        other = make_notice(platform, at=now()).ticket
        amir = make_moderator(queue.team)
        with refused("names_notifier"):
            reply(other, by=amir, at=now(), text=f"{NAME} saw it as well.", turn=None)

    def test_otto_himself_may_be_called_by_his_name(self, platform):
        queue = make_queue(kind=QueueKind.NOTICE)
        own = report(platform).ticket
        assert reply(own, by=make_moderator(queue.team), at=now(), text=f"Dear {NAME}", turn=None)

    def test_a_note_among_the_staff_may_name_him(self, opened, lena):
        assert add_note(opened.ticket, by=lena, at=now(), text=f"{NAME} reported it.")

    def test_what_the_person_writes_is_their_own(self, opened):
        assert person_writes(opened.ticket, by=person(opened.ticket), at=now(), text=f"I bet it was {NAME}.")

    def test_the_ticket_page_says_why_a_reply_was_not_sent(self, client, opened, lena):
        client.force_login(lena)
        turn = Ticket.objects.get(pk=opened.ticket.pk).turn
        typed = {"turn": turn, "text": f"It was {NAME}."}
        answer = client.post(reverse("console:reply", args=[opened.ticket.reference]), typed)
        assert answer.status_code == 409
        assert "names the person who reported it" in answer.content.decode()


class TestNewDecisions:
    """What takes the place of a decision, and what is said to one of several who reported."""

    NAMED = REPLACEMENT | {"decision_facts": f"It was seen by {NAME}."}

    def answer(self, subject, **fields):
        mira = make_moderator(subject.appeal.ticket.queue.team, "Mira")
        facts = {"reasons": REASONS, "outcome": "modified", "replacement": REPLACEMENT, **fields}
        return decide(subject, by=mira, at=now(), attested=True, **facts)

    def appeal_of(self, decision, notice):
        """Otto's own appeal: to him too little was done."""
        letter = AppealLetter(language="en", text="Do more.", token=new_token())
        more = {"side": "notifier", "notice": notice}
        opened = file_appeal([decision], letter, by=person(notice.ticket), at=now(), **more)
        return subject_of(opened)

    def test_a_new_decision_names_nobody_whoever_asked_for_it(self, decision):
        subject = self.appeal_of(decision, Notice.objects.get())
        with refused("names_notifier"):
            self.answer(subject, replacement=self.NAMED)
        assert self.answer(subject).replacement

    def test_an_answer_about_the_new_decision_does_not_name_who_reported_the_first(self, decision):
        new = self.answer(subject_of(make_appeal(decision, at=now()))).replacement
        subject = subject_of(make_appeal(new, at=now()))
        lena = make_moderator(subject.appeal.ticket.queue.team, "Lena")
        with refused("names_notifier"):
            self.answer(subject, outcome="upheld", reasons=f"{NAME} has told us the truth, we think.")
        with refused("names_notifier"):
            reply(subject.appeal.ticket, by=lena, at=now(), text=f"By {NAME}.", turn=None)

    def test_a_statement_that_the_platform_sends_anew_is_shown_without_the_name(self, client, decision):
        subject, until = subject_of(make_appeal(decision, at=now())), now().date() + timedelta(days=2)
        review = self.answer(subject, outcome="remitted", remit_until=until)
        new = make_decision(decision.platform, received_at=now(), decision_facts=f"{NAME} wrote to us.")
        answer_remit(review, new, by=make_api_key(decision.platform), at=now())
        html = client.get(reverse("appeals:decision", args=[make_link(new.pk)])).content.decode()
        assert "wrote to us." in html
        assert_silent(html)

    def test_one_who_reported_does_not_learn_who_else_did(self, platform):
        queue = make_queue(kind=QueueKind.NOTICE)
        appeals_queue()
        report(platform)
        other = make_notice(platform, at=now(), contact={"name": "Zora Vex", "address": "z@mail.example"})
        notice = other.ticket.notice
        [made] = decide_notice(
            notice, by=make_moderator(queue.team), at=now(), statement=REPLACEMENT, reasons=""
        )
        subject = self.appeal_of(made, notice)
        for reasons in (f"We have asked {NAME} about it.", f"We have written to {ADDRESS} about it."):
            with refused("names_notifier"):
                self.answer(subject, outcome="upheld", reasons=reasons)
        assert self.answer(subject, outcome="upheld", reasons="Dear Zora Vex, it stands as it is.")


def test_name_of_a_trusted_organisation_may_be_said(platform):
    queue = make_queue(kind=QueueKind.NOTICE)
    notice = report(platform, trusted_flagger=NAME).ticket.notice
    text = f"The organisation {NAME} reported it, and it breaks no rule that was in force."
    decide_notice(notice, by=make_moderator(queue.team), at=now(), statement=None, reasons=text)


def assert_silent(text):
    assert NAME.lower() not in text.lower()
    assert ADDRESS not in text
    assert WORDS not in text


@pytest.fixture
def rita(client, decision):
    """Rita's browser, with her appeal against the decision open."""
    opened = make_appeal(decision, at=now())
    given = {"reference": opened.ticket.reference, "receipt": opened.receipt}
    client.post(reverse("helpdesk:case_login"), given)
    return client


def test_decision_page_is_silent(client, decision):
    html = client.get(reverse("appeals:decision", args=[make_link(decision.pk)])).content.decode()
    assert "A call to beat somebody." in html
    assert_silent(html)


def test_appeal_form_is_silent(client, decision):
    assert_silent(client.get(reverse("appeals:ask", args=[make_link(decision.pk)])).content.decode())


@pytest.mark.parametrize("page", ["case", "case_data", "case_data_file"])
def test_case_page_and_data_are_silent(rita, page):
    assert_silent(rita.get(reverse(f"helpdesk:{page}")).content.decode())


def test_api_answer_is_silent(client, platform, decision):
    key = make_api_key(platform)
    answer = client.get(
        reverse("appeals_api:statement_of", args=[decision.pk]),
        headers={"Authorization": f"Bearer {key.shown}"},
    )
    assert_silent(answer.content.decode())


def test_webhooks_and_mail_to_others_are_silent(rita):
    told = Delivery.objects.exclude(address=ADDRESS)
    assert told.exists()
    assert_silent(json.dumps([delivery.body for delivery in told], default=str))


def test_messages_and_attachment_names_of_the_appeal_are_silent(rita, decision):
    appeal = decision.appeals.get().appeal
    texts = [message.text for message in appeal.ticket.messages.all()]
    names = Attachment.objects.filter(ticket=appeal.ticket).values_list("name", flat=True)
    assert_silent(" ".join([*texts, *names, appeal.ticket.summary]))


def test_history_is_silent(rita):
    assert_silent(json.dumps([event.values for event in Event.objects.all()], default=str))


def test_affected_person_does_not_open_the_notifiers_case_by_the_link(client, decision):
    html = client.get(reverse("appeals:decision", args=[make_link(decision.pk)])).content.decode()
    notice = Notice.objects.get()
    assert notice.ticket.reference not in html
    assert str(notice.pk) not in html


def test_notifier_does_not_read_the_affected_persons_case(client, decision):
    make_appeal(decision, at=now(), text="I am Rita and I live in Minsk.")
    notice = Notice.objects.get()
    assert "Minsk" not in " ".join(message.text for message in notice.ticket.messages.all())
    assert REASONS not in decision.decision_facts
