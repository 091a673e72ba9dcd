from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the indexes of a large table are built

    dependencies = [("helpdesk", "0030_silence")]
    operations = [
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('reminded_at', None), ('status', 'waiting'), ('waiting_since__isnull', False)), fields=['queue', 'waiting_since'], name='ticket_to_remind'),
        ),
        AddIndexConcurrently(
            model_name='ticket',
            index=models.Index(condition=models.Q(('reminded_at__isnull', False), ('status', 'waiting'), ('waiting_since__isnull', False)), fields=['queue', 'reminded_at'], name='ticket_to_close'),
        ),
    ]
