"""What is remembered of policies: each version, and who was told of it. Only the services write here.

Every query needs the scope of one organisation (its key); outside of it the managers raise ScopeError.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, NoReturn

from django.db import models
from django_scopes import ScopedManager

from garant.apps.policies.documents import read
from garant.policy import Policy

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class PublishedError(TypeError):
    """What was published never changes."""


class State(models.TextChoices):
    """Where a version stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    APPROVED = "approved"
    PUBLISHED = "published"


class VersionQuerySet(models.QuerySet[Any]):
    """Published versions are read, never changed or removed."""

    def update(self, **values: Any) -> int:
        """Raises PublishedError where a published version is among them."""
        self._refuse()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises PublishedError where a published version is among them."""
        self._refuse()
        return super().delete()

    def _refuse(self) -> None:
        if self.filter(state=State.PUBLISHED).exists():
            raise PublishedError("a published version never changes")


class Version(models.Model):
    """One version of an organisation's policy; once published, it stays as it is."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80)
    number: int = _fields.PositiveIntegerField()
    state: str = _fields.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    document: str = _fields.TextField()
    digest: str = _fields.CharField(max_length=64)
    base: str = _fields.CharField(max_length=40, blank=True, default="")
    """The key of the version it was made from; none for the first or an imported one."""
    revision: int = _fields.PositiveIntegerField(default=1)
    """Goes up with each change, so that nobody overwrites what another wrote meanwhile."""
    created_at: datetime = _fields.DateTimeField()
    created_by: str = _fields.CharField(max_length=200)
    saved_at: datetime = _fields.DateTimeField()
    saved_by: str = _fields.CharField(max_length=200)
    submitted_at: datetime | None = _fields.DateTimeField(null=True)
    submitted_by: str = _fields.CharField(max_length=200, blank=True, default="")
    reason: str = _fields.TextField(blank=True, default="")
    """Why it went back to being a draft, or its publication was withdrawn, the last time."""
    approved_at: datetime | None = _fields.DateTimeField(null=True)
    approved_by: str = _fields.CharField(max_length=200, blank=True, default="")
    published_at: datetime | None = _fields.DateTimeField(null=True)
    published_by: str = _fields.CharField(max_length=200, blank=True, default="")
    effective_on: date | None = _fields.DateField(null=True)
    """The first day on which it is in force, in the organisation's time zone."""
    consequences: dict[str, Any] | None = _fields.JSONField(null=True)
    """What it would change on the systems, as last counted."""

    objects: ClassVar[Any] = ScopedManager(
        organisation="organisation", _manager_class=models.Manager.from_queryset(VersionQuerySet)
    )

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "number"], name="version_once_per_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "effective_on"], name="versions_in_force")
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.number} ({self.state})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Until it is published. Raises PublishedError."""
        self._refuse_published()
        super().save(*args, **kwargs)

    def unpublish(self, day: date, reason: str) -> None:
        """Take back what is published for a later day than this one. Raises PublishedError."""
        to_come = Version._base_manager.filter(pk=self.pk, state=State.PUBLISHED, effective_on__gt=day)
        nothing: dict[str, Any] = {"published_at": None, "published_by": "", "effective_on": None}
        changed = {"state": State.APPROVED, "reason": reason, "revision": self.revision + 1, **nothing}
        if not to_come.update(**changed):
            raise PublishedError("a published version that has begun never changes")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Until it is published. Raises PublishedError."""
        self._refuse_published()
        return super().delete(*args, **kwargs)

    def _refuse_published(self) -> None:
        """Asks the database: what was read may have been changed since."""
        if Version._base_manager.filter(pk=self.pk, state=State.PUBLISHED).exists():
            raise PublishedError("a published version never changes")

    @property
    def policy(self) -> Policy:
        """What it says."""
        return read(self.document)

    @property
    def published(self) -> bool:
        """Whether it is published, be it for a day to come."""
        return self.state == State.PUBLISHED


class NoticeGiven(models.Model):
    """People concerned were told, before it takes effect, of what a version changes."""

    version: Any = _fields.ForeignKey(Version, models.PROTECT, related_name="notices")
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    digest: str = _fields.CharField(max_length=64)
    """What they were told of: a version that says something else needs another notice."""
    channel: str = _fields.CharField(max_length=200)
    on: date = _fields.DateField()
    evidence: str = _fields.TextField()
    recorded_at: datetime = _fields.DateTimeField()
    recorded_by: str = _fields.CharField(max_length=200)
    corrects: Any = _fields.OneToOneField("self", models.PROTECT, null=True, related_name="corrected")
    """The one before, whose day was wrong."""

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """In the order they were given."""

        ordering: ClassVar = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.digest[:12]} {self.on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only the first time. Raises PublishedError."""
        if self.pk is not None:
            raise PublishedError("a notice that was given never changes")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Raises PublishedError."""
        raise PublishedError("a notice that was given is never removed")
