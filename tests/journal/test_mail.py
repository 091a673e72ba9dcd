"""Mail, to a real SMTP server on loopback."""

import pytest

from journal import mail
from journal.ids import uuid7
from journal.mail import register_mail, send_mail
from journal.models import Delivery
from journal.senders import Undeliverable
from tests.factories import NOON, make_delivery, make_user
from tests.receivers import mail_server

KIND = "test.news"
TEMPLATES = {
    "test/subject.txt": "{% load i18n %}{% translate 'Cancel' %}\n & \n{{ kind }}",
    "test/body.txt": "{{ base_url }}/case/ & {{ reference }} {{ mark }}",
}


@pytest.fixture
def server(settings):
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)]},
        }
    ]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.MAIL_DOMAIN = "help.example.org"
    settings.DEFAULT_FROM_EMAIL = "Help <help@example.org>"
    register_mail(KIND, "test/subject.txt", "test/body.txt")
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        yield server


def make_mail(**fields):
    return make_delivery(
        KIND, **{"address": "rita@example.org", "body": {"reference": "A7K3-9QXT-M"}, **fields}
    )


@pytest.mark.django_db
def test_a_mail_arrives_as_plain_text_that_no_robot_answers(server):
    delivery = make_mail()
    send_mail(delivery)
    (message,) = server.received
    assert message["Message-ID"] == f"<{delivery.id}@help.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert (message["From"], message["To"]) == ("Help <help@example.org>", "rita@example.org")
    assert message.get_content_type() == "text/plain"
    assert not [name for name in message if name.lower().startswith(("list-", "precedence"))]


@pytest.mark.django_db
def test_a_repeat_carries_the_same_message_id(server):
    delivery = make_mail()
    send_mail(delivery)
    send_mail(delivery)
    assert len({message["Message-ID"] for message in server.received}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("en", "Cancel"), ("ru", "Отмена"), ("fa", "انصراف")])
def test_it_is_worded_when_sent_in_the_language_of_the_delivery(server, language, word):
    send_mail(make_mail(language=language))
    assert server.received[0]["Subject"].startswith(word.split()[0]) or word in server.received[0]["Subject"]


@pytest.mark.django_db
def test_a_subject_is_one_line_and_nothing_is_escaped_for_html(server):
    send_mail(make_mail(body={"reference": "A", "mark": "<&>"}))
    assert server.received[0]["Subject"] == "Cancel & test.news"
    assert "<&>" in server.received[0].get_content()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "code", "final"),
    [
        ({"RCPT": "550 no such user"}, "address_refused", True),
        ({"RCPT": "450 busy"}, "address_refused", False),
        ({"MESSAGE": "554 spam"}, "mail_refused", True),
        ({"MESSAGE": "451 later"}, "mail_refused", False),
        ({"MAIL": "550 not you"}, "server_refused", False),
        ({"EHLO": "421 closing", "HELO": "421 closing"}, "server_unreachable", False),
    ],
)
def test_a_refusal_is_final_only_where_it_is_about_this_mail(server, answers, code, final):
    server.answers = answers
    with pytest.raises(Undeliverable) as failure:
        send_mail(make_mail())
    assert (failure.value.code, failure.value.final) == (code, final)


@pytest.mark.django_db
def test_a_server_that_is_away_is_tried_again(server, settings):
    settings.EMAIL_PORT = 1
    with pytest.raises(Undeliverable) as failure:
        send_mail(make_mail())
    assert (failure.value.code, failure.value.final) == ("server_unreachable", False)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "rita", "rita@example.org\nBcc: otto@example.org"])
def test_an_unusable_address_is_final_and_nobody_else_is_told(server, address):
    with pytest.raises(Undeliverable) as failure:
        send_mail(make_mail(address=address))
    assert failure.value.final
    assert server.received == []


@pytest.mark.django_db
def test_a_kind_without_wording_is_final(server):
    with pytest.raises(Undeliverable) as failure:
        send_mail(make_delivery("test.unheard_of", address="rita@example.org"))
    assert (failure.value.code, failure.value.final) == ("no_wording", True)


SILENT = {"case": str(uuid7()), "reminded_at": NOON.isoformat(), "closes_at": NOON.isoformat()}
NEEDED = {
    "confirm_contact": {"token": "abc"},
    "case_reminder": SILENT,
    "case_closed": SILENT,
    "rota_changed": {"team": str(uuid7())},
    "rota_problems": {"count": 1, "first": NOON.isoformat()},
}  # what a wording cannot do without


def kinds_of_the_apps():
    return sorted(kind for kind in mail._wordings if not kind.startswith("test."))


@pytest.mark.django_db  # a link is made when its mail is worded
@pytest.mark.parametrize("language", ["en", "ru", "fa"])
@pytest.mark.parametrize("kind", kinds_of_the_apps())
def test_every_mail_of_every_app_can_be_worded(kind, language):
    subject, text = mail.worded(
        Delivery(kind=kind, language=language, body=NEEDED.get(kind, {}), about_id=make_user().pk)
    )
    assert subject
    assert text.strip()
    assert "{" not in subject + text
