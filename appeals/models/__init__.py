"""Decisions of platforms, notices, appeals against decisions, and the measures that follow."""

from appeals.models.appeals import Appeal, AppealDecision, Outcome, OutOfCourtBody, Party, Review
from appeals.models.decisions import (
    Decider,
    Decision,
    DecisionKind,
    DecisionOrder,
    DecisionPerson,
    Effect,
    Puid,
)
from appeals.models.intake import Door, Intake, IntakeHour
from appeals.models.measures import Measure, MeasureKind
from appeals.models.notices import Ground, Notice, NoticeGroup, ReportedLink

__all__ = [
    "Appeal",
    "AppealDecision",
    "Decider",
    "Decision",
    "DecisionKind",
    "DecisionOrder",
    "DecisionPerson",
    "Door",
    "Effect",
    "Ground",
    "Intake",
    "IntakeHour",
    "Measure",
    "MeasureKind",
    "Notice",
    "NoticeGroup",
    "OutOfCourtBody",
    "Outcome",
    "Party",
    "Puid",
    "ReportedLink",
    "Review",
]
