"""Stored are codes; staff read words."""

from django.utils.translation import override

from helpdesk.headlines import headline


def test_codes_are_worded_and_other_words_stay():
    with override("en"):
        assert headline("no_answer") == "Nobody answers me"
        assert headline("DECISION_ACCOUNT_SUSPENDED") == "The account was suspended."
        assert headline("My channel is gone") == "My channel is gone"
