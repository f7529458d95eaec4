"""What was erased, known by keyed hashes alone. Only :mod:`garant.apps.replays.services` writes here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Suppressed(models.Model):
    """One root that was erased: the mark of its key, and fingerprints of its row before and after."""

    organisation: str = _fields.CharField(max_length=80)
    system: str = _fields.CharField(max_length=80)
    root: str = _fields.CharField(max_length=80)
    columns: str = _fields.TextField()
    mark: str = _fields.CharField(max_length=32)
    before: str = _fields.CharField(max_length=32)
    after: str | None = _fields.CharField(max_length=32, null=True)
    rule: str = _fields.CharField(max_length=80, blank=True, default="")
    run: str = _fields.CharField(max_length=40)
    at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """A root is on the list once for each rule and each state of its row."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "system", "root", "mark", "before", "rule"],
                name="suppressed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.root} {self.mark[:8]}"
