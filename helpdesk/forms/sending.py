"""What every form shares that begins a case."""

from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from helpdesk.actions import Letter
from helpdesk.attachments import ACCEPT, Accepted, accept
from helpdesk.forms.zones import ZoneField
from helpdesk.languages import isolated
from helpdesk.receipts import new_token
from journal.errors import Refused
from journal.moments import Count

LONGEST_TEXT = 20_000


def kinds(most: int) -> str:
    """Which files are taken, and how large."""
    return ngettext(
        "One JPEG, PNG, WebP, GIF, PDF or plain text of up to %(size)s MB.",
        "Up to %(most)s files: JPEG, PNG, WebP, GIF, PDF or plain text, each of up to %(size)s MB.",
        most,
    ) % {"most": Count(most), "size": Count(settings.ATTACHMENT_BYTES // (1024 * 1024))}


kinds_lazy = lazy(kinds, str)


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files. Each is known by its content, cleaned of what it tells about its maker, or refused."""

    def __init__(self, *, most: int | None = None, **options: Any):
        self.most = most or settings.ATTACHMENTS_AT_ONCE
        options["help_text"] = format_lazy("{} {}", options.get("help_text", ""), kinds_lazy(self.most))
        super().__init__(widget=FilesInput(attrs={"accept": ACCEPT}), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Accepted]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given:
            super().clean(None, initial)
            return []
        if len(given) > self.most:
            raise forms.ValidationError(
                _("Send %(most)s files at most. You can add more to your case later."),
                params={"most": Count(self.most)},
            )
        return list(self._accepted(given))

    def _accepted(self, given: Iterable[Any]) -> Iterable[Accepted]:
        for upload in given:
            try:
                yield accept(super().clean(upload))
            except Refused as refused:
                raise self._about(upload, str(refused.message), refused.code) from refused
            except forms.ValidationError as wrong:
                raise self._about(upload, wrong.messages[0], wrong.code) from wrong

    def _about(self, upload: Any, message: str, code: str | None) -> forms.ValidationError:
        """Of several files the person must know which one is meant."""
        name = isolated(str(upload.name))
        return forms.ValidationError("%(name)s: %(message)s", code, {"name": name, "message": message})


class LanguageField(forms.ChoiceField):
    """The language in which the person wants to be answered; first the one they read in."""

    def __init__(self, **options: Any):
        super().__init__(
            choices=lambda: settings.LANGUAGES,
            initial=lambda: get_language() or settings.LANGUAGE_CODE,
            label=_("In which language shall we answer?"),
            **options,
        )


class _Shared(dict[str, forms.Field]):
    """Fields of which every form of a class holds the same, but for some: Django asks for copies of all."""

    def __init__(self, fields: Mapping[str, forms.Field], but: Collection[str]):
        super().__init__(fields)
        self.but = but

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return {name: deepcopy(each) if name in self.but else each for name, each in self.items()}


Sent = TypeVar("Sent", bound=type[forms.Form])


def shares_fields(*, but: Collection[str]) -> Callable[[Sent], Sent]:
    """For a form that changes no field `but` these: it need not copy them for each who opens or sends it.

    A change of a shared field would show in the forms of everybody. A form may leave one out; what inherits
    from it has copies again.
    """

    def share(form: Sent) -> Sent:
        form.base_fields = _Shared(form.base_fields, but)
        return form

    return share


class SendingForm(forms.Form):
    """A form that opens a case. Its token makes sending it again, by mistake or after a broken
    connection, open the same case with the same receipt (design 13)."""

    token = forms.CharField(widget=forms.HiddenInput, min_length=20, max_length=64, initial=new_token)
    zone = ZoneField()

    letter_class: type[Letter] = Letter  # takes the fields that it has under the same names

    required_css_class = "is-required"
    error_css_class = "has-error"

    def __init__(self, *args: Any, at: datetime, **options: Any):
        """`at` is when the form is shown or sent: what it offers and takes may hang on the day."""
        super().__init__(*args, **options)
        self.at = at
        self.fields["zone"].widget.at = at  # type: ignore[attr-defined]  # its own

    def full_clean(self) -> None:
        """Browsers forget chosen files when a page comes back; say so beside them."""
        super().full_clean()
        if not self.is_bound or not self.errors:
            return
        for name in self.fields:
            if isinstance(self.fields[name], FilesField) and self.files.getlist(self.add_prefix(name)):
                self.add_error(name, _("Please choose your files again: the browser has forgotten them."))

    def contact(self) -> dict[str, str] | None:
        """How to reach the person, where the form asks and they said."""
        address = self.cleaned_data.get("email", "")
        name = self.cleaned_data.get("name", "")
        return {"address": address, "name": name} if address or name else None

    def letter(self, **known: Any) -> Any:
        """What was sent, as the action takes it; `known` is what the page knows beside the form."""
        shared = {each.name for each in fields(self.letter_class)} & self.cleaned_data.keys()
        typed = {name: self.cleaned_data[name] for name in shared}
        return self.letter_class(**typed, contact=self.contact(), **known)

    def refuse(self, refused: Refused) -> None:
        """Show an action's refusal at the field it belongs to, else above the form."""
        self.add_error(refused.field if refused.field in self.fields else None, str(refused.message))


class ContactFields(forms.Form):
    """How to reach the person, if they want to be reached."""

    email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("E-mail"),
        help_text=_(
            "Only if you want a mail when there is news. We first ask this address to confirm; "
            "the mail never says what your case is about."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )


def long_text(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    """A text that somebody writes at length."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
