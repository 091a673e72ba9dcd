"""Reporting something: first what kind of thing it is, then one page that asks no more than the law does."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from appeals.actions.notices import file_notice
from appeals.forms.noticing import ChildAbuseNoticeForm, NoticeForm
from appeals.kinds import (
    CATEGORY_OF_KEYWORD,
    CATEGORY_OF_KIND,
    CHILD_ABUSE_KIND,
    MINORS,
    UNSPECIFIED,
    kind_of,
)
from appeals.telling import CATEGORIES
from helpdesk.actions import NEWCOMER, Opened
from helpdesk.views.sending import SendingView


@never_cache
def kinds(request: HttpRequest) -> HttpResponse:
    """What do you want to report?"""
    named = [(kind_of(code), name) for code, name in CATEGORIES.items() if code != UNSPECIFIED]
    named.sort(key=lambda pair: str(pair[1]).lower())
    return render(request, "appeals/report.html", {"kinds": named, "child_abuse": CHILD_ABUSE_KIND})


class Report(SendingView):
    """The form for one kind. Of the sexual abuse of children it takes links only and asks for no name."""

    template_name = "appeals/notice.html"

    @property
    def is_abuse(self) -> bool:
        return self.kwargs["kind"] == CHILD_ABUSE_KIND

    @property
    def form_class(self) -> type[NoticeForm]:  # type: ignore[override]
        return ChildAbuseNoticeForm if self.is_abuse else NoticeForm

    @property
    def category(self) -> str:
        return MINORS if self.is_abuse else CATEGORY_OF_KIND.get(self.kwargs["kind"], UNSPECIFIED)

    def form_options(self) -> dict[str, Any]:
        return {"category": self.category}

    def context(self) -> dict[str, Any]:
        return {"category": CATEGORIES[self.category], "is_abuse": self.is_abuse}

    def send(self, form: NoticeForm, *, at: datetime, is_screened: bool) -> Opened:
        keyword = form.cleaned_data["keyword"]
        category = CATEGORY_OF_KEYWORD.get(keyword, self.category)
        letter = form.letter(category=category, is_screened=is_screened)
        return file_notice(letter, platform=form.cleaned_data["platform"], by=NEWCOMER, at=at)
