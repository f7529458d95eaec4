from django.db import migrations


def forget(apps, schema_editor):
    """Drop what earlier versions left in plans that are about nobody any more: the values that a correction added."""
    plans = apps.get_model("promises", "Plan").objects
    for digest in list(plans.filter(kind="rectification").values_list("digest", flat=True)):
        document = plans.get(digest=digest).document
        if document.get("additions") and not _named(document):
            plans.filter(digest=digest).update(document={**document, "additions": []})


def _named(document):
    return any(one["keys"] for one in document["selections"]) or any(
        one["identities"] for one in document.get("tasks", [])
    )


class Migration(migrations.Migration):
    dependencies = [
        ("promises", "0006_gathered"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
    ]
