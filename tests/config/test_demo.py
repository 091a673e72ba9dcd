"""The demo loads whole, once, and never in production."""

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from accounts.models import User
from appeals.models import Appeal, Decision
from config.demo.people import PEOPLE
from config.launch import preparation
from helpdesk.models import Alarm, LetGo, Queue, Rota, Ticket
from helpdesk.numbers import Asked, numbers
from helpdesk.on_call import line

pytestmark = pytest.mark.django_db


def test_the_demo_has_people_rules_decisions_and_cases(capsys):
    call_command("load_demo")
    assert "olga@demo.example" in capsys.readouterr().out
    assert Appeal.objects.count() == 3
    amir = User.objects.get(email="amir@demo.example")
    assert Ticket.objects.visible_to(amir).count() == Ticket.objects.count()
    assert Decision.objects.exclude(rule_version=None).count() == 3


def test_the_demo_has_an_alarm_that_rings_for_somebody():
    call_command("load_demo")
    lena = User.objects.get(email="lena@demo.example")
    assert Alarm.objects.for_user(lena).count() == 1


def test_the_demo_has_somebody_on_call_in_two_layers():
    call_command("load_demo")
    rota = Rota.objects.get()
    assert [layer.name for layer in rota.versions.get().layers.all()] == ["First", "Second"]
    assert len(line(rota, now())) >= 2


def test_the_demo_has_promises_kept_and_broken_in_twelve_weeks():
    call_command(*preparation("demo"))  # as `make run` does
    found = {clock.kind: clock for clock in numbers(list(Queue.objects.all()), Asked(), now())}["resolution"]
    assert found.total.met > found.total.missed > 0
    assert sum(week.judged > 0 for week in found.weeks.values()) >= 10
    assert {each.reason for each in LetGo.objects.all()} == {"advertising"}


def test_loading_it_again_changes_nothing():
    call_command("load_demo")
    tickets = Ticket.objects.count()
    call_command("load_demo")
    assert (User.objects.count(), Ticket.objects.count()) == (len(PEOPLE), tickets)


def test_production_refuses_it(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert not User.objects.exists()
