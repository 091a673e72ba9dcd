"""One function for each thing that a person or a clock does to a case."""

from helpdesk.actions.assigning import (
    assign,
    bar,
    declare_conflict,
    hand_over,
    release,
    snooze,
    take,
    take_next,
    tell_leads,
    wake,
)
from helpdesk.actions.contacts import confirm_contact, set_contact, set_zone, tell_person
from helpdesk.actions.ending import mark_spam, merge, reopen, resolve, withdraw
from helpdesk.actions.erasing import case_data, erase_case, purge_due, told_events
from helpdesk.actions.filing import attach, content_of
from helpdesk.actions.opening import NEWCOMER, Entry, Letter, Opened, entry, open_ticket, open_within
from helpdesk.actions.silence import end_silence, open_again
from helpdesk.actions.sorting import give_back, link, move_to_queue, screen, set_priority, unlink
from helpdesk.actions.tickets import lock, move_ticket
from helpdesk.actions.writing import (
    UNDO_FOR,
    add_note,
    answer_undone,
    answered,
    no_answer_needed,
    person_writes,
    reply,
    save_draft,
    undo_reply,
)

__all__ = [
    "NEWCOMER",
    "UNDO_FOR",
    "Entry",
    "Letter",
    "Opened",
    "add_note",
    "answer_undone",
    "answered",
    "assign",
    "attach",
    "bar",
    "case_data",
    "confirm_contact",
    "content_of",
    "declare_conflict",
    "end_silence",
    "entry",
    "erase_case",
    "give_back",
    "hand_over",
    "link",
    "lock",
    "mark_spam",
    "merge",
    "move_ticket",
    "move_to_queue",
    "no_answer_needed",
    "open_again",
    "open_ticket",
    "open_within",
    "person_writes",
    "purge_due",
    "release",
    "reopen",
    "reply",
    "resolve",
    "save_draft",
    "screen",
    "set_contact",
    "set_priority",
    "set_zone",
    "snooze",
    "take",
    "take_next",
    "tell_leads",
    "tell_person",
    "told_events",
    "undo_reply",
    "unlink",
    "wake",
    "withdraw",
]
