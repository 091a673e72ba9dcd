"""Keys: who a machine is, and what it may do."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.api import KeyAuthentication, NeedsPerson, NeedsScope, StaffSession
from accounts.models import ApiKey
from tests.factories import make_api_key, make_platform, make_user

pytestmark = pytest.mark.django_db


class Statements(APIView):
    authentication_classes = [KeyAuthentication, StaffSession]
    permission_classes = [NeedsScope("statements:write")]

    def get(self, request):
        return Response({"user": str(request.user), "key": str(request.auth)})


class Decide(Statements):
    permission_classes = [NeedsPerson]


def ask(view, header=""):
    return view.as_view()(APIRequestFactory().get("/", headers={"Authorization": header} if header else {}))


def test_key_of_a_platform_comes_in():
    key = make_api_key(name="Feed")
    assert ask(Statements, f"Bearer {key.shown}").data == {"user": "Feed", "key": "Feed"}


def test_no_key_is_told_how_to_show_one():
    answer = ask(Statements)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Recourse"'


@pytest.mark.parametrize("header", ["Bearer rc_wrong", "Bearer", "Bearer a b", "bearer ключ"])
def test_wrong_key_is_refused(header):
    assert ask(Statements, header.encode().decode("latin-1")).status_code == 401


def test_revoked_key_is_refused():
    key = make_api_key(revoked_at=now())
    assert ask(Statements, f"Bearer {key.shown}").status_code == 401


def test_key_of_a_platform_that_left_is_refused():
    key = make_api_key(make_platform(is_active=False))
    assert ask(Statements, f"Bearer {key.shown}").status_code == 401


def test_key_without_the_scope_is_forbidden():
    key = make_api_key(scopes=["statements:read"])
    assert ask(Statements, f"Bearer {key.shown}").status_code == 403


def test_key_may_never_decide():
    key = make_api_key(user=make_user(roles=["moderator"]))
    answer = ask(Decide, f"Bearer {key.shown}")
    assert answer.status_code == 403
    assert answer.data["title"] == "person_needed"


def test_use_is_noted_by_day_and_written_once(django_assert_num_queries):
    key = make_api_key()
    with django_assert_num_queries(2):
        ask(Statements, f"Bearer {key.shown}")
    with django_assert_num_queries(1):
        ask(Statements, f"Bearer {key.shown}")
    assert ApiKey.objects.get().last_used_on == now().date()
    ApiKey.objects.update(last_used_on=now().date() - timedelta(days=1))
    with django_assert_num_queries(2):
        ask(Statements, f"Bearer {key.shown}")
