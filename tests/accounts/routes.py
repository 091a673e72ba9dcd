"""Who gets what at the addresses of accounts."""

from accounts.invitations import join_path
from accounts.models import FactorReset, Invitation, RoleGrant, UserSession, WebhookEndpoint
from accounts.roles import Role
from accounts.sealing import seal
from tests.factories import NOON, make_api_key, make_platform, make_user
from tests.routes import NOBODY, PEOPLE, ROLES, Route, everyone, signed_in, staff

OPERATOR = Role.OPERATOR
RESETTERS = (Role.OPERATOR, Role.HEAD, Role.LEAD)


def a_user():
    return [make_user("Otto").pk]


def an_invitation():
    return Invitation.objects.create(
        email="new@staff.example", made_at=NOON, expires_at=NOON.replace(year=2100)
    )


def a_join_token():
    return [join_path(an_invitation().pk).split("/")[-2]]


def a_grant():
    asker = make_user("Olga")
    return [RoleGrant.objects.create(user=make_user("Otto"), role="lead", asked_by=asker, asked_at=NOON).pk]


def a_reset():
    asker = make_user("Olga")
    return [FactorReset.objects.create(user=make_user("Otto"), asked_by=asker, asked_at=NOON).pk]


def an_endpoint():
    platform = make_platform()
    endpoint = WebhookEndpoint.objects.create(
        platform=platform, url="https://p.example/", sealed_secret=seal("whsec_AAAA"), told_since=NOON
    )
    return [endpoint.pk]


def a_session():
    user = make_user("Otto")
    return [UserSession.objects.create(user=user, device=b"", created_on=NOON, last_seen_on=NOON).pk]


def a_slug():
    return [make_platform().slug]


def unfinished(status: int = 302, **details) -> Route:
    """For those who are setting a second factor up, and later."""
    return Route({who: 302 if who == NOBODY else status for who in PEOPLE}, **details)


def entrance(**details) -> Route:
    """For those who are not signed in; others are sent on."""
    return Route({who: 200 if who == NOBODY else 302 for who in PEOPLE}, **details)


def press(*roles, status=302, **details) -> Route:
    return staff(*roles, status=status, method="post", **details)


ROUTES = {
    "account_login": entrance(),
    "account_logout": Route({who: 302 if who == NOBODY else 200 for who in PEOPLE}),
    "account_logout+post": everyone(302, method="post"),
    "account_inactive": everyone(),
    "account_reauthenticate": unfinished(200),
    "account_change_password": signed_in(),
    "account_set_password": signed_in(302),
    "account_reset_password": everyone(),
    "account_reset_password_done": everyone(),
    "account_reset_password_from_key": everyone(args=lambda: ["1a", "set-password"]),
    "account_reset_password_from_key_done": everyone(),
    "mfa_index": unfinished(200),
    "mfa_authenticate": everyone(302),
    "mfa_reauthenticate": signed_in(),
    "mfa_activate_totp": unfinished(),
    "mfa_deactivate_totp": signed_in(302),
    "mfa_view_recovery_codes": signed_in(404),
    "mfa_generate_recovery_codes": signed_in(302),
    "mfa_download_recovery_codes": signed_in(404),
    "mfa_list_webauthn": signed_in(),
    "mfa_add_webauthn": unfinished(),
    "mfa_reauthenticate_webauthn": signed_in(302),
    "mfa_login_webauthn": everyone(302),
    "mfa_remove_webauthn": signed_in(302, args=lambda: [1]),
    "mfa_edit_webauthn": signed_in(302, args=lambda: [1]),
    "accounts:own": signed_in(),
    "accounts:details": signed_in(),
    "accounts:app_picture": unfinished(404),
    "accounts:sessions": signed_in(),
    "accounts:end_other_sessions": signed_in(302, method="post"),
    "accounts:end_session": signed_in(404, method="post", args=a_session),
    "accounts:keys": staff(*ROLES),
    "accounts:revoke_own_key": press(
        *ROLES, status=404, args=lambda: [make_api_key(user=make_user("Otto")).pk]
    ),
    "accounts:shown_once": staff(*ROLES, args=lambda: [make_platform().pk]),
    "accounts:join": everyone(args=a_join_token),
    "accounts:people": staff(*RESETTERS),
    "accounts:invite": staff(OPERATOR),
    "accounts:withdraw_invitation": press(OPERATOR, args=lambda: [an_invitation().pk]),
    "accounts:give_role": press(OPERATOR, args=a_grant),
    "accounts:end_role": press(OPERATOR, args=a_grant),
    "accounts:approve_reset": press(*RESETTERS, args=a_reset),
    "accounts:refuse_reset": press(*RESETTERS, args=a_reset),
    "accounts:person": staff(*RESETTERS, args=a_user),
    "accounts:ask_role": press(OPERATOR, args=a_user, data={"role": "policy_editor"}),
    "accounts:ask_reset": press(*RESETTERS, args=a_user),
    "accounts:deactivate": press(OPERATOR, args=a_user),
    "accounts:reactivate": press(OPERATOR, args=a_user),
    "accounts:empty": press(OPERATOR, args=a_user),
    "accounts:platforms": staff(OPERATOR),
    "accounts:platform": staff(OPERATOR, args=a_slug),
    "accounts:make_key": press(OPERATOR, args=a_slug, data={"name": "Feed", "scopes": ["statements:write"]}),
    "accounts:revoke_key": press(OPERATOR, args=lambda: [make_api_key().pk]),
    "accounts:add_endpoint": press(OPERATOR, args=a_slug, data={"url": "https://p.example/hook"}),
    "accounts:choose_events": press(OPERATOR, args=an_endpoint),
    "accounts:rotate_secret": press(OPERATOR, args=an_endpoint),
    "accounts:enable_endpoint": press(OPERATOR, args=an_endpoint),
    "accounts:send_waiting": press(OPERATOR, args=an_endpoint),
    "accounts:disable_endpoint": press(OPERATOR, args=an_endpoint),
    "accounts:close_platform": press(OPERATOR, args=a_slug),
    "accounts:reopen_platform": press(OPERATOR, args=a_slug),
}
