"""The database numbers and chains the events, and refuses to change history."""

from django.db import migrations

# The text that is hashed: every column of meaning, in order, one line each, after the hash before it.
# docs/history.md describes it, so that anybody can check a chain without this program.
FORWARD = r"""
CREATE FUNCTION journal_event_hash(
    before bytea, kind text, subject uuid, number int, code text, vals jsonb,
    actor_kind text, actor_id uuid, at timestamptz, written_at timestamptz
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(before || convert_to(concat_ws(E'\n', kind, subject::text, number::text, code, vals::text,
        actor_kind, coalesce(actor_id::text, '-'),
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        to_char(written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 'UTF8'))
$$;

CREATE FUNCTION journal_event_chained() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    link journal_chain%ROWTYPE;
BEGIN
    -- Takes the lock on the subject's chain, and still returns the hash before this event.
    INSERT INTO journal_chain AS chain (subject_kind, subject_id, last_number, last_hash)
    VALUES (NEW.subject_kind, NEW.subject_id, 1, ''::bytea)
    ON CONFLICT (subject_kind, subject_id) DO UPDATE SET last_number = chain.last_number + 1
    RETURNING * INTO link;
    NEW.number := link.last_number;
    NEW.written_at := transaction_timestamp();
    NEW.hash := journal_event_hash(link.last_hash, NEW.subject_kind, NEW.subject_id, NEW.number, NEW.code,
        NEW.values, NEW.actor_kind, NEW.actor_id, NEW.at, NEW.written_at);
    UPDATE journal_chain SET last_hash = NEW.hash WHERE id = link.id;
    RETURN NEW;
END $$;

CREATE TRIGGER event_chained BEFORE INSERT ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_event_chained();

CREATE FUNCTION journal_history_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is not changed: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER event_stands BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_history_stands();
CREATE TRIGGER chain_stands BEFORE DELETE ON journal_chain
    FOR EACH ROW EXECUTE FUNCTION journal_history_stands();
CREATE TRIGGER digest_stands BEFORE UPDATE OR DELETE ON journal_digest
    FOR EACH ROW EXECUTE FUNCTION journal_history_stands();
"""

BACKWARD = """
DROP TRIGGER digest_stands ON journal_digest;
DROP TRIGGER chain_stands ON journal_chain;
DROP TRIGGER event_stands ON journal_event;
DROP TRIGGER event_chained ON journal_event;
DROP FUNCTION journal_history_stands();
DROP FUNCTION journal_event_chained();
DROP FUNCTION journal_event_hash(bytea, text, uuid, int, text, jsonb, text, uuid, timestamptz, timestamptz);
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
