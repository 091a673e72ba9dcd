"""A group is one open link, held by the database; what the rows of links replace goes.

Who must stay out of one report on a link decides none of them, also where that report has several links. A
bar that only came along with another case (`together`) holds for the case it stands at, not for its links.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# Groups of which no link is left: the words of their reports were erased, or their link waits in the group
# of another report now. Checked at once, as no table can be altered while a check is still to come.
EMPTY = """
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM appeals_noticegroup g WHERE g.decided_at IS NULL AND g.link_hash IS NULL
    AND NOT EXISTS (SELECT 1 FROM appeals_reportedlink l WHERE l.group_id = g.id);
"""
FORWARD = """
CREATE OR REPLACE FUNCTION appeals_decider_is_not_barred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM appeals_decision d JOIN helpdesk_barred b ON b.user_id = d.decided_by_user_id
            JOIN appeals_notice n ON n.ticket_id = b.ticket_id
            JOIN appeals_reportedlink l ON l.notice_id = n.id
        WHERE d.id = NEW.decision_id AND l.group_id = NEW.id AND b.why <> 'together'
    )
    THEN
        RAISE EXCEPTION 'who decides these reports must stay out of one of them'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decider_is_not_barred';
    END IF;
    RETURN NEW;
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION appeals_decider_is_not_barred() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("appeals", "0012_links_of_reports")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.DeleteModel("OpenLink"),
        migrations.RemoveField("notice", "group"),
        migrations.RemoveField("notice", "links"),
        # By hand: Django drops the foreign key of the partitioned table, and then those of its parts, which
        # have gone with it.
        migrations.RunSQL(
            "ALTER TABLE appeals_notice DROP COLUMN decision_id",
            "ALTER TABLE appeals_notice ADD COLUMN decision_id uuid NULL REFERENCES appeals_decision (id)",
            state_operations=[migrations.RemoveField("notice", "decision")],
        ),
        migrations.RemoveField("notice", "acted_on"),
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.AlterField(
            "notice",
            "acted_at",
            models.DateTimeField(help_text="When the last of its links was decided.", null=True),
        ),
        migrations.AlterField(
            "notice",
            "items",
            models.PositiveIntegerField(default=1, help_text="How many links; stays when they are erased."),
        ),
        migrations.AlterField(
            "reportedlink",
            "group",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="links", to="appeals.noticegroup"
            ),
        ),
        migrations.AlterField(
            "reportedlink",
            "notice",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="links", to="appeals.notice"
            ),
        ),
        migrations.AddConstraint(
            "noticegroup",
            models.UniqueConstraint(fields=["platform", "link_hash"], name="one_open_group_a_link"),
        ),
        migrations.AddConstraint(
            "noticegroup",
            models.CheckConstraint(
                name="a_link_until_decided",
                condition=Q(decided_at=None, link_hash__isnull=False)
                | Q(decided_at__isnull=False, link_hash=None),
            ),
        ),
        migrations.AddConstraint(
            "reportedlink",
            models.UniqueConstraint(fields=["notice", "group"], name="a_link_once_in_a_report"),
        ),
        migrations.AddConstraint(
            "reportedlink",
            models.CheckConstraint(
                name="acted_with_a_decision",
                condition=Q(decision=None, acted_at=None)
                | Q(decision__isnull=False, acted_at__isnull=False),
            ),
        ),
    ]
