"""Addresses of decisions, appeals and reports for people outside."""

from django.urls import path

from appeals.views import decision, mandate, notice, permalink, start

app_name = "appeals"
urlpatterns = [
    path("decision/<str:link>/", decision.decision, name="decision"),
    path("decision/<str:link>/ask/", decision.Ask.as_view(), name="ask"),
    path("decision/<str:link>/prove/", decision.prove_case, name="prove"),
    path("statement/<uuid:uuid>", permalink.permalink, name="permalink"),
    path("appeal/", start.Start.as_view(), name="start"),
    path("case/ask-again/", start.AskAsNotifier.as_view(), name="ask_as_notifier"),
    path("case/link/", start.ask_for_link, name="ask_for_link"),
    path("case/mandate/", mandate.mandate, name="mandate"),
    path("report/", notice.kinds, name="notice"),
    path("report/<slug:kind>/", notice.Report.as_view(), name="report"),
]
