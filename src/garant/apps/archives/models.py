"""Who is entitled to consult the archive, and the consultations.

Only :mod:`garant.apps.archives.services` writes here: it changes these rows and the ledger in one transaction.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Entitlement(models.Model):
    """A person who may consult the archive of an organisation, until a day or until it is taken back."""

    organisation: str = _fields.CharField(max_length=80, db_index=True)
    actor: str = _fields.CharField(max_length=200)
    until: date | None = _fields.DateField(null=True)
    given_by: str = _fields.CharField(max_length=200)
    given_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """A person is entitled once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "actor"], name="entitled_once")
        ]

    def __str__(self) -> str:
        return f"{self.actor} ({self.organisation})"


class Consultation(models.Model):
    """A record that was shown, to whom, and the reason given, encrypted by the archive's key."""

    key: str = _fields.CharField(max_length=32, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    record: str = _fields.CharField(max_length=32)
    actor: str = _fields.CharField(max_length=200)
    reason: bytes = _fields.BinaryField()
    at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return f"{self.record} ({self.at:%Y-%m-%d})"
