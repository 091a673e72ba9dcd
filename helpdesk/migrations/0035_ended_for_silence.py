from django.db import migrations, models


class Migration(migrations.Migration):
    """Decisions that silence ended are counted apart; weeks that were folded without them are folded anew."""

    dependencies = [("helpdesk", "0034_step_mail")]
    operations = [
        migrations.RunSQL("DELETE FROM helpdesk_verdictweek", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="verdictweek",
            name="silent",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
    ]
