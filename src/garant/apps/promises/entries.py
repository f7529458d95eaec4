"""What plans and runs write to the ledger: digests, keys and numbers of rows; never a value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from garant.ledger.entries import Commitment, Count, Day, Digest, Key, Payload, entry_kind

SQL_FORM = r"^[A-Za-z_][A-Za-z0-9_$.-]{0,127}$"
_COLUMNS = (
    r"[A-Za-z_][A-Za-z0-9_$-]{0,127}\.[A-Za-z_][A-Za-z0-9_$-]{0,127}(, [A-Za-z_][A-Za-z0-9_$-]{0,127}){0,15}"
)
CONSTRAINT_FORM = rf"^([A-Za-z_][A-Za-z0-9_$.-]{{0,127}}|{_COLUMNS} → {_COLUMNS})$"

SqlKey = Annotated[str, StringConstraints(pattern=SQL_FORM)]
"""The name of a table or of a column."""

ConstraintKey = Annotated[str, StringConstraints(pattern=CONSTRAINT_FORM)]
"""The name of a constraint; a foreign key without one (SQLite) is written `table.column → table.column`."""

Period = Annotated[str, StringConstraints(pattern=r"^P[0-9YMWD]{2,20}$")]
"""An ISO 8601 period."""

Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]
"""An IANA time zone."""

MOST_PEOPLE = 500
"""Commitments in one entry: 40 KB of the 64 KB that an entry may have. More go on in further entries."""

UNNAMED = "unnamed"
"""Stands for a constraint whose name the system did not give, or not in a form that can be kept."""


class MapDigest(Payload):
    """A data map as it was approved."""

    system: Key = Field(description="the system's key")
    digest: Digest = Field(description="the digest of its data map")


class Selected(Payload):
    """What one promise, or one person's request, selects in one system."""

    system: Key = Field(description="the system's key")
    rule: Key | None = Field(default=None, description="the retention rule; none for a person's request")
    event: Key | None = Field(default=None, description="the event that the rule counts from")
    period: Period | None = Field(default=None, description="the rule's period, ISO 8601")
    cutoff: Day | None = Field(default=None, description="the last event day that is due")
    archive: bool = Field(default=False, description="whether their rows move to the intermediate archive")
    due: Count = Field(description="how many roots are due")
    rows: Count = Field(description="how many rows are to change")


class TableRows(Payload):
    """How many rows of one table changed."""

    table: SqlKey = Field(description="the table")
    deleted: Count = Field(description="rows that went")
    treated: Count = Field(description="rows whose columns were treated")


class Block(Payload):
    """A constraint of a system that stopped a deletion."""

    table: SqlKey = Field(description="the table that could not change")
    constraint: ConstraintKey = Field(description="the constraint, or unnamed")
    referring_table: SqlKey | None = Field(default=None, description="the table that refers to the rows")
    roots: Count = Field(description="how many roots are left because of it")
    rows: Count = Field(description="how many rows refer to them")


@entry_kind("plan.approved", fr="Une personne a approuvé un plan.", en="A person approved a plan.")
class PlanApproved(Payload):
    """Exactly this plan, made from exactly this policy and these maps."""

    organisation: Key = Field(description="the organisation's key")
    plan: Digest = Field(description="the digest that was approved")
    purpose: Key = Field(description="retention, or the right that a person exercises")
    policy: Digest = Field(description="the digest of the policy")
    maps: list[MapDigest] = Field(description="the data maps")
    as_of: Day = Field(description="the day on which what is due was counted")
    zone: Zone = Field(description="the IANA time zone of that day")
    selections: list[Selected] = Field(description="what is selected, system by system")
    people: list[Commitment] = Field(
        default_factory=list[Commitment],
        description="for a person's request: commitments to this plan under the person's own keys",
    )
    more: Count = Field(default=0, description="how many plan.people entries go on with the commitments")


@entry_kind(
    "plan.people",
    fr="La suite des engagements d’un plan approuvé, quand une entrée ne les contient pas tous.",
    en="More commitments of an approved plan, where one entry does not hold them all.",
)
class PlanPeople(Payload):
    """Written with the approval, or not at all: its key is `plan/DIGEST/people/PART`."""

    plan: Digest = Field(description="the digest that was approved")
    part: Count = Field(description="which of these entries it is, counted from 1")
    people: list[Commitment] = Field(description="commitments to the plan under people's own keys")


@entry_kind(
    "plan.gathered",
    fr="Des plans approuvés sont exécutés ensemble, et rien d’autre avec eux.",
    en="Approved plans are carried out together, and nothing besides.",
)
class PlanGathered(Payload):
    """Its run is theirs: their roots, and the sum of what each of them counted."""

    plan: Digest = Field(description="the digest of the plan that carries them out")
    of: list[Digest] = Field(description="the digests that were approved, each by a person")
    selections: list[Selected] = Field(description="what they select together, system by system")


@entry_kind("run.started", fr="L’exécution d’un plan commence.", en="The run of a plan starts.")
class RunStarted(Payload):
    """From here on, receipts of this run may follow."""

    run: Key = Field(description="the run's key")
    plan: Digest = Field(description="the plan's digest")


@entry_kind("batch.recorded", fr="Le reçu d’un lot.", en="The receipt of a batch.")
class BatchRecorded(Payload):
    """One transaction on one system, counted once whatever crashed in between."""

    run: Key = Field(description="the run's key")
    batch: Key = Field(description="the batch's key within the run")
    state: Literal["applied", "blocked"] = Field(
        description="blocked: some roots were left, for what blocks say"
    )
    recovered: bool = Field(description="whether its receipt was written after a crash")
    system: Key = Field(description="the system's key")
    rule: Key | None = Field(default=None, description="the retention rule; none for a person's request")
    roots: Count = Field(description="how many roots were treated")
    skipped: Count = Field(description="how many roots of the plan were no longer due, and so left alone")
    files: Count = Field(description="files that went with their last reference")
    held: Count = Field(default=0, description="rows that stayed as they are because of a hold")
    archived: Count = Field(default=0, description="records that the intermediate archive now has of them")
    marked: Count = Field(
        default=0, description="roots put on the suppression list, to be erased again after a restored backup"
    )
    tables: list[TableRows] = Field(description="rows changed, by table")
    blocks: list[Block] = Field(description="what stopped a part of it")


@entry_kind("run.finished", fr="L’exécution d’un plan est close.", en="The run of a plan is closed.")
class RunFinished(Payload):
    """What the systems answered when they were asked again."""

    run: Key = Field(description="the run's key")
    plan: Digest = Field(description="the plan's digest")
    verified: bool = Field(description="whether nothing of the plan is left")
    batches: Count = Field(description="how many receipts the run has")
    recovered: Count = Field(description="how many of them were written after a crash")
    blocked: Count = Field(description="how many batches were stopped")
    rows: Count = Field(description="rows changed in all")
    left: Count = Field(description="rows that the plan would still change")
    held: Count = Field(default=0, description="rows that are there because a hold keeps them")
    waiting: Count = Field(default=0, description="answers of persons still awaited: unproven until then")
    since: Count = Field(
        default=0, description="roots past their term since the plan was made: left to the next plan"
    )


@entry_kind(
    "run.rule-kept",
    fr="Une règle de conservation a été exécutée, et il n’en reste rien à faire.",
    en="A retention rule was carried out, and nothing of it is left to do.",
)
class RunRuleKept(Payload):
    """It counts nothing: whoever is shown it, such as a processor's client, learns nothing of other people."""

    run: Key = Field(description="the run's key")
    rule: Key = Field(description="the retention rule")


@entry_kind(
    "run.given-up",
    fr="Une personne a mis fin à une exécution qui ne pouvait plus reprendre.",
    en="Somebody ended a run that could not go on any more.",
)
class RunGivenUp(Payload):
    """The policy or a map is another one now, and whether its last batches were done is not known."""

    run: Key = Field(description="the run's key")
    unsure: list[Key] = Field(description="the batches that prepared something and have no receipt")
    marked: Count = Field(description="roots put on the suppression list, as if they had been erased")
    archived: Count = Field(description="records that the intermediate archive keeps, as if rows had left")
    files: Count = Field(description="files of these batches that no row referred to any more, and that went")


class ResiduePlace(Payload):
    """A place where bytes of what was erased may remain."""

    place: Key = Field(description="which file, log or copy")
    table: SqlKey | None = Field(default=None, description="the table whose file it is")
    state: Literal["clean", "found", "partly", "unsearched", "copy"] = Field(
        description="searched and empty; values found; searched in part; not searched; a copy out of reach"
    )
    found: Count = Field(description="how many values were found there that no row holds")
    bytes: Count = Field(description="how many bytes were read")
    reason: Key | None = Field(default=None, description="why something is left or was not searched")
    until: Day | None = Field(default=None, description="the last day on which it may remain, where known")


@entry_kind(
    "residue.searched",
    fr="Les octets d’un système ont été fouillés après un effacement.",
    en="The bytes of a system were searched after an erasure.",
)
class ResidueSearched(Payload):
    """Whether what was erased is really gone, or where it remains, and until when."""

    run: Key | None = Field(default=None, description="the run; none for a person's question")
    people: list[Commitment] = Field(
        default_factory=list[Commitment],
        description="for a person's question: commitments to this entry under the person's own keys",
    )
    system: Key = Field(description="the system's key")
    cleaning: Literal["none", "light", "full"] = Field(description="how far the system was cleaned before")
    sought: Count = Field(description="how many values were searched for")
    kept: Count = Field(description="how many of those found are in rows that stay by right")
    elsewhere: Count = Field(description="how many are in columns that the map does not name")
    places: list[ResiduePlace] = Field(description="place by place")
    gone: bool = Field(description="whether they were searched for everywhere, and are nowhere")
    more: Count = Field(default=0, description="how many subject.people entries go on with the commitments")


@entry_kind(
    "run.answered",
    fr="La dernière réponse attendue par une exécution est arrivée.",
    en="The last answer that a run awaited has come.",
)
class RunAnswered(Payload):
    """What was unproven is now stated, under signatures."""

    run: Key = Field(description="the run's key")
    kept: bool = Field(description="whether no person refused")


@entry_kind(
    "subject.found",
    fr="Une personne a été cherchée dans les systèmes.",
    en="A person was looked for in the systems.",
)
class SubjectFound(Payload):
    """A search for a person (GDPR art. 15), in numbers."""

    people: list[Commitment] = Field(
        description="commitments to this entry under the person's own keys; none where nobody was found"
    )
    places: Count = Field(description="how many places know the person")
    rows: Count = Field(description="how many rows concern them")
    more: Count = Field(default=0, description="how many subject.people entries go on with the commitments")


@entry_kind(
    "subject.exported",
    fr="Les données d’une personne lui ont été préparées.",
    en="A person's data were made ready for them.",
)
class SubjectExported(Payload):
    """An archive of a person's data (GDPR art. 15 and 20), in numbers."""

    people: list[Commitment] = Field(description="commitments to this entry under the person's own keys")
    tables: Count = Field(description="how many tables the archive holds")
    rows: Count = Field(description="how many rows")
    files: Count = Field(description="how many files")
    manifest: Digest = Field(
        description="the digest of the archive's manifest, which has one of every member"
    )
    more: Count = Field(default=0, description="how many subject.people entries go on with the commitments")


@entry_kind(
    "subject.people",
    fr="La suite des engagements d’une recherche ou d’un export, quand une entrée ne les contient pas tous.",
    en="More commitments of a search or an export, where one entry does not hold them all.",
)
class SubjectPeople(Payload):
    """It has the instant of the entry that it goes on with."""

    of: Key = Field(description="the kind of that entry")
    part: Count = Field(description="which of these entries it is, counted from 1")
    people: list[Commitment] = Field(description="commitments to that entry under people's own keys")
