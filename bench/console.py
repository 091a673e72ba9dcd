"""The console's pages at ten thousand and at a million open tickets, and beside a bare view.

One gunicorn worker, one moderator who is signed in; each page is the middle of many. The tickets lie in three
queues, eight tenths of them in the one that is looked at.
"""

from pathlib import Path

from bench.visitors import get, milliseconds

FEW, MANY = 10_000, 1_000_000
LOOKS = 40
TIMES_REACH, SHARE_REACH = 1.25, 0.15
OVERVIEW, QUEUE, SEARCH = "/console/", "/console/queues/appeals/", "/console/search/?q="
PAGES = {
    "overview": [OVERVIEW],
    "queue, first page": [QUEUE],
    "queue, in its middle": [QUEUE + "?after="],
    "queue, one language": [QUEUE + "?language=fa"],
    "queue, one category": [QUEUE + "?category=category_5"],
    "my tickets": ["/console/mine/"],
    "search, a reference": [f"{SEARCH}code-{number}" for number in range(5, 9_999, 250)],
    "search, a frequent word": [f"{SEARCH}w{number}" for number in range(40)],
    "search, a word in a hundred": [f"{SEARCH}w{number}" for number in range(200, 240)],
    "search, a rare word": [f"{SEARCH}w{number}" for number in range(40_000, 40_040)],
    "search, two words": [f"{SEARCH}w{number}+w{number + 200}" for number in range(3, 43)],
    "search, no match": [f"{SEARCH}none{number}" for number in range(40)],
}
Times = dict[str, float]


def run() -> bool:
    """Print the ratios; true where all were reached."""
    from bench.machine import serving

    cookie = _sign_in()
    with serving("config.wsgi", workers=1) as port, serving("bench.bare:application()", workers=1) as bare:
        _load(1, FEW)
        few = _look(port, cookie)
        _load(FEW + 1, MANY)
        many = _look(port, cookie)
        shares = _share(port, bare, cookie)
    print(f"console, one moderator, ms at {FEW:,} and at {MANY:,} open tickets (at most {TIMES_REACH} times)")
    for name in PAGES:
        print(f"  {name:<30} {few[name]:>7.1f} {many[name]:>7.1f}   {many[name] / few[name]:.2f} times")
    html, plain = shares
    print(f"queue page as HTML {1000 / html:,.0f}/s, bare view of its query {1000 / plain:,.0f}/s:")
    print(f"  {plain / html:.1%}  (reach 15 %)")
    return plain / html >= SHARE_REACH and all(many[name] <= TIMES_REACH * few[name] for name in PAGES)


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

    queues = sorted(Queue.objects.all(), key=lambda queue: queue.slug)  # sight: a measurement
    people = [User.objects.get(name=name).pk for name in ("Amir", "Mira")]
    given = {
        "first": first,
        "last": last,
        "queues": [queue.pk for queue in queues],
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


def _look(port: int, cookie: str) -> Times:
    return {name: _time(port, cookie, paths) for name, paths in PAGES.items()}


def _time(port: int, cookie: str, paths: list[str]) -> float:
    """One round to warm up, one that counts."""
    paths = [path + _middle() if path.endswith("after=") else path for path in paths]
    requests = [get(path, sessionid=cookie) for path in paths] * (LOOKS // len(paths))
    milliseconds(port, requests[:10])
    return milliseconds(port, requests)


def _middle() -> str:
    """The place halfway down the queue."""
    from helpdesk.filters import Filters
    from helpdesk.models import Ticket

    waiting = Ticket.objects.filter(queue__slug="appeals").unfinished().in_order()  # sight: a measurement
    place = waiting.values_list("priority", "due_at", "id")[waiting.count() // 2]
    return Filters().next_page(place).partition("after=")[2]


def _share(port: int, bare: int, cookie: str) -> tuple[float, float]:
    """Our page and the bare view, turn by turn; of each the best."""
    ours, plain = get(QUEUE, sessionid=cookie), get("/queue/appeals")
    turns = [(milliseconds(port, [ours] * LOOKS), milliseconds(bare, [plain] * LOOKS)) for _ in range(5)]
    return min(html for html, _ in turns), min(json for _, json in turns)
