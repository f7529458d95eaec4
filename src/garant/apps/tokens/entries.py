"""What tokens write to the ledger: their names and what they may do, never their secrets."""

from __future__ import annotations

from pydantic import Field

from garant.ledger.entries import Day, Key, Payload, entry_kind


@entry_kind("token.issued", fr="Un jeton d’accès a été émis.", en="An access token was issued.")
class TokenIssued(Payload):
    """From here on a program may act for this person."""

    token: Key = Field(description="the token's key, which opens nothing")
    member: Key = Field(description="the pseudonym of whom it acts for")
    scopes: list[Key] = Field(description="what it may do, where the person may too")
    until: Day = Field(description="its last day, UTC")


@entry_kind("token.revoked", fr="Un jeton d’accès a été révoqué.", en="An access token was revoked.")
class TokenRevoked(Payload):
    """It opens nothing any more."""

    token: Key = Field(description="the token's key")
