"""The ledger in the database. Only `garant.apps.evidence.services` writes here.

Every query needs the scope of one organisation (its key); outside of it the managers raise ScopeError.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django_scopes import ScopedManager


class AppendOnlyError(TypeError):
    """The ledger is only ever added to."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows are read and added, never changed or removed."""

    def update(self, **_: Any) -> NoReturn:
        """Raises AppendOnlyError."""
        raise AppendOnlyError("an entry of the ledger never changes")

    def delete(self) -> NoReturn:
        """Raises AppendOnlyError."""
        raise AppendOnlyError("an entry of the ledger is never removed")


class Log(models.Model):
    """The ledger of one organisation: how many entries it has, and the name it signs with."""

    organisation = models.OneToOneField(
        "organisations.Organisation", models.PROTECT, to_field="key", primary_key=True, related_name="+"
    )
    origin = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    reference_key = models.BinaryField(null=True)
    """The key under which people's keys are filed, wrapped by the master key."""
    verifier = models.TextField(default="")
    """The key that its last entry about keys names: what signs it is held against this."""
    signed = models.TextField(default="")
    """Its last checkpoint, as it was signed."""
    peaks = models.BinaryField(default=bytes)
    """The complete subtrees under that checkpoint, from which the next one goes on."""

    objects = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return f"{self.origin} ({self.size})"


class LedgerEntry(models.Model):
    """One entry: its canonical bytes, and what of them is looked up by."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="+")
    log_id: str
    index = models.BigIntegerField()
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200, null=True)
    at = models.DateTimeField()
    data = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)

    objects = ScopedManager(
        organisation="log", _manager_class=models.Manager.from_queryset(AppendOnlyQuerySet)
    )

    class Meta:
        """No gap and no double, held by the database itself."""

        ordering: ClassVar = ["log", "index"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "index"], name="entry_once_per_index"),
            models.UniqueConstraint(fields=["log", "key"], name="entry_once_per_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["log", "kind", "index"], name="entries_by_kind")]

    def __str__(self) -> str:
        return f"{self.log_id}/{self.index} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only the first time. Raises AppendOnlyError."""
        if self.pk is not None:
            raise AppendOnlyError("an entry of the ledger never changes")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Raises AppendOnlyError."""
        raise AppendOnlyError("an entry of the ledger is never removed")


class Tile(models.Model):
    """Up to 256 hashes of the tree, side by side; the last of each level still grows.

    The one that grows with each entry is not kept: it is the hashes of the last entries, which stand beside them.
    """

    log = models.ForeignKey(Log, models.PROTECT, related_name="+")
    log_id: str
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    objects = ScopedManager(organisation="log")

    class Meta:
        """One tile per place."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "level", "index"], name="tile_once_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.log_id} tile/{self.level}/{self.index}"


class Checkpoint(models.Model):
    """The signed head of the log at one size."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="+")
    log_id: str
    size = models.BigIntegerField()
    key_id = models.CharField(max_length=8)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    objects = ScopedManager(
        organisation="log", _manager_class=models.Manager.from_queryset(AppendOnlyQuerySet)
    )

    class Meta:
        """A key signs a size once."""

        ordering: ClassVar = ["log", "size", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "size", "key_id"], name="checkpoint_once_per_size_and_key")
        ]

    def __str__(self) -> str:
        return f"{self.log_id} checkpoint {self.size}"


class SubjectKey(models.Model):
    """The key of one person, wrapped by the master key. Removing the row destroys the link for good."""

    log = models.ForeignKey(Log, models.PROTECT, related_name="+")
    log_id: str
    reference = models.CharField(max_length=64)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    objects = ScopedManager(organisation="log")

    class Meta:
        """One key per person."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "reference"], name="subject_key_once_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.log_id} subject {self.reference[:8]}"
