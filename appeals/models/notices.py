"""Notices: somebody tells us of content that they hold to be unlawful or against a rule (DSA Art. 16)."""

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
    """The open reports of one link on one platform: decided once, each notifier told.

    The hash goes with the decision: it lets a new report find its group, and tells of a link after its
    words are erased.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    link_hash = models.BinaryField(max_length=32, null=True)
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="notice_groups")
    decided_at = models.DateTimeField(null=True)

    subject_kind = "notice_group"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "link_hash"], name="one_open_group_a_link"),
            models.CheckConstraint(
                name="a_link_until_decided",
                condition=models.Q(decided_at=None, link_hash__isnull=False)
                | models.Q(decided_at__isnull=False, link_hash=None),
            ),
        ]


class Notice(Row):
    """One notice. Name, address and words stand with its ticket and are erased with them."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="notice")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+")
    ground = models.CharField(max_length=5, choices=Ground)
    category = models.CharField(max_length=80)
    keyword = models.CharField(max_length=80, blank=True)
    law = models.CharField(max_length=500, blank=True)
    rule_code = models.CharField(max_length=40, blank=True)
    items = models.PositiveIntegerField(default=1, help_text=_("How many links; stays when they are erased."))
    language = models.CharField(max_length=10)
    in_good_faith = models.BooleanField(default=True)
    trusted_flagger = models.CharField(max_length=200, blank=True, help_text=_("The organisation, if one."))
    puid = models.CharField(max_length=200, blank=True, help_text=_("The platform's own id of the report."))
    was_automated = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    acted_at = models.DateTimeField(null=True, help_text=_("When the last of its links was decided."))
    told_at = models.DateTimeField(null=True)

    subject_kind = "notice"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "puid"], condition=~models.Q(puid=""), name="one_notice_a_puid"
            )
        ]


class ReportedLink(Row):
    """One link of one report. It waits in the group of its link, and is answered by that group's decision."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="links")
    group = models.ForeignKey(NoticeGroup, models.PROTECT, related_name="links")
    link = models.CharField(
        max_length=2000, blank=True, help_text=_("As the notifier wrote it, until erased.")
    )
    decision = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="reported_links")
    acted_at = models.DateTimeField(null=True)
    acted_on = models.CharField(max_length=5, choices=Ground, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "group"], name="a_link_once_in_a_report"),
            models.CheckConstraint(
                name="acted_with_a_decision",
                condition=models.Q(decision=None, acted_at=None)
                | models.Q(decision__isnull=False, acted_at__isnull=False),
            ),
        ]
