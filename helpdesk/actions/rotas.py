"""Who is on call changes: the rota of a team in versions, and people who stand in for each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.actions.rota_watch import look_soon
from helpdesk.models import ChangeStatus, Rota, RotaChange, RotaLayer, RotaVersion, Team
from helpdesk.models.rotas import LONGEST_TURN
from helpdesk.on_call import boards, unfilled
from helpdesk.permissions import (
    can_agree_to_change,
    can_ask_for_change,
    can_be_on_call,
    can_fill_gap,
    can_lead_rota,
    can_withdraw_change,
    is_system,
)
from journal.actions import move, record
from journal.errors import Refused, require
from journal.outbox import deliver

MOST_LAYERS = 6
MOST_MEMBERS = 40


@dataclass(frozen=True)
class Stretch:
    """From when to when somebody stands in."""

    start: datetime
    end: datetime


@transaction.atomic
def publish_rota(
    team: Team,
    layers: Sequence[RotaLayer],
    *,
    by: Any,
    at: datetime,
    from_at: datetime,
    after: int | None = None,
) -> RotaVersion:
    """Who is on call for this team from `from_at` on; the layers, not saved yet, are paged in their order.

    What an earlier version said of later moments is replaced; who was on call before stays as it was.
    `after` is the number of the version that was edited; whoever edits it too comes second.
    Raises PermissionDenied, Refused("in_the_past", "ended", "changed_meanwhile", "bad_layers").
    """
    require(is_system(by) or can_lead_rota(by, team))
    if from_at < at:
        raise Refused(
            "in_the_past",
            _("Who was on call stays as it was. Choose a moment that is still to come."),
            field="from_at",
        )
    refuse_bad_layers(layers)
    team = Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    if team.ended_at is not None:
        raise Refused("ended", _("This team has ended. Choose another."))
    rota, _made = Rota.objects.get_or_create(team=team, defaults={"made_at": at})
    last = rota.versions.first()
    number = last.number if last else 0
    if after is not None and after != number:
        raise Refused(
            "changed_meanwhile",
            _("Somebody has published another version since. Look at it, then make your change in it."),
        )
    version = RotaVersion.objects.create(rota=rota, number=number + 1, from_at=from_at, made_at=at)
    for place, layer in enumerate(layers):
        layer.version, layer.place = version, place
    RotaLayer.objects.bulk_create(layers)
    record(rota, "published", by=by, at=at, number=version.number, from_at=from_at, layers=len(layers))
    look_soon()
    return version


def refuse_bad_layers(layers: Sequence[RotaLayer]) -> None:
    """Layers by which one can count, with people in them. Raises Refused."""
    if not 1 <= len(layers) <= MOST_LAYERS:
        raise Refused(
            "bad_layers",
            _("A rota has between one layer and %(count)d. Add or take out layers.") % {"count": MOST_LAYERS},
        )
    for layer in layers:
        if not 1 <= len(layer.members) <= MOST_MEMBERS or len(set(layer.members)) < len(layer.members):
            raise Refused(
                "bad_layers",
                _("The layer %(layer)s needs people, each of them once.") % {"layer": layer.name},
            )
        if not layer.length > 0 or layer.turn_length > LONGEST_TURN:
            raise Refused(
                "bad_layers",
                _("A turn in the layer %(layer)s lasts between an hour and eight weeks.")
                % {"layer": layer.name},
            )


@transaction.atomic
def change_rota(
    rota: Rota,
    out: User,
    stand_in: User | None,
    *,
    by: Any,
    at: datetime,
    there: Stretch,
    back: Stretch | None = None,
) -> RotaChange:
    """`stand_in` instead of `out` in the stretch `there`; with `back`, `out` takes that one for it (a swap).

    It holds at once where a lead says so; asked by one of the two, it holds once the other agrees.
    Without `stand_in` nobody is there instead. Raises PermissionDenied, Refused("in_the_past", "ends_first",
    "same_person", "not_on_call", "cannot_be_on_call").
    """
    rota = _locked(rota)
    require(can_ask_for_change(by, rota.team, out, stand_in))
    if out == stand_in:
        raise Refused("same_person", _("Choose two different people."), field="stand_in")
    _refuse_stretches([each for each in (there, back) if each], at)
    _refuse_who(rota, out, stand_in, there)
    if back is not None:
        if stand_in is None:
            raise Refused("same_person", _("A swap takes two people. Choose both."), field="stand_in")
        _refuse_who(rota, stand_in, out, back)
    alone = can_lead_rota(by, rota.team)
    change = RotaChange.objects.create(
        rota=rota,
        status=ChangeStatus.HOLDS if alone else ChangeStatus.ASKED,
        out=out,
        stand_in=stand_in,
        from_at=there.start,
        until_at=there.end,
        back_from_at=back.start if back else None,
        back_until_at=back.end if back else None,
        asked_by=by,
        asked_at=at,
        settled_at=at if alone else None,
    )
    _record(change, "made" if alone else "asked", by=by, at=at)
    _tell(change, by=by, at=at)
    return change


@transaction.atomic
def fill_gap(rota: Rota, stand_in: User, *, by: Any, at: datetime, there: Stretch) -> list[RotaChange]:
    """`stand_in` is on call for as much of `there` as nobody is, also for whoever is due and could not come.

    It holds at once: one change for where nobody is due, and one for each person who is. What has passed of
    it stays. Raises PermissionDenied, Refused("ends_first", "cannot_be_on_call", "no_gap").
    """
    rota = _locked(rota)
    require(can_fill_gap(by, rota.team, stand_in))
    there = Stretch(max(there.start, at), there.end)
    _refuse_stretches([there], at)
    _refuse_unfit(rota, stand_in)
    missing = unfilled(boards([rota], there.start, there.end)[rota.pk])
    if not missing:
        raise Refused("no_gap", _("Somebody is on call then already. Look at the rota again."))
    changes = [
        RotaChange(
            rota=rota,
            status=ChangeStatus.HOLDS,
            out_id=each.out,
            stand_in=stand_in,
            from_at=each.start,
            until_at=each.end,
            asked_by=by,
            asked_at=at,
            settled_at=at,
        )
        for each in missing
    ]
    for change in RotaChange.objects.bulk_create(changes):
        _record(change, "filled", by=by, at=at)
    _tell(*changes, by=by, at=at)
    return changes


def _record(change: RotaChange, code: str, *, by: Any, at: datetime) -> None:
    record(
        change,
        code,
        by=by,
        at=at,
        rota=change.rota_id,
        out=change.out_id,
        stand_in=change.stand_in_id,
        from_at=change.from_at,
        until_at=change.until_at,
        back_from_at=change.back_from_at,
        back_until_at=change.back_until_at,
    )


def _tell(*changes: RotaChange, by: Any, at: datetime) -> None:
    """One mail to each whom they are about and who did not act, and another look at what is wrong now."""
    about = {user: change for change in changes for user in (change.out, change.stand_in) if user is not None}
    for user, change in about.items():
        if user != by and user.is_active:
            deliver(
                "rota_changed",
                about=change,
                at=at,
                address=user.email,
                language=user.language,
                body={"status": change.status, "team": str(change.rota.team_id)},
            )
    look_soon()


def _locked(rota: Rota) -> Rota:
    """The rota, held: two changes at once are judged one after the other."""
    return Rota.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=rota.pk)


def _refuse_stretches(stretches: Sequence[Stretch], at: datetime) -> None:
    for stretch in stretches:
        if stretch.start < at:
            raise Refused(
                "in_the_past",
                _("Who was on call stays as it was. Choose a moment that is still to come."),
                field="from_at",
            )
        if stretch.end <= stretch.start:
            raise Refused("ends_first", _("It must end after it begins."), field="until_at")


def _refuse_who(rota: Rota, out: User, stand_in: User | None, stretch: Stretch) -> None:
    """Nobody is replaced who is not on call then, nor by somebody who could not be."""
    duties = boards([rota], stretch.start, stretch.end)[rota.pk].duties
    if not any(duty.person == out.pk for duty in duties):
        raise Refused(
            "not_on_call",
            _("%(name)s is not on call then. Look at the rota and choose another time.") % {"name": out},
            field="out",
        )
    if stand_in is not None:
        _refuse_unfit(rota, stand_in)


def _refuse_unfit(rota: Rota, stand_in: User) -> None:
    if not can_be_on_call(stand_in, rota.team):
        raise Refused(
            "cannot_be_on_call",
            _("%(name)s cannot be on call: they must be in the team and have a second factor.")
            % {"name": stand_in},
            field="stand_in",
        )


@transaction.atomic
def agree_to_change(change: RotaChange, *, by: Any, at: datetime) -> RotaChange:
    """What was asked holds from now on. Raises PermissionDenied, Refused("too_late", "not_on_call", ...)."""
    change = _held(change)
    require(can_agree_to_change(by, change))
    swap = [change.from_at, change.back_from_at] if change.back_from_at else []
    if change.until_at <= at or any(start < at for start in swap):
        raise Refused("too_late", _("That time has come already. Ask for another."))
    if change.status == ChangeStatus.ASKED:  # else the table of moves refuses it
        _refuse_changed_meanwhile(change)
    change.settled_at = at
    move(change, ChangeStatus.HOLDS, by=by, at=at, code="agreed", save=["settled_at"])
    _tell(change, by=by, at=at)
    return change


def _refuse_changed_meanwhile(change: RotaChange) -> None:
    """The rota may have changed since it was asked, and somebody may have left."""
    if change.out is None:  # who fills a gap was asked for by nobody
        return
    _refuse_who(change.rota, change.out, change.stand_in, Stretch(change.from_at, change.until_at))
    if change.back_from_at and change.back_until_at and change.stand_in:
        back = Stretch(change.back_from_at, change.back_until_at)
        _refuse_who(change.rota, change.stand_in, change.out, back)


@transaction.atomic
def refuse_change(change: RotaChange, *, by: Any, at: datetime) -> RotaChange:
    """The other does not want it; everything stays as it is. Raises PermissionDenied, Refused."""
    change = _held(change)
    require(can_agree_to_change(by, change))
    change.settled_at = at
    move(change, ChangeStatus.REFUSED, by=by, at=at, code="refused", save=["settled_at"])
    _tell(change, by=by, at=at)
    return change


@transaction.atomic
def withdraw_change(change: RotaChange, *, by: Any, at: datetime) -> RotaChange:
    """Whoever asked no longer wants it. Raises PermissionDenied, Refused where it was settled."""
    change = _held(change)
    require(can_withdraw_change(by, change))
    change.settled_at = at
    move(change, ChangeStatus.WITHDRAWN, by=by, at=at, code="withdrawn", save=["settled_at"])
    _tell(change, by=by, at=at)
    return change


@transaction.atomic
def end_change(change: RotaChange, *, by: Any, at: datetime) -> RotaChange:
    """A lead takes it back: from now on the rota holds again; what was stays. Raises Refused."""
    change = _held(change)
    require(can_lead_rota(by, change.rota.team))
    if change.last_at <= at:
        raise Refused("over", _("That time is over. Nothing is left to take back."))
    change.ended_at = at
    move(change, ChangeStatus.ENDED, by=by, at=at, code="ended", save=["ended_at"])
    _tell(change, by=by, at=at)
    return change


def _held(change: RotaChange) -> RotaChange:
    """The change with its rota, both locked, the rota first as everywhere."""
    rota = _locked(change.rota)
    change = (
        RotaChange.objects.select_for_update(no_key=True, of=("self",))
        .select_related("out", "stand_in")
        .get(pk=change.pk)
    )
    change.rota = rota
    return change
