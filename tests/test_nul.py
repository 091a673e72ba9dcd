"""A NUL in any field of any form breaks nothing: every door, with every name that a field has."""

import logging
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.forms import BaseForm
from django.test import Client
from django.urls import get_resolver
from django.utils.translation import override

from accounts.roles import Role
from tests.factories import make_user
from tests.routes import Route
from tests.test_routes import OURS, table

FORM_TYPES = {"", "application/x-www-form-urlencoded"}


def forms():
    assert get_resolver().url_patterns  # which loads the forms that the pages use
    found, waiting = set(), [BaseForm]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        found.update(kinds)
        waiting += kinds
    return found


def field_names():
    """Of every form there is, and of every input that stands in a page by itself."""
    declared = {name for form in forms() for name in getattr(form, "base_fields", {})}
    pages = " ".join(page.read_text() for page in Path(settings.BASE_DIR / "templates").rglob("*.html"))
    return declared | set(re.findall(r'name="([a-z_]+)"', pages))


def doors():
    for app in OURS:
        for name, route in table(app).items():
            if not name.startswith(("helpdesk_api:", "appeals_api:")) and route.content_type in FORM_TYPES:
                yield name, route


@pytest.mark.django_db
def test_a_nul_in_every_field_of_every_form_is_never_a_fault_of_ours(caplog):
    caplog.set_level(logging.CRITICAL)
    typed = dict.fromkeys(field_names(), "a\0b")
    assert {"queue", "name", "text", "email", "password", "slug"} <= set(typed)
    visitors = [Client(raise_request_exception=False) for _ in range(2)]
    visitors[1].force_login(make_user(roles=Role.values))
    wrong = {}
    for name, route in doors():
        for client in visitors:
            with transaction.atomic(), override("en"):
                got = Route({}, method="post", args=route.args, data=typed).status(client, name)
                transaction.set_rollback(True)
            if got >= 500:
                wrong[name] = got
    assert wrong == {}
