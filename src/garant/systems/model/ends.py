"""What becomes of the data: dispositions, the promises they answer, the duties and seals that keep."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from garant.policy.document.base import said
from garant.policy.text import Text
from garant.systems.treatments import ColumnDisposition, Key, Part, Sql, SqlName


class Do(StrEnum):
    """What an action does to rows."""

    DELETE = "delete"
    TREAT = "treat"


class Action(Part):
    """One step of a disposition: rows of a table go, or their columns are treated."""

    table: Annotated[SqlName, said("Table concernée.", "Table concerned.")]
    do: Annotated[
        Do,
        said(
            "delete : la ligne part ; treat : seules ses colonnes changent.",
            "delete: the row goes; treat: only its columns change.",
        ),
    ]
    columns: Annotated[
        dict[SqlName, ColumnDisposition],
        said(
            "Remplacent, pour cette action, les traitements de la table.",
            "Dispositions that replace those of the table for this action.",
        ),
    ] = Field(default_factory=dict[str, ColumnDisposition])


class Disposition(Part):
    """The ordered actions that end the data of one root."""

    root: Annotated[Key, said("Racine dont les données finissent.", "Root whose data end.")]
    actions: Annotated[
        list[Action],
        said(
            "Actions, dans l’ordre : les filles avant les mères.",
            "Actions, in order: children before parents.",
        ),
    ] = Field(min_length=1)


class PromiseBinding(Part):
    """Which selection answers which retention rule of the policy."""

    rule: Annotated[Key, said("Règle de conservation de la politique.", "Retention rule of the policy.")]
    role: Annotated[Key, said("Rôle de ceux que la règle vise ici.", "Role of those the rule is about here.")]
    event: Annotated[Key, said("Événement dont part la durée.", "Event from which the period is counted.")]
    dispositions: Annotated[
        Key, said("Ce qui est fait de ce qui est échu.", "What is done with what is due.")
    ]
    archive: Annotated[
        bool,
        said(
            "À la fin de la phase active, les lignes passent dans l’archive intermédiaire chiffrée.",
            "At the end of the active phase, the rows move to the encrypted intermediate archive.",
        ),
    ] = False


class Keep(Part):
    """What a duty keeps in one table."""

    row: Annotated[bool, said("La ligne reste.", "The row stays.")] = True
    columns: Annotated[
        list[SqlName] | Literal["all"],
        said("Colonnes gardées ; all : toutes.", "Columns kept; all: every one."),
    ] = Field(default_factory=list)


class Duty(Part):
    """A lawful reason that keeps rows or columns, in force until event + the rule's period.

    With ``seal``, the reason has no end: the system itself would break.
    """

    rule: Annotated[
        Key | None,
        said(
            "Règle de la politique dont la durée borne le devoir.",
            "Rule of the policy whose period bounds the duty.",
        ),
    ] = None
    seal: Annotated[
        bool,
        said(
            "Le motif n’a pas de fin : le système lui-même serait rompu.",
            "The reason has no end: the system itself would break.",
        ),
    ] = False
    root: Annotated[Key, said("Racine retenue.", "Root that is held.")]
    role: Annotated[Key, said("Rôle de ceux que le devoir retient.", "Role of those the duty holds.")]
    event: Annotated[
        Key | None,
        said("Événement dont part la durée du devoir.", "Event from which the duty's period is counted."),
    ] = None
    keeps: Annotated[
        dict[SqlName, Keep], said("Par table, ce que le devoir garde.", "By table, what the duty keeps.")
    ] = Field(min_length=1)
    why: Annotated[
        Text, said("Le motif, tel qu’on le dira à la personne.", "The reason, as the person will be told.")
    ]

    @model_validator(mode="after")
    def _ends_or_sealed(self) -> Duty:
        if self.seal and (self.rule or self.event):
            raise ValueError("a seal has no end: it names neither rule nor event")
        if not self.seal and not (self.rule and self.event):
            raise ValueError("a duty names the retention rule and the event it counts from")
        return self


class Seal(Part):
    """Rows that must never go and columns that must never change, where ``when`` holds."""

    table: Annotated[SqlName, said("Table scellée.", "Sealed table.")]
    when: Annotated[Sql, said("Condition des lignes scellées.", "Condition of the sealed rows.")]
    columns: Annotated[list[SqlName], said("Colonnes qui ne changent jamais.", "Columns that never change.")]
    why: Annotated[Text, said("Le motif.", "The reason.")]


class Restriction(Part):
    """How the system marks a person whose data may be stored but no longer used (art. 18)."""

    table: Annotated[SqlName, said("Table de la marque.", "Table of the mark.")]
    set: Annotated[
        dict[SqlName, str | int | bool],
        said(
            "Colonnes et valeurs qui marquent la limitation.", "Columns and values that mark the restriction."
        ),
    ] = Field(min_length=1)
    lift: Annotated[
        dict[SqlName, str | int | bool],
        said(
            "Valeurs de ces colonnes une fois la limitation levée.",
            "Values of these columns once the restriction is lifted.",
        ),
    ] = Field(default_factory=dict[SqlName, str | int | bool])
