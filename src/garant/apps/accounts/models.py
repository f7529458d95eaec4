"""Who signs in, and what they are in each organisation. Only :mod:`garant.apps.accounts.services` writes here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django_scopes import ScopedManager

from garant.apps.accounts.roles import GRANTED, OF_A_PART, WORDS, May, Role
from garant.policy.text import Text

_fields: Any = models
"""Django's fields, seen by the type checker as the values that rows hold."""


class UserManager(BaseUserManager["User"]):
    """Finds users by the address they sign in with, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Django's sign-in asks by this name."""
        return self.get(email__iexact=username or "")

    async def aget_by_natural_key(self, username: str | None) -> User:
        """The same, asked from asynchronous code."""
        return await self.aget(email__iexact=username or "")


class User(AbstractBaseUser):
    """A person who signs in, with an e-mail address and a second factor."""

    email: str = _fields.EmailField(max_length=254, unique=True)
    name: str = _fields.CharField(max_length=200, blank=True, default="")
    language: str = _fields.CharField(max_length=2, default="fr")
    is_active: bool = _fields.BooleanField(default=True)  # pyright: ignore[reportIncompatibleVariableOverride]
    is_operator: bool = _fields.BooleanField(default=False)
    """Runs the installation: creates organisations. Sees no organisation's data by that alone."""
    joined_at: datetime = _fields.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.email

    @property
    def first_name(self) -> str:
        """What allauth greets with."""
        return self.name


class Membership(models.Model):
    """One person in one organisation: a role, its end, and over which activities and systems."""

    organisation: Any = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, to_field="key", related_name="+"
    )
    organisation_id: str
    user: User = _fields.ForeignKey(User, models.PROTECT, related_name="memberships")
    role: str = _fields.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    activities: list[str] = _fields.JSONField(default=list, blank=True)
    """Keys of the activities that the habilitation covers; empty for all."""
    systems: list[str] = _fields.JSONField(default=list, blank=True)
    """Names of the systems that the habilitation covers; empty for all."""
    clients: list[str] = _fields.JSONField(default=list, blank=True)
    """Keys of the clients, in the policy, for whom a client's contact comes; empty for none."""
    until: date | None = _fields.DateField(null=True)
    given_at: datetime = _fields.DateTimeField()
    reviewed_at: datetime = _fields.DateTimeField()
    trained_on: date | None = _fields.DateField(null=True)
    confidentiality_signed_on: date | None = _fields.DateField(null=True)
    ended_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """One membership in force per person and organisation."""

        ordering: ClassVar = ["organisation", "user__email"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=models.Q(ended_at=None), name="one_role_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.role}"

    @property
    def words(self) -> Text:
        """The role, in words."""
        return WORDS[Role(self.role)]

    @property
    def narrow(self) -> bool:
        """Whether it covers but some activities, or some systems."""
        return bool(self.activities or self.systems)

    def may(self, what: May) -> bool:
        """Whether the role allows it; what is about the whole organisation takes a habilitation to the whole."""
        return what in GRANTED[Role(self.role)] and (what in OF_A_PART or not self.narrow)

    def covers(self, *, activity: str | None = None, system: str | None = None) -> bool:
        """Whether the habilitation covers an activity or a system; an empty list covers all."""
        by_activity = activity is None or not self.activities or activity in self.activities
        by_system = system is None or not self.systems or system in self.systems
        return by_activity and by_system

    def touches(self, activities: Sequence[str]) -> bool:
        """Whether it covers one at least of several activities; of none, only where it covers all there are."""
        return not self.activities or any(one in self.activities for one in activities)


class Invitation(models.Model):
    """A habilitation that waits for somebody to accept it; what opens it is nowhere here."""

    key: str = _fields.CharField(max_length=20, primary_key=True)
    organisation: Any = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, to_field="key", related_name="+"
    )
    organisation_id: str
    email: str = _fields.EmailField(max_length=254)
    name: str = _fields.CharField(max_length=200, blank=True, default="")
    language: str = _fields.CharField(max_length=2, default="fr")
    role: str = _fields.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    activities: list[str] = _fields.JSONField(default=list, blank=True)
    systems: list[str] = _fields.JSONField(default=list, blank=True)
    clients: list[str] = _fields.JSONField(default=list, blank=True)
    until: date | None = _fields.DateField(null=True)
    digest: str = _fields.CharField(max_length=64)
    """The SHA-256 of the secret of the last link: 256 random bits, which no word list has."""
    invited_by: str = _fields.CharField(max_length=254)
    sent_at: datetime = _fields.DateTimeField()
    expires_at: datetime = _fields.DateTimeField()
    accepted_at: datetime | None = _fields.DateTimeField(null=True)
    withdrawn_at: datetime | None = _fields.DateTimeField(null=True)

    objects: ClassVar[Any] = ScopedManager(organisation="organisation")

    class Meta:
        """One that waits for each address."""

        ordering: ClassVar = ["-sent_at", "key"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_invitation_per_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.key}"

    @property
    def words(self) -> Text:
        """The role, in words."""
        return WORDS[Role(self.role)]
