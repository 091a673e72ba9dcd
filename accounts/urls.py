"""Addresses of people and machines. allauth's keep their names; only those that we use are here."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.urls import include, path, re_path

from accounts.views import factors as our_factors
from accounts.views import joining, once, own, people, platforms

signing_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("again/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("factor/", factors.index, name="mfa_index"),
    path("factor/code/", factors.authenticate, name="mfa_authenticate"),
    path("factor/code/again/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("factor/app/add/", app.activate_totp, name="mfa_activate_totp"),
    path("factor/app/remove/", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("factor/codes/", our_factors.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("factor/codes/download/", our_factors.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("factor/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("factor/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("factor/passkeys/again/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("factor/passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("factor/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("factor/passkeys/<int:pk>/edit/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
]

ours = [
    path("accounts/", own.own, name="own"),
    path("accounts/details/", own.details, name="details"),
    path("accounts/factor/app/picture/", own.app_picture, name="app_picture"),
    path("accounts/sessions/", own.sessions, name="sessions"),
    path("accounts/sessions/end/", own.end_other_sessions, name="end_other_sessions"),
    path("accounts/sessions/<uuid:pk>/end/", own.end_session, name="end_session"),
    path("accounts/keys/", own.keys, name="keys"),
    path("accounts/keys/<uuid:pk>/revoke/", own.revoke_own_key, name="revoke_own_key"),
    path("accounts/once/<uuid:pk>/", once.shown_once, name="shown_once"),
    path("accounts/join/<str:token>/", joining.join, name="join"),
    path("console/people/", people.people, name="people"),
    path("console/people/invite/", people.invite, name="invite"),
    path(
        "console/people/invitations/<uuid:pk>/withdraw/",
        people.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("console/people/roles/<uuid:pk>/give/", people.give_role, name="give_role"),
    path("console/people/roles/<uuid:pk>/end/", people.end_role, name="end_role"),
    path("console/people/resets/<uuid:pk>/approve/", people.approve_reset, name="approve_reset"),
    path("console/people/resets/<uuid:pk>/refuse/", people.refuse_reset, name="refuse_reset"),
    path("console/people/<uuid:pk>/", people.person, name="person"),
    path("console/people/<uuid:pk>/roles/", people.ask_role, name="ask_role"),
    path("console/people/<uuid:pk>/reset/", people.ask_reset, name="ask_reset"),
    path("console/people/<uuid:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("console/people/<uuid:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("console/people/<uuid:pk>/empty/", people.empty, name="empty"),
    path("console/platforms/", platforms.platforms, name="platforms"),
    path("console/platforms/keys/<uuid:pk>/revoke/", platforms.revoke_key, name="revoke_key"),
    path("console/platforms/endpoints/<uuid:pk>/events/", platforms.choose_events, name="choose_events"),
    path("console/platforms/endpoints/<uuid:pk>/rotate/", platforms.rotate_secret, name="rotate_secret"),
    path(
        "console/platforms/endpoints/<uuid:pk>/disable/", platforms.disable_endpoint, name="disable_endpoint"
    ),
    path("console/platforms/endpoints/<uuid:pk>/enable/", platforms.enable_endpoint, name="enable_endpoint"),
    path("console/platforms/endpoints/<uuid:pk>/waiting/", platforms.send_waiting, name="send_waiting"),
    path("console/platforms/<slug:slug>/", platforms.platform, name="platform"),
    path("console/platforms/<slug:slug>/keys/", platforms.make_key, name="make_key"),
    path("console/platforms/<slug:slug>/endpoints/", platforms.add_endpoint, name="add_endpoint"),
    path("console/platforms/<slug:slug>/close/", platforms.close_platform, name="close_platform"),
    path("console/platforms/<slug:slug>/reopen/", platforms.reopen_platform, name="reopen_platform"),
]

urlpatterns = [
    path("accounts/", include(signing_in)),
    path("", include((ours, "accounts"))),
]
