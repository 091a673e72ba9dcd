"""Who gets what at the addresses of the helpdesk. A case out of sight is a 404 for every role but heads."""

from journal.ids import uuid7
from tests.factories import make_ticket
from tests.routes import KEYS, NO_FACTOR, NO_ROLE, NOBODY, ROLES, USER_KEY, Route, everyone, machines

WORKERS = ("moderator", "lead", "head")
# No role of the staff opens a person's case here: that takes the receipt.
BEHIND_A_RECEIPT = (
    "kept",
    "case",
    "case_write",
    "case_address",
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


def write(status, **details):
    return heads(status, method=details.pop("method", "post"), content_type=JSON, **details)


def people_only():
    expected = dict.fromkeys(ROLES, 404) | {NOBODY: 401, NO_FACTOR: 302, NO_ROLE: 401, "head": 409}
    return Route(expected | dict.fromkeys(KEYS, 403), method="post", args=case, content_type=JSON)


ROUTES = {
    "helpdesk:complain": everyone(),
    "helpdesk:danger": everyone(),
    "helpdesk:sent": everyone(410),
    "helpdesk:confirm": everyone(args=lambda: ["invented"]),
    "helpdesk:case_login": everyone(),
    **{f"helpdesk:{name}": everyone(302) for name in BEHIND_A_RECEIPT},
    "helpdesk:case_attachment": everyone(302, args=lambda: [uuid7()]),
    "helpdesk_api:queues": for_staff(),
    "helpdesk_api:tickets": for_staff(),
    "helpdesk_api:take_next": for_staff(
        dict.fromkeys(ROLES, 403) | dict.fromkeys(WORKERS, 200), method="post", content_type=JSON
    ),
    "helpdesk_api:ticket": heads(200),
    "helpdesk_api:assign": write(200),
    "helpdesk_api:release": write(200),
    "helpdesk_api:notes": write(422),
    "helpdesk_api:draft": write(422, method="put"),
    "helpdesk_api:replies": write(422),
    "helpdesk_api:attachments": heads(422, method="post"),
    "helpdesk_api:attachment": for_staff(404, args=lambda: [*case(), uuid7()]),
    "helpdesk_api:resolve": people_only(),
}
