"""Tokens by their hashes, and answers kept to be given again. Only the services write here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Token(models.Model):
    """A program that acts for a person in one organisation, until a day; its secret is nowhere here."""

    key: str = _fields.CharField(max_length=20, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    name: str = _fields.CharField(max_length=100)
    digest: str = _fields.CharField(max_length=64)
    """The SHA-256 of the secret: 256 random bits, which no word list has."""
    scopes: list[str] = _fields.JSONField()
    user: Any = _fields.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    created_at: datetime = _fields.DateTimeField()
    expires_at: datetime = _fields.DateTimeField()
    revoked_at: datetime | None = _fields.DateTimeField(null=True)
    last_used_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The latest first."""

        ordering: ClassVar = ["-created_at", "key"]

    def __str__(self) -> str:
        return f"{self.key} ({self.name})"

    def in_force(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and now < self.expires_at


class KeptAnswer(models.Model):
    """What was answered to a request under its idempotency key: asked again, it is given again."""

    organisation: str = _fields.CharField(max_length=80)
    token: str = _fields.CharField(max_length=20)
    key: str = _fields.CharField(max_length=200)
    request: str = _fields.CharField(max_length=64)
    """The SHA-256 of method, address and body: another request under the same key is refused."""
    status: int | None = _fields.PositiveSmallIntegerField(null=True)
    content_type: str = _fields.CharField(max_length=100, blank=True, default="")
    body: str = _fields.TextField(blank=True, default="")
    at: datetime = _fields.DateTimeField(db_index=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """A key means one request."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "token", "key"], name="one_answer_per_key")
        ]

    def __str__(self) -> str:
        return f"{self.token} {self.key[:40]}"
