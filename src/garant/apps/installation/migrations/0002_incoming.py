"""An index by which the map finds what a controller handed over with a request."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """After its table is there."""

    dependencies: ClassVar = [("installation", "0001_traces"), ("exchanges", "0001_opendsr")]
    operations: ClassVar = [
        migrations.RunSQL(
            'CREATE INDEX "own_exchanges_incoming_request" ON "exchanges_incoming" ("request")',
            'DROP INDEX "own_exchanges_incoming_request"',
        )
    ]
