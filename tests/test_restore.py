"""A backup brought back into an empty server: history stands, receipts open their cases, files are whole."""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils.timezone import now

from appeals.actions.reviews import decide
from config import embedded
from helpdesk.attachments import accept
from helpdesk.models import Attachment
from helpdesk.tasks import move_files
from journal.digests import fold_days
from tests.factories import (
    REASONS,
    make_appeal,
    make_case,
    make_decision,
    make_endpoint,
    make_moderator,
    make_platform,
    subject_of,
)

ROOT = Path(__file__).resolve().parents[1]
# Reads a restored database as the program itself does, in a process that knows no other.
LOOK = """
from hashlib import sha256
from django.utils.timezone import now
from helpdesk.access import open_case
from helpdesk.models import Attachment
from helpdesk.tasks import move_files
for reference, receipt in {kept}:
    assert open_case(reference, receipt, request_key="restored", at=now()).reference == reference
for each in Attachment.objects.filter(erased_at=None):
    assert sha256(each.file.open().read()).hexdigest() == each.sha256
print("whole", Attachment.objects.count())
"""


@pytest.fixture
def second():
    """An empty server beside the one of the tests, where a backup is brought back."""
    folder = Path(tempfile.mkdtemp(prefix="recourse-restore-"))
    home = embedded.prepare(folder)
    running = []

    def spawn(name, argv, stop_with, **options):
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
        )
        running.append((process, stop_with))
        return process

    embedded.start_servers(home, spawn, ["postgres"], durable=False)
    yield home
    for process, stop_with in running:
        process.send_signal(stop_with)
        process.wait(30)
    home.remove()
    shutil.rmtree(folder, ignore_errors=True)


def run(home, name, *words):
    """A program of PostgreSQL, as the servers' user."""
    argv = [embedded.postgres_program(home, name), *words]
    done = subprocess.run(argv, capture_output=True, check=False, **embedded.as_servers_user())
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def back_up_and_restore(second):
    """pg_dump of the tests' database, pg_restore into the second server."""
    source = connection.settings_dict
    dump = run(
        second,
        "pg_dump",
        "--format=custom",
        f"--host={source['HOST']}",
        f"--username={source['USER']}",
        source["NAME"],
    )
    file = second.servers / "postgres" / "recourse.dump"  # where the servers' user can read it
    file.write_bytes(dump)
    file.chmod(0o644)
    target = [f"--host={second.sockets}", f"--username={embedded.DATABASE}", f"--dbname={embedded.DATABASE}"]
    run(second, "pg_restore", "--exit-on-error", *target, str(file))


def manage(second, *words):
    """A command of manage.py in a process that knows only the restored database."""
    environment = os.environ | {"DATABASE_URL": second.database_url, "RECOURSE_STATE": str(second.state)}
    environment["RECOURSE_FILES"] = str(default_storage.location)
    argv = [sys.executable, "manage.py", *words]
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def a_busy_service():
    """Cases with words, files, an answer and measures; (reference, receipt) of each."""
    platform = make_platform()
    make_endpoint(platform)
    page = accept(SimpleUploadedFile("page.txt", b"What I saw on Monday.", "text/plain"))
    opened = [make_appeal(make_decision(platform), at=now(), attachments=[page]) for _ in range(3)]
    amir = make_moderator(opened[0].ticket.queue.team)
    decide(
        subject_of(opened[0]),
        by=amir,
        at=now(),
        outcome="overturned",
        reasons=REASONS,
        attested=True,
        turn=None,
    )
    opened.append(make_case(at=now(), attachments=[page]))
    return [[each.ticket.reference, each.receipt] for each in opened]


@pytest.mark.django_db(transaction=True)
def test_backup_comes_back_whole_into_an_empty_server(second, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    kept = a_busy_service()
    move_files()
    fold_days(at=now() + timedelta(days=2))
    files = Attachment.objects.count()
    back_up_and_restore(second)
    assert manage(second, "verify_history").startswith("History stands")
    manage(second, "migrate", "--check")
    said = manage(second, "shell", "--no-imports", "-c", LOOK.format(kept=kept))
    assert said.strip() == f"whole {files}"
    assert files == len(kept)
