"""Nobody reviews a decision that they took or reviewed in an earlier round. The database holds it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION appeals_reviewer_is_independent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ticket uuid;
BEGIN
    SELECT a.ticket_id INTO ticket FROM appeals_appealdecision s JOIN appeals_appeal a ON a.id = s.appeal_id
    WHERE s.id = NEW.subject_id;
    IF EXISTS (SELECT 1 FROM helpdesk_barred WHERE ticket_id = ticket AND user_id = NEW.reviewer_id)
        OR EXISTS (
            SELECT 1 FROM appeals_appealdecision s JOIN appeals_decision d ON d.id = s.decision_id
            WHERE s.id = NEW.subject_id AND (d.decided_by_user_id = NEW.reviewer_id OR EXISTS (
                SELECT 1 FROM appeals_decider m WHERE m.platform_id = d.platform_id
                    AND m.decided_by = d.decided_by AND m.user_id = NEW.reviewer_id))
        )
    THEN
        RAISE EXCEPTION 'the reviewer took part in this decision'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'reviewer_is_independent';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reviewer_is_independent BEFORE INSERT OR UPDATE OF reviewer_id ON appeals_review
    FOR EACH ROW EXECUTE FUNCTION appeals_reviewer_is_independent();
"""
BACKWARD = """
DROP TRIGGER reviewer_is_independent ON appeals_review;
DROP FUNCTION appeals_reviewer_is_independent();
"""


class Migration(migrations.Migration):
    dependencies = [("appeals", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
