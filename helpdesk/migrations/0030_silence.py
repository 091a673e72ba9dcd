import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("helpdesk", "0029_folded_weeks"),
    ]

    operations = [
        migrations.AddField(
            model_name='queue',
            name='close_after_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Counted from our question, later than the reminder. Cases of top priority never end so.', null=True, validators=[django.core.validators.MinValueValidator(2), django.core.validators.MaxValueValidator(365)], verbose_name='End the case of a silent person after (days)'),
        ),
        migrations.AddField(
            model_name='queue',
            name='remind_after_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Counted from our question. Empty: nobody is reminded, and no case ends by itself.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='Remind a silent person after (days)'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='reminded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='waiting_since',
            field=models.DateTimeField(help_text='When we last wrote to the person and began to wait for them.', null=True),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('close_after_days', None), ('remind_after_days', None)), models.Q(('close_after_days__gt', models.F('remind_after_days')), ('close_after_days__isnull', False), ('remind_after_days__gte', 1), ('remind_after_days__isnull', False)), _connector='OR'), name='reminded_before_it_ends'),
        ),
    ]
