from django.db import migrations

# Our last words, as `_answer_with` would have noted them. An undone reply counts too: ten seconds too late at
# most, and never too early for the person. The column is empty only where the wait is older than the column.
FILL = """
UPDATE helpdesk_ticket AS ticket SET waiting_since = words.at
FROM (
    SELECT waiting.id, max(event.at) AS at
    FROM helpdesk_ticket AS waiting
    JOIN journal_event AS event ON event.subject_kind = 'ticket' AND event.subject_id = waiting.id
    WHERE waiting.status = 'waiting' AND waiting.waiting_since IS NULL
        AND event.code IN ('waiting', 'staff_wrote')
    GROUP BY waiting.id
) AS words
WHERE ticket.id = words.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0032_push"),
        ("journal", "0003_push"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
