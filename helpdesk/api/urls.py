"""Addresses of cases below /api/v1/."""

from django.urls import path

from helpdesk.api import alarms, on_call, views

app_name = "helpdesk_api"
urlpatterns = [
    path("alarms", alarms.AlarmList.as_view(), name="alarms"),
    path("alarms/<uuid:alarm_id>/acknowledge", alarms.Acknowledge.as_view(), name="acknowledge"),
    path("alarms/<uuid:alarm_id>/pass-on", alarms.PassOn.as_view(), name="pass_on"),
    path("on-call", on_call.OnCall.as_view(), name="on_call"),
    path("queues", views.QueueList.as_view(), name="queues"),
    path("tickets", views.TicketList.as_view(), name="tickets"),
    path("tickets/next", views.TakeNext.as_view(), name="take_next"),
    path("tickets/<uuid:ticket_id>", views.TicketDetail.as_view(), name="ticket"),
    path("tickets/<uuid:ticket_id>/assign", views.Assign.as_view(), name="assign"),
    path("tickets/<uuid:ticket_id>/release", views.Release.as_view(), name="release"),
    path("tickets/<uuid:ticket_id>/hand-over", views.HandOver.as_view(), name="hand_over"),
    path("tickets/<uuid:ticket_id>/snooze", views.Snooze.as_view(), name="snooze"),
    path("tickets/<uuid:ticket_id>/wake", views.Wake.as_view(), name="wake"),
    path("tickets/<uuid:ticket_id>/priority", views.SetPriority.as_view(), name="priority"),
    path("tickets/<uuid:ticket_id>/links", views.Links.as_view(), name="links"),
    path("tickets/<uuid:ticket_id>/notes", views.Notes.as_view(), name="notes"),
    path("tickets/<uuid:ticket_id>/draft", views.DraftReply.as_view(), name="draft"),
    path("tickets/<uuid:ticket_id>/replies", views.Replies.as_view(), name="replies"),
    path("tickets/<uuid:ticket_id>/attachments", views.Files.as_view(), name="attachments"),
    path(
        "tickets/<uuid:ticket_id>/attachments/<uuid:attachment_id>",
        views.FileDownload.as_view(),
        name="attachment",
    ),
    path("tickets/<uuid:ticket_id>/resolve", views.Resolve.as_view(), name="resolve"),
]
