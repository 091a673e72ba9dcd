"""Taking a second factor off a colleague's account, by two others; and the demo's known factors."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.sessions import close_sessions
from accounts.actions.telling import tell, tell_operators
from accounts.factors import add_app, remove_all
from accounts.models import FactorReset, User
from accounts.permissions import can_approve_reset, can_ask_reset
from journal.actions import record
from journal.actors import SYSTEM, Actor
from journal.errors import Refused, require

RESET_FOR = timedelta(days=3)  # an old request must not open an account long after everybody forgot it


@transaction.atomic
def ask_factor_reset(user: User, *, by: User, at: datetime) -> FactorReset:
    """Ask for a colleague's lost second factor to be taken off.

    Raises PermissionDenied, Refused("reset_is_open").
    """
    require(can_ask_reset(by, user))
    try:
        with transaction.atomic():
            reset = FactorReset.objects.create(user=user, asked_by=by, asked_at=at)
    except IntegrityError as error:
        raise Refused(
            "reset_is_open", _("Somebody has already asked for this. It waits for a second person.")
        ) from error
    record(user, "factor_reset_asked", by=by, at=at)
    tell(user, "factor_reset_asked", about=user, at=at)
    tell_operators("factor_reset_asked_for", about=user, at=at)
    return reset


def _open_reset(reset: FactorReset) -> FactorReset:
    reset = FactorReset.objects.select_for_update(no_key=True).select_related("user").get(pk=reset.pk)
    if reset.done_at or reset.refused_at:
        raise Refused(
            "reset_was_settled", _("This request was settled in the meantime. Load the page again.")
        )
    return reset


@transaction.atomic
def approve_factor_reset(reset: FactorReset, *, by: User, at: datetime) -> None:
    """Take all factors off, as the second person, and sign every device out.

    The password stays; before anything else the user sets a new factor up. Raises PermissionDenied, Refused.
    """
    reset = _open_reset(reset)
    require(can_approve_reset(by, reset))
    if at > reset.asked_at + RESET_FOR:
        raise Refused(
            "reset_too_old",
            _("This was asked for more than three days ago. Refuse it; if it is still needed, ask again."),
        )
    reset.approved_by, reset.done_at = by, at
    reset.save(update_fields=["approved_by", "done_at"])
    _take_off(reset.user, by=by, at=at)


def _take_off(user: User, *, by: User | Actor, at: datetime) -> None:
    remove_all(user)
    record(user, "factor_reset", by=by, at=at)
    close_sessions(user, by=by, at=at)
    tell(user, "factor_reset", about=user, at=at)


@transaction.atomic
def reset_factor_by_hand(user: User, *, by: Actor, at: datetime) -> None:
    """The same from the server's command line, for the last operator whose device is lost.

    Whoever has a shell there could write to the database anyway; this way it is on record.
    """
    require(by == SYSTEM)
    _take_off(user, by=by, at=at)
    tell_operators("factor_reset_by_hand", about=user, at=at)


@transaction.atomic
def refuse_factor_reset(reset: FactorReset, *, by: User, at: datetime) -> None:
    """Turn a request down; the one whom it is about may too. Raises PermissionDenied, Refused."""
    reset = _open_reset(reset)
    require(can_ask_reset(by, reset.user) or by.pk == reset.user_id)
    reset.refused_at = at
    reset.save(update_fields=["refused_at"])
    record(reset.user, "factor_reset_refused", by=by, at=at)


@transaction.atomic
def give_demo_factor(user: User, secret: str, *, by: Actor = SYSTEM, at: datetime) -> None:
    """Give a demo user an app whose secret (base32) is known to everybody. Never in production."""
    require(by == SYSTEM)
    if settings.PRODUCTION:
        raise Refused("only_in_the_demo", _("Known second factors exist only in the demo."))
    remove_all(user)
    add_app(user, secret)
    record(user, "demo_factor_given", by=by, at=at)
