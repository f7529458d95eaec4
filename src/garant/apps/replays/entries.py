"""What replays write to the ledger: numbers."""

from __future__ import annotations

from pydantic import Field

from garant.ledger.entries import Count, Day, Key, Payload, entry_kind


@entry_kind(
    "replay.looked",
    fr="Ce qui avait été effacé a été cherché dans les systèmes, par exemple après une restauration.",
    en="What had been erased was looked for in the systems, for instance after a backup was restored.",
)
class ReplayLooked(Payload):
    """The suppression list held against the systems, in numbers."""

    marks: Count = Field(description="how many erased roots were looked for")
    found: Count = Field(description="how many keys of them are there")
    due: Count = Field(description="how many came back and are to be erased again")
    others: Count = Field(description="how many keys have a row that is not the erased one")
    doubtful: Count = Field(description="how many rows cannot tell whether they came back")
    unlooked: Count = Field(
        default=0, description="how many erased roots no map leads to any more: not looked for"
    )


@entry_kind(
    "suppression.forgotten",
    fr="Une partie de la liste d’effacement a été oubliée : aucune sauvegarde n’est plus si ancienne.",
    en="A part of the suppression list was forgotten: no backup is that old any more.",
)
class SuppressionForgotten(Payload):
    """Marks of erasures before a day were removed."""

    before: Day = Field(description="erasures before this day were forgotten")
    marks: Count = Field(description="how many marks went")
    system: Key | None = Field(default=None, description="the system whose erasures they are; none: all")
