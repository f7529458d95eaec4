"""What controls found. Only :mod:`garant.apps.controls.services` writes here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Standing(models.Model):
    """How one promise stands now, since when, and on what it rests."""

    organisation: str = _fields.CharField(max_length=80)
    promise: str = _fields.CharField(max_length=140)
    article: int = _fields.PositiveSmallIntegerField()
    position: int = _fields.PositiveIntegerField()
    label: dict[str, str] = _fields.JSONField()
    state: str = _fields.CharField(max_length=10)
    why: dict[str, str] = _fields.JSONField()
    measure: int | None = _fields.BigIntegerField(null=True)
    before: int | None = _fields.BigIntegerField(null=True)
    """What the control counted the time before: the trend."""
    evidence: dict[str, Any] = _fields.JSONField(default=dict)
    mend: dict[str, Any] | None = _fields.JSONField(null=True)
    since: datetime = _fields.DateTimeField()
    looked_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """In the order of the notice."""

        ordering: ClassVar = ["organisation", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "promise"], name="one_standing_per_promise")
        ]

    def __str__(self) -> str:
        return f"{self.promise}: {self.state}"


class Reading(models.Model):
    """How a promise stood on a day: the last look of that day."""

    organisation: str = _fields.CharField(max_length=80)
    promise: str = _fields.CharField(max_length=140)
    day: Any = _fields.DateField()
    state: str = _fields.CharField(max_length=10)
    measure: int | None = _fields.BigIntegerField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The oldest first."""

        ordering: ClassVar = ["organisation", "promise", "day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "promise", "day"], name="one_reading_per_day")
        ]

    def __str__(self) -> str:
        return f"{self.promise} {self.day}: {self.state}"
