"""One function for each thing that a person or a clock does to a case."""

from helpdesk.actions.assigning import (
    assign,
    bar,
    declare_conflict,
    hand_over,
    release,
    snooze,
    take_next,
    tell_leads,
    wake,
)
from helpdesk.actions.contacts import confirm_contact, set_contact, tell_person
from helpdesk.actions.ending import mark_spam, merge, reopen, resolve, withdraw
from helpdesk.actions.filing import attach, content_of
from helpdesk.actions.opening import NEWCOMER, Opened, open_ticket
from helpdesk.actions.tickets import lock, move_ticket
from helpdesk.actions.writing import (
    UNDO_FOR,
    add_note,
    no_answer_needed,
    person_writes,
    reply,
    save_draft,
    undo_reply,
)

__all__ = [
    "NEWCOMER",
    "UNDO_FOR",
    "Opened",
    "add_note",
    "assign",
    "attach",
    "bar",
    "confirm_contact",
    "content_of",
    "declare_conflict",
    "hand_over",
    "lock",
    "mark_spam",
    "merge",
    "move_ticket",
    "no_answer_needed",
    "open_ticket",
    "person_writes",
    "release",
    "reopen",
    "reply",
    "resolve",
    "save_draft",
    "set_contact",
    "snooze",
    "take_next",
    "tell_leads",
    "tell_person",
    "undo_reply",
    "wake",
    "withdraw",
]
