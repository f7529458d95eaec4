"""The data map: how the tables of one system answer the policy.

A map is a declaration. It says which rows are a person's (*links* from tables to *roots*),
who is what (*roles*), how a person is found (*identities*), which dated facts count
(*events*), what becomes of each table (*dispositions*), and what the law keeps (*duties*)
or has closed for ever (*seals*). Nothing here touches a system.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from garant.policy.text import Text

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
"""A stable name given by Garant: lower case, digits, hyphens."""

SqlName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?$")]
"""A table (optionally ``schema.table``) or column of the system."""

EnvName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
"""The name of an environment variable, never its value."""

Sql = Annotated[str, Field(min_length=1, max_length=20_000)]
"""A read-only SQL fragment, bounded by :mod:`garant.systems.fragments`."""


class Part(BaseModel):
    """A strict, immutable part of a data map."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Connection(Part):
    """Where the system is: the *name* of the variable that holds its SQLAlchemy URL."""

    env: EnvName = Field(description="Environment variable that holds the SQLAlchemy URL.")


class RootKind(StrEnum):
    """What a root stands for."""

    SUBJECT = "subject"
    RECORD = "record"


class Root(Part):
    """The rows that others hang on: a person, or a document with a life of its own."""

    table: SqlName
    key: SqlName = Field(description="Column that identifies the root; unique.")
    type: Literal["integer", "text", "uuid"] = "integer"
    kind: RootKind = RootKind.SUBJECT
    label: Text | None = None


class Role(Part):
    """The query that says which roots are customers, prospects, candidates …"""

    root: Key
    subjects: str | None = Field(default=None, description="Subject category of the policy.")
    query: Sql = Field(description="One SELECT giving one column named key.")


class Identity(Part):
    """How an e-mail, a phone or a number finds roots; ``:identity`` is bound."""

    root: Key
    query: Sql = Field(description="One SELECT giving one column named key, using :identity.")


class EventSource(Part):
    """One source of a dated fact: pairs (key, at); the greatest of all sources counts."""

    root: Key
    type: Literal["date", "instant"] = Field(
        description="date: a calendar day; instant: a moment, in the map's zone when it is naive."
    )
    query: Sql = Field(description="One SELECT giving two columns named key and at.")


class Relation(StrEnum):
    """How a row belongs to what it is linked to."""

    OWNED = "owned"
    CO_OWNED = "co-owned"
    VISIBLE = "visible"


class Link(Part):
    """One hop from a table towards a root: directly, or through a parent table's own links."""

    root: Key | None = None
    parent: SqlName | None = None
    column: SqlName
    parent_column: SqlName | None = Field(
        default=None, description="Column of the parent; its key unless said."
    )
    when: Sql | None = Field(default=None, description="Condition on this table's row.")
    relation: Relation = Relation.OWNED
    columns: list[SqlName] = Field(
        default_factory=list[SqlName],
        description="On a shared row, the columns that are this link's person's own.",
    )

    @model_validator(mode="after")
    def _one_target(self) -> Link:
        if (self.root is None) == (self.parent is None):
            raise ValueError("a link names either a root or a parent table, not both")
        if self.root is not None and self.parent_column is not None:
            raise ValueError("parent_column goes with parent; a root is reached by its key")
        return self


class Constant(Part):
    """Replace the value by a constant."""

    constant: str | int | bool


class Pseudonym(Part):
    """Around the keyed hash that replaces a value."""

    prefix: str = Field(
        default="anon-",
        min_length=3,
        max_length=40,
        description="Tells a pseudonym from a value; so never empty.",
    )
    suffix: str = Field(default="", max_length=80)
    length: int = Field(default=16, ge=8, le=64, description="Hexadecimal digits kept.")


class Pseudonymise(Part):
    """Replace the value in place by its keyed hash (HMAC-SHA256)."""

    pseudonymise: Pseudonym


class Prefix(Part):
    """Keep only the first characters."""

    prefix: int = Field(ge=1, le=32)


class Generalise(Part):
    """Keep the value less precise: a date's year or month, a code's first characters."""

    generalise: Literal["year", "month"] | Prefix


class Refresh(Part):
    """Compute a copy again from where the truth now is."""

    refresh: Sql = Field(description="One scalar SQL expression over the row itself.")


ColumnDisposition = Literal["blank", "keep"] | Constant | Pseudonymise | Generalise | Refresh


class Column(Part):
    """What a column holds, and what becomes of it when its row stays."""

    category: str = Field(description="Data category of the policy.")
    erase: ColumnDisposition | None = None
    identity: Literal["name", "email", "phone", "number"] | None = Field(
        default=None, description="What a rectification may correct here."
    )


class Table(Part):
    """A table: its key, the rows' links to roots, its columns' categories."""

    key: SqlName | None = Field(default=None, description="Unique column; needed to co-own.")
    label: Text | None = None
    links: list[Link] = Field(min_length=1)
    columns: dict[SqlName, Column] = Field(default_factory=dict)


class Do(StrEnum):
    """What an action does to rows."""

    DELETE = "delete"
    TREAT = "treat"


class Action(Part):
    """One step of a disposition: rows of a table go, or their columns are treated."""

    table: SqlName
    do: Do
    columns: dict[SqlName, ColumnDisposition] = Field(
        default_factory=dict[str, ColumnDisposition],
        description="Dispositions that replace those of the table for this action.",
    )


class Disposition(Part):
    """The ordered actions that end the data of one root."""

    root: Key
    actions: list[Action] = Field(min_length=1)


class PromiseBinding(Part):
    """Which selection answers which retention rule of the policy."""

    rule: Key
    role: Key
    event: Key
    dispositions: Key


class Keep(Part):
    """What a duty keeps in one table."""

    row: bool = True
    columns: list[SqlName] | Literal["all"] = Field(default_factory=list)


class Duty(Part):
    """A lawful reason that keeps rows or columns, in force until event + the rule's period.

    With ``seal``, the reason has no end: the system itself would break.
    """

    rule: Key | None = None
    seal: bool = False
    root: Key
    role: Key
    event: Key | None = None
    keeps: dict[SqlName, Keep] = Field(min_length=1)
    why: Text

    @model_validator(mode="after")
    def _ends_or_sealed(self) -> Duty:
        if self.seal and (self.rule or self.event):
            raise ValueError("a seal has no end: it names neither rule nor event")
        if not self.seal and not (self.rule and self.event):
            raise ValueError("a duty names the retention rule and the event it counts from")
        return self


class Seal(Part):
    """Rows that must never go and columns that must never change, where ``when`` holds."""

    table: SqlName
    when: Sql
    columns: list[SqlName]
    why: Text


class Store(Part):
    """A folder of files, named by an environment variable."""

    env: EnvName


class Files(Part):
    """Files outside the database, named by a column; a file goes with its last reference."""

    table: SqlName
    column: SqlName
    store: Store


class Restriction(Part):
    """How the system marks a person whose data may be stored but no longer used (art. 18)."""

    table: SqlName
    set: dict[SqlName, str | int | bool] = Field(min_length=1)


class DataMap(Part):
    """How one system answers the policy."""

    system: Key
    label: Text
    connector: Literal["sql"] = "sql"
    connection: Connection
    zone: str = Field(default="UTC", description="IANA zone of naive timestamps in the system.")
    roots: dict[Key, Root] = Field(min_length=1)
    roles: dict[Key, Role] = Field(default_factory=dict)
    identities: dict[Key, list[Identity]] = Field(default_factory=dict)
    events: dict[Key, list[EventSource]] = Field(default_factory=dict)
    tables: dict[SqlName, Table] = Field(min_length=1)
    dispositions: dict[Key, Disposition] = Field(default_factory=dict)
    promises: list[PromiseBinding] = Field(default_factory=list[PromiseBinding])
    duties: list[Duty] = Field(default_factory=list[Duty])
    seals: list[Seal] = Field(default_factory=list[Seal])
    files: list[Files] = Field(default_factory=list[Files])
    restriction: dict[Key, Restriction] = Field(default_factory=dict)
