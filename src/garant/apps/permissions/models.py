"""What is known of people, by keyed hashes alone, and how often it was asked. Only the services write here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Final

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


TOLD: Final = "restriction"
"""A restriction of everything, as a program or a terminal told it: it ends when one of them says so."""
REQUESTED: Final = "requested"
"""The same, as requests of the person hold it: it ends with the last of them. With a purpose, which one, on a record."""
CARRIED: Final = "carried"
"""The same, as a plan without a request has carried it out on a record: it ends when that record is lifted."""
BEFORE: Final = "before"
"""Of a record that a plan restricts, what of the mark was there already: the column is its purpose. It says nothing of uses."""


class Fact(models.Model):
    """The last word on one person: a consent to a purpose, or a restriction of everything."""

    organisation: str = _fields.CharField(max_length=80)
    mark: bytes = _fields.BinaryField(max_length=32)
    kind: str = _fields.CharField(max_length=20)
    purpose: str = _fields.CharField(max_length=170, blank=True, default="")
    """Of a restriction that was carried out: by which run, and on which of its records (`RUN/NUMBER`), or for which request."""
    said: bool = _fields.BooleanField()
    """Given, or withdrawn; restricted, or lifted."""
    at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """One word on each."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "mark", "kind", "purpose"], name="permissions_last_word"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.purpose}"


class Past(models.Model):
    """Somebody past the term of a retention rule in a system, as last looked at."""

    organisation: str = _fields.CharField(max_length=80)
    mark: bytes = _fields.BinaryField(max_length=32)
    system: str = _fields.CharField(max_length=80)
    rule: str = _fields.CharField(max_length=80)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """Found by who it is."""

        indexes: ClassVar = [
            models.Index(fields=["organisation", "mark"], name="permissions_past_who"),
            models.Index(fields=["organisation", "system"], name="permissions_past_where"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.system}"


class Look(models.Model):
    """When a retention rule was last looked at in a system that answers it; in 1970 where it has never been."""

    organisation: str = _fields.CharField(max_length=80)
    system: str = _fields.CharField(max_length=80)
    rule: str = _fields.CharField(max_length=80)
    at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """Once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "system", "rule"], name="permissions_look_once")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.system}"


class Asked(models.Model):
    """How many times a purpose was asked about in a day, and what was answered."""

    organisation: str = _fields.CharField(max_length=80)
    day: date = _fields.DateField()
    purpose: str = _fields.CharField(max_length=170)
    code: str = _fields.CharField(max_length=30)
    number: int = _fields.PositiveBigIntegerField(default=0)
    entered: int = _fields.PositiveBigIntegerField(default=0)
    """How many of them the ledger holds, once the day is over."""

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """One count of each."""

        ordering: ClassVar = ["-day", "purpose", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "day", "purpose", "code"], name="permissions_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.purpose} {self.code} {self.number}"
