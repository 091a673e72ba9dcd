"""The console's addresses about appeals, reports and measures."""

from django.urls import path

from appeals.views import bodies, bulk, intake, measures, reviewing

app_name = "appeals_console"
urlpatterns = [
    path("decisions/<uuid:subject_id>/answer/", reviewing.review, name="review"),
    path("decisions/answer/", bulk.bulk, name="bulk"),
    path("answers/<uuid:review_id>/set-aside/", measures.put_aside, name="set_aside"),
    path("answers/<uuid:review_id>/undo/", reviewing.undo, name="undo"),
    path("appeals/<uuid:appeal_id>/leave/", reviewing.leave, name="leave"),
    path("appeals/<uuid:appeal_id>/mandate/", reviewing.mandate, name="mandate"),
    path("reports/<uuid:notice_id>/answer/", reviewing.notice, name="notice"),
    path("measures/", measures.measures, name="measures"),
    path("measures/<uuid:measure_id>/confirm/", measures.confirm, name="confirm"),
    path("intake/", intake.intake, name="intake"),
    path("deciders/", measures.deciders, name="deciders"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/<uuid:body_id>/", bodies.body, name="body"),
    path("bodies/<uuid:body_id>/end/", bodies.end, name="end_body"),
]
