"""The data map: how the tables of one system answer the policy.

A map is a declaration. It says which rows are a person's (*links* from tables to *roots*),
who is what (*roles*), how a person is found (*identities*), which dated facts count
(*events*), what becomes of each table (*dispositions*), and what the law keeps (*duties*)
or has closed for ever (*seals*). Nothing here touches a system.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from garant.policy.document.base import said
from garant.policy.text import Text
from garant.systems.model.ends import Action as Action
from garant.systems.model.ends import Disposition as Disposition
from garant.systems.model.ends import Do as Do
from garant.systems.model.ends import Duty as Duty
from garant.systems.model.ends import Keep as Keep
from garant.systems.model.ends import PromiseBinding as PromiseBinding
from garant.systems.model.ends import Restriction as Restriction
from garant.systems.model.ends import Seal as Seal
from garant.systems.model.people import EventSource as EventSource
from garant.systems.model.people import Identity as Identity
from garant.systems.model.people import Question as Question
from garant.systems.model.people import Role as Role
from garant.systems.model.people import Root as Root
from garant.systems.model.people import RootKind as RootKind
from garant.systems.model.stores import Connection as Connection
from garant.systems.model.stores import Copy as Copy
from garant.systems.model.stores import Files as Files
from garant.systems.model.stores import Store as Store
from garant.systems.model.tables import Addition as Addition
from garant.systems.model.tables import Column as Column
from garant.systems.model.tables import Corrected as Corrected
from garant.systems.model.tables import Link as Link
from garant.systems.model.tables import Listed as Listed
from garant.systems.model.tables import Relation as Relation
from garant.systems.model.tables import Table as Table
from garant.systems.treatments import ColumnDisposition as ColumnDisposition
from garant.systems.treatments import Constant as Constant
from garant.systems.treatments import Generalise as Generalise
from garant.systems.treatments import Key, Part, SqlName
from garant.systems.treatments import Prefix as Prefix
from garant.systems.treatments import Pseudonym as Pseudonym
from garant.systems.treatments import Pseudonymise as Pseudonymise
from garant.systems.treatments import Refresh as Refresh
from garant.systems.treatments import SetApart as SetApart


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
    questions: Annotated[
        dict[Key, Question],
        said(
            "Questions auxquelles seule la personne répond, d’après ses propres données.",
            "Questions that only the person can answer, from their own data.",
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
    copies: Annotated[
        list[Copy],
        said(
            "Copies hors d’atteinte, et jusqu’à quand : sauvegardes, répliques, extractions.",
            "Copies out of reach, and until when: backups, replicas, extracts.",
        ),
    ] = Field(default_factory=list[Copy])
    unreached: Annotated[
        list[Text],
        said(
            "Ce que cette carte n’atteint pas ; chaque plan et chaque exécution le disent.",
            "What this map does not reach; every plan and every run says so.",
        ),
    ] = Field(default_factory=list[Text])
    restriction: Annotated[
        dict[Key, Restriction],
        said(
            "Par racine, comment le système marque une limitation (art. 18).",
            "By root, how the system marks a restriction (art. 18).",
        ),
    ] = Field(default_factory=dict)
    apart: Annotated[
        dict[Key, dict[SqlName, dict[SqlName, SetApart]]],
        said(
            "Par racine et par table, les colonnes dont une limitation (art. 18) met les valeurs à part, scellées dans "
            "l’archive, et ce qui s’y lit en attendant ; la levée les y remet.",
            "By root and table, the columns whose values a restriction (art. 18) sets apart, sealed in the archive, and "
            "what is read there meanwhile; its end puts them back.",
        ),
    ] = Field(default_factory=dict)
    additions: Annotated[
        list[Addition],
        said(
            "Où une rectification ajoute une valeur qui manque (art. 16).",
            "Where a rectification adds a value that is missing (art. 16).",
        ),
    ] = Field(default_factory=list[Addition])

    def label_of(self, table: str) -> Text | None:
        """What a table is called: its own label, else that of the records whose table it is; None: nothing says so."""
        own = self.tables[table].label if table in self.tables else None
        return own or next((root.label for root in self.roots.values() if root.table == table), None)

    @model_validator(mode="after")
    def _marked_or_apart(self) -> DataMap:
        both = sorted(self.apart.keys() & self.restriction.keys())
        if both:
            raise ValueError(f"apart: {', '.join(both)} is marked by restriction already; keep one of them")
        return self

    @model_validator(mode="after")
    def _added_to_known_columns(self) -> DataMap:
        for one in self.additions:
            named = {*one.columns, *one.along, *(copy for copies in one.along.values() for copy in copies)}
            known = self.tables[one.table].columns.keys() if one.table in self.tables else ()
            unknown = sorted(named.difference(known))
            if unknown or one.table not in self.tables or one.root not in self.roots:
                what = ", ".join(unknown) or f"{one.table} or {one.root}"
                raise ValueError(f"additions: {what} is not in the map of {one.table}")
            if bool(one.columns) == (one.kind == "address"):
                raise ValueError(
                    "additions: columns are named for an e-mail or a telephone, and for those only"
                )
        return self
