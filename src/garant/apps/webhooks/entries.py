"""What webhooks write to the ledger: keys and kinds; never an address, which may hold a secret."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Key, Payload, entry_kind


@entry_kind("webhook.added", fr="Un programme sera prévenu.", en="A program will be told.")
class WebhookAdded(Payload):
    """From here on an address is told of entries."""

    webhook: Key = Field(description="its key")


@entry_kind("webhook.ended", fr="Un programme n’est plus prévenu.", en="A program is told no more.")
class WebhookEnded(Payload):
    """By somebody, or because it took nothing any more."""

    webhook: Key = Field(description="its key")
    by: Literal["decision", "silence"] = Field(description="silence: it took none of the last messages")
