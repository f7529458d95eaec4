"""What is remembered of plans, runs and batches.

Only :mod:`garant.apps.promises.services` writes here: it changes these rows and the ledger
in one transaction. A plan never changes once registered, and is carried out once; a run has
batches; a batch is written twice, *prepared* before the target system commits and given its
receipt after, so that a crash between the two is repaired by asking the target.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

from garant.apps.scoping import scoped

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Plan(models.Model):
    """A frozen plan, known by its digest; approving it is approving that digest."""

    digest: str = _fields.CharField(max_length=64, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    kind: str = _fields.CharField(max_length=40)
    document: dict[str, Any] = _fields.JSONField()
    summary: dict[str, Any] = _fields.JSONField(default=dict)
    """Its numbers, for lists: the document holds the keys of everybody it is about."""
    registered_at: datetime = _fields.DateTimeField()
    made_by: str = _fields.CharField(max_length=200, blank=True, default="")
    approved_by: str = _fields.CharField(max_length=200, blank=True, default="")
    approved_at: datetime | None = _fields.DateTimeField(null=True)
    gathered_in_id: str | None
    gathered_in: Plan | None = _fields.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="members", null=True
    )
    """The plan that carries it out together with others, once that has begun."""
    done: bool | None = _fields.BooleanField(null=True)
    """Of a plan that was gathered and whose run ended: whether nothing of it is left."""

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")
    members: Any

    def __str__(self) -> str:
        return f"{self.kind} {self.digest[:12]}"

    @property
    def approved(self) -> bool:
        """Whether a person has approved this digest."""
        return self.approved_at is not None


class RunState(models.TextChoices):
    """Where a run stands."""

    RUNNING = "running"
    KEPT = "kept"
    NOT_KEPT = "not-kept"
    WAITING = "waiting"
    """Verified where programs reach; persons have still to answer for the rest."""


class Run(models.Model):
    """The execution of a plan: once, however many processes it takes."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    plan_id: str
    plan: Plan = _fields.OneToOneField(Plan, on_delete=models.PROTECT, related_name="run")
    state: str = _fields.CharField(max_length=20, choices=RunState.choices, default=RunState.RUNNING)
    actor: str = _fields.CharField(max_length=200)
    attempt: int = _fields.PositiveIntegerField(default=1)
    batch_size: int = _fields.PositiveIntegerField()
    started_at: datetime = _fields.DateTimeField()
    finished_at: datetime | None = _fields.DateTimeField(null=True)
    verification: dict[str, Any] | None = _fields.JSONField(null=True)
    residue: dict[str, Any] = _fields.JSONField(default=dict)

    objects: ClassVar[Any] = ScopedManager(organisation="plan__organisation")
    batches: Any

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"

    @property
    def open(self) -> bool:
        """Whether the run began and did not end."""
        return self.state == RunState.RUNNING

    def receipts(self) -> list[Batch]:
        """Give the batches that have their receipt, in order."""
        with scoped(self.plan.organisation):
            return list(self.batches.exclude(state=BatchState.PREPARED))


class BatchState(models.TextChoices):
    """Where a batch stands."""

    PREPARED = "prepared"
    APPLIED = "applied"
    BLOCKED = "blocked"


class Batch(models.Model):
    """One transaction on a target system, counted once."""

    run: Run = _fields.ForeignKey(Run, on_delete=models.PROTECT, related_name="batches")
    key: str = _fields.CharField(max_length=60)
    state: str = _fields.CharField(max_length=20, choices=BatchState.choices)
    prepared: dict[str, Any] | None = _fields.JSONField(null=True)
    receipt: dict[str, Any] | None = _fields.JSONField(null=True)
    recovered: bool = _fields.BooleanField(default=False)
    canaries: bytes | None = _fields.BinaryField(null=True)
    written_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="run__plan__organisation")

    class Meta:
        """A batch has one row per run, whatever crashed in between."""

        ordering: ClassVar = ["key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "key"], name="batch_once_per_run")]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"

    @property
    def written(self) -> bool:
        """Whether it has its receipt."""
        return self.state != BatchState.PREPARED

    @property
    def rows(self) -> int:
        """Rows that the receipt counts, all tables together."""
        tables = (self.receipt or {}).get("tables", [])
        return sum(table["deleted"] + table["treated"] for table in tables)
