from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the indexes of a large table are built

    dependencies = [("helpdesk", "0022_verdicts_stand")]
    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("assignee", None), ("status", "new")),
                fields=["queue", "priority", "due_at", "id", "level"],
                name="ticket_to_take",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("level__gt", 1), ("status__in", ["new", "open", "waiting"])),
                fields=["queue", "level", "priority", "due_at", "id"],
                name="ticket_queue_level",
            ),
        ),
        RemoveIndexConcurrently(model_name="ticket", name="ticket_next"),
    ]
