"""Each report's list of links becomes rows, and each link that is open gets one group of its own."""

from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit

from django.db import migrations


def plain(link):
    """A link as it is compared, written out: the code that a migration was made with changes."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return link
    fragment = "" if parts.fragment.startswith(":~:") else parts.fragment
    return urlunsplit(
        (parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), parts.query, fragment)
    )


def fill(apps, schema_editor):
    notices = apps.get_model("appeals", "Notice").objects.select_related("group").order_by("received_at")
    groups = Groups(apps.get_model("appeals", "NoticeGroup"))
    rows = apps.get_model("appeals", "ReportedLink").objects
    for notice in notices.iterator(chunk_size=500):
        links = {sha256(plain(link).encode()).digest(): link for link in reversed(notice.links)}
        if not links and notice.decision_id:
            links = {b"": ""}  # erased: how it ended is counted on
        rows.bulk_create(
            rows.model(
                notice=notice,
                group=groups.of(notice.group, key),
                link=link,
                decision_id=notice.decision_id,
                acted_at=notice.acted_at,
                acted_on=notice.acted_on,
            )
            for key, link in reversed(links.items())
        )


class Groups:
    """Which group a link of an old group belongs to: the old one for the first link, new ones for the others."""

    def __init__(self, model):
        self.model = model
        self.open, self.decided, self.taken = {}, {}, set()

    def of(self, old, key):
        if old.decided_at:
            found, place = self.decided, (old.pk, key)
        else:
            found, place = self.open, (old.platform_id, key)
        if place not in found:
            found[place] = self._first(old, key)
        return found[place]

    def _first(self, old, key):
        if old.pk in self.taken:
            old = self.model(
                platform_id=old.platform_id, decision_id=old.decision_id, decided_at=old.decided_at
            )
        self.taken.add(old.pk)
        old.link_hash = None if old.decided_at else key
        old.save()
        return old


class Migration(migrations.Migration):
    dependencies = [("appeals", "0011_reported_links")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
