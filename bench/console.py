"""The console's pages at ten thousand and at a million open tickets, and beside a bare view.

One gunicorn worker for each size, one moderator who is signed in and asks both by turns. The tickets lie in
three queues, eight tenths of them in the one that is looked at.
"""

import os
from pathlib import Path
from typing import Any

import psycopg

from bench.visitors import Visitor, get, side_by_side

FEW, MANY = 10_000, 1_000_000
LOOKS = 20
TIMES_REACH, SHARE_REACH = 1.25, 0.15
OVERVIEW, QUEUE, SEARCH = "/console/", "/console/queues/appeals/", "/console/search/?q="
PAGES = {
    "overview": [OVERVIEW],
    "queue, first page": [QUEUE],
    "queue, in its middle": [QUEUE + "?after="],
    "queue, one language": [QUEUE + "?language=fa"],
    "queue, one category": [QUEUE + "?category=category_5"],
    "my tickets": ["/console/mine/"],
    "search, a reference": [f"{SEARCH}code-{number}" for number in range(5, 9_999, 500)],
    "search, a frequent word": [f"{SEARCH}w{number}" for number in range(20)],
    "search, a word in a hundred": [f"{SEARCH}w{number}" for number in range(200, 220)],
    "search, a rare word": [f"{SEARCH}w{number}" for number in range(40_000, 40_020)],
    "search, two words": [f"{SEARCH}w{number}+w{number + 200}" for number in range(3, 23)],
    "search, no match": [f"{SEARCH}none{number}" for number in range(20)],
}


def run() -> bool:
    """Print the ratios; true where all were reached."""
    from bench.machine import serving

    cookie = _sign_in()
    _load(1, FEW)
    beside = _copy()
    _load(FEW + 1, MANY)
    app = "config.wsgi"
    with (
        serving(app, workers=1, DATABASE_URL=beside) as few,
        serving(app, workers=1) as many,
        serving("bench.bare:application()", workers=1) as bare,
    ):
        visitors = [Visitor(few), Visitor(many)]
        times = {name: side_by_side(visitors, _requests(paths, cookie)) for name, paths in PAGES.items()}
        ours, plain = get(QUEUE, sessionid=cookie), get(f"/queue/{_queue().pk}")
        html, json = side_by_side([Visitor(many), Visitor(bare)], [(ours, plain)] * LOOKS)
    print(f"console, ms at {FEW:,} and at {MANY:,} open tickets (at most {TIMES_REACH} times)")
    for name, (less, more) in times.items():
        print(f"  {name:<30} {less:>7.1f} {more:>7.1f}   {more / less:.2f} times")
    print(f"  queue page {html:.1f} ms as HTML, a bare view of its query {json:.1f} ms: ", end="")
    print(f"{json / html:.1%}  (reach 15 %)")
    return json / html >= SHARE_REACH and all(more <= TIMES_REACH * less for less, more in times.values())


def _queue() -> Any:
    from helpdesk.models import Queue

    return Queue.objects.get(slug="appeals")  # sight: a measurement


def _copy() -> str:
    """The database as it is now, under another name; its address."""
    from django.db import connection

    connection.close()
    connection.close_pool()
    address = os.environ["DATABASE_URL"].replace("/recourse?", "/few?")
    with psycopg.connect(
        os.environ["DATABASE_URL"].replace("/recourse?", "/postgres?"), autocommit=True
    ) as line:
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'recourse'")
        line.execute("CREATE DATABASE few TEMPLATE recourse")
    return address


def _requests(paths: list[str], cookie: str) -> list[tuple[bytes, bytes]]:
    """The same for both visitors."""
    requests = [
        get(path + (_middle() if path.endswith("after=") else ""), sessionid=cookie) for path in paths
    ]
    return [(request, request) for request in requests * (LOOKS // len(requests))]


def _sign_in() -> str:
    """The demo's people and queues; the session of Amir, a moderator."""
    from django.test import Client
    from django.utils.timezone import now

    from config.demo.people import join_team, make_people
    from helpdesk.actions.first import make_first_queues

    at = now()
    people = make_people(at)
    make_first_queues(at=at)
    join_team(people, at)
    client = Client()
    client.force_login(people["Amir"])
    return client.cookies["sessionid"].value


def _load(first: int, last: int) -> None:
    """Make tickets by the database alone; what actions and triggers would do for each is left out."""
    from django.db import connection

    from accounts.models import User
    from helpdesk.models import Queue
    from helpdesk.search import VERSION

    queues = sorted(Queue.objects.all(), key=lambda queue: queue.slug)  # sight: a measurement
    people = [User.objects.get(name=name).pk for name in ("Amir", "Mira")]
    given = {
        "first": first,
        "last": last,
        "queues": [queue.pk for queue in queues],
        "version": VERSION,
        "kinds": [queue.kind for queue in queues],
        "people": people,
    }
    statements = Path(__file__).with_suffix(".sql").read_text().split(";\n")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        indexes = _without_indexes(cursor) if last == MANY else []
        for statement in filter(str.strip, statements):
            cursor.execute(statement, given)
        for index in indexes:
            cursor.execute(index)
        cursor.execute("VACUUM (ANALYZE) helpdesk_ticket, helpdesk_searchtext")
        cursor.execute("CHECKPOINT")
        cursor.execute("RESET session_replication_role")


def _without_indexes(cursor) -> list[str]:
    """Drop every index that no constraint needs; how to make them again."""
    cursor.execute(
        """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE tablename IN ('helpdesk_ticket', 'helpdesk_searchtext') AND indexname NOT IN (
            SELECT conname FROM pg_constraint)
        """
    )
    found = cursor.fetchall()
    for name, _making in found:
        cursor.execute(f"DROP INDEX {name}")
    return [making for _name, making in found]


def _middle() -> str:
    """The place halfway down the queue."""
    from helpdesk.filters import Filters
    from helpdesk.models import Ticket

    waiting = Ticket.objects.filter(queue__slug="appeals").unfinished().in_order()  # sight: a measurement
    place = waiting.values_list("priority", "due_at", "id")[waiting.count() // 2]
    return Filters().next_page(place).partition("after=")[2]
