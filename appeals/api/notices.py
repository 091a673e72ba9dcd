"""The platform's own report button sends notices here (DSA Art. 16)."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import KeyAuthentication, NeedsScope
from accounts.models import ApiKey, Platform, Scope
from accounts.problems import PROBLEMS
from appeals.actions.notices import NoticeLetter, file_notice
from appeals.kinds import is_child_abuse
from appeals.models import Ground
from appeals.statements.vocabulary import VOCABULARY
from helpdesk.actions import Opened
from helpdesk.receipts import new_token

MOST_LINKS = 50


class Notifier(serializers.Serializer[Any]):
    """Who reports. Needed but for the sexual abuse of children; whoever it is about never learns it."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, default="")


class NoticeIn(serializers.Serializer[Any]):
    """One notice. The same `puid` again, within the hour, gives the same reference and receipt."""

    puid = serializers.RegexField(r"^[a-zA-Z0-9_-]+$", max_length=200, required=False, default="")
    ground = serializers.ChoiceField(choices=Ground.values)
    category = serializers.ChoiceField(choices=VOCABULARY["category"])
    keyword = serializers.ChoiceField(
        choices=VOCABULARY["category_specification"], required=False, default=""
    )
    links = serializers.ListField(
        child=serializers.URLField(max_length=2000), min_length=1, max_length=MOST_LINKS
    )
    text = serializers.CharField(max_length=20_000)
    law = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    rule = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    language = serializers.RegexField(r"^[a-z]{2,3}(-[a-z0-9]{2,8})?$", max_length=10)
    notifier = Notifier(required=False)
    good_faith = serializers.BooleanField()
    trusted_flagger = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def validate_good_faith(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError(
                _("A notice needs the statement that it is made in good faith.")
            )
        return value

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        notifier = given.get("notifier") or {}
        if is_child_abuse(given["category"], given["keyword"]) or given["trusted_flagger"]:
            return given
        missing = [name for name in ("name", "email") if not notifier.get(name)]
        if missing:
            raise serializers.ValidationError(
                {"notifier": {name: [_("This field is required for this category.")] for name in missing}}
            )
        return given


class NoticeOut(serializers.Serializer[Any]):
    """To be shown to whoever reported, once: only reference and receipt together open the case."""

    reference = serializers.CharField()
    receipt = serializers.CharField()
    case_url = serializers.URLField()
    received_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()


class NoticesView(APIView):
    """Send a notice on behalf of the person who reports."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [NeedsScope(Scope.NOTICES_WRITE)]  # type: ignore[list-item]

    @extend_schema(request=NoticeIn, responses={201: NoticeOut, 200: NoticeOut, **PROBLEMS})
    def post(self, request: Request) -> Response:
        shape = NoticeIn(data=request.data)
        shape.is_valid(raise_exception=True)
        opened = self.file(request, shape.validated_data)
        return Response(_said(opened), status=201 if opened.was_new else 200)

    def file(self, request: Request, given: dict[str, Any]) -> Opened:
        key = request.auth
        assert isinstance(key, ApiKey) and key.platform  # noqa: S101, PT018 - the scope is a platform's
        return file_notice(_letter(key.platform, given), platform=key.platform, by=key, at=now())


def _letter(platform: Platform, given: dict[str, Any]) -> NoticeLetter:
    notifier = given.get("notifier") or {}
    same = ("ground", "category", "keyword", "links", "text", "law", "language", "trusted_flagger", "puid")
    return NoticeLetter(
        **{name: given[name] for name in same},
        rule_code=given["rule"],
        token=_token(platform, given["puid"]),
        contact={"name": notifier.get("name", ""), "address": notifier.get("email", "")},
    )


def _token(platform: Platform, puid: str) -> str:
    """The form's token that belongs to a puid; nobody without the server's key can guess it."""
    if not puid:
        return new_token()
    return salted_hmac("appeals.api.notices", f"{platform.pk}:{puid}", algorithm="sha256").hexdigest()


def _said(opened: Opened) -> dict[str, Any]:
    ticket = opened.ticket
    path = f"{reverse('helpdesk:case_login')}?reference={ticket.reference}"
    out = {
        "reference": ticket.reference,
        "receipt": opened.receipt,
        "case_url": f"{settings.BASE_URL}{path}",
        "received_at": ticket.opened_at,
        "answer_by": ticket.due_at,
    }
    return dict(NoticeOut(out).data)
