"""A process that is killed while it files something: no file is lost, none is left over."""

import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from helpdesk.actions import content_of, erase_case
from helpdesk.attachments import Accepted
from helpdesk.models import Attachment, FileRemoval, HeldFile
from helpdesk.tasks import move_files
from tests.factories import NOON, make_case, make_queue, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
CONTENT = bytes(range(256)) * 400

# Does one thing, and is killed by itself at the named moment.
DOER = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from django.core.files.storage import default_storage
from helpdesk.actions import filing
from helpdesk.models import Queue
from tests.factories import make_case
from tests.faults.test_files import a_file

def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)

def write_half(name, content):
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.read()[:1000])
    die()

moment = sys.argv[1]
default_storage.exists("nothing")  # makes it
storage = type(default_storage._wrapped)
if moment == "committed":
    filing._wake = die
    make_case(Queue.objects.get(), attachments=[a_file()])
elif moment == "before":
    storage.save = lambda self, name, content: die()
elif moment == "half":
    storage.save = lambda self, name, content: write_half(name, content)
elif moment == "stored":
    filing._flush = die
elif moment == "removed":
    delete = storage.delete
    storage.delete = lambda self, name: (delete(self, name), die())
filing.store_held_files()
filing.remove_files()
"""


def a_file():
    return Accepted("proof.bin", "image/png", CONTENT, sha256(CONTENT).hexdigest())


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def killed_when(moment, folder):
    """Run the doer until it is killed at this moment."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    ours = {
        "DATABASE_URL": database.geturl(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "RECOURSE_FILES": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "-c", DOER, moment], env=os.environ | ours, capture_output=True, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]


def files():
    return [each for each in Path(default_storage.location).rglob("*") if each.is_file()]


def test_case_whose_process_dies_after_the_commit_keeps_its_file(folder):
    make_queue()
    killed_when("committed", folder)
    attachment = Attachment.objects.get()
    assert content_of(attachment) == CONTENT
    move_files()
    assert [each.read_bytes() for each in files()] == [CONTENT]


@pytest.mark.parametrize("moment", ["before", "half", "stored"])
def test_file_whose_mover_dies_arrives_once(folder, moment):
    make_case(attachments=[a_file()])
    killed_when(moment, folder)
    assert content_of(Attachment.objects.get()) == CONTENT
    move_files()
    assert [each.read_bytes() for each in files()] == [CONTENT]
    assert not HeldFile.objects.exists()


@pytest.mark.parametrize("moment", ["half", "stored"])
def test_case_erased_while_its_file_is_on_the_way_leaves_none(folder, moment):
    ticket = make_case(attachments=[a_file()]).ticket
    killed_when(moment, folder)
    assert len(files()) == 1
    erase_case(ticket, by=person(ticket), at=NOON)
    move_files()
    assert files() == []


def test_erased_file_whose_remover_dies_is_gone_and_forgotten(folder):
    ticket = make_case(attachments=[a_file()]).ticket
    move_files()
    erase_case(ticket, by=person(ticket), at=NOON)
    killed_when("removed", folder)
    move_files()
    assert files() == []
    assert not FileRemoval.objects.exists()
