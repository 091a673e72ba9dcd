from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the index of a large table is built

    dependencies = [("helpdesk", "0025_ageing")]
    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("assignee", None), ("status", "new")),
                fields=["queue", "priority", "opened_at", "id"],
                name="ticket_waits_longest",
            ),
        ),
    ]
