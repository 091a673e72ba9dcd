"""Versions of policies and calendars are never edited or removed; only when they were applied is added."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION helpdesk_promise_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'applied_at' = to_jsonb(OLD) - 'applied_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was promised is not edited: publish a new version'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'promises_stand';
END $$;

CREATE TRIGGER policy_stands BEFORE UPDATE OR DELETE ON helpdesk_policy
    FOR EACH ROW EXECUTE FUNCTION helpdesk_promise_stands();
CREATE TRIGGER policy_row_stands BEFORE UPDATE OR DELETE ON helpdesk_policyrow
    FOR EACH ROW EXECUTE FUNCTION helpdesk_promise_stands();
CREATE TRIGGER step_stands BEFORE UPDATE OR DELETE ON helpdesk_step
    FOR EACH ROW EXECUTE FUNCTION helpdesk_promise_stands();
CREATE TRIGGER calendar_version_stands BEFORE UPDATE OR DELETE ON helpdesk_calendarversion
    FOR EACH ROW EXECUTE FUNCTION helpdesk_promise_stands();
"""
BACKWARD = """
DROP TRIGGER calendar_version_stands ON helpdesk_calendarversion;
DROP TRIGGER step_stands ON helpdesk_step;
DROP TRIGGER policy_row_stands ON helpdesk_policyrow;
DROP TRIGGER policy_stands ON helpdesk_policy;
DROP FUNCTION helpdesk_promise_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0017_confirmed_addresses")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
