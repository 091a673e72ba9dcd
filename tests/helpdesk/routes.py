"""Who gets what at the addresses of the helpdesk. A case out of sight is a 404 for every role but heads."""

from datetime import timedelta

from django.utils.timezone import now

from accounts.models import User
from helpdesk.actions import attach
from helpdesk.actions.rotas import Stretch, change_rota
from helpdesk.attachments import Accepted
from helpdesk.models import ReplyTemplate, Team, TeamMember, WorkCalendar
from journal.actors import Actor
from journal.ids import uuid7
from tests.factories import (
    NOON,
    make_alarm,
    make_alarm_endpoint,
    make_incident,
    make_layer,
    make_moderator,
    make_queue,
    make_rota,
    make_team,
    make_ticket,
    make_user,
)
from tests.routes import (
    KEYS,
    NO_FACTOR,
    NO_ROLE,
    NOBODY,
    PEOPLE,
    ROLES,
    USER_KEY,
    Route,
    everyone,
    machines,
    staff,
)

WORKERS = ("moderator", "lead", "head")
# No role of the staff opens a person's case here: that takes the receipt.
BEHIND_A_RECEIPT = (
    "kept",
    "case",
    "case_write",
    "case_address",
    "case_zone",
    "case_withdraw",
    "case_reopen",
    "case_erase",
    "case_data",
    "case_data_file",
    "case_close",
)
JSON = "application/json"


def case():
    return [make_ticket().pk]


def for_staff(all_roles=200, *, key=None, **details):
    """For everybody on the staff, and for keys of theirs. `all_roles` may name the exceptions."""
    expected = all_roles if isinstance(all_roles, dict) else dict.fromkeys(ROLES, all_roles)
    people = {NOBODY: 401, NO_FACTOR: 302, NO_ROLE: 401, **expected}
    return machines(USER_KEY, status=key or people["head"], people=people, **details)


def heads(status, **details):
    return for_staff(dict.fromkeys(ROLES, 404) | {"head": status}, args=case, **details)


def answer_alarm():
    """Heads see every alarm; operators too, and may not answer."""
    expected = dict.fromkeys(ROLES, 404) | {"head": 200, "operator": 403}
    return for_staff(expected, method="post", args=lambda: [make_alarm(make_ticket()).pk], content_type=JSON)


def write(status, **details):
    return heads(status, method=details.pop("method", "post"), content_type=JSON, **details)


def people_only():
    expected = dict.fromkeys(ROLES, 404) | {NOBODY: 401, NO_FACTOR: 302, NO_ROLE: 401, "head": 409}
    return Route(expected | dict.fromkeys(KEYS, 403), method="post", args=case, content_type=JSON)


def team_of_all():
    """A queue whose team is everybody, so that the role alone decides."""
    return make_queue(*User.objects.all())


def a_ticket():
    return [make_ticket(team_of_all()).reference]


def a_ticket_with(what):
    return lambda: [*a_ticket(), what]


def a_message():
    ticket = make_ticket(team_of_all(), text="Help")
    return [ticket.reference, ticket.messages.get().pk]


def a_file():
    ticket = make_ticket(team_of_all())
    words = Accepted("words.txt", "text/plain", b"words", "0" * 64)
    attachment = attach(ticket, words, by=Actor("person", ticket.pk), at=NOON)
    return [ticket.reference, attachment.pk]


def a_template():
    return [*a_ticket(), ReplyTemplate.objects.create(name="Thanks", text="Thank you.").pk]


def a_team():
    return [make_team(make_user("Otto")).pk]


def a_member():
    team = make_team(make_user("Otto"))
    return [team.pk, team.memberships.get().user_id]


def somebody_asked_for():
    """Otto, for whom a place in a team is asked; a lead of another team may not agree."""
    place = TeamMember.objects.create(
        team=make_team(), user=make_user("Otto"), asked_by=make_user("Olga"), asked_at=NOON
    )
    return [place.team_id, place.user_id]


def a_setting():
    return ["teams", *a_team()]


def a_calendar():
    return [WorkCalendar.objects.create(name_en="Tehran", made_at=NOON).pk]


def an_alarm():
    """One for a case whose team is everybody."""
    return [make_alarm(make_ticket(team_of_all())).pk]


def a_way():
    """A machine that is told of a team's alarms, by an operator's wish."""
    return [make_alarm_endpoint(make_team(*User.objects.all())).pk]


def an_incident():
    return [make_incident(team_of_all()).number]


def a_rota():
    """The team of everybody, with a rota; so that the role alone decides."""
    team = make_team(*User.objects.all())
    make_rota(team, make_layer(make_user("Otto")))
    return [team.pk]


def a_change():
    """What Otto asked Olga, in a team of everybody else."""
    team = Team.objects.get(pk=a_rota()[0])
    amir, sara = make_moderator(team, "Amir"), make_moderator(team, "Sara")
    rota = make_rota(team, make_layer(amir), at=now())
    there = Stretch(now() + timedelta(hours=1), now() + timedelta(hours=2))
    return [change_rota(rota, amir, sara, by=amir, at=now(), there=there).pk, "agree"]


def callers(status=200, **details):
    """Whoever may know who is on call."""
    return staff(*WORKERS, "operator", status=status, **details)


def readers(status=200, **details):
    return staff(*WORKERS, status=status, **details)


def leaders(status=200, **details):
    return staff("lead", "head", status=status, **details)


def alarm_readers(status=200, **details):
    return staff(*WORKERS, "operator", status=status, **details)


def setters(status=200, **details):
    return staff("lead", "head", "operator", status=status, **details)


CONSOLE = {
    "console:overview": readers(),
    "console:rail": readers(),
    "console:mine": readers(),
    "console:numbers": leaders(),
    "console:numbers_file": leaders(),
    "console:lead": leaders(),
    "console:lead_now": leaders(),
    "console:lead_act": leaders(302, method="post", args=a_ticket_with("take")),
    "console:queue": readers(args=lambda: [team_of_all().slug]),
    "console:search": readers(),
    "console:take": readers(302, method="post"),
    "console:save_view": readers(404, method="post"),
    "console:forget_view": readers(404, method="post", args=lambda: [uuid7()]),
    "console:bulk": readers(),
    "console:bulk+post": readers(302, method="post"),
    "console:alarms": alarm_readers(),
    "console:raise_alarm": alarm_readers(409, method="post"),
    "console:alarm_banner": readers(),
    "console:answer_alarms": readers(302, method="post"),
    "console:acknowledge": readers(302, method="post", args=an_alarm),
    "console:pass_on": readers(302, method="post", args=an_alarm),
    "console:alarm_ways": alarm_readers(),
    "console:add_alarm_way": alarm_readers(409, method="post"),
    "console:rotate_alarm_way": setters(method="post", args=a_way),
    "console:end_alarm_way": setters(302, method="post", args=a_way),
    "console:add_push_device": readers(302, method="post"),
    "console:end_push_device": readers(404, method="post", args=lambda: [uuid7()]),
    "console:alarm_worker": readers(),
    "console:incidents": readers(),
    "console:open_incident": readers(409, method="post"),
    "console:incident": readers(args=an_incident),
    "console:lead_incident": readers(302, method="post", args=an_incident),
    "console:close_incident": readers(409, method="post", args=an_incident),
    "console:settings": setters(),
    "console:add_setting": setters(args=lambda: ["queues"]),
    "console:add_setting+post": setters(409, method="post", args=lambda: ["queues"]),
    "console:setting": setters(args=a_setting),
    "console:setting+post": setters(409, method="post", args=a_setting),
    "console:promises": setters(),
    "console:edit_promises": setters(),
    "console:edit_promises+post": setters(409, method="post"),
    "console:add_calendar": setters(),
    "console:add_calendar+post": setters(409, method="post"),
    "console:calendar": setters(args=a_calendar),
    "console:calendar+post": setters(409, method="post", args=a_calendar),
    "console:what_if": setters(),
    "console:end_setting": setters(302, method="post", args=a_setting),
    "console:add_member": setters(409, method="post", args=a_team),
    "console:agree_to_member": Route(
        dict.fromkeys(PEOPLE, 404) | {NOBODY: 302, NO_FACTOR: 302, "operator": 302, "head": 302, "lead": 403},
        method="post",
        args=somebody_asked_for,
    ),
    "console:remove_member": setters(302, method="post", args=a_member),
    "console:on_call": callers(),
    "console:on_call_feed": readers(),
    "console:make_on_call_feed": readers(302, method="post"),
    "console:end_on_call_feed": readers(302, method="post"),
    "console:rota": callers(args=a_rota),
    "console:edit_rota": staff("lead", "head", args=a_rota),
    "console:edit_rota+post": staff("lead", "head", status=409, method="post", args=a_rota),
    "console:change_rota": readers(args=a_rota),
    "console:change_rota+post": readers(409, method="post", args=a_rota),
    "console:fill_gap": readers(302, method="post", args=a_rota),
    "console:rota_act": Route(
        staff().expected | dict.fromkeys((*WORKERS, "operator"), 403) | dict.fromkeys(("lead", "head"), 302),
        method="post",
        args=a_change,
    ),
    "console:ticket": readers(args=a_ticket),
    "console:reply": readers(409, method="post", args=a_ticket),
    "console:note": readers(409, method="post", args=a_ticket),
    "console:undo": readers(403, method="post", args=a_message),
    "console:draft": readers(204, method="post", args=a_ticket),
    "console:others": readers(args=a_ticket),
    "console:templates": readers(args=a_ticket),
    "console:start_reply": readers(302, method="post", args=a_template),
    "console:history": readers(args=a_ticket),
    "console:file": readers(args=a_file),
    "console:act": readers(args=a_ticket_with("snooze")),
    "console:act+post": readers(302, method="post", args=a_ticket_with("take")),
}
ROUTES = {
    "helpdesk:complain": everyone(),
    "helpdesk:times": everyone(),
    "helpdesk:danger": everyone(),
    "helpdesk:proof": everyone(),
    "helpdesk:sent": everyone(410),
    "helpdesk:on_call_calendar": everyone(404, args=lambda: ["invented"]),
    "helpdesk:confirm": everyone(args=lambda: ["invented"]),
    "helpdesk:paged": everyone(410, args=lambda: ["invented"]),
    "helpdesk:open_again": everyone(args=lambda: ["invented"]),
    "helpdesk:case_login": everyone(),
    **{f"helpdesk:{name}": everyone(302) for name in BEHIND_A_RECEIPT},
    "helpdesk:case_attachment": everyone(302, args=lambda: [uuid7()]),
    **CONSOLE,
    "helpdesk_api:alarms": for_staff(),
    "helpdesk_api:acknowledge": answer_alarm(),
    "helpdesk_api:pass_on": answer_alarm(),
    "helpdesk_api:queues": for_staff(),
    "helpdesk_api:on_call": for_staff(
        dict.fromkeys(ROLES, 403) | dict.fromkeys((*WORKERS, "operator"), 200), key=200
    ),
    "helpdesk_api:tickets": for_staff(),
    "helpdesk_api:take_next": for_staff(
        dict.fromkeys(ROLES, 403) | dict.fromkeys(WORKERS, 200), method="post", content_type=JSON
    ),
    "helpdesk_api:ticket": heads(200),
    "helpdesk_api:assign": write(200),
    "helpdesk_api:release": write(200),
    "helpdesk_api:hand_over": write(422),
    "helpdesk_api:snooze": write(422),
    "helpdesk_api:wake": write(200),
    "helpdesk_api:priority": write(422),
    "helpdesk_api:links": write(422),
    "helpdesk_api:notes": write(422),
    "helpdesk_api:draft": write(422, method="put"),
    "helpdesk_api:replies": write(422),
    "helpdesk_api:attachments": heads(422, method="post"),
    "helpdesk_api:attachment": for_staff(404, args=lambda: [*case(), uuid7()]),
    "helpdesk_api:resolve": people_only(),
}
