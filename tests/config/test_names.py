"""Every variable that is read is named where an operator looks; nothing is named that nobody reads."""

import ast
import importlib
import os
import re
from pathlib import Path
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import gunicorn

ROOT = Path(__file__).resolve().parents[2]
READERS = {"env", "environment", "environ", "os.environ"}
REFUSING = {"required", "secret"}
# What a program of ours tells the programs that it starts; no operator sets it.
BETWEEN_US = {"DJANGO_SETTINGS_MODULE", "CELERY_SKIP_CHECKS"}
# What compose.yaml and the Dockerfile give themselves.
GIVEN = {
    "DATABASE_URL",
    "VALKEY_URL",
    "VALKEY_CACHE_URL",
    "RECOURSE_STAGE",
    "RECOURSE_STATE",
    "HOST",
    "WEBHOOKS_TO_PRIVATE_NETWORKS",
}
NAME = re.compile(r"[A-Z][A-Z0-9_]+")


def names_read(path):
    """The variables of the environment that a file of ours reads."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(value=of), args=[ast.Constant(value=str(name)), *_]):
                reads = ast.unparse(of) in READERS
            case ast.Call(func=ast.Name(id=of), args=[ast.Constant(value=str(name)), *_]):
                reads = of in REFUSING
            case ast.Subscript(value=of, slice=ast.Constant(value=str(name)), ctx=ast.Load()):
                reads = ast.unparse(of) in READERS
            case _:
                continue
        if reads and NAME.fullmatch(name):
            yield name


@pytest.fixture(scope="module")
def read():
    apps = ["config", "journal", "accounts", "rulebook", "helpdesk", "appeals"]
    files = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    return {name for path in files for name in names_read(path)} - BETWEEN_US


def documented():
    """The names of the table of settings."""
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    table = text.split("## Settings")[1].split("## ")[0]
    first = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    return {name for cell in first for name in re.findall(r"`([A-Z_]+)`", cell)} | {"RECOURSE_FILES"}


def examples():
    """The names of the example, those that may be left out included."""
    lines = (ROOT / "compose.env.example").read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2] for line in lines if (found := re.match(r"#? ?([A-Z_]+)=(.*)", line))}


def test_names_are_found_in_the_code(read):
    assert {"EXECUTIVE_CONTACT", "SECRET_KEY", "MAIL_FROM", "FILES_BUCKET", "WEB_THREADS", "PORT"} <= read
    assert len(read) > 45


def test_every_name_that_is_read_is_in_the_table(read):
    assert read - documented() == set()


def test_table_names_nothing_that_nobody_reads(read):
    assert documented() - read == set()


def test_every_name_that_is_read_is_in_the_example(read):
    assert read - set(examples()) - GIVEN == set()


def test_example_names_nothing_that_nobody_reads(read):
    assert set(examples()) - read == {"DATABASE_PASSWORD"}  # read by compose.yaml alone


def test_compose_keeps_the_port_within_apart_from_that_of_the_host():
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert re.search(r"^    PORT: 8000\b", text, re.MULTILINE)
    assert "127.0.0.1:${PORT:-8000}:8000" in text


@pytest.mark.parametrize(("name", "value"), [("WEB_WORKERS", "many"), ("WEB_THREADS", "0"), ("PORT", "-1")])
def test_bad_number_for_the_web_process_is_refused_by_name(name, value):
    try:
        with mock.patch.dict(os.environ, {name: value}), pytest.raises(ImproperlyConfigured, match=name):
            importlib.reload(gunicorn)
    finally:
        importlib.reload(gunicorn)
