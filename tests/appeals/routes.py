"""Who gets what at the addresses of appeals. A ticket out of sight is a 404 for every role."""

from journal.ids import uuid7
from tests.factories import make_decision
from tests.routes import PLATFORM_KEY, everyone, machines, staff

LEADS = ("lead", "head")
READERS = ("moderator", "lead", "head")


def nothing_there():
    return [uuid7()]


def unsigned():
    return ["1.invented"]


ROUTES = {
    "appeals:decision": everyone(404, args=unsigned),
    "appeals:ask": everyone(404, args=unsigned),
    "appeals:prove": everyone(404, args=unsigned),
    "appeals:permalink": everyone(args=nothing_there),
    "appeals:start": everyone(),
    "appeals:ask_as_notifier": everyone(302),
    "appeals:ask_for_link": everyone(302),
    "appeals:mandate": everyone(302),
    "appeals:notice": everyone(),
    "appeals:report": everyone(args=lambda: ["rules"]),
    "appeals_api:notices": machines(PLATFORM_KEY, status=422, method="post", content_type="application/json"),
    "appeals_console:intake": staff(*LEADS, "operator"),
    "appeals_api:ping": machines(PLATFORM_KEY),
    "appeals_api:statement": machines(
        PLATFORM_KEY, status=422, method="post", content_type="application/json"
    ),
    "appeals_api:statements": machines(
        PLATFORM_KEY, status=422, method="post", content_type="application/json"
    ),
    "appeals_api:statement_stream": machines(
        PLATFORM_KEY, method="post", content_type="application/x-ndjson"
    ),
    "appeals_api:existing_puid": machines(PLATFORM_KEY, status=404, args=lambda: ["nothing"]),
    "appeals_api:statement_of": machines(PLATFORM_KEY, status=404, args=lambda: [make_decision().pk]),
    "appeals_api:measures": machines(PLATFORM_KEY),
    "appeals_api:confirm_measure": machines(PLATFORM_KEY, status=404, method="post", args=nothing_there),
    "appeals_api:answer_remit": machines(
        PLATFORM_KEY, status=422, method="post", args=nothing_there, content_type="application/json"
    ),
    "appeals_console:review": staff(args=nothing_there),
    "appeals_console:bulk": staff(*READERS),
    "appeals_console:set_aside": staff(method="post", args=nothing_there),
    "appeals_console:undo": staff(method="post", args=nothing_there),
    "appeals_console:leave": staff(method="post", args=nothing_there),
    "appeals_console:mandate": staff(method="post", args=nothing_there),
    "appeals_console:notice": staff(args=nothing_there),
    "appeals_console:measures": staff(*READERS),
    "appeals_console:confirm": staff(method="post", args=nothing_there),
    "appeals_console:deciders": staff(*LEADS),
    "appeals_console:bodies": staff(*LEADS, "operator"),
    "appeals_console:body": staff(args=nothing_there),
    "appeals_console:end_body": staff(method="post", args=nothing_there),
}
