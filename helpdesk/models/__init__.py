"""Queues, tickets, the words in them, and who may open them."""

from helpdesk.models.access import ApiAnswer, Barred, Contact, Receipt, Submission
from helpdesk.models.alarms import TOP_ROUND, Alarm, AlarmEndpoint, Paged
from helpdesk.models.clocks import CalendarVersion, Clock, Policy, PolicyRow, WorkCalendar
from helpdesk.models.console import ReplyTemplate, SavedView, TicketLink
from helpdesk.models.incidents import Incident, IncidentTicket, IncidentTitle
from helpdesk.models.push import PushDevice
from helpdesk.models.queues import Picks, Queue, QueueKind, Team, TeamMember
from helpdesk.models.rotas import (
    CalendarFeed,
    ChangeStatus,
    Rota,
    RotaChange,
    RotaLayer,
    RotaProblem,
    RotaVersion,
    Unit,
    Wrong,
)
from helpdesk.models.search import SearchText
from helpdesk.models.steps import Step, StepMail, StepTaken, StepTold
from helpdesk.models.tickets import NEVER, Level, Priority, Status, Ticket
from helpdesk.models.verdicts import KeptTimes, LetGo, Verdict, VerdictWeek
from helpdesk.models.words import Attachment, Draft, FileRemoval, HeldFile, Message, Note, Side

__all__ = [
    "NEVER",
    "TOP_ROUND",
    "Alarm",
    "AlarmEndpoint",
    "ApiAnswer",
    "Attachment",
    "Barred",
    "CalendarFeed",
    "CalendarVersion",
    "ChangeStatus",
    "Clock",
    "Contact",
    "Draft",
    "FileRemoval",
    "HeldFile",
    "Incident",
    "IncidentTicket",
    "IncidentTitle",
    "KeptTimes",
    "LetGo",
    "Level",
    "Message",
    "Note",
    "Paged",
    "Picks",
    "Policy",
    "PolicyRow",
    "Priority",
    "PushDevice",
    "Queue",
    "QueueKind",
    "Receipt",
    "ReplyTemplate",
    "Rota",
    "RotaChange",
    "RotaLayer",
    "RotaProblem",
    "RotaVersion",
    "SavedView",
    "SearchText",
    "Side",
    "Status",
    "Step",
    "StepMail",
    "StepTaken",
    "StepTold",
    "Submission",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketLink",
    "Unit",
    "Verdict",
    "VerdictWeek",
    "WorkCalendar",
    "Wrong",
]
