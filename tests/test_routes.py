"""Every address of the program, by every role: nothing is open that no table names."""

import logging
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from tests.routes import Route, clients, names

OURS = [app.label for app in apps.get_app_configs() if (settings.BASE_DIR / app.label).is_dir()]


def table(app: str) -> dict[str, Route]:
    place = f"tests.{app}.routes"
    found = find_spec(f"tests.{app}") and find_spec(place)
    return import_module(place).ROUTES if found else {}


def test_every_address_stands_in_a_table():
    known = {name.partition("+")[0] for app in OURS for name in table(app)}
    assert set(names()) - known == set()
    assert known - set(names()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("app", [app for app in OURS if table(app)])
def test_each_role_gets_what_the_table_says(app, caplog):
    caplog.set_level(logging.CRITICAL)
    visitors, wrong = clients(), {}
    for name, route in table(app).items():
        for who, expected in route.expected.items():
            with transaction.atomic(), override("en"):
                got = route.status(visitors[who], name)
                transaction.set_rollback(True)
            if got != expected:
                wrong[name, who] = f"{got}, not {expected}"
    assert wrong == {}
