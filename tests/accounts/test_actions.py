"""People, devices and second factors."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from accounts import actions, mails
from accounts.models import FactorReset, Invitation, User, UserSession
from journal.errors import Refused
from journal.mail import worded
from journal.models import Delivery, Event
from journal.outbox import deliver
from tests.factories import NOON, PASSWORD, TOTP_SECRET, make_api_key, make_delivery, make_user, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena():
    return make_user("Lena", roles=["operator", "lead"])


@pytest.fixture
def amir():
    return make_user("Amir", roles=["moderator"])


def begin(user, device=b"laptop", at=NOON):
    return actions.begin_session(user, browser="Firefox", system="Linux", device=device, by=user, at=at)


# Coming and going


def test_invited_person_joins_with_the_roles_proposed(lena):
    invitation = actions.invite("Otto@staff.example", roles=["policy_editor"], by=lena, at=NOON)
    otto = actions.accept_invitation(invitation, name="Otto", password=PASSWORD, at=NOON)
    assert otto.email == "otto@staff.example"
    assert otto.roles == {"policy_editor"}
    assert Delivery.objects.filter(kind="invitation", address="otto@staff.example").exists()


def test_invitation_serves_once_and_for_a_week(lena):
    first = actions.invite("otto@staff.example", by=lena, at=NOON)
    with pytest.raises(Refused):
        actions.accept_invitation(first, name="Otto", password=PASSWORD, at=NOON + timedelta(days=7))
    actions.accept_invitation(first, name="Otto", password=PASSWORD, at=NOON)
    with pytest.raises(Refused):
        actions.accept_invitation(first, name="Otto", password=PASSWORD, at=NOON)


def test_second_invitation_ends_the_first(lena):
    first = actions.invite("otto@staff.example", by=lena, at=NOON)
    actions.invite("otto@staff.example", by=lena, at=NOON)
    with pytest.raises(Refused):
        actions.accept_invitation(first, name="Otto", password=PASSWORD, at=NOON)


def test_withdrawn_invitation_lets_nobody_in(lena):
    invitation = actions.invite("otto@staff.example", by=lena, at=NOON)
    actions.withdraw_invitation(invitation, by=lena, at=NOON)
    with pytest.raises(Refused):
        actions.accept_invitation(invitation, name="Otto", password=PASSWORD, at=NOON)


def test_inviter_who_left_proposes_nothing(lena):
    olga = make_user("Olga", roles=["operator"])
    invitation = actions.invite("otto@staff.example", roles=["policy_editor"], by=olga, at=NOON)
    actions.deactivate(olga, by=lena, at=NOON)
    otto = actions.accept_invitation(invitation, name="Otto", password=PASSWORD, at=NOON)
    assert not otto.roles


def test_first_operator_is_invited_from_the_server_and_only_the_first():
    out = StringIO()
    call_command("create_operator", "Olga@staff.example", stdout=out)
    assert "/accounts/join/" in out.getvalue()
    olga = actions.accept_invitation(Invitation.objects.get(), name="Olga", password=PASSWORD, at=now())
    assert olga.has_role("operator")
    with pytest.raises(CommandError):
        call_command("create_operator", "otto@staff.example", stdout=out)


def test_moderator_invites_nobody(amir):
    with pytest.raises(PermissionDenied):
        actions.invite("otto@staff.example", by=amir, at=NOON)


def test_addresses_are_one_whatever_their_case(lena):
    with pytest.raises(Refused) as refusal:
        actions.invite(lena.email.upper(), by=lena, at=NOON)
    assert refusal.value.code == "already_here"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email=lena.email.upper(), joined_at=NOON)])


def test_emptied_user_is_nobody_but_history_stays(lena, amir):
    begin(amir)
    make_api_key(user=amir)
    actions.empty_user(amir, by=lena, at=NOON)
    amir.refresh_from_db()
    assert (amir.name, amir.is_active, amir.languages) == ("", False, [])
    assert amir.email.endswith("@emptied.invalid")
    assert not amir.authenticator_set.exists()
    assert not amir.sessions.exclude(browser="").exists()
    assert amir.keys.get().revoked_at
    assert Event.objects.filter(subject_id=amir.pk, code="emptied").exists()
    with pytest.raises(Refused):
        actions.reactivate(amir, by=lena, at=NOON)


def test_emptied_users_address_stands_in_no_mail(lena, amir):
    old = amir.email
    arrived = [make_delivery("new_device", about=amir, address=old), make_delivery(address=old)]
    Delivery.objects.filter(pk__in=[each.pk for each in arrived]).update(sent_at=NOON)
    actions.ask_factor_reset(amir, by=lena, at=NOON)
    assert Delivery.objects.filter(address=old).count() == 3
    actions.empty_user(amir, by=lena, at=NOON)
    assert not Delivery.objects.filter(address=old).exists()
    assert Delivery.objects.filter(address=lena.email).exists()


def test_case_of_a_person_who_has_left_the_staff_still_gives_them_news(lena, amir):
    news = make_delivery("case_news", address=amir.email)
    actions.empty_user(amir, by=lena, at=NOON)
    assert list(Delivery.objects.filter(address=amir.email)) == [news]


def test_nobody_shuts_themselves_out(lena):
    with pytest.raises(PermissionDenied):
        actions.deactivate(lena, by=lena, at=NOON)


# Devices


def test_new_device_is_told_by_mail_and_a_known_one_is_not(amir):
    begin(amir)
    begin(amir)
    assert not Delivery.objects.filter(kind="new_device").exists()
    begin(amir, device=b"telephone")
    assert Delivery.objects.get(kind="new_device").address == amir.email


def test_only_the_owner_ends_a_session(amir):
    session = begin(amir)
    with pytest.raises(PermissionDenied):
        actions.end_session(session, by=make_user("Otto", roles=["operator"]), at=NOON)
    actions.end_session(session, by=amir, at=NOON)
    assert not UserSession.objects.open().exists()


def test_all_others_end_and_the_one_in_hand_stays(amir):
    here, there = begin(amir), begin(amir, device=b"telephone")
    assert actions.end_other_sessions(amir, by=amir, at=NOON, keep=here) == 1
    assert list(UserSession.objects.open()) == [here]
    there.refresh_from_db()
    assert there.ended_at == NOON


def test_devices_end_after_a_year_and_unused_invitations_after_a_month(amir, lena):
    begin(amir, at=NOON)
    later = NOON + timedelta(days=366)
    kept = begin(amir, device=b"telephone", at=later)
    actions.invite("otto@staff.example", by=lena, at=NOON)
    assert actions.forget_old(at=later) == (1, 1)
    assert actions.forget_old(at=later) == (0, 0)
    assert list(UserSession.objects.all()) == [kept]
    assert not Invitation.objects.filter(email="otto@staff.example").exists()


# Second factors


def test_two_others_take_a_factor_off(lena, amir):
    begin(amir)
    reset = actions.ask_factor_reset(amir, by=lena, at=NOON)
    with pytest.raises(PermissionDenied):
        actions.approve_factor_reset(reset, by=lena, at=NOON)
    actions.approve_factor_reset(reset, by=make_user("Olga", roles=["lead"]), at=NOON)
    amir.forget_roles()
    assert not amir.has_factor
    assert not UserSession.objects.open().filter(user=amir).exists()
    told = set(Delivery.objects.filter(address=amir.email).values_list("kind", flat=True))
    assert {"factor_reset_asked", "factor_reset"} <= told


def test_nobody_takes_part_in_their_own_reset(lena):
    olga = make_user("Olga", roles=["operator"])
    with pytest.raises(PermissionDenied):
        actions.ask_factor_reset(lena, by=lena, at=NOON)
    reset = actions.ask_factor_reset(lena, by=olga, at=NOON)
    with pytest.raises(PermissionDenied):
        actions.approve_factor_reset(reset, by=lena, at=NOON)


def test_the_database_too_wants_two_others(lena, amir):
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.create(user=amir, asked_by=lena, approved_by=lena, asked_at=NOON, done_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        FactorReset.objects.create(user=amir, asked_by=amir, asked_at=NOON)


def test_moderator_resets_nobody(amir, lena):
    with pytest.raises(PermissionDenied):
        actions.ask_factor_reset(lena, by=amir, at=NOON)


def test_old_reset_opens_nothing_and_can_be_asked_for_anew(lena, amir):
    olga = make_user("Olga", roles=["lead"])
    reset = actions.ask_factor_reset(amir, by=lena, at=NOON)
    with refused("reset_too_old"):
        actions.approve_factor_reset(reset, by=olga, at=NOON + timedelta(days=3, seconds=1))
    actions.refuse_factor_reset(reset, by=olga, at=NOON + timedelta(days=4))
    again = actions.ask_factor_reset(amir, by=lena, at=NOON + timedelta(days=4))
    actions.approve_factor_reset(again, by=olga, at=NOON + timedelta(days=4))


def test_whom_it_is_about_turns_a_reset_down(lena, amir):
    reset = actions.ask_factor_reset(amir, by=lena, at=NOON)
    actions.refuse_factor_reset(reset, by=amir, at=NOON)
    with pytest.raises(Refused):
        actions.approve_factor_reset(reset, by=make_user("Olga", roles=["lead"]), at=NOON)


def test_last_operator_gets_in_again_from_the_server(lena):
    begin(lena)
    call_command("reset_factor", lena.email, stdout=StringIO())
    lena.forget_roles()
    assert not lena.has_factor
    assert not UserSession.objects.open().exists()
    assert Event.objects.get(subject_id=lena.pk, code="factor_reset").actor_kind == "system"
    assert Delivery.objects.filter(kind="factor_reset_by_hand", address=lena.email).exists()


def test_demo_factor_is_known_and_never_in_production(amir, settings):
    actions.give_demo_factor(amir, TOTP_SECRET, at=NOON)
    assert TOTP_SECRET not in str(amir.authenticator_set.get().data)
    settings.PRODUCTION = True
    with pytest.raises(Refused):
        actions.give_demo_factor(amir, TOTP_SECRET, at=NOON)
    with pytest.raises(PermissionDenied):
        actions.give_demo_factor(amir, TOTP_SECRET, by=amir.actor, at=NOON)


def test_every_mail_about_accounts_has_its_words(amir):
    for kind in mails.KINDS:
        deliver(
            kind,
            about=amir,
            at=NOON,
            address=amir.email,
            language="en",
            body={"browser": "Firefox"},
        )
    for delivery in Delivery.objects.all():
        subject, text = worded(delivery)
        assert subject
        assert "http" in text
        assert amir.name not in text
