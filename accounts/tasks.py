"""What the clock calls about accounts."""

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from accounts.actions import forget_old


@shared_task
def forget() -> None:
    """Once a day: devices, invitations and browser sessions whose time is over."""
    at = now()
    forget_old(at=at)
    Session.objects.filter(expire_date__lt=at).delete()
