"""Addresses of the console's pages about cases."""

from django.urls import path

from helpdesk.views.console import acts, bulk, calendars, files, lead, lists, promises, settings, ticket

app_name = "console"
case = "tickets/<str:reference>/"
urlpatterns = [
    path("", lists.overview, name="overview"),
    path("rail/", lists.rail, name="rail"),
    path("mine/", lists.mine, name="mine"),
    path("lead/", lead.lead, name="lead"),
    path("lead/now/", lead.lead_now, name="lead_now"),
    path("lead/<str:reference>/<slug:name>/", lead.lead_act, name="lead_act"),
    path("queues/<slug:slug>/", lists.queue, name="queue"),
    path("search/", lists.find, name="search"),
    path("take/", lists.take, name="take"),
    path("views/", lists.save_view, name="save_view"),
    path("views/<uuid:pk>/forget/", lists.forget_view, name="forget_view"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("settings/", settings.settings, name="settings"),
    path("settings/teams/<uuid:pk>/members/", settings.add_member, name="add_member"),
    path("settings/teams/<uuid:pk>/members/<uuid:user>/", settings.remove_member, name="remove_member"),
    path(
        "settings/teams/<uuid:pk>/members/<uuid:user>/agree/",
        settings.agree_to_member,
        name="agree_to_member",
    ),
    path("settings/promises/", promises.promises, name="promises"),
    path("settings/promises/edit/", promises.edit, name="edit_promises"),
    path("settings/promises/hours/add/", calendars.edit, name="add_calendar"),
    path("settings/promises/hours/<uuid:pk>/", calendars.edit, name="calendar"),
    path("settings/promises/what-if/", promises.what_if, name="what_if"),
    path("settings/<slug:slug>/add/", settings.add, name="add_setting"),
    path("settings/<slug:slug>/<uuid:pk>/", settings.setting, name="setting"),
    path("settings/<slug:slug>/<uuid:pk>/end/", settings.end, name="end_setting"),
    path(case, ticket.ticket, name="ticket"),
    path(f"{case}reply/", ticket.reply, name="reply"),
    path(f"{case}note/", ticket.note, name="note"),
    path(f"{case}undo/<uuid:pk>/", ticket.undo, name="undo"),
    path(f"{case}draft/", ticket.draft, name="draft"),
    path(f"{case}others/", ticket.others, name="others"),
    path(f"{case}templates/", ticket.templates, name="templates"),
    path(f"{case}templates/<uuid:pk>/", ticket.start_reply, name="start_reply"),
    path(f"{case}history/", ticket.history, name="history"),
    path(f"{case}files/<uuid:pk>/", files.download, name="file"),
    path(f"{case}do/<slug:name>/", acts.act, name="act"),
]
