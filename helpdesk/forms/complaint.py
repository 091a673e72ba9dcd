"""Complaints about the service itself, and the short form for somebody in danger."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.forms.sending import ContactFields, FilesField, LanguageField, SendingForm, long_text


class Category(models.TextChoices):
    """What a complaint is about, out of the box."""

    ACCOUNT_TAKEN = "account_taken", _("Somebody took over my account")
    IMPERSONATION = "impersonation", _("Somebody pretends to be me")
    THREATS = "threats", _("Somebody threatens me")
    DOXXING = "doxxing", _("Somebody published where I live or other private things")
    NO_OWNER = "no_owner", _("A channel or group has lost its owner")
    BLOCKED = "blocked", _("I was blocked by mistake")
    NO_ANSWER = "no_answer", _("Nobody answers me")
    OTHER = "other", _("Something else")


class ComplaintForm(SendingForm, ContactFields):
    category = forms.ChoiceField(
        choices=Category.choices, widget=forms.RadioSelect, label=_("What is it about?")
    )
    text = long_text(
        _("What happened?"), _("Say it in your own words. Names, links and dates help us to find it.")
    )
    attachments = FilesField(
        required=False,
        label=_("Files"),
        help_text=_("Pictures or documents that show it. We take out what they tell about your device."),
    )
    language = LanguageField()

    field_order = ["category", "text", "attachments", "email", "language", "zone", "token"]


class DangerForm(SendingForm):
    """Asks for no more than is needed to help."""

    text = long_text(
        _("What is happening, and what do you need from us?"),
        _("A few words are enough. Leave out your name if you like."),
    )
    language = LanguageField()

    field_order = ["text", "language", "zone", "token"]
