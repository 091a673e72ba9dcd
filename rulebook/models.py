"""The rules in force: what a decision may cite, as it stood on any day."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from journal.ids import Row


class Rule(Row):
    """A rule of the operator's rulebook, named by its code (`4.2`, `spam`) for as long as it lives."""

    code = models.CharField(max_length=40, unique=True)
    place = models.PositiveIntegerField(default=0, help_text=_("Where it stands among the rules."))
    created_at = models.DateTimeField()

    subject_kind = "rule"

    class Meta:
        ordering = ["place", "code"]

    def __str__(self) -> str:
        return self.code


class RuleVersionSet(models.QuerySet["RuleVersion"]):
    def in_force_on(self, day: date) -> "RuleVersionSet":
        """The version of each rule that binds on `day` (UTC): the latest begun. One indexed query."""
        return self.filter(in_force_on__lte=day).order_by("rule_id", "-in_force_on").distinct("rule_id")


class RuleVersion(Row):
    """What a rule says from 00:00 UTC of `in_force_on` until its next version. Triggers refuse edits."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    in_force_on = models.DateField()
    published_at = models.DateTimeField()
    is_repeal = models.BooleanField(default=False)
    published_by = models.UUIDField(null=True)

    subject_kind = "rule_version"

    objects = RuleVersionSet.as_manager()

    class Meta:
        ordering = ["-in_force_on"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "in_force_on"], name="one_version_a_day"),
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_number"),
        ]


class RuleText(Row):
    """The words of a version in one language. One language binds; the others are translations of it."""

    version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="texts")
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    text = models.TextField(help_text=_("Markdown."))
    summary = models.TextField(blank=True, help_text=_("The same in plain words."))
    is_authoritative = models.BooleanField(default=False)
    translator = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "language"], name="one_text_a_language"),
            models.UniqueConstraint(
                fields=["version"], condition=Q(is_authoritative=True), name="one_authoritative_text"
            ),
        ]
