"""Decisions: restrictions with their statement of reasons, and decisions not to act on a notice.

By the million each day: the table is partitioned by month of its key, and nothing in it is unique but the
key. What is said of a person stands in a table of its own and is erased.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform
from journal.ids import Row
from journal.prepared import Reading
from rulebook.models import RuleVersion


class DecisionKind(models.TextChoices):
    RESTRICTION = "restriction", _("Restriction")
    NO_ACTION = "no_action", _("No action on a report")


def codes() -> ArrayField:
    """A list of codes of the EU's vocabulary."""
    return ArrayField(models.CharField(max_length=80), default=list, blank=True)


def code() -> models.CharField:
    """One code of the EU's vocabulary, or none."""
    return models.CharField(max_length=80, null=True, blank=True)


def words(length: int) -> models.CharField:
    return models.CharField(max_length=length, null=True, blank=True)


class Decision(Row):
    """What a platform (or a moderator, on a notice) decided, and why. Names are the EU schema's."""

    kind = models.CharField(max_length=12, choices=DecisionKind, default=DecisionKind.RESTRICTION)
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="decisions", db_index=False)
    puid = models.CharField(max_length=500)
    received_at = models.DateTimeField()

    decision_visibility = codes()
    decision_visibility_other = words(500)
    end_date_visibility_restriction = models.DateField(null=True)
    decision_monetary = code()
    decision_monetary_other = words(500)
    end_date_monetary_restriction = models.DateField(null=True)
    decision_provision = code()
    end_date_service_restriction = models.DateField(null=True)
    decision_account = code()
    end_date_account_restriction = models.DateField(null=True)
    account_type = code()
    decision_ground = code()
    decision_ground_reference_url = words(500)
    illegal_content_legal_ground = words(500)
    illegal_content_explanation = words(2000)
    incompatible_content_ground = words(500)
    incompatible_content_explanation = words(2000)
    incompatible_content_illegal = code()
    category = code()
    category_addition = codes()
    category_specification = codes()
    category_specification_other = words(500)
    content_type = codes()
    content_type_other = words(500)
    content_language = code()
    content_date = models.DateField(null=True)
    content_id_ean = words(13)
    territorial_scope = codes()
    application_date = models.DateField()
    decision_facts = models.CharField(max_length=5000)
    source_type = code()
    source_identity = words(500)
    automated_detection = code()
    automated_decision = code()

    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+", db_index=False)
    content_rule_version = models.ForeignKey(
        RuleVersion, models.PROTECT, null=True, related_name="+", db_index=False
    )
    informed_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(
        null=True, help_text=_("The end of the window; null: not yet worked out.")
    )
    decided_by = models.CharField(max_length=100, blank=True, help_text=_("The platform's opaque id."))
    decided_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    subject_kind = "decision"

    @property
    def was_automated(self) -> bool:
        """Whether a machine alone decided."""
        return self.automated_decision == "AUTOMATED_DECISION_FULLY"

    @property
    def was_found_by_machine(self) -> bool:
        return self.automated_detection == "Yes"

    @property
    def effect_codes(self) -> list[str]:
        """What the decision did, as codes: its `decision_*` values."""
        single = [self.decision_monetary, self.decision_provision, self.decision_account]
        return [*self.decision_visibility, *(value for value in single if value)]


class Puid(models.Model):
    """A platform's own id of a decision, taken for ever; unique here, as decisions are partitioned."""

    id = models.BigAutoField(primary_key=True)
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    puid = models.CharField(max_length=500)
    decision_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "puid"], name="one_puid")]


class DecisionPerson(models.Model):
    """What `recourse` says of a person: emptied 30 days after the window closed without an appeal."""

    decision = models.OneToOneField(Decision, models.PROTECT, primary_key=True, related_name="person")
    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=11, unique=True)
    user_ref = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True)
    contact = models.CharField(max_length=254, blank=True)
    content_ref = models.CharField(max_length=500, blank=True)
    content_excerpt = models.TextField(blank=True)
    in_force = models.JSONField(default=list, help_text=_("Other penalties, for the reviewer only."))
    empty_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["platform", "user_ref"], name="decision_user_ref", condition=~Q(user_ref="")
            ),
            models.Index(
                fields=["platform", "content_ref"], name="decision_content_ref", condition=~Q(content_ref="")
            ),
            models.Index(
                fields=["empty_at"],
                name="decision_to_empty",
                condition=Q(empty_at__isnull=False, emptied_at=None),
            ),
        ]


_WITH_PERSON = Reading(
    "appeals_decision LEFT JOIN appeals_decisionperson ON decision_id = appeals_decision.id"
    " WHERE appeals_decision.id = $1",
    Decision,
    DecisionPerson,
)


def decision_with_person(pk: UUID) -> Decision | None:
    """A decision and what is said of its person. Asked for every appeal that is sent."""
    for decision, person in _WITH_PERSON.ask(pk):
        Decision._meta.get_field("person").set_cached_value(decision, person)
        return decision
    return None


class Effect(Row):
    """What a decision did beyond its `decision_*` values, by the platform's own id."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="effects")
    code = models.CharField(max_length=80)
    platform_ref = models.CharField(max_length=200)
    until = models.DateTimeField(null=True)
    is_irreversible = models.BooleanField(default=False)
    irreversible_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="irreversible_needs_reason", condition=Q(is_irreversible=False) | ~Q(irreversible_why="")
            )
        ]


class DecisionOrder(models.Model):
    """The authority's order behind a decision; the person is told unless it may not be told yet."""

    class Kind(models.TextChoices):
        COURT = "court", _("Court order")
        ADMINISTRATIVE = "administrative", _("Order of an administration")
        INFORMAL = "informal", _("Informal request")

    decision = models.OneToOneField(Decision, models.PROTECT, primary_key=True, related_name="order")
    authority = models.CharField(max_length=300)
    country = models.CharField(max_length=2)
    legal_basis = models.CharField(max_length=500)
    kind = models.CharField(max_length=14, choices=Kind)
    may_be_told_from = models.DateTimeField(null=True)

    def may_be_told(self, at: datetime) -> bool:
        """Whether the person may be told who ordered it. `may_be_told_from` null means at once."""
        return self.may_be_told_from is None or self.may_be_told_from <= at


class Decider(Row):
    """A platform's opaque id of somebody who decides, mapped by a lead to the user who it is."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="deciders")
    decided_by = models.CharField(max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    mapped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    mapped_at = models.DateTimeField()

    subject_kind = "decider"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "decided_by"], name="one_user_a_decider")]
