"""What a notifier may read of the answers to their links, and until when they may appeal those."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from appeals.models import Decision, Notice, ReportedLink
from appeals.telling import Statement, tell
from appeals.window import last_day, window_end

TOLD_AFTER = timedelta(seconds=10)  # a notifier reads a decision ten seconds after it was taken


@dataclass(frozen=True)
class LinksAnswer:
    """Links of one notice that were decided in one act, and so in the same words."""

    links: list[ReportedLink]
    statement: Statement
    until: datetime

    @property
    def last_day(self) -> object:
        """The last whole day on which the notifier may ask for another decision."""
        return last_day(self.until)


def answers_on(notice: Notice, *, at: datetime) -> list[LinksAnswer]:
    """What was decided on the links of a notice so far, the same words once.

    Costs what telling one decision costs for each act, however many links.
    """
    told = notice.links.filter(acted_at__lte=at - TOLD_AFTER).select_related("decision__platform")
    acts: dict[datetime | None, list[ReportedLink]] = {}
    for each in told.order_by("acted_at", "id"):
        acts.setdefault(each.acted_at, []).append(each)
    return [_answer(notice, links, at=at) for links in acts.values()]


def _answer(notice: Notice, links: list[ReportedLink], *, at: datetime) -> LinksAnswer:
    decision = links[0].decision
    assert decision is not None  # noqa: S101 - a constraint holds it
    return LinksAnswer(links, tell(decision, at=at, to_affected=False), notifier_until(decision, notice))


def notifier_until(decision: Decision, notice: Notice) -> datetime:
    """The end of the window of whoever reported: six months from when they were told (DSA Art. 20(1)).

    They are told when all their links are answered, which may be long after the decision on the first.
    """
    end = window_end(notice.told_at or decision.received_at, months=settings.APPEAL_WINDOW_MONTHS)
    return max(end, decision.appeal_until or end)
