"""Who may do what with a ticket. Each sentence has a twin in `Ticket.objects.visible_to`."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.models import ApiKey, User
from accounts.permissions import is_alone, is_operator
from accounts.roles import Role
from helpdesk.models import Alarm, Barred, Level, Queue, RotaChange, Team, TeamMember, Ticket
from journal.actors import Actor

WORKERS = (Role.MODERATOR, Role.LEAD, Role.HEAD)
LEADS = (Role.LEAD, Role.HEAD)
ON_CALL_READERS = (*WORKERS, Role.OPERATOR)


def staff_of(by: Any) -> User | None:
    """The person on the staff who acts, themselves or through a key of theirs; None for everybody else."""
    if isinstance(by, ApiKey):
        return by.user
    return by if isinstance(by, User) else None


def acting_staff(by: Any) -> User:
    """The same, for what only the staff do. Raises PermissionDenied for everybody else."""
    user = staff_of(by)
    if user is None:
        raise PermissionDenied
    return user


def is_system(by: Any) -> bool:
    return isinstance(by, Actor) and by.kind == "system"


def is_person_of(by: Any, ticket: Ticket) -> bool:
    """Whoever holds the receipt of this very case."""
    return isinstance(by, Actor) and by.kind == "person" and by.id == ticket.pk and ticket.erased_at is None


def is_barred(user: User, ticket: Ticket) -> bool:
    return Barred.objects.filter(ticket=ticket, user=user).exists()


def is_in_team(user: User, ticket: Ticket) -> bool:
    return TeamMember.objects.live().filter(team=ticket.queue.team_id, user=user).exists()


def can_see(by: Any, ticket: Ticket) -> bool:
    """Heads see every case; moderators and leads those of their teams; operators none."""
    user = staff_of(by)
    if user is None:
        return False
    return user.has_role(Role.HEAD) or (user.has_role(*WORKERS) and is_in_team(user, ticket))


def can_work(by: Any, ticket: Ticket) -> bool:
    """Reply, note, put aside, end: whoever sees the case and is not barred from it."""
    user = staff_of(by)
    return user is not None and can_see(by, ticket) and not is_barred(user, ticket)


def can_lead(by: Any, ticket: Ticket) -> bool:
    """Order the work of others: leads of the team and heads."""
    user = staff_of(by)
    return user is not None and user.has_role(*LEADS) and can_see(by, ticket)


def standing_of(user: User) -> Level:
    """Up to which level of a case somebody answers for it. The executive contact has an address and no
    account, so what has reached them is worked on by the heads."""
    if user.has_role(Role.HEAD):
        return Level.EXECUTIVE
    return Level.LEAD if user.has_role(Role.LEAD) else Level.MODERATOR


def stands_high_enough(by: Any, ticket: Ticket) -> bool:
    """Take it or give it to somebody: whoever answers for cases of its level. Who holds it keeps it."""
    user = staff_of(by)
    return is_system(by) or (user is not None and standing_of(user) >= ticket.level)


def can_give_back(by: Any, ticket: Ticket) -> bool:
    """Hand a case down again: who works on it and stands on its level."""
    return can_work(by, ticket) and stands_high_enough(by, ticket)


def can_assign(by: Any, ticket: Ticket, to: User) -> bool:
    """Anybody takes a free case for themselves; leads give any case to anybody who may work on it."""
    user = staff_of(by)
    if is_system(by) or can_lead(by, ticket):
        return True
    return (
        user is not None and can_work(by, ticket) and user.pk == to.pk and ticket.assignee_id in (None, to.pk)
    )


def can_release(by: Any, ticket: Ticket) -> bool:
    user = staff_of(by)
    return user is not None and (
        can_lead(by, ticket) or (can_see(by, ticket) and ticket.assignee_id == user.pk)
    )


def can_hand_over(by: Any, ticket: Ticket) -> bool:
    """Whoever has it, whoever could take it, and leads; never who must stay out of it."""
    user = staff_of(by)
    free = user is not None and ticket.assignee_id in (None, user.pk)
    return can_work(by, ticket) and (free or can_lead(by, ticket))


def can_drop(by: Any, ticket: Ticket) -> bool:
    """Withdrawing is the person's; what ends a debt to them without an answer (spam, merging, "needs no
    answer") is for people on the staff, never for keys."""
    return isinstance(by, User) and can_work(by, ticket)


def can_move_queue(by: Any, ticket: Ticket) -> bool:
    return can_work(by, ticket)


def can_write(by: Any, ticket: Ticket) -> bool:
    """Write as the person whose case it is."""
    return is_person_of(by, ticket)


def can_reopen(by: Any, ticket: Ticket) -> bool:
    return is_system(by) or can_work(by, ticket) or is_person_of(by, ticket)


def can_resolve(by: Any, ticket: Ticket) -> bool:
    """Ending a case is for people: a key prepares the answer and does not close (DSA Art. 20(6))."""
    return isinstance(by, User) and can_work(by, ticket)


def can_change_settings(by: Any) -> bool:
    """Queues, teams, reply templates: leads, heads and operators, themselves."""
    return isinstance(by, User) and by.is_active and by.has_role(*LEADS, Role.OPERATOR)


def can_give_queue(by: Any, queue: Queue, team: Team) -> bool:
    """Nobody opens cases to themselves by giving their own team a queue whose cases they do not see."""
    is_there = TeamMember.objects.live().filter(team=team, user=by.pk).exists()
    return not is_there or Queue.objects.visible_to(by).filter(pk=queue.pk).exists()


def is_lead_of(user: User, team: Team) -> bool:
    return user.has_role(Role.LEAD) and TeamMember.objects.live().filter(team=team, user=user).exists()


def can_add_member(by: Any, user: User) -> bool:
    """Ask for a place in a team: for others, never for oneself."""
    return can_change_settings(by) and by.pk != user.pk


def can_add_member_alone(by: User, team: Team, user: User, at: datetime) -> bool:
    """A team's own lead gives it moderators, whom two operators chose; a second lead takes two.

    The only operator is enough too, as for roles.
    """
    is_moderator = user.has_role(Role.MODERATOR) and not user.has_role(Role.LEAD)
    return (is_moderator and is_lead_of(by, team)) or (is_operator(by) and is_alone(by, at))


def can_agree_to_member(by: Any, place: TeamMember) -> bool:
    """Another than who asked and whom it is for: an operator, a head, or a lead of this very team.

    Leads of other teams may ask and not agree: two of them could else open a team that neither belongs to.
    """
    return (
        can_add_member(by, place.user)
        and by.pk != place.asked_by_id
        and (by.has_role(Role.OPERATOR, Role.HEAD) or is_lead_of(by, place.team))
    )


def can_see_on_call(by: Any) -> bool:
    """Who is on call, by name: whoever works on cases or runs the service, or a key of theirs."""
    user = staff_of(by)
    return user is not None and user.is_active and user.has_role(*ON_CALL_READERS)


def can_lead_rota(by: Any, team: Team) -> bool:
    """Say who is on call, without asking them: leads of this team and heads, themselves."""
    return isinstance(by, User) and by.is_active and (by.has_role(Role.HEAD) or is_lead_of(by, team))


def can_ask_for_change(by: Any, team: Team, out: User, stand_in: User | None) -> bool:
    """One of the two whom a change is about may ask the other; a lead needs to ask nobody.

    Nobody takes themselves out and leaves nobody there: that is for a lead.
    """
    is_one_of_them = isinstance(by, User) and stand_in is not None and by in (out, stand_in)
    return can_lead_rota(by, team) or (is_one_of_them and can_be_on_call(by, team))


def can_fill_gap(by: Any, team: Team, stand_in: User) -> bool:
    """Put somebody in where nobody would come: leads, and everybody themselves. There is nobody to ask."""
    return can_lead_rota(by, team) or (by == stand_in and can_be_on_call(stand_in, team))


def can_be_on_call(user: User, team: Team) -> bool:
    """Whoever could open a case of the team when they are called."""
    is_there = TeamMember.objects.live().filter(team=team, user=user).exists()
    return user.is_active and user.has_factor and user.has_role(*WORKERS) and is_there


def can_agree_to_change(by: Any, change: RotaChange) -> bool:
    """The one of the two who did not ask; or a lead, who could have made it alone."""
    other = change.stand_in_id if change.asked_by_id == change.out_id else change.out_id
    return (isinstance(by, User) and by.is_active and by.pk == other) or can_lead_rota(by, change.rota.team)


def can_withdraw_change(by: Any, change: RotaChange) -> bool:
    return isinstance(by, User) and by.is_active and by.pk == change.asked_by_id


def works_in(user: User, team: Team) -> bool:
    """Reads this team's cases: a member of it, or a head."""
    is_there = TeamMember.objects.live().filter(team=team, user=user).exists()
    return user.has_role(Role.HEAD) or (user.has_role(*WORKERS) and is_there)


def can_raise_alarm(by: Any, team: Team) -> bool:
    """The clock, and whoever may need help at once: leads of the team, heads, operators, themselves."""
    if is_system(by):
        return True
    return isinstance(by, User) and (by.has_role(Role.HEAD, Role.OPERATOR) or is_lead_of(by, team))


def can_acknowledge(by: Any, alarm: Alarm) -> bool:
    """Whoever was paged, and everybody else who works in the team; nobody who must stay out of the case."""
    user = staff_of(by)
    if user is None or not user.is_active:
        return False
    if alarm.ticket is not None and is_barred(user, alarm.ticket):
        return False
    return works_in(user, alarm.team) or alarm.paged.filter(user=user).exists()


def can_handle_incidents(by: Any, queue: Queue) -> bool:
    """Open, lead and close one: people who work on its queue. The clock opens and never closes."""
    return isinstance(by, User) and by.is_active and works_in(by, queue.team)


def can_set_alarm_endpoint(by: Any, owner: Team | User) -> bool:
    """Where I am told, I say; where a team is told, its leads, heads and operators."""
    if not isinstance(by, User) or not by.is_active:
        return False
    if isinstance(owner, User):
        return by.pk == owner.pk and by.has_role(*WORKERS)
    return by.has_role(Role.HEAD, Role.OPERATOR) or is_lead_of(by, owner)
