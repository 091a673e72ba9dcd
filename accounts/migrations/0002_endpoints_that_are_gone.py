from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RenameField("webhookendpoint", "made_at", "told_since"),
        migrations.AddField(
            "webhookendpoint", "is_gone", models.BooleanField(db_default=False, default=False)
        ),
    ]
