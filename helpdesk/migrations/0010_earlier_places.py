from django.db import migrations


class Migration(migrations.Migration):
    """Places from before two people were needed were asked for when they were given."""

    dependencies = [
        ('helpdesk', '0009_places_take_two'),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE helpdesk_teammember SET asked_at = given_at WHERE given_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
