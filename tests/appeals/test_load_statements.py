import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Platform
from appeals.actions import streams
from appeals.models import Decision, Intake, IntakeHour
from appeals.statements.fields import LISTS
from appeals.statements.files import COLUMNS
from tests.appeals.cases import a_statement
from tests.factories import make_platform

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def platform():
    return make_platform("Rosa")


def load(file, *options):
    """What the command said; its exit code is 0, or that of `Refused`."""
    told, warned = StringIO(), StringIO()
    try:
        call_command("load_statements", str(file), *options, stdout=told, stderr=warned)
    except CommandError as error:
        if not told.getvalue():
            raise
        return f"{told.getvalue()}{warned.getvalue()}exit {error.returncode}"
    return told.getvalue() + warned.getvalue()


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
    file = lines(tmp_path / "a.ndjson", a_statement(puid="a"), a_statement(puid="b"))
    assert load(file) == "2 stored, 0 there already, 0 refused.\n"
    assert load(file) == "0 stored, 2 there already, 0 refused.\n"
    assert Decision.objects.count() == 2


def test_every_refused_line_is_told_by_its_number_and_the_exit_code(tmp_path):
    file = tmp_path / "a.ndjson"
    file.write_text(f"\n{json.dumps(a_statement())}\n\n{{broken\n{json.dumps(a_statement(category='X'))}\n")
    told = load(file)
    assert told.splitlines() == [
        "1 stored, 0 there already, 2 refused.",
        "  line: 1",
        "  category: 1",
        "line 4: line: The line is not valid JSON.",
        "line 5: category: The selected category is invalid.",
        "exit 3",
    ]


def test_load_that_fails_on_every_line_does_not_flood_the_terminal(tmp_path):
    told = load(lines(tmp_path / "a.ndjson", *[{}] * 50))
    assert told.count("line ") == 20
    assert "More lines were refused; --refused FILE keeps them all." in told


def test_load_that_was_stopped_says_where_and_goes_on_from_there(tmp_path, monkeypatch):
    file = lines(tmp_path / "a.ndjson", *(a_statement(puid=f"p-{number}") for number in range(5)))
    monkeypatch.setattr(streams, "BATCH", 2)
    store, stored = streams.take_in_statements, []

    def stop_at_the_second(*args, **options):
        stored.append(store(*args, **options) if not stored else stop())

    with monkeypatch.context() as patched:
        patched.setattr(streams, "take_in_statements", stop_at_the_second)
        assert load(file) == "2 stored, 0 there already, 0 refused.\nexit 130"
    assert load(file).startswith("3 stored, 2 there already, 0 refused.")
    assert Intake.objects.count() == 2


def stop():
    raise KeyboardInterrupt


def test_load_is_counted_at_once_as_a_file(tmp_path):
    load(lines(tmp_path / "a.ndjson", a_statement()))
    assert IntakeHour.objects.get().taken == 1
    assert [intake.door for intake in Intake.objects.all()] == ["file"]


def test_refused_lines_are_written_where_asked(tmp_path):
    load(lines(tmp_path / "a.ndjson", a_statement(category="X")), "--refused", str(tmp_path / "refused"))
    (refused,) = (tmp_path / "refused").read_text().splitlines()
    assert list(json.loads(refused)["errors"]) == ["category"]


def test_owner_must_be_clear(tmp_path):
    make_platform("Other")
    file = lines(tmp_path / "a.ndjson", a_statement())
    with pytest.raises(CommandError, match=r"--platform NAME; there are: .*Rosa"):
        load(file)
    for name in ("Rosa", Platform.objects.get(name="Rosa").slug):
        assert "1 refused" not in load(file, "--platform", name)
    assert Decision.objects.get().platform.name == "Rosa"


def test_file_that_is_no_dump_is_named_as_such(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="no column application_date, category, platform_uid"):
        load(tmp_path / "a.csv")
    with pytest.raises(CommandError, match="There is no file"):
        load(tmp_path / "none.csv")


def test_row_over_several_lines_is_told_by_the_line_on_which_it_ends(tmp_path):
    long = a_statement(decision_facts="One\ntwo\nthree")
    told = load(dump(tmp_path / "a.csv", long, long | {"category": "X"}, long))
    assert told.startswith("2 stored, 0 there already, 1 refused.")
    assert "line 7: category" in told


def test_wrong_byte_costs_one_row_and_not_the_file(tmp_path):
    file = dump(tmp_path / "a.csv", a_statement(decision_facts="REPLACE"), a_statement())
    file.write_bytes(file.read_bytes().replace(b"REPLACE", b"\xff"))
    told = load(file)
    assert told.startswith("1 stored, 0 there already, 1 refused.")
    assert "line 2: line: The row is not valid UTF-8." in told


def test_quote_that_never_closes_is_told_and_the_load_ends_well(tmp_path):
    file = dump(tmp_path / "a.csv", *[a_statement()] * 3)
    text = file.read_text()
    file.write_text(f'{text}"{"x" * 140_000}\n')
    told = load(file)
    assert told.startswith("3 stored")
    assert "line 5: line: The row that begins here cannot be read" in told


def test_rows_of_another_platform_are_not_taken_for_ours(tmp_path):
    file = dump(tmp_path / "a.csv", a_statement(), a_statement())
    head, first, second = file.read_text().splitlines()
    file.write_text("\n".join([head, first, second.replace("Rosa", "Sol")]))
    told = load(file)
    assert told.startswith("1 stored, 0 there already, 1 refused.")
    assert "The row is of another platform than the first row, which is of Rosa." in told


def test_packed_file_is_not_read_as_lines(tmp_path):
    (tmp_path / "sor-rosa-2026-11-22-full-0.csv.zip").write_bytes(b"PK")
    with pytest.raises(CommandError, match="is packed"):
        load(tmp_path / "sor-rosa-2026-11-22-full-0.csv.zip")
