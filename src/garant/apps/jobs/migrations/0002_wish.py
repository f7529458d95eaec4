"""The same job is asked for once while it has not ended: held by the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Jobs of before have no digest: one of them that has not ended may be asked for once more."""

    dependencies = [("jobs", "0001_jobs")]

    operations = [
        migrations.AddField("job", "wish", models.CharField(default="", max_length=64)),
        migrations.AddConstraint(
            "job",
            models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "running")), models.Q(("wish", ""), _negated=True)),
                fields=("organisation", "wish"),
                name="job_once_while_open",
            ),
        ),
    ]
