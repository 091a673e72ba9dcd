"""A row for each link of each report; a group is one link from here on."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("appeals", "0010_open_links")]
    operations = [
        migrations.AddField("noticegroup", "link_hash", models.BinaryField(max_length=32, null=True)),
        migrations.CreateModel(
            name="ReportedLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "link",
                    models.CharField(
                        blank=True, help_text="As the notifier wrote it, until erased.", max_length=2000
                    ),
                ),
                ("acted_at", models.DateTimeField(null=True)),
                (
                    "acted_on",
                    models.CharField(
                        blank=True,
                        choices=[("law", "It breaks the law"), ("rules", "It breaks a rule")],
                        max_length=5,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reported_links",
                        to="appeals.decision",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="appeals.noticegroup",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="appeals.notice"
                    ),
                ),
            ],
        ),
    ]
