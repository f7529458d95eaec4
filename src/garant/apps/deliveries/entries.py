"""What deliveries write to the ledger: keys, sizes and days; never a name of a file, nor the link."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Count, Day, Digest, Key, Payload, entry_kind


@entry_kind("delivery.prepared", fr="Un fichier attend une personne.", en="A file waits for a person.")
class DeliveryPrepared(Payload):
    """Encrypted, behind a link that works once."""

    delivery: Key = Field(description="its key")
    about: Key = Field(description="what it is about, such as the number of a request")
    bytes: Count = Field(description="its size, encrypted")
    sha256: Digest = Field(description="the digest of the encrypted file")
    until: Day = Field(description="the last day of its link, in the organisation’s zone")


@entry_kind("delivery.taken", fr="La personne a pris le fichier.", en="The person took the file.")
class DeliveryTaken(Payload):
    """The whole of it was handed over to whoever had the link."""

    delivery: Key = Field(description="its key")
    about: Key = Field(description="what it is about")


@entry_kind(
    "delivery.destroyed", fr="Un fichier remis, ou à remettre, est détruit.", en="A file is destroyed."
)
class DeliveryDestroyed(Payload):
    """The file, and the key that opened it."""

    delivery: Key = Field(description="its key")
    about: Key = Field(description="what it is about")
    why: Literal["taken", "expired", "forgotten"] = Field(description="what ended it")
