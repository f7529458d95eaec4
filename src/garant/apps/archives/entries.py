"""What the archive writes to the ledger: records by their number, people by their pseudonym; never a value."""

from __future__ import annotations

from pydantic import Field

from garant.ledger.entries import Count, Day, Digest, Key, Payload, entry_kind


@entry_kind(
    "archive.allowed",
    fr="Une personne est habilitée à consulter l’archive intermédiaire.",
    en="A person may consult the intermediate archive.",
)
class ArchiveAllowed(Payload):
    """An entitlement, under the person's pseudonym."""

    person: Key = Field(description="the pseudonym of whoever may consult")
    until: Day | None = Field(default=None, description="its last day; none until it is taken back")


@entry_kind(
    "archive.revoked",
    fr="Une personne n’est plus habilitée à consulter l’archive intermédiaire.",
    en="A person may no longer consult the intermediate archive.",
)
class ArchiveRevoked(Payload):
    """The end of an entitlement."""

    person: Key = Field(description="the pseudonym of whoever may no longer consult")


@entry_kind(
    "archive.consulted",
    fr="Un dossier archivé a été consulté.",
    en="An archived record was consulted.",
)
class ArchiveConsulted(Payload):
    """One record, shown once. Its reason is kept encrypted, outside the ledger."""

    record: Key = Field(description="the number of the record")
    system: Key = Field(description="the system that its rows came from")
    rule: Key = Field(description="its retention rule")
    rows: Count = Field(description="how many rows it holds")
    reason: Digest = Field(
        description="the digest of a salt and the reason, both of which are kept encrypted"
    )


@entry_kind(
    "archive.refused",
    fr="La consultation d’un dossier archivé a été refusée.",
    en="The consultation of an archived record was refused.",
)
class ArchiveRefused(Payload):
    """Somebody asked who is not entitled."""

    record: Key = Field(description="the number of the record that was asked for")


@entry_kind(
    "archive.released",
    fr="Un dossier de valeurs mises à part, qui n’étaient pas revenues à leur place, a été détruit.",
    en="A record of values set apart, which had not come back to their place, was destroyed.",
)
class ArchiveReleased(Payload):
    """What a lifted restriction left sealed: somebody has decided what the system is to hold."""

    record: Key = Field(description="the number of the record")
    system: Key = Field(description="the system that its rows came from")
    rows: Count = Field(description="how many rows it held")
    reason: Digest = Field(
        description="the digest of a salt and the reason, both of which are kept encrypted"
    )


@entry_kind(
    "archive.rotated",
    fr="La clé de l’archive intermédiaire a été remplacée.",
    en="The key of the intermediate archive was replaced.",
)
class ArchiveRotated(Payload):
    """Every record opens under the new key; the old one opens none."""

    new: Key = Field(description="a name of the new key, which tells nothing of it")


@entry_kind(
    "archive.reason-kept",
    fr="Le motif d’une consultation est gardé sous une forme que le remplacement d’une clé ne change pas.",
    en="The reason of a consultation is kept in a form that no replacement of a key changes.",
)
class ArchiveReasonKept(Payload):
    """Its digest was of how it was kept, which the key that is being replaced gave."""

    record: Key = Field(description="the number of the record")
    was: Digest = Field(description="the digest that the entry of the consultation has")
    reason: Digest = Field(
        description="the digest of a salt and the same reason, both of which are kept encrypted"
    )
