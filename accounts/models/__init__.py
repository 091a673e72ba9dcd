"""Who signs in, people and machines."""

from accounts.models.machines import ApiKey, EventType, Platform, Scope, WebhookEndpoint
from accounts.models.people import Invitation, User, UserSession
from accounts.models.roles import FactorReset, Grant, RoleGrant

__all__ = [
    "ApiKey",
    "EventType",
    "FactorReset",
    "Grant",
    "Invitation",
    "Platform",
    "RoleGrant",
    "Scope",
    "User",
    "UserSession",
    "WebhookEndpoint",
]
