"""Nobody decides a group of reports who is barred from one of them. The database holds it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION appeals_decider_is_not_barred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM appeals_decision d JOIN helpdesk_barred b ON b.user_id = d.decided_by_user_id
            JOIN appeals_notice n ON n.ticket_id = b.ticket_id
        WHERE d.id = NEW.decision_id AND n.group_id = NEW.id
    )
    THEN
        RAISE EXCEPTION 'who decides these reports must stay out of one of them'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decider_is_not_barred';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decider_is_not_barred BEFORE INSERT OR UPDATE OF decision_id ON appeals_noticegroup
    FOR EACH ROW WHEN (NEW.decision_id IS NOT NULL) EXECUTE FUNCTION appeals_decider_is_not_barred();
"""
BACKWARD = """
DROP TRIGGER decider_is_not_barred ON appeals_noticegroup;
DROP FUNCTION appeals_decider_is_not_barred();
"""


class Migration(migrations.Migration):
    dependencies = [("appeals", "0006_mandate_takes_two"), ("helpdesk", "0008_wake_index")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
