"""A platform hears what it is asked to do, and says that it is done."""

from datetime import date
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import KeyAuthentication, KeyRequest, NeedsScope
from accounts.problems import PROBLEMS
from appeals.actions.measures import TOLD_AFTER, confirm_measure
from appeals.actions.reviews import answer_remit
from appeals.effects import until_of
from appeals.models import Decision, Measure, Outcome, Review
from appeals.notifiers import tellable
from appeals.permissions import measures_visible_to
from helpdesk.api.once import IDEMPOTENCY, once

A_PAGE = 100


class MeasureOut(serializers.ModelSerializer[Measure]):
    """A measure as its platform sees it."""

    statement = serializers.UUIDField(source="decision_id")
    effect = serializers.CharField(source="effect_code")
    platform_ref = serializers.CharField(source="effect.platform_ref", default=None, allow_null=True)
    until = serializers.SerializerMethodField(
        help_text="Of a restriction, the day on which it ends by itself; null: without an end."
    )

    class Meta:
        model = Measure
        fields = ["id", "kind", "statement", "effect", "platform_ref", "until", "asked_at", "confirmed_at"]

    def get_until(self, measure: Measure) -> date | None:
        return until_of(measure)


class MeasureListed(MeasureOut):
    """The same in a list, with where it is that a report was about. Kept answers hold no link."""

    content = serializers.SerializerMethodField(help_text="The link of what a report was about.")

    class Meta(MeasureOut.Meta):
        fields = [*MeasureOut.Meta.fields, "content"]

    def get_content(self, measure: Measure) -> str | None:
        return tellable(measure.decision.reported_links.all())


class MeasurePage(serializers.Serializer[Any]):
    """A page of measures, oldest first; `next` is the cursor of the following one."""

    measures = MeasureListed(many=True)
    next = serializers.UUIDField(allow_null=True)


class MeasureCursor(serializers.Serializer[Any]):
    """`after` is the last measure of the page before."""

    after = serializers.UUIDField(required=False)


class MeasureList(APIView):
    """The measures that this platform has not confirmed, once the answers behind them stand."""

    authentication_classes = [KeyAuthentication]
    permission_classes: Any = [NeedsScope("measures:read")]

    @extend_schema(responses={200: MeasurePage, **PROBLEMS}, parameters=[MeasureCursor])
    def get(self, request: KeyRequest) -> Response:
        measures = measures_visible_to(request.auth).unconfirmed().filter(asked_at__lte=now() - TOLD_AFTER)
        after = MeasureCursor(data=request.query_params)
        after.is_valid(raise_exception=True)
        if since := after.validated_data.get("after"):
            measures = measures.filter(pk__gt=since)
        behind = measures.select_related("effect", "decision").prefetch_related(
            "decision__reported_links__notice__ticket__contact"
        )
        page = list(behind.order_by("pk")[:A_PAGE])
        following = page[-1].pk if len(page) == A_PAGE else None
        return Response({"measures": MeasureListed(page, many=True).data, "next": following})


class MeasureConfirm(APIView):
    """Say that a measure is done. Saying so again changes nothing."""

    authentication_classes = [KeyAuthentication]
    permission_classes: Any = [NeedsScope("measures:write")]

    @extend_schema(request=None, responses={200: MeasureOut, **PROBLEMS}, parameters=[IDEMPOTENCY])
    def post(self, request: KeyRequest, measure_id: UUID) -> Response:
        measure = get_object_or_404(measures_visible_to(request.auth), pk=measure_id)
        at = now()
        return once(
            request, lambda: dict(MeasureOut(confirm_measure(measure, by=request.auth, at=at)).data), at=at
        )


class RemitAnswerIn(serializers.Serializer[Any]):
    """The statement that the platform took anew, which it has already sent."""

    statement = serializers.UUIDField()


class RemitAnswerOut(serializers.Serializer[Any]):
    review = serializers.UUIDField()
    answered_at = serializers.DateTimeField()


class RemitAnswer(APIView):
    """Answer a remitted decision with the statement of the new one."""

    authentication_classes = [KeyAuthentication]
    permission_classes: Any = [NeedsScope("measures:write")]

    @extend_schema(
        request=RemitAnswerIn, responses={200: RemitAnswerOut, **PROBLEMS}, parameters=[IDEMPOTENCY]
    )
    def post(self, request: KeyRequest, review_id: UUID) -> Response:
        shape = RemitAnswerIn(data=request.data)
        shape.is_valid(raise_exception=True)
        platform = request.auth.platform_id
        review = get_object_or_404(
            Review,
            pk=review_id,
            subject__decision__platform=platform,
            outcome=Outcome.REMITTED,
            undone_at=None,
        )
        answer = get_object_or_404(Decision, pk=shape.validated_data["statement"], platform=platform)
        at = now()

        def act() -> dict[str, Any]:
            answered = answer_remit(review, answer, by=request.auth, at=at)
            return {"review": answered.pk, "answered_at": answered.answered_at}

        return once(request, act, at=at)
