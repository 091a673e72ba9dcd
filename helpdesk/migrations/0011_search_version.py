from django.db import migrations, models


class Migration(migrations.Migration):
    """What was indexed until now has version 0, so that a clock indexes it anew."""

    dependencies = [("helpdesk", "0010_earlier_places")]
    operations = [
        migrations.AddField(
            model_name="searchtext",
            name="version",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
    ]
