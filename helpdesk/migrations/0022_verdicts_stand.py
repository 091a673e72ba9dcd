"""A verdict is never edited. It goes only if history says that what ended the run was undone at once."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION helpdesk_verdict_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Answers can be undone for ten seconds; a minute leaves room for clocks of machines that differ.
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM journal_event
        WHERE subject_kind = 'ticket' AND subject_id = OLD.ticket_id
            AND code IN ('reply_undone', 'answer_undone')
            AND at >= OLD.ended_at AND at <= OLD.ended_at + interval '1 minute'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a verdict stands, whatever is edited later'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'verdicts_stand';
END $$;
CREATE TRIGGER verdict_stands BEFORE UPDATE OR DELETE ON helpdesk_verdict
    FOR EACH ROW EXECUTE FUNCTION helpdesk_verdict_stands();

CREATE FUNCTION helpdesk_let_go_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was given up stays on record'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'verdicts_stand';
END $$;
CREATE TRIGGER let_go_stands BEFORE UPDATE OR DELETE ON helpdesk_letgo
    FOR EACH ROW EXECUTE FUNCTION helpdesk_let_go_stands();
"""
BACKWARD = """
DROP TRIGGER let_go_stands ON helpdesk_letgo;
DROP TRIGGER verdict_stands ON helpdesk_verdict;
DROP FUNCTION helpdesk_let_go_stands();
DROP FUNCTION helpdesk_verdict_stands();
"""
QUEUES = """
UPDATE helpdesk_clock SET queue_id = ticket.queue_id FROM helpdesk_ticket AS ticket
WHERE ticket.id = helpdesk_clock.ticket_id AND helpdesk_clock.queue_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0021_verdicts")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(QUEUES, migrations.RunSQL.noop),
    ]
