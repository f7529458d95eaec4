"""The log keeps its last head and its key beside it; the tile that grows with each entry is not kept any more."""

from __future__ import annotations

import json
from typing import Any

from django.db import migrations, models

from garant.ledger.tree import TILE_WIDTH, Peaks

CHUNK = 2_000


def remember(apps: Any, _: Any) -> None:
    """Take them from the entries and the checkpoints that are there."""
    models = {name: apps.get_model("evidence", name) for name in ("Log", "LedgerEntry", "Tile", "Checkpoint")}
    for log in models["Log"].objects.all():
        entries = models["LedgerEntry"].objects.filter(log=log).order_by("index")
        named = entries.filter(kind__in=["keys.created", "keys.rotated"]).last()
        if named is not None:
            payload = json.loads(bytes(named.data))["payload"]
            log.verifier = payload.get("new") or payload["verifier"]
        last = models["Checkpoint"].objects.filter(log=log).order_by("size", "id").last()
        if last is not None:
            peaks = Peaks()
            leaves = entries.filter(index__lt=last.size).values_list("leaf_hash", flat=True)
            for leaf in leaves.iterator(CHUNK):
                peaks.append(bytes(leaf))
            log.signed, log.peaks = last.note, b"".join(peaks.hashes)
        log.save()
        models["Tile"].objects.filter(log=log, level=0, index=log.size // TILE_WIDTH).delete()


def keep_last_tile(apps: Any, _: Any) -> None:
    """Put the tile of the last entries back, where it was kept."""
    models = {name: apps.get_model("evidence", name) for name in ("Log", "LedgerEntry", "Tile")}
    for log in models["Log"].objects.all():
        last = log.size // TILE_WIDTH
        entries = models["LedgerEntry"].objects.filter(log=log, index__gte=last * TILE_WIDTH).order_by("index")
        leaves = [bytes(leaf) for leaf in entries.values_list("leaf_hash", flat=True)]
        if leaves:
            models["Tile"].objects.create(log=log, level=0, index=last, hashes=b"".join(leaves))


class Migration(migrations.Migration):
    """What a checkpoint goes on from, and what it is signed with."""

    dependencies = [("evidence", "0001_initial")]

    operations = [
        migrations.AddField("log", "verifier", models.TextField(default="")),
        migrations.AddField("log", "signed", models.TextField(default="")),
        migrations.AddField("log", "peaks", models.BinaryField(default=bytes)),
        migrations.RunPython(remember, keep_last_tile),
    ]
