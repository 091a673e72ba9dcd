"""What somebody may be: roles are rows, several at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    MODERATOR = "moderator", _("Moderator")
    LEAD = "lead", _("Lead")
    HEAD = "head", _("Head")
    RESPONDER = "responder", _("Responder")
    VETTER = "vetter", _("Vetter")
    POLICY_EDITOR = "policy_editor", _("Policy editor")
    COUNCIL_MEMBER = "council_member", _("Council member")
    FORUM_MODERATOR = "forum_moderator", _("Forum moderator")
    PARTNER_MEMBER = "partner_member", _("Partner member")
    LEGAL_ANALYST = "legal_analyst", _("Legal analyst")
    OPERATOR = "operator", _("Operator")


# Roles whose holders read what people wrote to us; council members do so on panels.
CASE_ROLES = frozenset(
    {
        Role.MODERATOR,
        Role.LEAD,
        Role.HEAD,
        Role.RESPONDER,
        Role.VETTER,
        Role.COUNCIL_MEMBER,
        Role.LEGAL_ANALYST,
    }
)

# Given by two operators. Operator itself is one: else one operator could make the second.
TWO_OPERATOR_ROLES = CASE_ROLES | {Role.OPERATOR}

# Those who work on the queues of the console.
QUEUE_ROLES = (Role.MODERATOR, Role.LEAD, Role.HEAD)
