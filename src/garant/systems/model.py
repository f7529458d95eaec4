"""The data map: how the tables of one system answer the policy.

A map is a declaration. It says which rows are a person's (*links* from tables to *roots*),
who is what (*roles*), how a person is found (*identities*), which dated facts count
(*events*), what becomes of each table (*dispositions*), and what the law keeps (*duties*)
or has closed for ever (*seals*). Nothing here touches a system.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from garant.policy.document.base import said
from garant.policy.text import Text
from garant.systems.treatments import ColumnDisposition as ColumnDisposition
from garant.systems.treatments import Constant as Constant
from garant.systems.treatments import EnvName, Key, Part, Sql, SqlName
from garant.systems.treatments import Generalise as Generalise
from garant.systems.treatments import Prefix as Prefix
from garant.systems.treatments import Pseudonym as Pseudonym
from garant.systems.treatments import Pseudonymise as Pseudonymise
from garant.systems.treatments import Refresh as Refresh


class Connection(Part):
    """Where the system is: the *name* of the variable that holds its SQLAlchemy URL."""

    env: Annotated[
        EnvName,
        said(
            "Variable d’environnement qui porte l’adresse SQLAlchemy.",
            "Environment variable that holds the SQLAlchemy URL.",
        ),
    ]


class RootKind(StrEnum):
    """What a root stands for."""

    SUBJECT = "subject"
    RECORD = "record"


class Root(Part):
    """The rows that others hang on: a person, or a document with a life of its own."""

    table: Annotated[SqlName, said("Table de la racine.", "Table of the root.")]
    key: Annotated[
        SqlName, said("Colonne qui identifie la racine ; unique.", "Column that identifies the root; unique.")
    ]
    type: Annotated[Literal["integer", "text", "uuid"], said("Type de la clé.", "Type of the key.")] = (
        "integer"
    )
    kind: Annotated[
        RootKind,
        said(
            "Une personne, ou un document qui vit par lui-même.",
            "A person, or a document with a life of its own.",
        ),
    ] = RootKind.SUBJECT
    label: Annotated[
        Text | None, said("Nom de la racine, pour les plans.", "Name of the root, for plans.")
    ] = None


class Role(Part):
    """The query that says which roots are customers, prospects, candidates …"""

    root: Annotated[Key, said("Racine à laquelle appartiennent les clés.", "Root that the keys are of.")]
    subjects: Annotated[
        str | None, said("Catégorie de personnes de la politique.", "Subject category of the policy.")
    ] = None
    query: Annotated[
        Sql, said("Un SELECT donnant une colonne nommée key.", "One SELECT giving one column named key.")
    ]


class Identity(Part):
    """How an e-mail, a phone or a number finds roots; ``:identity`` is bound."""

    root: Annotated[Key, said("Racine trouvée.", "Root that is found.")]
    query: Annotated[
        Sql,
        said(
            "Un SELECT donnant une colonne nommée key, avec :identity.",
            "One SELECT giving one column named key, using :identity.",
        ),
    ]


class EventSource(Part):
    """One source of a dated fact: pairs (key, at); the greatest of all sources counts."""

    root: Annotated[Key, said("Racine dont parle la source.", "Root that the source speaks of.")]
    type: Annotated[
        Literal["date", "instant"],
        said(
            "date : un jour du calendrier ; instant : un moment, au fuseau de la carte s’il n’en porte pas.",
            "date: a calendar day; instant: a moment, in the map's zone when it is naive.",
        ),
    ]
    query: Annotated[
        Sql,
        said(
            "Un SELECT donnant deux colonnes nommées key et at.",
            "One SELECT giving two columns named key and at.",
        ),
    ]


class Relation(StrEnum):
    """How a row belongs to what it is linked to."""

    OWNED = "owned"
    CO_OWNED = "co-owned"
    VISIBLE = "visible"


class Link(Part):
    """One hop from a table towards a root: directly, or through a parent table's own links."""

    root: Annotated[Key | None, said("Racine atteinte par sa clé.", "Root reached by its key.")] = None
    parent: Annotated[
        SqlName | None,
        said("Table mère, dont les propres liens continuent.", "Parent table, whose own links go on."),
    ] = None
    column: Annotated[
        SqlName,
        said(
            "Colonne de cette table qui mène à la racine ou à la table mère.",
            "Column of this table that leads to the root or the parent.",
        ),
    ]
    parent_column: Annotated[
        SqlName | None,
        said("Colonne de la table mère ; à défaut, sa clé.", "Column of the parent; its key unless said."),
    ] = None
    when: Annotated[
        Sql | None, said("Condition sur la ligne de cette table.", "Condition on this table's row.")
    ] = None
    relation: Annotated[
        Relation,
        said(
            "À qui est la ligne : à une personne, à plusieurs, ou seulement visible.",
            "Whose the row is: one person's, several people's, or only visible.",
        ),
    ] = Relation.OWNED
    columns: Annotated[
        list[SqlName],
        said(
            "Sur une ligne partagée, les colonnes propres à la personne de ce lien.",
            "On a shared row, the columns that are this link's person's own.",
        ),
    ] = Field(default_factory=list[SqlName])

    @model_validator(mode="after")
    def _one_target(self) -> Link:
        if (self.root is None) == (self.parent is None):
            raise ValueError("a link names either a root or a parent table, not both")
        if self.root is not None and self.parent_column is not None:
            raise ValueError("parent_column goes with parent; a root is reached by its key")
        return self


class Column(Part):
    """What a column holds, and what becomes of it when its row stays."""

    category: Annotated[str, said("Catégorie de données de la politique.", "Data category of the policy.")]
    erase: Annotated[
        ColumnDisposition | None,
        said(
            "Ce que devient la valeur quand la ligne reste.", "What becomes of the value where the row stays."
        ),
    ] = None
    identity: Annotated[
        Literal["name", "email", "phone", "number"] | None,
        said("Ce qu’une rectification peut corriger ici.", "What a rectification may correct here."),
    ] = None


class Table(Part):
    """A table: its key, the rows' links to roots, its columns' categories."""

    key: Annotated[
        SqlName | None,
        said("Colonne unique ; nécessaire à une copropriété.", "Unique column; needed to co-own."),
    ] = None
    label: Annotated[
        Text | None, said("Nom de la table, pour les exports.", "Name of the table, for exports.")
    ] = None
    links: Annotated[
        list[Link],
        said(
            "À qui sont les lignes : chaque lien est un pas vers une racine.",
            "Whose the rows are: each link is one hop towards a root.",
        ),
    ] = Field(min_length=1)
    columns: Annotated[
        dict[SqlName, Column],
        said("Les colonnes qui parlent d’une personne.", "The columns that speak of a person."),
    ] = Field(default_factory=dict)


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


class Store(Part):
    """A folder of files, named by an environment variable."""

    env: Annotated[
        EnvName,
        said("Variable d’environnement qui porte le dossier.", "Environment variable that holds the folder."),
    ]


class Files(Part):
    """Files outside the database, named by a column; a file goes with its last reference."""

    table: Annotated[SqlName, said("Table qui nomme les fichiers.", "Table that names the files.")]
    column: Annotated[SqlName, said("Colonne du nom de fichier.", "Column of the file's name.")]
    store: Annotated[Store, said("Où sont les fichiers.", "Where the files are.")]


class Restriction(Part):
    """How the system marks a person whose data may be stored but no longer used (art. 18)."""

    table: Annotated[SqlName, said("Table de la marque.", "Table of the mark.")]
    set: Annotated[
        dict[SqlName, str | int | bool],
        said(
            "Colonnes et valeurs qui marquent la limitation.", "Columns and values that mark the restriction."
        ),
    ] = Field(min_length=1)


class DataMap(Part):
    """How one system answers the policy."""

    system: Annotated[Key, said("Clé stable du système.", "Stable key of the system.")]
    label: Annotated[Text, said("Nom du système.", "Name of the system.")]
    connector: Annotated[Literal["sql"], said("Genre de magasin.", "Kind of store.")] = "sql"
    connection: Annotated[Connection, said("Où est le système.", "Where the system is.")]
    zone: Annotated[
        str,
        said(
            "Fuseau IANA des instants sans fuseau du système.", "IANA zone of naive timestamps in the system."
        ),
    ] = "UTC"
    roots: Annotated[
        dict[Key, Root], said("Les lignes auxquelles d’autres tiennent.", "The rows that others hang on.")
    ] = Field(min_length=1)
    roles: Annotated[dict[Key, Role], said("Qui est quoi.", "Who is what.")] = Field(default_factory=dict)
    identities: Annotated[
        dict[Key, list[Identity]],
        said(
            "Comment une personne est trouvée, par genre d’identité.",
            "How a person is found, by kind of identity.",
        ),
    ] = Field(default_factory=dict)
    events: Annotated[
        dict[Key, list[EventSource]],
        said(
            "Faits datés ; la plus grande date de toutes les sources compte.",
            "Dated facts; the greatest date of all sources counts.",
        ),
    ] = Field(default_factory=dict)
    tables: Annotated[
        dict[SqlName, Table],
        said(
            "À qui est chaque ligne, et ce que portent les colonnes.",
            "Whose each row is, and what the columns hold.",
        ),
    ] = Field(min_length=1)
    dispositions: Annotated[
        dict[Key, Disposition],
        said("Ce que deviennent les données d’une racine.", "What becomes of the data of a root."),
    ] = Field(default_factory=dict)
    promises: Annotated[
        list[PromiseBinding],
        said(
            "Quelle sélection répond à quelle règle de la politique.",
            "Which selection answers which rule of the policy.",
        ),
    ] = Field(default_factory=list[PromiseBinding])
    duties: Annotated[
        list[Duty],
        said(
            "Motifs de droit qui gardent des lignes ou des colonnes.",
            "Lawful reasons that keep rows or columns.",
        ),
    ] = Field(default_factory=list[Duty])
    seals: Annotated[
        list[Seal], said("Ce qui ne doit jamais partir ni changer.", "What must never go and never change.")
    ] = Field(default_factory=list[Seal])
    files: Annotated[list[Files], said("Fichiers hors de la base.", "Files outside the database.")] = Field(
        default_factory=list[Files]
    )
    restriction: Annotated[
        dict[Key, Restriction],
        said(
            "Par racine, comment le système marque une limitation (art. 18).",
            "By root, how the system marks a restriction (art. 18).",
        ),
    ] = Field(default_factory=dict)
