"""What holds write to the ledger: keys, dates, numbers and commitments; never who it is about, nor why."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Commitment, Count, Day, Key, Payload, entry_kind

MOST_PEOPLE = 500
"""Commitments in one entry, which may have 64 KB. More go on in further entries."""


@entry_kind("hold.placed", fr="Une suspension d’effacement a été posée.", en="A hold was placed.")
class HoldPlaced(Payload):
    """From here on, what it is about is not destroyed."""

    hold: Key = Field(description="the hold's key")
    on: Literal["person", "activity", "rows"] = Field(description="what it is on")
    activity: Key | None = Field(default=None, description="the activity, where it is on one")
    system: Key | None = Field(default=None, description="the system of the rows, where it is on rows")
    rows: Count = Field(default=0, description="how many rows it names")
    until: Day | None = Field(default=None, description="its last day; none when it lasts until ended")
    review: Day | None = Field(default=None, description="the day by which it is to be reviewed")
    people: list[Commitment] = Field(
        default_factory=list[Commitment],
        description="commitments to this hold under the keys of the person it is on",
    )
    more: Count = Field(default=0, description="how many hold.people entries go on with the commitments")


@entry_kind(
    "hold.people",
    fr="La suite des engagements d’une suspension, quand une entrée ne les contient pas tous.",
    en="More commitments of a hold, where one entry does not hold them all.",
)
class HoldPeople(Payload):
    """Written with the entry of the hold, or not at all."""

    hold: Key = Field(description="the hold's key")
    part: Count = Field(description="which of these entries it is, counted from 1")
    people: list[Commitment] = Field(description="commitments to the hold under the person's own keys")


@entry_kind("hold.prolonged", fr="Une suspension d’effacement a été prolongée.", en="A hold was prolonged.")
class HoldProlonged(Payload):
    """The same hold, until another day."""

    hold: Key = Field(description="the hold's key")
    until: Day | None = Field(default=None, description="its last day; none when it lasts until ended")
    review: Day | None = Field(default=None, description="the day by which it is to be reviewed")


@entry_kind("hold.ended", fr="Une suspension d’effacement a pris fin.", en="A hold ended.")
class HoldEnded(Payload):
    """It stops nothing any more, and whom it was about has been wiped."""

    hold: Key = Field(description="the hold's key")
    by: Literal["decision", "term"] = Field(description="someone ended it, or its last day was over")
