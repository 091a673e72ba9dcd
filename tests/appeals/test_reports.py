"""What the rows and events of today hold fills every column that the official report templates count.

The reports themselves come later; this holds the ground that they will stand on (Implementing Regulation
(EU) 2024/2835). Each function below is a column or a row of a template, asked of the rows.
"""

from datetime import timedelta
from statistics import median

import pytest

from appeals.actions.notice_decisions import decide_notice
from appeals.actions.reviews import decide
from appeals.models import AppealDecision, Decision, DecisionOrder, Notice, Outcome, ReportedLink
from helpdesk.models import QueueKind
from tests.appeals.test_notice_decisions import OTHER, POST, make_notice
from tests.appeals.test_reviews import REPLACEMENT
from tests.factories import (
    NOON,
    REASONS,
    appeals_queue,
    make_appeal,
    make_decision,
    make_moderator,
    make_platform,
    make_queue,
    subject_of,
)

pytestmark = pytest.mark.django_db


def hours(*spans):
    return median(span / timedelta(hours=1) for span in spans) if spans else None


@pytest.fixture
def notices():
    """One notice of an ordinary person answered by the rules, one of a trusted flagger by the law."""
    queue = make_queue(kind=QueueKind.NOTICE)
    amir = make_moderator(queue.team)
    of_rita = make_notice(queue, make_platform(), POST, OTHER)
    of_flagger = make_notice(queue, make_platform(), trusted_flagger="Example League")
    at = NOON + timedelta(hours=3)
    decide_notice(of_rita, by=amir, at=at, statement=REPLACEMENT, reasons="")
    law = {
        **REPLACEMENT,
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "illegal_content_legal_ground": "An act",
        "illegal_content_explanation": "Because.",
        "incompatible_content_ground": None,
        "incompatible_content_explanation": None,
    }
    decide_notice(of_flagger, by=amir, at=at, statement=law, reasons="")
    return Notice.objects.filter(category="STATEMENT_CATEGORY_VIOLENCE")


def counts_of(notices):
    """Columns F to O of sheet 4, in the order of the template, for one category."""
    flagged = notices.exclude(trusted_flagger="")

    def took(rows):
        """Those on which nothing was done may be left out."""
        acted = rows.exclude(links__acted_on="").exclude(acted_at=None).distinct()
        return hours(*[row.acted_at - row.received_at for row in acted])

    def actions(rows, ground):
        return ReportedLink.objects.filter(notice__in=rows, acted_on=ground).count()

    return [
        notices.count(),
        flagged.count(),
        sum(notices.values_list("items", flat=True)),
        sum(flagged.values_list("items", flat=True)),
        took(notices),
        took(flagged),
        actions(notices, "law"),
        actions(flagged, "law"),
        actions(notices, "rules"),
        actions(flagged, "rules"),
    ]


def test_sheet_4_notices(notices):
    assert counts_of(notices) == [2, 1, 3, 1, 3.0, 3.0, 1, 1, 2, 0]


RESTRICTIONS = [
    ("decision_visibility", "DECISION_VISIBILITY_CONTENT_REMOVED"),
    ("decision_visibility", "DECISION_VISIBILITY_CONTENT_DISABLED"),
    ("decision_visibility", "DECISION_VISIBILITY_CONTENT_DEMOTED"),
    ("decision_visibility", "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"),
    ("decision_visibility", "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"),
    ("decision_visibility", "DECISION_VISIBILITY_CONTENT_LABELLED"),
    ("decision_visibility", "DECISION_VISIBILITY_OTHER"),
    ("decision_monetary", "DECISION_MONETARY_SUSPENSION"),
    ("decision_monetary", "DECISION_MONETARY_TERMINATION"),
    ("decision_monetary", "DECISION_MONETARY_OTHER"),
    ("decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION"),
    ("decision_provision", "DECISION_PROVISION_TOTAL_TERMINATION"),
    ("decision_account", "DECISION_ACCOUNT_SUSPENDED"),
    ("decision_account", "DECISION_ACCOUNT_TERMINATED"),
]


@pytest.mark.parametrize(
    "ground", ["DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"]
)
def test_sheets_5_and_6_own_initiative_by_restriction_and_machine(ground):
    for field, code in RESTRICTIONS:
        value = [code] if field == "decision_visibility" else code
        make_decision(
            **{"decision_visibility": [], field: value},
            decision_ground=ground,
            source_type="SOURCE_VOLUNTARY",
            automated_detection="Yes",
            automated_decision="AUTOMATED_DECISION_FULLY",
        )
    own = Decision.objects.filter(source_type="SOURCE_VOLUNTARY", decision_ground=ground)
    solely = own.filter(automated_detection="Yes", automated_decision="AUTOMATED_DECISION_FULLY")
    counted = [code for row in solely for code in row.effect_codes]
    assert sorted(counted) == sorted(code for _field, code in RESTRICTIONS)


def test_sheet_3_orders_by_country():
    decision = make_decision()
    DecisionOrder.objects.create(
        decision=decision, authority="Court", country="DE", legal_basis="An act", kind="court"
    )
    orders = Decision.objects.filter(order__country="DE")
    assert list(orders.values_list("category", "content_language", "order__kind")) == [
        (decision.category, decision.content_language, "court")
    ]


def answered(decision, outcome, *, after, **fields):
    subject = subject_of(make_appeal(decision))
    amir = make_moderator(appeals_queue().team)
    at = NOON + timedelta(hours=after)
    decide(subject, by=amir, at=at, outcome=outcome, reasons=REASONS, attested=True, **fields)


SCOPES = {
    "Decisions upheld": Outcome.UPHELD,
    "Decisions partially reversed": Outcome.MODIFIED,
    "Decisions reversed": Outcome.OVERTURNED,
    "Decision omitted": Outcome.OMITTED,
}
# The indicator's own words -> which appeals it counts.
ARTICLE_20 = {
    "Number of complaints submitted to the internal-complaints mechanism": {},
    "Complaint regarding a decision to remove or disable access to or restrict visibility of information": {
        "article20": "a"
    },
    "Complaint regarding a decision to suspend or terminate the provision of the service": {"article20": "b"},
    "Complaint regarding a decision to suspend or terminate an account": {"article20": "c"},
    "Complaint regarding a decision to restrict the ability to monetise information": {"article20": "d"},
    "Complaint regarding a decision not to take action on a notice submitted in accordance with Article 16": {
        "article20": "no_action"
    },
    "Complaint regarding a decision not to take action on a notice submitted by a Trusted Flagger in "
    "accordance with Article 16": {
        "article20": "no_action",
        "decision__source_type": "SOURCE_TRUSTED_FLAGGER",
    },
}


def sheet_7_value(indicator, scope):
    rows = AppealDecision.objects.filter(**ARTICLE_20[indicator]).select_related("appeal")
    if scope == "Median time":
        return hours(*[row.told_at - row.appeal.filed_at for row in rows if row.told_at])
    return rows.filter(outcome=SCOPES[scope]).count() if scope in SCOPES else rows.count()


def test_sheet_7_every_row_on_complaints_can_be_counted():
    answered(make_decision(), "upheld", after=2)
    answered(make_decision(decision_account="DECISION_ACCOUNT_SUSPENDED"), "overturned", after=4)
    answered(make_decision(kind="no_action"), "modified", after=6, replacement=REPLACEMENT)
    filled = {
        (indicator, scope): sheet_7_value(indicator, scope)
        for indicator in ARTICLE_20
        for scope in ("Total number", "Median time", *SCOPES)
    }
    total = "Number of complaints submitted to the internal-complaints mechanism"
    assert filled[total, "Total number"] == 3
    assert filled[total, "Decisions upheld"] == filled[total, "Decisions reversed"] == 1
    assert [filled[indicator, "Total number"] for indicator in list(ARTICLE_20)[1:]] == [1, 0, 1, 0, 1, 0]
    assert filled[total, "Median time"] == pytest.approx(4, abs=0.01)


def test_sheet_8_measures_by_machines_and_by_people():
    make_decision(automated_decision="AUTOMATED_DECISION_FULLY")
    make_decision()
    fully = Decision.objects.filter(automated_decision="AUTOMATED_DECISION_FULLY")
    assert (fully.count(), Decision.objects.count() - fully.count()) == (1, 1)
    assert Notice.objects.filter(was_automated=True).count() == 0
