"""Rule versions and their words are never edited or removed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION rulebook_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published rule is not edited: publish a new version'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rules_stand';
END $$;

CREATE TRIGGER version_stands BEFORE UPDATE OR DELETE ON rulebook_ruleversion
    FOR EACH ROW EXECUTE FUNCTION rulebook_stands();
CREATE TRIGGER text_stands BEFORE UPDATE OR DELETE ON rulebook_ruletext
    FOR EACH ROW EXECUTE FUNCTION rulebook_stands();
"""
BACKWARD = """
DROP TRIGGER text_stands ON rulebook_ruletext;
DROP TRIGGER version_stands ON rulebook_ruleversion;
DROP FUNCTION rulebook_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
