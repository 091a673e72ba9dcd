"""The permanent address of a statement, as the European interface gives one to platforms."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def permalink(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Says how to come to a decision, and the same whether there is one or not: it looks nothing up."""
    return render(request, "appeals/permalink.html")
