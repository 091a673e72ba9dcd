"""The platform's own report button sends notices here (DSA Art. 16)."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import KeyAuthentication, NeedsScope
from accounts.models import ApiKey, Platform, Scope
from accounts.problems import PROBLEMS
from appeals.actions.notices import NoticeLetter, file_notice
from appeals.kinds import CATEGORY_OF_KEYWORD, belongs, is_child_abuse
from appeals.models import Ground
from appeals.statements.vocabulary import VOCABULARY
from helpdesk.actions import Opened
from helpdesk.api.once import IDEMPOTENCY, once
from helpdesk.models import Ticket
from helpdesk.receipts import new_token, words_from_token

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
    trusted_flagger = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="The name of the trusted flagger (DSA Art. 22) who reports; left out for anybody else.",
        error_messages={
            "invalid": gettext_lazy(
                "Give the name of the trusted flagger's organisation as text, or leave this out."
            )
        },
    )

    def validate_good_faith(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError(
                _("A notice needs the statement that it is made in good faith.")
            )
        return value

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Meaning that takes two members. The reports count a notice under its category and its keyword."""
        if not belongs(given["keyword"], given["category"]):
            own = CATEGORY_OF_KEYWORD[given["keyword"]]
            raise serializers.ValidationError(
                {
                    "keyword": [
                        _("This keyword belongs to %(category)s. Send that one, or leave the keyword out.")
                        % {"category": own}
                    ]
                }
            )
        notifier = given.get("notifier") or {}
        if is_child_abuse(given["keyword"]) or given["trusted_flagger"]:
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
    answer_by = serializers.DateTimeField(allow_null=True)


class NoticesView(APIView):
    """Send a notice on behalf of the person who reports."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [NeedsScope(Scope.NOTICES_WRITE)]  # type: ignore[list-item]

    @extend_schema(
        request=NoticeIn,
        responses={201: NoticeOut, 200: NoticeOut, **PROBLEMS},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        shape = NoticeIn(data=request.data)
        shape.is_valid(raise_exception=True)
        key, at = request.auth, now()
        assert isinstance(key, ApiKey) and key.platform  # noqa: S101, PT018 - the scope is a platform's
        letter = _letter(key.platform, shape.validated_data, repeated_by=_repeated_by(request))
        filed: list[Opened] = []

        def act() -> dict[str, Any]:
            filed.append(file_notice(letter, platform=key.platform, by=key, at=at))
            return _said(filed[0].ticket)

        answer = once(request, act, at=at, status=lambda: 201 if filed[0].was_new else 200)
        # Made anew each time: an answer is kept for a day, and a receipt is kept nowhere.
        answer.data["receipt"] = words_from_token(letter.token, language=letter.language)
        return answer


def _repeated_by(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    return f"key:{request.auth.pk}:{key}" if key else ""


def _letter(platform: Platform, given: dict[str, Any], *, repeated_by: str) -> NoticeLetter:
    notifier = given.get("notifier") or {}
    same = ("ground", "category", "keyword", "links", "text", "law", "language", "trusted_flagger", "puid")
    return NoticeLetter(
        **{name: given[name] for name in same},
        rule_code=given["rule"],
        token=_token(platform, given["puid"] or repeated_by),
        contact={"name": notifier.get("name", ""), "address": notifier.get("email", "")},
    )


def _token(platform: Platform, name: str) -> str:
    """The form's token that belongs to a puid, or to the key of a call that can come again.

    Nobody without the server's key can guess it. A puid has no colon, so it is never taken for a key.
    """
    if not name:
        return new_token()
    return salted_hmac("appeals.api.notices", f"{platform.pk}:{name}", algorithm="sha256").hexdigest()


def _said(ticket: Ticket) -> dict[str, Any]:
    path = f"{reverse('helpdesk:case_login')}?reference={ticket.reference}"
    return {
        "reference": ticket.reference,
        "case_url": f"{settings.BASE_URL}{path}",
        "received_at": ticket.opened_at,
        "answer_by": ticket.answer_by,
    }
