"""Staff find an appeal by what the platform wrote and by the platform's own ids."""

import pytest

from accounts.models import User
from appeals.actions.proofs import prove
from appeals.models import Appeal
from helpdesk.search import search
from tests.factories import NOON, make_appeal, make_decision, make_user, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def head():
    return User.objects.get(pk=make_user("Lena", roles=["head"]).pk)


@pytest.mark.parametrize("typed", ["PUID-77_a", "user:42", "обстрел колонны", "شهر"])
def test_an_appeal_is_found_by_its_statement(head, typed):
    decision = make_decision(
        puid="puid-77_A",
        decision_facts="Видео обстрела колонны в городе",
        person={"user_ref": "user:42", "content_excerpt": "فیلم شهر ما"},
    )
    subject = make_appeal(decision)
    ticket = getattr(subject, "ticket", None) or subject.appeal.ticket
    assert search(head, typed).ids == [ticket.pk]


def test_a_decision_that_was_only_claimed_is_found_once_it_is_proven(head):
    decision = make_decision(puid="puid-78", person={"user_ref": "user:43"})
    opened = make_appeal(decision, is_proven=False)
    assert search(head, "user:43").ids == []
    prove(Appeal.objects.get(ticket=opened.ticket), by=person(opened.ticket), at=NOON, decision=decision)
    assert search(head, "user:43").ids == [opened.ticket.pk]
