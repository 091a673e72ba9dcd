"""The files of cases in a bucket: an S3 store of moto, spoken to over HTTP with production settings."""

from hashlib import sha256

import boto3
import pytest
from botocore.exceptions import BotoCoreError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from helpdesk.actions import content_of, erase_case
from helpdesk.attachments import Accepted
from helpdesk.models import Attachment, HeldFile
from helpdesk.tasks import move_files
from tests.config.test_settings import PRODUCTION, read
from tests.factories import NOON, make_case, person

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 400
KEYS = {"FILES_ACCESS_KEY": "recourse", "FILES_SECRET_KEY": "long-and-secret", "FILES_REGION": "eu-north-1"}


@pytest.fixture(scope="module")
def server():
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server, settings):
    """An empty bucket in which cases keep their files."""
    store = boto3.resource(
        "s3",
        endpoint_url=server,
        region_name=KEYS["FILES_REGION"],
        aws_access_key_id=KEYS["FILES_ACCESS_KEY"],
        aws_secret_access_key=KEYS["FILES_SECRET_KEY"],
    )
    place = {"LocationConstraint": KEYS["FILES_REGION"]}
    made = store.create_bucket(Bucket="files", CreateBucketConfiguration=place)
    environment = PRODUCTION | KEYS | {"FILES_BUCKET": "files", "FILES_ENDPOINT": server}
    settings.STORAGES = settings.STORAGES | {"default": read(environment).STORAGES["default"]}
    yield made
    made.objects.delete()
    made.delete()


def a_file():
    return Accepted("proof.bin", "image/png", CONTENT, sha256(CONTENT).hexdigest())


def names(bucket):
    return [each.key for each in bucket.objects.all()]


def test_file_of_a_case_moves_into_the_bucket_and_is_read_from_there(bucket):
    make_case(attachments=[a_file()])
    move_files()
    attachment = Attachment.objects.get()
    assert names(bucket) == [attachment.stored_as]
    assert not HeldFile.objects.exists()
    assert content_of(attachment) == CONTENT


def test_file_that_was_half_moved_is_there_once(bucket):
    make_case(attachments=[a_file()])
    attachment = Attachment.objects.get()
    default_storage.save(attachment.stored_as, ContentFile(CONTENT[:1000]))
    move_files()
    assert names(bucket) == [attachment.stored_as]
    assert content_of(attachment) == CONTENT


def test_erased_case_leaves_nothing_in_the_bucket(bucket):
    ticket = make_case(attachments=[a_file()]).ticket
    move_files()
    erase_case(ticket, by=person(ticket), at=NOON)
    move_files()
    assert names(bucket) == []


def test_file_stays_in_the_database_while_the_bucket_cannot_be_reached(bucket, settings):
    closed = PRODUCTION | KEYS | {"FILES_BUCKET": "files", "FILES_ENDPOINT": "http://127.0.0.1:1"}
    settings.STORAGES = settings.STORAGES | {"default": read(closed).STORAGES["default"]}
    make_case(attachments=[a_file()])
    with pytest.raises(BotoCoreError):
        move_files()
    assert content_of(Attachment.objects.get()) == CONTENT


def test_nobody_is_given_an_open_file(bucket):
    make_case(attachments=[a_file()])
    move_files()
    (stored,) = bucket.objects.all()
    assert all("AllUsers" not in str(grant) for grant in stored.Acl().grants)
