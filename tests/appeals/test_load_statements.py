import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from appeals.models import Decision, Intake
from appeals.statements.fields import LISTS
from appeals.statements.files import COLUMNS
from tests.appeals.cases import a_statement
from tests.factories import make_platform

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def platform():
    return make_platform("Rosa")


def load(file, *options):
    told = StringIO()
    call_command("load_statements", str(file), *options, stdout=told, stderr=StringIO())
    return told.getvalue()


def dump(file, *statements):
    """A file as the European database would have written these statements."""
    with file.open("w", newline="") as text:
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        for number, statement in enumerate(statements):
            row = {name: statement.get(name) for name in COLUMNS}
            row |= {name: json.dumps(statement.get(name, [])) for name in LISTS}
            row["application_date"] = f"{statement['application_date']} 00:00:00"
            row |= {"uuid": "x", "platform_name": "Rosa", "platform_uid": f"p-{number}", "created_at": "y"}
            writer.writerow(row)
    return file


def lines(file, *statements):
    file.write_text("\n".join(map(json.dumps, statements)))
    return file


def test_dump_has_the_columns_of_the_european_one():
    assert len(COLUMNS) == 38


def test_dump_is_loaded_with_every_field(tmp_path):
    facts = 'Told "twice", once'
    told = load(dump(tmp_path / "a.csv", a_statement(decision_facts=facts, content_id_ean="1" * 13)))
    decision = Decision.objects.get()
    assert told.startswith("1 stored, 0 there already, 0 refused.")
    assert (decision.decision_facts, decision.content_id_ean, decision.puid) == (facts, "1" * 13, "p-0")
    assert decision.territorial_scope == ["BE", "DE", "FR"]


def test_lines_are_loaded_and_a_second_time_passed_over(tmp_path):
    file = lines(tmp_path / "a.ndjson", a_statement(puid="a"), a_statement(puid="b"), {})
    assert load(file).startswith("2 stored, 0 there already, 1 refused.")
    assert load(file).startswith("0 stored, 2 there already, 1 refused.")
    assert [intake.door for intake in Intake.objects.all()] == ["file", "file"]


def test_refused_lines_are_written_where_asked(tmp_path):
    load(lines(tmp_path / "a.ndjson", a_statement(category="X")), "--refused", str(tmp_path / "refused"))
    (refused,) = (tmp_path / "refused").read_text().splitlines()
    assert list(json.loads(refused)["errors"]) == ["category"]


def test_owner_must_be_clear(tmp_path):
    make_platform("Other")
    file = lines(tmp_path / "a.ndjson", a_statement())
    with pytest.raises(CommandError, match=r"--platform NAME; there are: .*Rosa"):
        load(file)
    assert load(file, "--platform", "Rosa").startswith("1 stored")


def test_file_that_is_no_dump_is_named_as_such(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="no column application_date, category, platform_uid"):
        load(tmp_path / "a.csv")
    with pytest.raises(CommandError, match="There is no file"):
        load(tmp_path / "none.csv")
