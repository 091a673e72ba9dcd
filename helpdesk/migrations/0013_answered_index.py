from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the index of a large table is built

    dependencies = [("helpdesk", "0012_search_version_index")]
    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                "queue",
                "category",
                models.F("ended_at").desc(),
                condition=models.Q(("status", "resolved")),
                name="ticket_answered",
            ),
        ),
    ]
