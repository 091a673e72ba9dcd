"""The database refuses to give a ticket to somebody who is barred from it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION helpdesk_not_to_the_barred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.assignee_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM helpdesk_barred WHERE ticket_id = NEW.id AND user_id = NEW.assignee_id
    ) THEN
        RAISE EXCEPTION 'this user is barred from this ticket'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'not_to_the_barred';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER not_to_the_barred BEFORE INSERT OR UPDATE OF assignee_id ON helpdesk_ticket
    FOR EACH ROW EXECUTE FUNCTION helpdesk_not_to_the_barred();
"""
BACKWARD = """
DROP TRIGGER not_to_the_barred ON helpdesk_ticket;
DROP FUNCTION helpdesk_not_to_the_barred();
"""


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
