"""Whether a row is still as the form showed it from which somebody changes it."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.forms import BaseForm
from django.utils.translation import gettext as _

from journal.errors import Refused
from journal.moments import day_words, digits


def seen_of(row: Model, names: Iterable[str]) -> str:
    """What a form shows of `row`, in short. It goes into the form and comes back with what was typed."""
    shown = [(name, str(row.serializable_value(name))) for name in sorted(names)]
    return sha256(repr(shown).encode()).hexdigest()[:16]


def refuse_if_changed(row: Model, names: Iterable[str], seen: str | None) -> None:
    """Raise Refused("changed_meanwhile") where a held `row` is no longer what was `seen`.

    A form sends every field, so saving it would silently put back what a colleague changed since. None
    means that the caller sets single fields and overwrites nothing unseen.
    """
    if seen is not None and seen != seen_of(row, names):
        raise Refused(
            "changed_meanwhile",
            _("Somebody has changed this since you opened it. Beside each field stands what is saved now."),
        )


def say_refusal(form: BaseForm, refused: Refused, row: Model) -> None:
    """Put a refusal into the form; where a colleague was quicker, also what `row` holds now."""
    form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    if refused.code == "changed_meanwhile":
        row.refresh_from_db()
        _show_saved(form, row)


def _show_saved(form: BaseForm, row: Model) -> None:
    for name, field in form.fields.items():
        saved = getattr(row, name)
        if (form.cleaned_data.pop(name, None) or None) != (saved or None):
            form.add_error(name, _("Saved now: %(value)s") % {"value": _words(saved, field)})


def _words(saved: Any, field: Any) -> Any:
    """What is saved, as the reader writes it."""
    choices = dict(getattr(field, "choices", ()))
    if isinstance(saved, list):
        return ", ".join(str(choices.get(each, each)) for each in saved) or _("nothing")
    if isinstance(saved, date):
        return day_words(saved)
    said = choices.get(saved, saved)
    return (digits(said) if isinstance(said, int) else said) or _("nothing")
