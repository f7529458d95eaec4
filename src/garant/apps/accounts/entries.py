"""What accounts write to the ledger: roles and pseudonyms, never a name or an address."""

from __future__ import annotations

from pydantic import Field

from garant.ledger.entries import Count, Day, Key, Payload, entry_kind


@entry_kind("member.added", fr="Quelqu’un a reçu une habilitation.", en="Somebody was given a habilitation.")
class MemberAdded(Payload):
    """From here on this person has this role."""

    member: Key = Field(description="the person's pseudonym in this organisation")
    role: Key = Field(description="the role")
    activities: list[Key] = Field(
        default_factory=list[Key], description="the activities it covers; none for all"
    )
    systems: list[Key] = Field(default_factory=list[Key], description="the systems it covers; none for all")
    clients: list[Key] = Field(
        default_factory=list[Key], description="the clients for whom a client's contact comes"
    )
    until: Day | None = Field(default=None, description="its last day, where it has one")


@entry_kind("member.invited", fr="Quelqu’un a été invité.", en="Somebody was invited.")
class MemberInvited(Payload):
    """A link was sent, or handed over; the habilitation is given when it is accepted."""

    member: Key = Field(description="the person's pseudonym in this organisation")
    invitation: Key = Field(description="the invitation's key, which opens nothing")
    role: Key = Field(description="the role")
    expires: Day = Field(description="the last day of the link, UTC")


@entry_kind("invitation.withdrawn", fr="Une invitation a été retirée.", en="An invitation was withdrawn.")
class InvitationWithdrawn(Payload):
    """Its link opens nothing any more."""

    invitation: Key = Field(description="the invitation's key")


@entry_kind("invitation.accepted", fr="Une invitation a été acceptée.", en="An invitation was accepted.")
class InvitationAccepted(Payload):
    """Its link opens nothing any more, and the habilitation is given."""

    invitation: Key = Field(description="the invitation's key")


@entry_kind("member.changed", fr="Une habilitation a été modifiée.", en="A habilitation was changed.")
class MemberChanged(MemberAdded):
    """From here on the person has this role instead of the one before."""


@entry_kind("member.removed", fr="Une habilitation a pris fin.", en="A habilitation ended.")
class MemberRemoved(Payload):
    """This person may do nothing here any more."""

    member: Key = Field(description="the person's pseudonym in this organisation")


@entry_kind(
    "habilitations.reviewed",
    fr="Les habilitations ont été passées en revue.",
    en="The habilitations were reviewed.",
)
class HabilitationsReviewed(Payload):
    """Somebody looked at them all, and confirmed those that stay."""

    confirmed: Count = Field(description="how many were confirmed")


@entry_kind(
    "member.attested",
    fr="Une formation ou un engagement de confidentialité a été noté.",
    en="A training or a confidentiality undertaking was recorded.",
)
class MemberAttested(Payload):
    """What staff promised or learnt, and when (GDPR art. 28(3)(b), 32(4), 39(1)(b))."""

    member: Key = Field(description="the person's pseudonym in this organisation")
    trained: Day | None = Field(default=None, description="day of the last training")
    confidentiality: Day | None = Field(default=None, description="day the undertaking was signed")


@entry_kind(
    "personal-data.read",
    fr="Quelqu’un a consulté des données personnelles.",
    en="Somebody looked at personal data.",
)
class PersonalDataRead(Payload):
    """Written before the data are shown."""

    place: Key = Field(description="what was looked at: a page of the site, an operation of the API")
    about: Key | None = Field(default=None, description="the key of the plan, run, request or record")
    people: Count = Field(default=0, description="how many people's data were shown")
