"""Who signs in, people and machines."""

from accounts.models.machines import ApiKey, Platform, Scope, WebhookEndpoint
from accounts.models.people import Invitation, User, UserSession
from accounts.models.roles import FactorReset, Grant, RoleGrant

__all__ = [
    "ApiKey",
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
