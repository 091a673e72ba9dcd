"""Addresses of cases."""

from django.urls import path

from helpdesk.views import case
from helpdesk.views.complaint import Complain, Danger
from helpdesk.views.console import feeds
from helpdesk.views.paged import paged
from helpdesk.views.sending import challenge, kept, sent
from helpdesk.views.times import times

app_name = "helpdesk"
urlpatterns = [
    path("complain/", Complain.as_view(), name="complain"),
    path("how-long/", times, name="times"),
    path("danger/", Danger.as_view(), name="danger"),
    path("proof/", challenge, name="proof"),
    path("sent/", sent, name="sent"),
    path("sent/kept/", kept, name="kept"),
    path("case/", case.case, name="case"),
    path("case/enter/", case.case_login, name="case_login"),
    path("case/write/", case.write, name="case_write"),
    path("case/address/", case.address, name="case_address"),
    path("case/zone/", case.zone, name="case_zone"),
    path("case/withdraw/", case.withdraw_case, name="case_withdraw"),
    path("case/reopen/", case.reopen_case, name="case_reopen"),
    path("case/erase/", case.erase, name="case_erase"),
    path("case/data/", case.data, name="case_data"),
    path("case/data.json", case.data_file, name="case_data_file"),
    path("case/close/", case.close, name="case_close"),
    path("case/files/<uuid:attachment_id>/", case.attachment, name="case_attachment"),
    path("on-call/<str:token>.ics", feeds.calendar, name="on_call_calendar"),
    path("case/again/<str:token>/", case.open_again_by_link, name="open_again"),
    path("confirm/<str:token>/", case.confirm, name="confirm"),
    path("alarm/<str:token>/", paged, name="paged"),
]
