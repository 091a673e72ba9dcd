"""People come by invitation, change their details, and leave; a user is emptied, never deleted."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.roles import ask_role, close_grant, give_first_role, hold_operators
from accounts.actions.sessions import close_sessions
from accounts.factors import remove_all
from accounts.models import Invitation, RoleGrant, User
from accounts.permissions import can_operate, is_operator
from journal.actions import record
from journal.actors import SYSTEM, Actor
from journal.errors import Refused, refusing, require
from journal.outbox import deliver, forget_address

INVITATION_FOR = timedelta(days=7)


@transaction.atomic
def invite(
    email: str,
    *,
    roles: Iterable[str] = (),
    name: str = "",
    language: str = "en",
    by: User | Actor,
    at: datetime,
) -> Invitation:
    """Keep a place for somebody and mail them the link. Raises PermissionDenied, Refused.

    Roles that take two operators wait for the second once the invitation is accepted.
    """
    require(can_operate(by))
    email = email.lower()
    if User.objects.filter(email=email).exists():
        raise Refused("already_here", _("Somebody with this address has an account."), field="email")
    Invitation.objects.filter(email=email, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at)
    invitation = Invitation(
        email=email,
        name=name,
        language=language,
        roles=sorted(roles),
        by=by if isinstance(by, User) else None,
        made_at=at,
        expires_at=at + INVITATION_FOR,
    )
    invited = Refused(
        "invited_meanwhile",
        _("Somebody has just invited this address. Look at the list of people."),
        field="email",
    )
    with refusing("one_open_invitation_per_address", invited):
        invitation.save(force_insert=True)
    record(invitation, "invited", by=by, at=at, roles=invitation.roles)
    deliver("invitation", about=invitation, at=at, address=email, language=language)
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Make the link of an invitation worthless. Raises PermissionDenied."""
    require(is_operator(by))
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(
        withdrawn_at=at
    ):
        record(invitation, "invitation_withdrawn", by=by, at=at)


@transaction.atomic
def accept_invitation(invitation: Invitation, *, name: str, password: str, at: datetime) -> User:
    """Make the account that was kept. Who holds the link acts; the address is proven by it.

    Raises Refused("invitation_ended"). Roles follow as the inviter proposed them.
    """
    invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at <= at:
        raise Refused("invitation_ended", _("This invitation has ended. Ask an operator for a new one."))
    user = join(invitation.email, name=name, password=password, language=invitation.language, at=at)
    invitation.accepted_at, invitation.user = at, user
    invitation.save(update_fields=["accepted_at", "user"])
    record(invitation, "invitation_accepted", by=user, at=at, user=user.pk)
    _propose_roles(invitation, user, at=at)
    return user


def join(email: str, *, name: str, password: str, language: str, at: datetime) -> User:
    """A new account whose address is proven. Raises Refused("already_here")."""
    user = User(email=email, name=name, language=language, languages=[language], joined_at=at)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Refused("already_here", _("Somebody with this address has an account.")) from error
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    record(user, "joined", by=user, at=at)
    return user


def _propose_roles(invitation: Invitation, user: User, *, at: datetime) -> None:
    """What the inviter proposed, if they are still an operator; else nothing, and operators start anew."""
    inviter = invitation.by
    if inviter is None:
        for role in invitation.roles:
            give_first_role(user, role, by=SYSTEM, at=at)
        return
    if not is_operator(inviter):
        return
    for role in invitation.roles:
        ask_role(user, role, by=inviter, at=at)


@transaction.atomic
def change_own_details(
    user: User, *, name: str, language: str, languages: Iterable[str], time_zone: str, by: User, at: datetime
) -> None:
    """A person says what they are called, what they read and where their clock is."""
    require(by.pk == user.pk)
    user.name, user.language, user.languages, user.time_zone = name, language, sorted(languages), time_zone
    user.save(update_fields=["name", "language", "languages", "time_zone"])
    record(user, "details_changed", by=by, at=at, languages=user.languages)


@transaction.atomic
def deactivate(user: User, *, by: User, at: datetime) -> None:
    """Let somebody in no more: sessions end at once, roles end. Not oneself. Raises PermissionDenied."""
    require(is_operator(by) and by.pk != user.pk)
    require(by.pk in hold_operators())
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_active:
        return
    for grant in RoleGrant.objects.filter(user=user, ended_at=None).select_for_update(no_key=True):
        close_grant(grant, by=by, at=at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.keys.filter(revoked_at=None).update(revoked_at=at)
    record(user, "deactivated", by=by, at=at)
    close_sessions(user, by=by, at=at)


@transaction.atomic
def reactivate(user: User, *, by: User, at: datetime) -> None:
    """Let somebody in again, without roles. Raises PermissionDenied, Refused("was_emptied")."""
    require(is_operator(by) and by.pk != user.pk)
    if user.emptied_at:
        raise Refused("was_emptied", _("This account was emptied. Invite the person again."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(user, "reactivated", by=by, at=at)


@transaction.atomic
def empty_user(user: User, *, by: User, at: datetime) -> None:
    """Forget who an account was; what it did stays. For somebody who has left. Cannot be undone."""
    require(is_operator(by) and by.pk != user.pk)
    deactivate(user, by=by, at=at)
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    address = user.email
    user.email, user.name, user.languages, user.emptied_at = f"{user.pk}@emptied.invalid", "", [], at
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "languages", "emptied_at", "password"])
    EmailAddress.objects.filter(user=user).delete()
    remove_all(user)
    user.sessions.update(browser="", system="", device=b"")
    Invitation.objects.filter(user=user).update(email=user.email, name="")
    forget_address(address, about_kinds=[User.subject_kind, Invitation.subject_kind], at=at)
    record(user, "emptied", by=by, at=at)
