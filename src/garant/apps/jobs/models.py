"""What is remembered of jobs. Only :mod:`garant.apps.jobs.services` writes here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

from garant.policy.text import Text

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


OPEN = (JobState.WAITING, JobState.RUNNING)


class Job(models.Model):
    """Something a worker does for an organisation: look at its promises, make a plan, carry one out."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80)
    kind: str = _fields.CharField(max_length=40)
    arguments: dict[str, Any] = _fields.JSONField(default=dict)
    state: str = _fields.CharField(max_length=20, choices=JobState.choices, default=JobState.WAITING)
    progress: dict[str, Any] = _fields.JSONField(default=dict)
    outcome: dict[str, Any] = _fields.JSONField(default=dict)
    problem: dict[str, str] = _fields.JSONField(default=dict)
    """Why it failed, and what to do, in both languages; without secrets."""
    asked_by: str = _fields.CharField(max_length=200)
    asked_at: datetime = _fields.DateTimeField()
    started_at: datetime | None = _fields.DateTimeField(null=True)
    ended_at: datetime | None = _fields.DateTimeField(null=True)
    stop_asked: bool = _fields.BooleanField(default=False)
    wish: str = _fields.CharField(max_length=64, default="")
    """A digest of what is asked for: while it has not ended, the same is not asked for twice."""

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-asked_at", "key"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-asked_at"], name="jobs_latest"),
            models.Index(fields=["state"], name="jobs_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "wish"],
                condition=models.Q(state__in=("waiting", "running")) & ~models.Q(wish=""),
                name="job_once_while_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.state})"

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN

    @property
    def why(self) -> Text | None:
        """Why it failed."""
        return Text(fr=self.problem["fr"], en=self.problem["en"]) if self.problem else None

    @property
    def share(self) -> int | None:
        """How far it is, in percent; None while nobody knows."""
        total = self.progress.get("total")
        return min(100, round(100 * self.progress.get("done", 0) / total)) if total else None
