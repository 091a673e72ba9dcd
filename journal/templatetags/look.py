"""What every page draws the same way: icons, moments, form controls."""

from datetime import date, datetime
from functools import cache
from xml.etree import ElementTree

from django import template
from django.conf import settings
from django.forms import BoundField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi

from journal.moments import Count, day_words, digits, moment_words

register = template.Library()

SOURCE = settings.BASE_DIR / "static" / "src" / "icons.txt"
BUILT = settings.BASE_DIR / "static" / "dist" / "icons"
SVG = "{http://www.w3.org/2000/svg}"
# Pictures of a direction turn round with the reading direction.
TURNED = {"arrow-left": "arrow-right", "arrow-right": "arrow-left"}


@cache
def known_icons() -> frozenset[str]:
    """The names of the icons that the build copies out of bootstrap-icons."""
    return frozenset(SOURCE.read_text(encoding="utf-8").split())


@cache
def _drawing(name: str) -> SafeString:
    if name not in known_icons():
        raise template.TemplateSyntaxError(f"{name} is not in static/src/icons.txt")
    path = BUILT / f"{name}.svg"
    if not path.exists():
        return SafeString("")
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314  our own build wrote it
    shapes = "".join(
        format_html('<path d="{}"/>', shape.get("d")) for shape in root.iter(f"{SVG}path") if shape.get("d")
    )
    return mark_safe(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{shapes}</svg>')


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inline drawing beside a word; it says nothing to a screen reader, the word does."""
    return _drawing(TURNED.get(name, name) if get_language_bidi() else name)


@register.simple_tag
def moment(at, shape: str = "DATETIME_FORMAT") -> SafeString | str:
    """A moment as the reader's language writes it, with its place or zone; for machines in ISO beside it.

    The short shapes are for lists of the staff: one calendar, and the zone's own short name.
    """
    if at is None:
        return ""
    if shape == "DATETIME_FORMAT":
        return format_html('<time datetime="{}">{}</time>', at.isoformat(), moment_words(at))
    local = timezone.localtime(at)
    words = digits(date_format(local, shape))
    zone = f" {local.tzname()}" if shape in {"SHORT_DATETIME_FORMAT", "TIME_FORMAT"} else ""
    return format_html('<time datetime="{}">{}{}</time>', at.isoformat(), words, zone)


@register.filter
def day(value: date | datetime | None) -> str:
    """A day in full, in the reader's calendar and digits."""
    if value is None:
        return ""
    return day_words(timezone.localtime(value).date() if isinstance(value, datetime) else value)


@register.filter
def count(value: int | str | None) -> Count | str | None:
    """A number in the reader's digits; sentences still find their plural by it. What is missing stays so."""
    return Count(value) if isinstance(value, int) else value


register.filter("digits", digits)
register.filter("moment_words", moment_words)


@register.filter
def moment_of(written: str) -> datetime:
    """A moment as the body of a mail holds it."""
    return datetime.fromisoformat(written)


PLAIN = {"checkbox", "radioselect", "checkboxselectmultiple", "hidden", "multiplehidden"}


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """A form's control in our dress. Django itself ties it to its help and its errors."""
    if field.widget_type in PLAIN:
        return field.as_widget()
    dress = "form-select" if field.widget_type.startswith("select") else "form-control"
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{dress} {own}".strip()})
