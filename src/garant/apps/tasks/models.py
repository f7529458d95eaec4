"""What is remembered of tasks: who was asked what until when, and the signed answer.

Only :mod:`garant.apps.tasks.services` writes here, with the ledger in the same transaction. By what a person is known
is encrypted under a key of the task's own, and goes with the answer.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class TaskState(models.TextChoices):
    """Where a task stands."""

    WAITING = "waiting"
    DONE = "done"
    PARTLY = "partly"
    NOTHING_FOUND = "nothing-found"
    REFUSED = "refused"


class Task(models.Model):
    """One question to one person, about one system worked by hand."""

    key: str = _fields.CharField(max_length=120, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    run: str = _fields.CharField(max_length=40, db_index=True)
    purpose: str = _fields.CharField(max_length=40)
    statement: dict[str, Any] = _fields.JSONField()
    sealed: bytes | None = _fields.BinaryField(null=True)
    created_at: datetime = _fields.DateTimeField()
    due_on: date = _fields.DateField()
    reminded: int = _fields.PositiveIntegerField(default=0)
    reminded_at: datetime | None = _fields.DateTimeField(null=True)
    state: str = _fields.CharField(max_length=20, choices=TaskState.choices, default=TaskState.WAITING)
    answer: str = _fields.TextField(blank=True, default="")
    answered_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The oldest first."""

        ordering: ClassVar = ["due_on", "key"]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"

    @property
    def waiting(self) -> bool:
        """Whether the answer has not come."""
        return self.state == TaskState.WAITING

    def late(self, today: date) -> int:
        """Days since the due date has passed; 0 while it has not, or once answered."""
        return max(0, (today - self.due_on).days) if self.waiting else 0


class TrustedKey(models.Model):
    """The public key that verifies the answers for one system, where its map names none."""

    organisation: str = _fields.CharField(max_length=80)
    system: str = _fields.CharField(max_length=80)
    verifier: str = _fields.CharField(max_length=400)
    trusted_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """One key a system."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "system"], name="one_trusted_key_per_system")
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.verifier[:40]}"
