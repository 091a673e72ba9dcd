"""The rules that a machine sees are seen, and a reason beside a line is heard."""

import ast
import runpy
from pathlib import Path

import pytest

RULES = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "house_rules.py"))


def seen(rule, source, *args):
    return [why for _line, why in RULES[rule](ast.parse(source), *args)]


@pytest.mark.parametrize("source", ["case.status = 'new'", "cases.update(status='new')", "case.status += 1"])
def test_a_status_that_is_not_moved_is_seen(source):
    assert seen("status_is_moved", source)
    assert not seen("status_is_moved", "move(case, 'new')")


@pytest.mark.parametrize(
    "source", ["Ticket.objects.all()", "Ticket.objects.get(pk=1)", "get_object_or_404(Ticket, pk=1)"]
)
def test_a_door_that_reads_past_sight_is_seen(source):
    assert seen("doors_read_with_sight", source, {"Ticket"})
    assert not seen("doors_read_with_sight", "Ticket.objects.visible_to(user).get(pk=1)", {"Ticket"})


@pytest.mark.parametrize("source", ["now()", "timezone.now()", "datetime.now(UTC)"])
def test_time_looked_up_below_a_door_is_seen(source):
    assert seen("time_is_an_argument", source)


@pytest.mark.parametrize(
    ("path", "is_below"),
    [
        ("helpdesk/access.py", True),
        ("appeals/actions/filing.py", True),
        ("helpdesk/views/case.py", False),
        ("helpdesk/tasks.py", False),
        ("helpdesk/management/commands/prepare.py", False),
    ],
)
def test_doors_are_where_time_comes_in(path, is_below):
    assert RULES["is_below_doors"](Path(path)) is is_below


@pytest.mark.parametrize("lines", [["x = now()  # now: why"], ["# now: why", "x = now()"]])
def test_a_reason_in_the_line_or_above_it_is_heard(lines):
    found = [(len(lines), "looks up the time")]
    assert not list(RULES["without_reason"](iter(found), "# now:", lines))
    assert list(RULES["without_reason"](iter(found), "# sight:", lines))


def test_a_migration_that_needs_our_code_is_seen():
    assert seen("migrations_stand_alone", "from helpdesk.models import Ticket")
    assert not seen("migrations_stand_alone", "from journal.ids import uuid7")
