"""Decisions and cases of the demo, taken in and filed by the same actions as real ones."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.actions import make_key, open_platform
from accounts.models import Platform, User
from accounts.models.machines import PLATFORM_SCOPES
from appeals.actions.bodies import add_body
from appeals.actions.deciders import map_decider
from appeals.actions.decisions import Arriving, take_in_statements
from appeals.actions.filing import AppealLetter, file_appeal
from appeals.models import Decision, Door, Intake
from appeals.statements.check import check_statement
from appeals.statements.recourse import check_recourse
from helpdesk.actions import NEWCOMER, Letter, entry, open_ticket
from helpdesk.actions.alarms import raise_alarm
from helpdesk.actions.paging import ring
from helpdesk.models import QueueKind, ReplyTemplate, Ticket
from helpdesk.receipts import new_token
from journal.actors import SYSTEM, Actor
from rulebook.actions import Words, publish_rule

DATA = Path(__file__).parent
COMPLAINTS = [
    ("en", "no_answer", "I wrote to the platform three weeks ago and nobody answered."),
    ("ru", "account_taken", "Мой аккаунт захватили, и я не могу войти."),
    ("fa", "impersonation", "کسی با نام من کانال ساخته است."),
]
TEMPLATES = [
    {
        "name_en": "Ask for more",
        "name_ru": "Попросить подробности",
        "name_fa": "درخواست توضیح بیشتر",
        "text_en": "Thank you for writing. To look at case {reference} we need to know more: ",
        "text_ru": "Спасибо за сообщение. Чтобы рассмотреть дело {reference}, нам нужно узнать больше: ",
        "text_fa": "سپاس از پیام شما. برای بررسی پروندهٔ {reference} باید بیشتر بدانیم: ",
    }
]


def publish_rules(at: datetime) -> None:
    """The rules that the decisions cite; one of them changed in March 2026."""
    for place, rule in enumerate(json.loads((DATA / "rules.json").read_text(encoding="utf-8"))):
        publish_rule(
            rule["code"],
            by=SYSTEM,
            at=at,
            in_force_on=datetime.fromisoformat(rule["in_force_on"]).date(),
            texts=[Words(**words) for words in rule["texts"]],
            place=place,
        )


def make_platform(at: datetime) -> Platform:
    platform = open_platform("Murmur", slug="murmur", by=SYSTEM, at=at)
    make_key(platform, name="Demo", scopes=PLATFORM_SCOPES, by=SYSTEM, at=at)
    return platform


def take_in(platform: Platform, at: datetime) -> list[tuple[Decision, dict[str, Any] | None]]:
    """The platform's decisions of the day before, each with the appeal that follows it, if one does."""
    rows = json.loads((DATA / "statements.json").read_text(encoding="utf-8"))
    arriving = [_arriving(row, number, at) for number, row in enumerate(rows, start=1)]
    intake = Intake(platform=platform, door=Door.BULK, at=at)
    take_in_statements(platform, arriving, by=SYSTEM, at=at, intake=intake)
    decisions = Decision.objects.in_bulk([each.id for each in arriving])
    return [(decisions[each.id], row.get("appeal")) for each, row in zip(arriving, rows, strict=True)]


def _arriving(row: dict[str, Any], number: int, at: datetime) -> Arriving:
    day = at.date().isoformat()
    raw = {**row["statement"], "application_date": day, "puid": f"demo-{number}"}
    clean, errors = check_statement(raw)
    recourse, more = check_recourse(row["recourse"])
    if errors or more:
        raise ValueError(f"The demo's own data is wrong: {errors or more}")
    return Arriving(clean=clean, recourse=recourse)


def file_cases(platform: Platform, people: dict[str, User], at: datetime) -> None:
    """Appeals and complaints in three languages, one of them against a decision that Amir took."""
    map_decider("mod-31", people["Amir"], platform=platform, by=people["Lena"], at=at)
    yesterday = at - timedelta(days=1)
    for hour, (decision, appeal) in enumerate(take_in(platform, yesterday), start=1):
        if appeal:
            letter = AppealLetter(token=new_token(), **appeal)
            file_appeal(
                [decision], letter, by=Actor("person", decision.pk), at=yesterday + timedelta(hours=hour)
            )
    for hour, (language, category, text) in enumerate(COMPLAINTS, start=2):
        open_ticket(
            entry(QueueKind.COMPLAINT, at=yesterday + timedelta(hours=hour)),
            Letter(token=new_token(), language=language, text=text),
            by=NEWCOMER,
            at=yesterday + timedelta(hours=hour),
            category=category,
            summary=category,
        )


def ring_alarm(people: dict[str, User], at: datetime) -> None:
    """A case that pages who is on call: the first in line sees it on every page of the console."""
    ticket = Ticket.objects.filter(kind=QueueKind.COMPLAINT).earliest("opened_at")
    raise_alarm(ticket.queue.team, by=people["Lena"], at=at, ticket=ticket, due_at=at)
    ring(at=at)


def make_words(people: dict[str, User], at: datetime) -> None:
    """A reply template, and a body that people can turn to after us."""
    for words in TEMPLATES:
        ReplyTemplate.objects.create(**words)
    add_body(
        name="Example Dispute Settlement",
        country="IE",
        languages="en",
        url="https://ods.example/",
        by=people["Lena"],
        at=at,
    )
