"""Whether a row is still as the form showed it from which somebody changes it."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.forms import BaseForm
from django.utils.translation import gettext as _

from journal.errors import Refused


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


def show_saved(form: BaseForm, row: Model) -> None:
    """Say beside each field of a form that was refused what `row` holds, where it is not what was typed."""
    for name, field in form.fields.items():
        saved = getattr(row, name)
        if (form.cleaned_data.pop(name, None) or None) != (saved or None):
            words: Any = dict(getattr(field, "choices", ())).get(saved, saved)
            form.add_error(name, _("Saved now: %(value)s") % {"value": words or _("nothing")})
