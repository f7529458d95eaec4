"""The outbox. Only the services write here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class MailState(models.TextChoices):
    """Where a letter stands."""

    WAITING = "waiting"
    SENT = "sent"
    BOUNCED = "bounced"
    """No server takes letters for that address."""
    LOST = "lost"
    """Tried as long as it is tried."""
    HELD = "held"
    """It waited in a database that was put back; somebody decides whether it goes."""


class Mail(models.Model):
    """One letter to one address."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    about: str = _fields.CharField(max_length=128, db_index=True)
    kind: str = _fields.CharField(max_length=40)
    language: str = _fields.CharField(max_length=2)
    sealed: bytes | None = _fields.BinaryField(null=True)
    """The address and the words, encrypted under a key of what the letter is about; none once forgotten."""
    state: str = _fields.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts: int = _fields.PositiveIntegerField(default=0)
    status: int | None = _fields.PositiveSmallIntegerField(null=True)
    """What the server last said (RFC 5321); none where there was no answer."""
    written_at: datetime = _fields.DateTimeField()
    due_at: datetime = _fields.DateTimeField()
    """When it is tried next, where it waits."""
    until: datetime = _fields.DateTimeField()
    """When it is given up."""
    ended_at: datetime | None = _fields.DateTimeField(null=True)
    to_forget: bool = _fields.BooleanField(default=False)
    """Its words are destroyed once it no longer waits."""

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The oldest first."""

        ordering: ClassVar = ["written_at", "key"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="mails_due")]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class LetterFrame(models.Model):
    """The sentences with which an organisation opens and closes its letters."""

    organisation: str = _fields.CharField(max_length=80, primary_key=True)
    opening: dict[str, str] = _fields.JSONField()
    closing: dict[str, str] = _fields.JSONField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return self.organisation


class Arrival(models.Model):
    """A message that somebody sent, until it is decided what it asks."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    on: date = _fields.DateField()
    """The day it arrived, where the organisation is."""
    sealed: bytes = _fields.BinaryField()
    taken_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The oldest first."""

        ordering: ClassVar = ["on", "taken_at", "key"]

    def __str__(self) -> str:
        return self.key


class MailboxCursor(models.Model):
    """How far a mailbox was read, and how it stands."""

    organisation: str = _fields.CharField(max_length=80, primary_key=True)
    validity: int = _fields.BigIntegerField()
    """What the numbers of messages mean (UIDVALIDITY)."""
    uid: int = _fields.BigIntegerField()
    since: date | None = _fields.DateField(null=True)
    """What arrived before this day is left alone."""
    looked_at: datetime | None = _fields.DateTimeField(null=True)
    """When it was last read to its end."""
    failing_since: datetime | None = _fields.DateTimeField(null=True)
    """Since when it cannot be read; none where it can."""
    why: str = _fields.CharField(max_length=40, default="")

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return f"{self.organisation}: {self.uid}"


class ToRemove(models.Model):
    """A message that was taken and still lies in its mailbox, where what is read is deleted."""

    organisation: str = _fields.CharField(max_length=80, db_index=True)
    validity: int = _fields.BigIntegerField()
    uid: int = _fields.BigIntegerField()
    arrival: str = _fields.CharField(max_length=40)
    """The key of what waits for a decision: until then it stays there, where not all of it was taken; empty where all was."""

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return f"{self.organisation}: {self.uid}"
