"""What an appeal is found by, beside its person's words: those of the platform, and its ids."""

from collections.abc import Iterable

from appeals.models import Decision


def words_of(decisions: Iterable[Decision]) -> list[str]:
    """The statements' words and ids, and what `recourse` said of the person while it is kept."""
    return [word for decision in decisions for word in _said(decision) if word]


def _said(decision: Decision) -> list[str | None]:
    said = [
        decision.puid,
        decision.decision_facts,
        decision.illegal_content_legal_ground,
        decision.illegal_content_explanation,
        decision.incompatible_content_ground,
        decision.incompatible_content_explanation,
    ]
    person = getattr(decision, "person", None)
    if person is not None:
        said += [person.user_ref, person.reference, person.content_ref, person.content_excerpt]
    return said
