"""Who was on call stays on record: versions of rotas are not edited, and of a change only how it was settled."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION helpdesk_rota_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'helpdesk_rotachange'
        AND to_jsonb(NEW) - ARRAY['status', 'settled_at', 'ended_at']
            = to_jsonb(OLD) - ARRAY['status', 'settled_at', 'ended_at'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'who was on call is not edited: publish a new version, or change who stands in'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'rotas_stand';
END $$;

CREATE TRIGGER rota_version_stands BEFORE UPDATE OR DELETE ON helpdesk_rotaversion
    FOR EACH ROW EXECUTE FUNCTION helpdesk_rota_stands();
CREATE TRIGGER rota_layer_stands BEFORE UPDATE OR DELETE ON helpdesk_rotalayer
    FOR EACH ROW EXECUTE FUNCTION helpdesk_rota_stands();
CREATE TRIGGER rota_change_stands BEFORE UPDATE OR DELETE ON helpdesk_rotachange
    FOR EACH ROW EXECUTE FUNCTION helpdesk_rota_stands();
"""
BACKWARD = """
DROP TRIGGER rota_change_stands ON helpdesk_rotachange;
DROP TRIGGER rota_layer_stands ON helpdesk_rotalayer;
DROP TRIGGER rota_version_stands ON helpdesk_rotaversion;
DROP FUNCTION helpdesk_rota_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0019_rotas")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
