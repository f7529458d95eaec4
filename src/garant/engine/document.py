"""The plan as a document: what will be done, to how many, what is kept and why. Hashed, then approved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from garant.engine.keys import pack, unpack
from garant.engine.manual import ManualTask
from garant.policy.text import Text
from garant.systems.finding import RootKey

Kind = Literal["retention", "erasure", "rectification", "restriction", "lifting", "replay"]

MARKING: Final = ("restriction", "lifting")
"""Kinds of plans that set a mark, or take it off again, and destroy nothing."""


class UnreadablePlan(ValueError):
    """A plan file is not one of ours, or was damaged; says so in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class Part(BaseModel):
    """A strict, immutable part of a plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HeldBy(Part):
    """A duty that holds some of the selected roots, and until when."""

    rule: str | None = Field(description="Retention rule of the duty; none for a seal.")
    why: Text
    roots: int
    until: date | None = Field(description="Last day of the longest of these duties; none for a seal.")


class HeldFor(Part):
    """A hold that keeps some of the selected roots, or rows that the plan would have changed."""

    hold: str = Field(description="Key of the hold.")
    owner: str = Field(description="Who answers for it.")
    reason: str
    until: date | None = Field(default=None, description="Its last day; none when it lasts until ended.")
    review: date | None = Field(default=None, description="The day by which it is to be reviewed.")
    roots: int = Field(description="Selected roots that it holds; others' rows may be held for it too.")


class KeptRows(Part):
    """Rows that an action leaves, and the duty that keeps them (its position in ``duties``)."""

    duty: int
    rows: int


class PlannedAction(Part):
    """What will be done to one table, and what is left there."""

    table: str
    do: Literal["delete", "treat"]
    columns: dict[str, str] = Field(description="Column → disposition, where the row stays.")
    deleted: int
    treated: int = Field(description="Rows that change; of a correction of single values, cells.")
    kept: list[KeptRows]
    sealed: int = Field(description="Rows that a seal protects.")
    shared: int = Field(description="Rows that stay because another person owns them too.")
    held: int = Field(default=0, description="Rows that stay as they are because of a hold.")


class Replacement(Part):
    """For a rectification: one value among those of its kind, and the right one."""

    kind: str = Field(description="name, email, phone, number; or names, address: parts, a line each.")
    was: str
    becomes: str


class Added(Part):
    """For a rectification: a value that is missing."""

    kind: str = Field(description="email, phone or address.")
    value: str


class Block(Part):
    """A foreign key, and how many rows refer by it to what must go."""

    table: str
    constraint: str
    referring_table: str | None
    rows: int | None


class Selection(Part):
    """The roots of one system that one rule, or one person's request, selects."""

    system: str
    root: str
    disposition: str | None
    rule: str | None
    archive: bool = Field(
        default=False, description="The rows move to the intermediate archive before they leave the system."
    )
    apart: bool = Field(
        default=False,
        description="Values are set apart in the archive, or put back from it, instead of a mark.",
    )
    stays: list[str] = Field(
        default_factory=list[str],
        description="For the end of a restriction: columns of its mark that were so before, and are left as they are.",
    )
    shared: bool = Field(
        default=False, description="Only rows that several people owned, all of whom have been erased."
    )
    label: Text | None
    role: str | None
    event: str | None
    period: str | None
    cutoff: date | None = Field(description="Last event day that is due, in the organisation's zone.")
    population: int
    due: int
    oldest: date | None
    undated: int = Field(description="Roots with no dated fact: neither due nor proved kept.")
    unreadable: int = Field(description="Roots with a date the system cannot read.")
    sooner: int = Field(default=0, description="Roots selected early: consent withdrawn …")
    notes: list[Text] = Field(default_factory=list[Text], description="What is not done, and why.")
    settled: int = Field(description="Roots past their term for which nothing is left to do.")
    on_hold: int = Field(default=0, description="Roots past their term that only a hold keeps from it.")
    keys: str = Field(description="The frozen keys of the due roots, packed.")
    asked: str = Field(
        default="",
        description="Where many people ask at once: for each, its position among them and that of its key, packed.",
    )
    whose: list[str] = Field(
        default_factory=list[str],
        description="For a request, what each root’s own row says of who it is, as a digest: a key may be given again.",
    )
    duties: list[HeldBy]
    holds: list[HeldFor] = Field(
        default_factory=list[HeldFor], description="Holds in force when the plan was made."
    )
    actions: list[PlannedAction]
    blocks: list[Block]
    cascades: list[Block] = Field(
        default_factory=list[Block],
        description="Rows that no action names and that the system's own foreign keys delete too.",
    )
    emptied: list[Block] = Field(
        default_factory=list[Block],
        description="Rows that stay, and of which the system's own foreign keys empty, or reset, what named a row that goes.",
    )
    advice: list[str]

    @property
    def rows(self) -> int:
        """Rows that will be deleted or treated."""
        return sum(action.deleted + action.treated for action in self.actions)

    @property
    def held(self) -> int:
        """Rows that would have been deleted or treated but for a hold."""
        return sum(action.held for action in self.actions)

    def asked_by(self) -> dict[RootKey, list[int]]:
        """Key → the positions, from 0, of the people who asked and are known by it."""
        flat, keys = [int(number) for number in unpack(self.asked)] if self.asked else [], self.root_keys()
        found: dict[RootKey, list[int]] = {}
        for person, position in zip(flat[::2], flat[1::2], strict=True):
            found.setdefault(keys[position], []).append(person)
        return found

    def root_keys(self) -> list[RootKey]:
        """The frozen keys."""
        return unpack(self.keys)


class Still(Part):
    """For the end of a restriction: records of one system that another one goes on over; they are left as they are."""

    system: str
    root: str
    keys: str = Field(description="Their keys, packed.")

    def root_keys(self) -> list[RootKey]:
        """Their keys."""
        return unpack(self.keys)


class Gone(Part):
    """For the end of a restriction: restrictions of records of one system that are no longer there."""

    system: str
    root: str
    restrictions: list[str] = Field(description="Which: by what run, and on which of its records.")


class Plan(Part):
    """Selections × dispositions. A plan changes nothing; a person approves its digest."""

    format: Literal["garant-plan/1"] = "garant-plan/1"
    kind: Kind
    organisation: str
    zone: str
    as_of: date
    policy_digest: str
    map_digests: dict[str, str]
    tolerance: float = Field(ge=0, le=1, description="Share of drift beyond which the run is refused.")
    unanswered: list[str] = Field(
        default_factory=list[str],
        description="Retention rules of the policy that no map of this plan answers: unproven.",
    )
    unreached: dict[str, list[Text]] = Field(
        default_factory=dict,
        description="By system, what its map says it does not reach: nothing is done there.",
    )
    corrections: dict[str, str] = Field(
        default_factory=dict, description="Kind → the value that replaces every value of that kind."
    )
    replacements: list[Replacement] = Field(
        default_factory=list[Replacement],
        description="Single values that are replaced, however they are written; others of their kind stay.",
    )
    additions: list[Added] = Field(
        default_factory=list[Added],
        description="Values that are added where there is place for them; none is overwritten.",
    )
    request: str = Field(
        default="",
        description="Number of the request that it answers: what is asked again is a plan of its own, and is done.",
    )
    again: int = Field(
        default=0,
        ge=0,
        description="How many plans that said the same have ended before it: what was done is to be done once more.",
    )
    gathers: list[str] = Field(
        default_factory=list[str],
        description="Digests of the approved plans that it carries out together, and nothing besides.",
    )
    people: int = Field(default=0, ge=0, description="Where many people ask at once: how many.")
    unknown: list[int] = Field(
        default_factory=list[int],
        description="The positions, from 0, of those of them whom no system searched here knows.",
    )
    still: list[Still] = Field(
        default_factory=list[Still],
        description="For the end of a restriction: what another one goes on over, and is left as it is.",
    )
    gone: list[Gone] = Field(
        default_factory=list[Gone],
        description="For the end of a restriction: those that end with it because their record is no longer there.",
    )
    selections: list[Selection]
    tasks: list[ManualTask] = Field(
        default_factory=list[ManualTask],
        description="What persons are asked to do in systems that no program reaches; unproven until answered.",
    )

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical document, in hexadecimal: what is approved."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """The document in one form only: UTF-8 JSON, sorted keys, no spaces.

        What has its default is left out, so that a later Garant, whose plans can say more, reads a plan of
        today under the same digest.
        """
        document = {"format": self.format, **self.model_dump(mode="json", exclude_defaults=True)}
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def right_values(self) -> dict[str, str]:
        """What is corrected, as somebody who does it by hand reads it: what it is, and what it becomes."""
        single = {f"{one.kind} ({_line(one.was)})": _line(one.becomes) for one in self.replacements}
        return {**self.corrections, **single, **{f"+ {one.kind}": _line(one.value) for one in self.additions}}

    def document(self) -> dict[str, Any]:
        """The plan as plain JSON data, its digest included for the reader."""
        return {"digest": self.digest, **self.model_dump(mode="json")}


def read_plan(document: object) -> Plan:
    """Read a plan from plain JSON data.

    Raises:
        UnreadablePlan: when it is not a plan, or does not have the digest it says.
    """
    if not isinstance(document, dict):
        raise UnreadablePlan(Text(fr="un plan est un objet JSON", en="a plan is a JSON object"))
    said = document.get("digest")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    body = {name: value for name, value in document.items() if name != "digest"}  # pyright: ignore[reportUnknownVariableType]
    try:
        plan = Plan.model_validate_json(json.dumps(body))
        for selection in plan.selections:
            if len(selection.root_keys()) != selection.due:
                raise ValueError("the keys are not as many as the roots that are due")
    except (ValidationError, ValueError, RecursionError) as error:
        raise _no_plan(error) from None
    if said is not None and said != plan.digest:
        raise UnreadablePlan(
            Text(
                fr=f"le plan a été modifié : son empreinte est {plan.digest}, il dit {said}",
                en=f"the plan was changed: its digest is {plan.digest}, it says {said}",
            )
        )
    return plan


def read_told(document: Mapping[str, Any]) -> Plan:
    """Read again what a plan said once its run has ended, to show it: whom it was about is gone from it.

    It is never carried out: its keys are not there, and its digest is that of what was approved.

    Raises:
        UnreadablePlan: when it is not a plan.
    """
    try:
        return Plan.model_validate_json(
            json.dumps({name: value for name, value in document.items() if name != "digest"})
        )
    except ValidationError as error:
        raise _no_plan(error) from None


def _line(value: str) -> str:
    """Parts in one line."""
    return ", ".join(filter(None, value.split("\n")))


def packed(keys: list[RootKey]) -> str:
    """The keys of a selection, as a plan writes them."""
    return pack(keys)


def _no_plan(error: Exception) -> UnreadablePlan:
    """Where it is no plan; the checker's own sentence is in English, and is left to who writes programs."""
    if not isinstance(error, ValidationError):
        return UnreadablePlan(
            Text(
                fr="ce n’est pas un plan de Garant, ou il y manque des clés",
                en=f"not a plan of Garant: {error}",
            )
        )
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return UnreadablePlan(
        Text(
            fr=f"ce n’est pas un plan de Garant : « {place} » manque ou ne convient pas",
            en=f"not a plan of Garant: {place}: {first['msg']}",
        )
    )
