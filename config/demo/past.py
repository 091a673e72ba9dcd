"""Cases of the last weeks, answered by the same actions as real ones, so that the numbers have a past."""

from datetime import datetime, timedelta

from accounts.models import User
from config.demo.cases import COMPLAINTS
from helpdesk.actions import NEWCOMER, Letter, entry, mark_spam, open_ticket, reply, resolve
from helpdesk.models import QueueKind
from helpdesk.receipts import new_token

EVERY = timedelta(days=2)
CASES = 42
PAST = EVERY * (CASES + 2)


def answer_past_cases(people: dict[str, User], at: datetime) -> None:
    """One every second day: most answered in time, some late, one in nine no case at all."""
    amir = people["Amir"]
    for number in range(CASES):
        opened_at = at - PAST + EVERY * number
        language, category, text = COMPLAINTS[number % len(COMPLAINTS)]
        letter = Letter(token=new_token(), language=language, text=text)
        begun = entry(QueueKind.COMPLAINT, at=opened_at)
        ticket = open_ticket(
            begun, letter, by=NEWCOMER, at=opened_at, category=category, summary=category
        ).ticket
        answered_at = min(opened_at + timedelta(hours=2 + number * 37 % 140), at)
        if number % 9 == 8:
            mark_spam(ticket, by=amir, at=answered_at, reason="advertising")
            continue
        reply(ticket, by=amir, at=answered_at, text="We have looked at it.", turn=ticket.turn)
        resolve(ticket, by=amir, at=answered_at)
