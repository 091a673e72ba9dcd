from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the index of a large table is built

    dependencies = [("helpdesk", "0011_search_version")]
    operations = [
        AddIndexConcurrently(
            model_name="searchtext", index=models.Index(fields=["version"], name="search_version")
        ),
    ]
