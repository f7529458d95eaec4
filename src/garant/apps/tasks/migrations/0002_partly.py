from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="task",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("done", "Done"),
                    ("partly", "Partly"),
                    ("nothing-found", "Nothing Found"),
                    ("refused", "Refused"),
                ],
                default="waiting",
                max_length=20,
            ),
        ),
    ]
