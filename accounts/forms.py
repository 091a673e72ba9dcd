"""Forms about people and machines: shape only; actions check meaning."""

from time import monotonic, sleep
from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as allauth
from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.adapter import refuse_to_wait
from accounts.models import ApiKey, EventType, Invitation, Platform, Scope, User, WebhookEndpoint
from accounts.models.machines import PLATFORM_SCOPES, USER_SCOPES
from accounts.roles import Role
from accounts.waits import code_key, count_failure, forget_failures, seconds_left
from journal.ids import uuid7
from journal.references import latin_digits

RESET_TAKES = 0.25  # seconds; asking the database and writing the mail takes a fraction of it

NEW_PASSWORD = _("At least 12 characters. Several words in a row are easy to remember and hard to guess.")
NO_KEY = _("This key was not accepted. Try again, or use another way.")

# Every language that staff may read, of which the pages come in some.
READ_LANGUAGES = [
    ("en", "English"),
    ("ru", "Русский"),
    ("fa", "فارسی"),
    ("uk", "Українська"),
    ("be", "Беларуская"),
    ("ar", "العربية"),
    ("zh-hant", "繁體中文"),
    ("pt-br", "Português (Brasil)"),
    ("es", "Español"),
    ("fr", "Français"),
]


class Plain(forms.Form):
    """allauth's forms in our look: a label above each field, none within it."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignInForm(Plain, LoginForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].help_text = ""


class ForgottenForm(Plain, ResetPasswordForm):
    """Asks for a link. The answer takes as long whether or not somebody has this address."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"])  # nobody is looked for here: the action does, alike for all

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        began = monotonic()
        address = str(self.cleaned_data["email"])
        actions.ask_password_link(address, at=now())  # now: this form is the door; the view is not ours
        # Only a row that stays is flushed to the disk and wakes a sender: that time would still tell.
        sleep(max(0, RESET_TAKES - (monotonic() - began)))
        return address


class TwoAlike(Plain):
    """A new password, typed twice."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("A password")
        self.fields["password1"].help_text = NEW_PASSWORD
        self.fields["password2"].label = _("The same password again")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "password2" in self.errors and cleaned.get("password1"):
            self.errors["password2"] = self.error_class(
                [_("The two passwords differ. Type the same one twice.")]
                if self.data.get("password2")
                else self.errors["password2"]
            )
        return cleaned


class ChangePasswordForm(TwoAlike, allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("The password that you have now")
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].label = _("A new password")


class NewPasswordForm(TwoAlike, allauth.ResetPasswordKeyForm):
    pass


class ShowAgainForm(Plain, allauth.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""


class AnyDigits(forms.Form):
    """A code may be typed in the digits of any script: a Persian keyboard has no others."""

    def clean_code(self) -> str:
        self.cleaned_data["code"] = latin_digits(self.cleaned_data["code"])
        code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form
        return code


class AppForm(AnyDigits, Plain, ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class WholeKey(forms.Form):
    """What a browser says of a passkey. allauth stumbles over what is none, and anybody may send anything."""

    def _clean_fields(self) -> None:
        self.fields["credential"].error_messages["invalid"] = NO_KEY
        self.fields["credential"].error_messages["required"] = NO_KEY
        try:
            super()._clean_fields()  # type: ignore[misc]  # of allauth's form
        except (AttributeError, KeyError, TypeError, ValueError):
            self.add_error("credential", NO_KEY)

    def _clean_form(self) -> None:
        try:
            super()._clean_form()  # type: ignore[misc]  # of allauth's form
        except (AttributeError, KeyError, TypeError, ValueError):
            self.add_error("credential", NO_KEY)

    def add_error(self, field: str | None, error: Any) -> None:
        """A key has no code that could be wrong: whatever is, the person does the same again."""
        is_refused = getattr(error, "code", "") == "incorrect_code"
        super().add_error("credential" if is_refused else field, NO_KEY if is_refused else error)


class PasskeyForm(WholeKey, Plain, AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].max_length = 100
        self.fields["passwordless"].label = _("Sign in with this key alone")
        self.fields["passwordless"].help_text = _(
            "Without a password. The key then asks for your fingerprint, your face or its own number."
        )


class PasskeyNameForm(Plain, EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=100)


class SignInByKeyForm(WholeKey, LoginWebAuthnForm):
    pass


class KeyAsFactorForm(WholeKey, AuthenticateWebAuthnForm):
    pass


class KeyAgainForm(WholeKey, ReauthenticateWebAuthnForm):
    pass


class SlowCode(AnyDigits):
    """A code of the second factor; wrong ones make the next wait longer."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("From your app, or one of your recovery codes.")
        self.fields["code"].widget.attrs.pop("placeholder", None)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        key = code_key(context.request, self.user)
        if wait := seconds_left(key):
            raise refuse_to_wait(wait)
        count_failure(key)
        code = super().clean_code()
        forget_failures(key)
        return code


class CodeForm(SlowCode, AuthenticateForm):
    pass


class CodeAgainForm(SlowCode, ReauthenticateForm):
    pass


class InvitationForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Roles that read cases, and operator, wait for a second operator."),
    )

    class Meta:
        model = Invitation
        fields = ["email", "name", "language", "roles"]
        widgets = {"language": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of the mail"), choices=settings.LANGUAGES
        )


class JoinForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        help_text=_("Only colleagues see it. People who write to us never do."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("A password"),
        strip=False,
        help_text=NEW_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any):
        self.email = email
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password, again = cleaned.get("password"), cleaned.pop("again", None)
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        elif password:
            self._judge(password, cleaned.get("name", ""))
        return cleaned

    def _judge(self, password: str, name: str) -> None:
        try:
            password_validation.validate_password(password, User(email=self.email, name=name))
        except ValidationError as error:
            self.add_error("password", error)


class DetailsForm(forms.ModelForm):
    language = forms.ChoiceField(label=_("Language of mail and pages"), choices=settings.LANGUAGES)
    languages = forms.MultipleChoiceField(
        label=_("Languages you read"),
        choices=READ_LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("You are offered tickets in these languages."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(name, name) for name in sorted(available_timezones())]
    )

    class Meta:
        model = User
        fields = ["name", "language", "languages", "time_zone"]


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class PlatformForm(forms.ModelForm):
    class Meta:
        model = Platform
        fields = ["name", "slug"]
        error_messages = {
            "name": {"unique": _("There is a platform of this name. Choose another name.")},
            "slug": {
                "unique": _("There is a platform of this short name. Choose another one."),
                "invalid": _("Use only letters from a to z, digits, hyphens and underscores."),
            },
        }
        help_texts = {"slug": _("Small letters, digits and hyphens; it appears in addresses.")}


class Once(forms.Form):
    """A form that brings along the id of what it makes, so that a second click makes nothing."""

    # Firefox would put an earlier id back into a page that is loaded anew.
    once = forms.UUIDField(
        required=False, initial=uuid7, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )


class KeyForm(Once, forms.ModelForm):
    """A new key; `owner` says which scopes there are to choose from."""

    scopes = forms.MultipleChoiceField(label=_("Rights"), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ApiKey
        fields = ["name", "scopes"]
        help_texts = {"name": _("Where it is used, so that you know it again.")}

    def __init__(self, *args: Any, owner: Platform | User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        allowed = PLATFORM_SCOPES if isinstance(owner, Platform) else USER_SCOPES
        field = self.fields["scopes"]
        field.choices = [choice for choice in Scope.choices if choice[0] in allowed]  # type: ignore[attr-defined]


class EventsForm(forms.Form):
    """Of which events an address is told."""

    event_types = forms.MultipleChoiceField(
        label=_("Of what"),
        choices=EventType.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Choose none to tell it of everything, also of what a later version adds."),
    )


class EndpointForm(Once, EventsForm, forms.ModelForm):
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        help_text=_("It is told of events of this platform, signed as Standard Webhooks say."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ["url", "event_types"]
