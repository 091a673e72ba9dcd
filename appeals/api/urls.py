"""Addresses below /api/v1/. Those of the European database end without a slash, as there."""

from django.urls import path

from appeals.api import measures, notices, statements, streams

app_name = "appeals_api"
urlpatterns = [
    path("ping", statements.PingView.as_view(), name="ping"),
    path("v1/statement", statements.SingleView.as_view(), name="statement"),
    path("v1/statements", statements.BulkView.as_view(), name="statements"),
    path("v1/statements.ndjson", streams.StreamView.as_view(), name="statement_stream"),
    path(
        "v1/statement/existing-puid/<str:puid>",
        statements.ExistingPuidView.as_view(),
        name="existing_puid",
    ),
    path("v1/notices", notices.NoticesView.as_view(), name="notices"),
    path("v1/measures", measures.MeasureList.as_view(), name="measures"),
    path("v1/measures/<uuid:measure_id>/confirm", measures.MeasureConfirm.as_view(), name="confirm_measure"),
    path("v1/reviews/<uuid:review_id>/answer", measures.RemitAnswer.as_view(), name="answer_remit"),
    path("v1/statement/<str:uuid>", statements.StatementView.as_view(), name="statement_of"),
]
