"""Which mails there are about accounts. They say where to look, and nothing that others should not read."""

from journal.mail import register_mail

KINDS = [
    "factor_reset",
    "factor_reset_asked",
    "factor_reset_asked_for",
    "factor_reset_by_hand",
    "invitation",
    "new_device",
    "password_changed",
    "password_reset_link",
    "recovery_codes_generated",
    "role_asked",
    "role_ended",
    "role_given",
    "role_given_to_you",
    "role_refused",
    "totp_activated",
    "totp_deactivated",
    "webauthn_added",
    "webauthn_removed",
]

for kind in KINDS:
    register_mail(kind, "accounts/mail/subject.txt", f"accounts/mail/{kind}.txt")
