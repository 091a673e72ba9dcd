"""Appeals: one ticket, one or several decisions, each with its own review and outcome."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appeals.models.decisions import Decision
from helpdesk.models import Attachment, Ticket
from journal.ids import Row


class Party(models.TextChoices):
    """The two sides of a decision. They never see each other's case."""

    AFFECTED = "affected", _("The person it was about")
    NOTIFIER = "notifier", _("The person who reported it")


class Outcome(models.TextChoices):
    UPHELD = "upheld", _("The decision stands")
    MODIFIED = "modified", _("Another decision replaces it")
    OVERTURNED = "overturned", _("The decision falls")
    REMITTED = "remitted", _("The platform must decide anew")
    OMITTED = "omitted", _("Ended without a decision")


class Appeal(Row):
    """What a person asks to be looked at again. Where it stands is the ticket's status."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="appeal")
    round = models.PositiveSmallIntegerField(default=1)
    side = models.CharField(max_length=8, choices=Party)
    filed_at = models.DateTimeField()
    asks = models.CharField(max_length=20, default="undo", help_text=_("What is asked for, as a code."))
    urgent_by = models.DateField(null=True)
    urgent_why = models.TextField(blank=True)
    needs_leave = models.BooleanField(default=False, help_text=_("It came after the window."))
    late_why = models.TextField(
        blank=True, db_default="", help_text=_("Why it came late, in the person's words.")
    )
    leave_given_at = models.DateTimeField(null=True)
    is_proven = models.BooleanField(
        default=False, help_text=_("By a signed link or a checked mandate: what was decided may be shown.")
    )
    proven_at = models.DateTimeField(null=True)
    link_requested_at = models.DateTimeField(null=True)
    claimed = ArrayField(
        models.UUIDField(),
        default=list,
        help_text=_("Decisions named by a person who has not proven that they are theirs."),
    )
    described = models.TextField(
        blank=True, help_text=_("A decision described freely, where none was named.")
    )
    mandate = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")
    mandate_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    mandate_refused_at = models.DateTimeField(
        null=True, help_text=_("When the last one was refused; none since.")
    )
    mandate_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    subject_kind = "appeal"

    @property
    def waits_for_leave(self) -> bool:
        """It came late, and nobody has decided yet whether it is heard."""
        return self.needs_leave and self.leave_given_at is None

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mandate_takes_two",
                condition=Q(mandate_confirmed_by=None)
                | (
                    Q(mandate_checked_by__isnull=False)
                    & ~Q(mandate_confirmed_by=models.F("mandate_checked_by"))
                ),
            )
        ]


class AppealDecision(Row):
    """One decision under appeal. `party` tells several notifiers of one decision apart:
    it is the decision's id for the affected person, the notice's id for a notifier."""

    class Article20(models.TextChoices):
        """Which decision is complained of, as the report templates count it (DSA Art. 20(1))."""

        VISIBILITY = "a", _("Visibility of information")
        SERVICE = "b", _("Provision of the service")
        ACCOUNT = "c", _("Account")
        MONEY = "d", _("Monetisation")
        NO_ACTION = "no_action", _("No action on a report")

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="decisions")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="appeals")
    side = models.CharField(max_length=8, choices=Party)
    party = models.UUIDField()
    article20 = models.CharField(max_length=9, choices=Article20)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    decided_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "side", "party"],
                condition=Q(closed_at=None),
                name="one_open_appeal_per_side",
            )
        ]


class Review(Row):
    """One reasoned answer to one appealed decision, by somebody who did not take it (triggers hold that)."""

    subject = models.ForeignKey(AppealDecision, models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reasons = models.TextField()
    attested = models.BooleanField(
        default=False, help_text=_("“I did not take part”, said where the decider is unknown.")
    )
    replacement = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    remit_until = models.DateField(null=True)
    answer = models.ForeignKey(
        Decision, models.PROTECT, null=True, related_name="+", help_text=_("The platform's new decision.")
    )
    answered_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    subject_kind = "review"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(undone_at=None), name="one_standing_review"
            ),
            models.CheckConstraint(
                name="remitted_until_a_date",
                condition=~Q(outcome="remitted") | Q(remit_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["remit_until"],
                name="review_remitted",
                condition=Q(outcome="remitted", undone_at=None, answered_at=None),
            )
        ]


class BodySet(models.QuerySet["OutOfCourtBody"]):
    def open_on(self, day: date) -> "BodySet":
        """Those that take cases on that day."""
        return self.filter(ended_at=None).exclude(certified_until__lt=day)


class OutOfCourtBody(Row):
    """A certified body that a person may turn to after us (DSA Art. 21)."""

    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=200)
    country = models.CharField(_("Country"), max_length=2)
    languages = models.CharField(_("Languages"), max_length=100, blank=True)
    url = models.URLField(_("Address"))
    certified_until = models.DateField(_("Certified until"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    subject_kind = "out_of_court_body"

    objects = BodySet.as_manager()

    class Meta:
        ordering = ["country", "name"]
