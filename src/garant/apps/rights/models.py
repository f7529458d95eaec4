"""What is remembered of requests. Only the services of this room write here.

Who asks, what they wrote and what they were told is sealed under a key of the request. The key is destroyed some
time after the request ended, however it ended; the rows that stay say what happened, and to nobody in particular.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

from garant.apps.rights.clock import Clock
from garant.apps.rights.words import FINAL, Capacity, Channel, Outcome, Right, State
from garant.policy.periods import Period

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class Request(models.Model):
    """A person exercising a right."""

    key: str = _fields.CharField(max_length=20, primary_key=True)
    organisation: str = _fields.CharField(max_length=80)
    right: str = _fields.CharField(max_length=20)
    purpose: str = _fields.CharField(max_length=170, blank=True, default="")
    """``activity/purpose`` that is objected to, or whose consent is withdrawn; none for all direct marketing."""
    channel: str = _fields.CharField(max_length=10)
    capacity: str = _fields.CharField(max_length=10, default=Capacity.SELF)
    language: str = _fields.CharField(max_length=2, default="fr")
    reach: list[str] = _fields.JSONField(default=list)
    """The systems that it is about, for a controller whose data are in some of them; none for all."""
    state: str = _fields.CharField(max_length=20, default=State.RECEIVED)
    outcome: str = _fields.CharField(max_length=20, blank=True, default="")
    ground: str = _fields.CharField(max_length=40, blank=True, default="")
    mark: str | None = _fields.CharField(max_length=64, null=True)
    """Keyed hash of who asks for what, while it is open: by which a repetition is known."""
    sealed: bytes | None = _fields.BinaryField(null=True)
    received_at: datetime = _fields.DateTimeField()
    received_on: date = _fields.DateField()
    promised: str = _fields.CharField(max_length=20, blank=True, default="")
    """The period the policy promises, as it was when the request came."""
    extended: bool = _fields.BooleanField(default=False)
    paused_on: date | None = _fields.DateField(null=True)
    waited: int = _fields.IntegerField(default=0)
    due_on: date = _fields.DateField()
    reminded: int | None = _fields.IntegerField(null=True)
    """The last reminder that went, in days before the deadline; 0 once it went for being late."""
    identified_by: str = _fields.CharField(max_length=20, blank=True, default="")
    plan: str = _fields.CharField(max_length=80, blank=True, default="")
    handler: str = _fields.CharField(max_length=200, blank=True, default="")
    lift_on: date | None = _fields.DateField(null=True)
    """For a restriction: the day from which it is lifted, as the person was told."""
    lift_plan: str = _fields.CharField(max_length=80, blank=True, default="")
    ended_at: datetime | None = _fields.DateTimeField(null=True)
    forget_on: date | None = _fields.DateField(null=True)
    forgotten_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """The most pressing first; the same request of the same person is open once."""

        ordering: ClassVar = ["due_on", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "mark"], name="request_open_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "due_on"], name="requests_pressing"),
            models.Index(fields=["organisation", "plan"], name="requests_by_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.right} ({self.state})"

    @property
    def restricting(self) -> bool:
        """Whether a restriction goes on once its request has ended: what is known about the person is needed to lift it."""
        return self.right == Right.RESTRICTION and not self.open and self.forget_on is None

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in FINAL

    @property
    def waiting(self) -> bool:
        """Whether the person is being waited for: the clock stands."""
        return self.paused_on is not None

    def clock(self, today: date) -> Clock:
        """Its time, as of a day: days of a pause that goes on count as waited."""
        pausing = max(0, (today - self.paused_on).days) if self.paused_on and self.open else 0
        promised = Period.parse(self.promised) if self.promised else None
        return Clock(self.received_on, promised, self.extended, self.waited + pausing)

    def names(self) -> tuple[Right, State, Channel, Capacity, Outcome | None]:
        """Its words of closed lists, typed."""
        outcome = Outcome(self.outcome) if self.outcome else None
        return Right(self.right), State(self.state), Channel(self.channel), Capacity(self.capacity), outcome


class Code(models.Model):
    """A one-time code that was sent: its keyed hash, how often it was tried, until when it holds."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="codes")
    way: str = _fields.CharField(max_length=10, default="email")
    """How it went: by `email`, or dictated in a `call`."""
    mark: str = _fields.CharField(max_length=64)
    sent_at: datetime = _fields.DateTimeField()
    expires_at: datetime = _fields.DateTimeField()
    tries: int = _fields.IntegerField(default=0)

    objects: ClassVar[Any] = ScopedManager(organisation="request__organisation")

    def __str__(self) -> str:
        return f"code of {self.request.pk}"


class Door(models.Model):
    """A link by which the person comes back: the keyed hash of its secret, what it opens, until when."""

    organisation: str = _fields.CharField(max_length=80)
    request = models.ForeignKey(Request, models.CASCADE, related_name="doors")
    mark: str = _fields.CharField(max_length=64)
    inside: bool = _fields.BooleanField(default=False)
    """Whether it was opened with a code; one that was not leads to the code only."""
    expires_at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """A secret opens one door."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "mark"], name="door_once")]

    def __str__(self) -> str:
        return f"door to {self.request.pk}"


class Directive(models.Model):
    """What a person wants done with their data after their death (French Act no. 78-17, art. 85), until it is done."""

    key: str = _fields.CharField(max_length=20, primary_key=True)
    organisation: str = _fields.CharField(max_length=80)
    wish: str = _fields.CharField(max_length=10)
    whose: str = _fields.CharField(max_length=64)
    """Keyed hash of the person's address: by which it is found on the day it is needed."""
    mark: str = _fields.CharField(max_length=64)
    """Keyed hash of the secret of the person's link."""
    sealed: bytes | None = _fields.BinaryField(null=True)
    registered_at: datetime = _fields.DateTimeField()
    ended_at: datetime | None = _fields.DateTimeField(null=True)
    executed: bool = _fields.BooleanField(default=False)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """Found by whose they are."""

        ordering: ClassVar = ["registered_at"]
        indexes: ClassVar = [models.Index(fields=["organisation", "whose"], name="directives_by_person")]

    def __str__(self) -> str:
        return f"{self.key} ({self.wish})"


class Told(models.Model):
    """A recipient who was told (GDPR art. 19), and what they answered; where they were written to is in the letter."""

    organisation: str = _fields.CharField(max_length=80)
    request = models.ForeignKey(Request, models.CASCADE, related_name="told")
    recipient: str = _fields.CharField(max_length=80)
    label: dict[str, str] = _fields.JSONField()
    mark: str = _fields.CharField(max_length=64)
    told_at: datetime = _fields.DateTimeField()
    due_on: date = _fields.DateField()
    reminded: int | None = _fields.IntegerField(null=True)
    """The last reminder that went, in days before its day; -1 once it went for being late."""
    answer: str = _fields.CharField(max_length=10, blank=True, default="")
    answered_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """Each once for a request."""

        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "recipient"], name="recipient_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.request.pk} → {self.recipient}"


class Collected(models.Model):
    """A processor that was asked for its copy of the person's data (GDPR art. 15, art. 28(3)(e)), and what came of it."""

    organisation: str = _fields.CharField(max_length=80)
    request = models.ForeignKey(Request, models.CASCADE, related_name="collected")
    processor: str = _fields.CharField(max_length=80)
    label: dict[str, str] = _fields.JSONField()
    way: str = _fields.CharField(max_length=10)
    """program, mail, or letter: that staff prints."""
    state: str = _fields.CharField(max_length=10, default="asked")
    asked_at: datetime = _fields.DateTimeField()
    due_on: date = _fields.DateField()
    reminded: int | None = _fields.IntegerField(null=True)
    """The last reminder that went, in days before its day; -1 once it went for being late."""
    answered_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """Each once for a request."""

        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "processor"], name="processor_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.request.pk} ← {self.processor} ({self.state})"


class Copy(models.Model):
    """A file that a processor sent: encrypted where it lies; how it is called and opened is sealed with the request."""

    key: str = _fields.CharField(max_length=40, primary_key=True)
    organisation: str = _fields.CharField(max_length=80)
    collected = models.ForeignKey(Collected, models.CASCADE, related_name="copies")
    sealed: bytes = _fields.BinaryField()
    size: int = _fields.BigIntegerField()
    came_at: datetime = _fields.DateTimeField()
    opened_at: datetime | None = _fields.DateTimeField(null=True)
    decided: str = _fields.CharField(max_length=4, blank=True, default="")
    """goes, or out: left out, since it concerns others; nothing until somebody has looked at it."""

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """In the order in which they came."""

        ordering: ClassVar = ["came_at", "key"]

    def __str__(self) -> str:
        return f"{self.key} ({self.decided or 'to be looked at'})"


class Step(models.Model):
    """One thing that happened to a request, as its page shows it; the ledger has it too."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="steps")
    kind: str = _fields.CharField(max_length=40)
    detail: dict[str, Any] = _fields.JSONField(default=dict)
    """Keys, numbers and days; never what somebody wrote."""
    at: datetime = _fields.DateTimeField()
    by: str = _fields.CharField(max_length=200)

    objects: ClassVar[Any] = ScopedManager(organisation="request__organisation")

    class Meta:
        """In the order of time."""

        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.request.pk} {self.kind}"


class Search(models.Model):
    """What a look into one system found, in numbers; or why it could not look."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="searches")
    system: str = _fields.CharField(max_length=80)
    label: dict[str, str] = _fields.JSONField(default=dict)
    places: int = _fields.IntegerField(default=0)
    rows: int = _fields.IntegerField(default=0)
    tables: list[dict[str, Any]] = _fields.JSONField(default=list)
    problem: dict[str, str] = _fields.JSONField(default=dict)
    at: datetime = _fields.DateTimeField()

    objects: ClassVar[Any] = ScopedManager(organisation="request__organisation")

    class Meta:
        """System by system."""

        ordering: ClassVar = ["system", "id"]

    def __str__(self) -> str:
        return f"{self.request.pk} in {self.system}: {self.rows}"

    @classmethod
    def last(cls, request: Request) -> list[Search]:
        """What the last look for a request found, system by system, in its organisation's scope; it alone counts.

        The last to be written down: a clock may have gone back meanwhile.
        """
        found: list[Search] = list(cls.objects.filter(request=request))
        newest = max(found, key=lambda one: one.pk, default=None)
        return [one for one in found if newest is not None and one.at == newest.at]
