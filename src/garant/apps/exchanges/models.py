"""Whom the organisation exchanges with, and what was exchanged. Only the services of this room write here."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Seal(models.Model):
    """By what an organisation signs what it answers: its certificate, and the keys that go with it."""

    organisation: str = _fields.CharField(max_length=80, primary_key=True)
    certificate: str = _fields.TextField()
    """PEM; of the organisation's own making until one of an authority is put in its place."""
    sealed: bytes = _fields.BinaryField()
    """The private key, and the age key of what is received, encrypted under a key of the organisation."""
    age: str = _fields.CharField(max_length=80)
    """The age public key under which others encrypt what they send."""
    made_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    def __str__(self) -> str:
        return f"seal of {self.organisation}"


class Peer(models.Model):
    """A linked organisation: its programs and ours speak OpenDSR."""

    key: str = _fields.CharField(max_length=20, primary_key=True)
    organisation: str = _fields.CharField(max_length=80, db_index=True)
    name: str = _fields.CharField(max_length=120)
    url: str = _fields.CharField(max_length=400)
    """Of its OpenDSR service, without a slash at the end; callbacks go to its host alone."""
    roles: list[str] = _fields.JSONField()
    systems: list[str] = _fields.JSONField(default=list)
    """For a controller: the systems that hold its data, which its requests reach."""
    party: str = _fields.CharField(max_length=80, blank=True, default="")
    """For a recipient or a processor: its key in the policy."""
    token: str = _fields.CharField(max_length=20, blank=True, default="")
    """The key of the token by which its programs come here."""
    sealed: bytes | None = _fields.BinaryField(null=True)
    """The token by which we go there, encrypted."""
    domain: str = _fields.CharField(max_length=253, blank=True, default="")
    certificate: str = _fields.TextField(blank=True, default="")
    """PEM; what it signs is believed once somebody has compared the fingerprint."""
    offers: dict[str, Any] = _fields.JSONField(default=dict)
    """What its discovery says: types of requests, kinds of identities, its age key."""
    made_at: datetime = _fields.DateTimeField()
    confirmed_at: datetime | None = _fields.DateTimeField(null=True)
    ended_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """In the order they were linked."""

        ordering: ClassVar = ["made_at", "key"]

    def __str__(self) -> str:
        return f"{self.key} ({self.organisation})"


class Incoming(models.Model):
    """A request that a controller handed over: under its own number, and under ours."""

    organisation: str = _fields.CharField(max_length=80)
    peer: Peer = _fields.ForeignKey(Peer, models.PROTECT, related_name="incoming")
    number: str = _fields.CharField(max_length=36)
    """The controller's `subject_request_id`."""
    request: str = _fields.CharField(max_length=20)
    type: str = _fields.CharField(max_length=20)
    digest: str = _fields.CharField(max_length=64)
    """SHA-256 of the body under a key of the organisation: the same again is the same."""
    callbacks: list[str] = _fields.JSONField(default=list)
    received_at: datetime = _fields.DateTimeField()
    told: str = _fields.CharField(max_length=12)
    """The status that the controller knows, or is being told."""
    ended: bool = _fields.BooleanField(default=False)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """A controller's number is one request of its."""

        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["peer", "number"], name="incoming_once")]
        indexes: ClassVar = [models.Index(fields=["organisation", "ended"], name="incoming_open")]

    def __str__(self) -> str:
        return f"{self.request} of {self.peer.key}"


class Callback(models.Model):
    """One status to be told to one address of a controller, until it is taken."""

    incoming: Incoming = _fields.ForeignKey(Incoming, models.CASCADE, related_name="messages")
    url: str = _fields.CharField(max_length=500)
    status: str = _fields.CharField(max_length=12)
    state: str = _fields.CharField(max_length=10, default="waiting")
    attempts: int = _fields.PositiveIntegerField(default=0)
    answer: int | None = _fields.PositiveSmallIntegerField(null=True)
    due_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="incoming__organisation")

    class Meta:
        """In the order of time."""

        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="callbacks_due")]

    def __str__(self) -> str:
        return f"{self.status} of {self.incoming.pk} ({self.state})"


class Transmission(models.Model):
    """A package on its way to another organisation, until it has given a signed receipt."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    """Of the file, encrypted to the receiver alone."""
    organisation: str = _fields.CharField(max_length=80)
    peer: Peer = _fields.ForeignKey(Peer, models.PROTECT, related_name="transmissions")
    request: str = _fields.CharField(max_length=20)
    number: str = _fields.CharField(max_length=36, unique=True)
    size: int = _fields.BigIntegerField()
    sha256: str = _fields.CharField(max_length=64)
    state: str = _fields.CharField(max_length=10, default="waiting")
    attempts: int = _fields.PositiveIntegerField(default=0)
    answer: int | None = _fields.PositiveSmallIntegerField(null=True)
    due_at: datetime = _fields.DateTimeField()
    receipt: str = _fields.TextField(blank=True, default="")
    """What the receiver signed; no personal data."""
    signature: str = _fields.TextField(blank=True, default="")
    made_at: datetime = _fields.DateTimeField()
    ended_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """In the order of time."""

        ordering: ClassVar = ["made_at", "key"]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="transmissions_due"),
            models.Index(fields=["organisation", "request"], name="transmissions_of_request"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"


class Reception(models.Model):
    """A package that another organisation sent: an encrypted file that nobody opens but a person, until its day."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80)
    peer: Peer = _fields.ForeignKey(Peer, models.PROTECT, related_name="receptions")
    number: str = _fields.CharField(max_length=36)
    reference: str = _fields.CharField(max_length=40, blank=True, default="")
    """The number of the person's request there, which they can quote here."""
    size: int = _fields.BigIntegerField()
    sha256: str = _fields.CharField(max_length=64)
    received_at: datetime = _fields.DateTimeField()
    until: datetime = _fields.DateTimeField()
    opened_at: datetime | None = _fields.DateTimeField(null=True)
    ended_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """A sender's number is one package of its."""

        ordering: ClassVar = ["-received_at", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["peer", "number"], name="reception_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.peer.key}"


class Outgoing(models.Model):
    """A recipient that is told of a request by its program: posted until it is receipted, then followed until its end."""

    organisation: str = _fields.CharField(max_length=80)
    peer: Peer = _fields.ForeignKey(Peer, models.PROTECT, related_name="outgoing")
    request: str = _fields.CharField(max_length=20)
    number: str = _fields.CharField(max_length=36, unique=True)
    """Our `subject_request_id`."""
    state: str = _fields.CharField(max_length=12, default="waiting")
    """waiting, then what they say: pending, in_progress, completed, cancelled; or lost."""
    attempts: int = _fields.PositiveIntegerField(default=0)
    answer: int | None = _fields.PositiveSmallIntegerField(null=True)
    receipt: str = _fields.CharField(max_length=64, blank=True, default="")
    """SHA-256 of the receipt; the receipt holds the request, and is not kept."""
    due_at: datetime = _fields.DateTimeField()
    made_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """Each once for a request."""

        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["peer", "request"], name="outgoing_once")]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="outgoing_due")]

    def __str__(self) -> str:
        return f"{self.request} to {self.peer.key} ({self.state})"
