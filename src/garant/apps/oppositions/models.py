"""Who opposes, by keyed hashes alone. Only :mod:`garant.apps.oppositions.services` writes here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Opposition(models.Model):
    """One address or number, and the purpose that it opposes; none for all direct marketing."""

    organisation: str = _fields.CharField(max_length=80)
    kind: str = _fields.CharField(max_length=20)
    mark: str = _fields.CharField(max_length=64)
    purpose: str = _fields.CharField(max_length=170, blank=True, default="")
    at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """Once for each purpose."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "mark", "purpose"], name="opposition_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.mark[:8]} {self.purpose}"
