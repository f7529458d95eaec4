"""What looks at promises write to the ledger: keys, states and numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Count, Key, Payload, entry_kind

StateWord = Literal["kept", "broken", "unproven"]


@entry_kind("promises.looked-at", fr="Les promesses ont été regardées.", en="The promises were looked at.")
class PromisesLookedAt(Payload):
    """Every control was asked."""

    kept: Count = Field(description="promises found kept")
    broken: Count = Field(description="promises found broken")
    unproven: Count = Field(description="promises that nothing proves")


@entry_kind("promise.changed", fr="L’état d’une promesse a changé.", en="The state of a promise changed.")
class PromiseChanged(Payload):
    """One promise stands otherwise than before; the first look says how it stood then."""

    promise: Key = Field(description="the promise's key")
    before: StateWord | None = Field(default=None, description="how it stood; none at the first look")
    now: StateWord = Field(description="how it stands")
    measure: Count | None = Field(default=None, description="what its control counts")
