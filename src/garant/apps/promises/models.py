"""What is remembered of plans, runs and batches.

Only :mod:`garant.apps.promises.services` writes here: it changes these rows and the ledger
in one transaction. A plan never changes once registered; a run belongs to one plan and has
batches; a batch is written twice, *prepared* before the target system commits and given its
outcome after, so that a crash between the two is repaired by asking the target.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Plan(models.Model):
    """A frozen plan, known by its digest; approving it is approving that digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    organisation = models.CharField(max_length=80, db_index=True)
    kind = models.CharField(max_length=40)
    document = models.JSONField()
    sources = models.JSONField(default=dict)
    registered_at = models.DateTimeField()
    approved_by = models.CharField(max_length=200, blank=True, default="")
    approved_at = models.DateTimeField(null=True)

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


class Run(models.Model):
    """One execution of a plan; at most one of a plan is running at any time."""

    key = models.CharField(max_length=40, primary_key=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=20, choices=RunState.choices, default=RunState.RUNNING)
    actor = models.CharField(max_length=200)
    attempt = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    verification = models.JSONField(null=True)

    class Meta:
        """One open run for a plan, held by the database itself."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="running"), name="one_open_run_per_plan"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class BatchState(models.TextChoices):
    """Where a batch stands."""

    PREPARED = "prepared"
    APPLIED = "applied"
    BLOCKED = "blocked"


class Batch(models.Model):
    """One transaction on a target system, counted once."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="batches")
    key = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=BatchState.choices)
    prepared = models.JSONField(null=True)
    prepared_at = models.DateTimeField(null=True)
    outcome = models.JSONField(null=True)
    recorded_at = models.DateTimeField(null=True)
    recovered = models.BooleanField(default=False)

    class Meta:
        """A batch has one row per run, whatever crashed in between."""

        ordering: ClassVar = ["key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "key"], name="batch_once_per_run")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.key} ({self.state})"
