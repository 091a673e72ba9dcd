"""Days, moments and numbers in the reader's language, digits, calendar and zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from journal.moments import Count, _city, city, day_words, digits, moment_words, read_zone, zone_of

EVENING = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


def said(language, zone, at=EVENING):
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        return moment_words(at)


def drawn(source, **context):
    return Template("{% load i18n look %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "24 November 2026, 18:00 in Tehran"),
        ("ru", "24 ноября 2026, 18:00 (время города Тегеран)"),
        ("fa", "۳ آذر ۱۴۰۵ (۲۴ نوامبر ۲۰۲۶)، ساعت ۱۸:۰۰ به وقت تهران"),
    ],
)
def test_moment_is_told_by_calendar_digits_and_place_of_the_reader(language, words):
    assert said(language, "Asia/Tehran") == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "24 November 2026, 14:30 UTC"),
        ("ru", "24 ноября 2026, 14:30 UTC"),
        ("fa", "۳ آذر ۱۴۰۵ (۲۴ نوامبر ۲۰۲۶)، ساعت ۱۴:۳۰ UTC"),
    ],
)
def test_moment_where_no_place_is_known_says_utc(language, words):
    assert said(language, "UTC") == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Kathmandu", "24 November 2026, 20:15 in Kathmandu"),
        ("Australia/Adelaide", "25 November 2026, 01:00 in Adelaide"),
        ("America/St_Johns", "24 November 2026, 11:00 in St John’s"),
    ],
)
def test_zones_that_differ_by_parts_of_an_hour_are_told_right(zone, words):
    assert said("en", zone).replace("St. John", "St John") == words


def test_solar_day_changes_at_midnight_of_the_reader_not_of_utc():
    last, first = datetime(2026, 3, 20, 20, 29, tzinfo=UTC), datetime(2026, 3, 20, 20, 30, tzinfo=UTC)
    assert said("fa", "Asia/Tehran", last).startswith("۲۹ اسفند ۱۴۰۴ (۲۰ مارس ۲۰۲۶)، ساعت ۲۳:۵۹")
    assert said("fa", "Asia/Tehran", first).startswith("۱ فروردین ۱۴۰۵ (۲۱ مارس ۲۰۲۶)، ساعت ۰۰:۰۰")


def test_leap_day_of_the_solar_year_is_its_thirtieth_of_esfand():
    with translation.override("fa"):
        assert day_words(date(2025, 3, 20)).startswith("۳۰ اسفند ۱۴۰۳")


def test_day_beyond_the_solar_calendar_is_told_by_the_gregorian_one():
    with translation.override("fa"):
        assert day_words(date(9999, 12, 31)) == "۳۱ دسامبر ۹۹۹۹"


def test_same_hour_twice_in_autumn_is_the_same_words_for_two_moments():
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert said("en", "Europe/Berlin", first) == said("en", "Europe/Berlin", second)


def test_hour_that_summer_time_skips_is_never_told():
    assert "03:00 in Berlin" in said("en", "Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "language", "name"),
    [
        ("Asia/Kolkata", "ru", "Калькутта"),
        ("Asia/Calcutta", "ru", "Калькутта"),  # as Chromium still calls it
        ("Europe/Kyiv", "fa", "کیف"),
        ("America/Argentina/Buenos_Aires", "ru", "Буэнос-Айрес"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires"),
        ("Asia/Tehran", "xx", "Tehran"),
    ],
)
def test_place_of_a_zone_is_named_under_its_old_and_its_new_name(zone, language, name):
    with translation.override("en"):
        assert _city(zone, language) == name


@pytest.mark.parametrize(
    "typed",
    ["", "UTC", "Etc/GMT+3", "Mars/Base", "../../etc/passwd", "asia/tehran", "Asia/" + "x" * 400, "\x00"],
)
def test_what_is_no_place_on_earth_is_utc(typed):
    assert read_zone(typed) == ""
    assert zone_of(typed).key == "UTC"


def test_number_in_a_sentence_has_the_digits_of_the_reader_and_still_finds_its_plural():
    one, many = "{{ days }} day", "{{ days }} days"
    source = f"{{% blocktranslate count days=n|count %}}{one}{{% plural %}}{many}{{% endblocktranslate %}}"
    with translation.override("fa"):
        assert drawn(source, n=5) == "۵ روز"
    assert [drawn(source, n=n) for n in (1, 5)] == ["1 day", "5 days"]


def test_count_is_still_a_number():
    assert Count(3) + 1 == 4
    assert f"{Count(3)}" == "3"


def test_digits_are_those_of_the_reader_only_where_somebody_asks_for_them():
    with translation.override("fa"):
        assert digits("10 MB") == "۱۰ MB"
        assert drawn("{{ reference }}", reference="A7K3-9QXT-M") == "A7K3-9QXT-M"


def test_machine_reads_the_moment_in_iso_beside_the_words():
    with translation.override("fa"):
        assert 'datetime="2026-11-24T14:30:00+00:00"' in drawn("{% moment at %}", at=EVENING)


def test_day_of_a_moment_is_that_of_the_active_zone():
    late = datetime(2026, 11, 24, 23, tzinfo=UTC)
    with timezone.override(ZoneInfo("Asia/Tehran")):
        assert drawn("{{ at|day }}", at=late) == "25 November 2026"
    assert drawn("{{ at|day }}", at=late) == "24 November 2026"


def test_day_that_is_not_there_is_drawn_as_nothing():
    assert drawn("{{ at|day }}{{ n|count|default:'' }}{% moment at %}", at=None, n=None) == ""


def test_city_speaks_the_active_language():
    with translation.override("fa"):
        assert city("Asia/Tehran") == "تهران"
