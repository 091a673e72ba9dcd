import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("helpdesk", "0024_bars_together"),
    ]

    operations = [
        migrations.CreateModel(
            name='Picks',
            fields=[
                ('queue', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='helpdesk.queue')),
                ('count', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='queue',
            name='reserved_share',
            field=models.PositiveSmallIntegerField(db_default=20, default=20, help_text='So that what is less urgent never waits for ever. 20 is one in five, 0 is none.', validators=[django.core.validators.MaxValueValidator(50)], verbose_name='Percent of picks for what has waited longest'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('reserved_share__lte', 50)), name='half_of_the_picks_at_most'),
        ),
    ]
