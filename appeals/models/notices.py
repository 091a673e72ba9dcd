"""Notices: somebody tells us of content that they hold to be unlawful or against a rule (DSA Art. 16)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform
from appeals.models.decisions import Decision
from helpdesk.models import Ticket
from journal.ids import Row


class Ground(models.TextChoices):
    LAW = "law", _("It breaks the law")
    RULES = "rules", _("It breaks a rule")


class NoticeGroup(Row):
    """Notices on one platform that share a link: decided once, each notifier told."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="notice_groups")
    decided_at = models.DateTimeField(null=True)

    subject_kind = "notice_group"


class OpenLink(Row):
    """A link that waits for its decision, and the group it is decided in. It goes when that is decided."""

    group = models.ForeignKey(NoticeGroup, models.CASCADE, related_name="open_links")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    link_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "link_hash"], name="one_open_group_a_link")
        ]


class Notice(Row):
    """One notice. Name, address and words stand with its ticket and are erased with them."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="notice")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    group = models.ForeignKey(NoticeGroup, models.PROTECT, related_name="notices")
    ground = models.CharField(max_length=5, choices=Ground)
    category = models.CharField(max_length=80)
    keyword = models.CharField(max_length=80, blank=True)
    law = models.CharField(max_length=500, blank=True)
    rule_code = models.CharField(max_length=40, blank=True)
    links = ArrayField(models.CharField(max_length=2000), default=list)
    items = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=10)
    in_good_faith = models.BooleanField(default=True)
    trusted_flagger = models.CharField(max_length=200, blank=True, help_text=_("The organisation, if one."))
    puid = models.CharField(max_length=200, blank=True, help_text=_("The platform's own id of the report."))
    was_automated = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="notices")
    acted_at = models.DateTimeField(null=True)
    acted_on = models.CharField(max_length=5, choices=Ground, blank=True)
    told_at = models.DateTimeField(null=True)

    subject_kind = "notice"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "puid"], condition=~models.Q(puid=""), name="one_notice_a_puid"
            )
        ]
