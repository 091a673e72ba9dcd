"""The index of words follows its ticket: into another queue, and out of existence with an erased case."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION helpdesk_search_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.erased_at IS NOT NULL THEN
        DELETE FROM helpdesk_searchtext WHERE ticket_id = NEW.id;
    ELSIF NEW.queue_id <> OLD.queue_id THEN
        UPDATE helpdesk_searchtext
        SET tokens = ts_delete(tokens, 'queue:' || OLD.queue_id) || array_to_tsvector(ARRAY['queue:' || NEW.queue_id])
        WHERE ticket_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER search_follows AFTER UPDATE OF queue_id, erased_at ON helpdesk_ticket
    FOR EACH ROW WHEN (NEW.queue_id <> OLD.queue_id OR NEW.erased_at IS DISTINCT FROM OLD.erased_at)
    EXECUTE FUNCTION helpdesk_search_follows();
"""
BACKWARD = """
DROP TRIGGER search_follows ON helpdesk_ticket;
DROP FUNCTION helpdesk_search_follows();
"""


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0003_search")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
