"""What a mark of restriction found as it would have made it: its end leaves that as it is (art. 18 and 21 GDPR).

Systems mark a restriction where they have a place for it: in the column that says a record is archived, or that somebody
wants no advertising. Whoever had refused advertising before has refused it afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from garant.engine.planning.steps import restriction_steps
from garant.engine.terms import Source
from garant.policy.text import Text
from garant.systems.changing import ChangeSet, Step
from garant.systems.finding import RootKey
from garant.systems.port import Snapshot
from garant.systems.treatments import Constant, Treatment

AS_BEFORE: Final = Text(
    fr="Avant la limitation, cette marque était déjà là, en tout ou en partie : ce qui l’était reste (un refus de publicité, par "
    "exemple).",
    en="Before the restriction, this mark was there already, all or part of it: what was, stays (a refusal of advertising, "
    "for example).",
)
UNRESTRICTED: Final = Text(
    fr="Aucune limitation connue ici ne porte sur cette fiche : si elle a la marque, c’est pour une autre raison, et elle "
    "la garde.",
    en="No restriction that is known here is on this record: if it has the mark, it has it for another reason, and keeps it.",
)
MARKED_ALREADY: Final = Text(
    fr="Le système porte déjà cette marque : rien n’y est à écrire, et la levée laissera ce qui était là avant.",
    en="The system has this mark already: nothing is to be written there, and the end will leave what was there before.",
)
MARKED_BY_WHOM: Final = Text(
    fr="Le système porte déjà cette marque, et Garant a été restauré\u202f: elle est peut-être d’une limitation qu’il a oubliée. "
    "Si c’est le cas, ôtez-la d’abord dans le système, puis planifiez de nouveau\u202f: sinon la levée la laissera pour "
    "toujours.",
    en="The system has this mark already, and Garant was restored: it may be of a restriction that it forgot. If so, take it "
    "off in the system first, then plan again: otherwise the end will leave it for ever.",
)


def found_marked(source: Source, root: str, keys: Sequence[RootKey]) -> dict[RootKey, frozenset[str]]:
    """By root, the columns of the mark that are not, in one of its rows at least, as the end of a restriction writes them.

    Asked before a restriction is carried out, it is what was there for another reason; a column without a value is not.
    Two statements for each column, whatever the number of roots. Reads only.

    Raises:
        ConnectorError: the system did not answer.
    """
    restriction = source.data_map.restriction.get(root)
    if restriction is None or not restriction.lift or root in source.data_map.apart or not keys:
        return {}
    found: dict[RootKey, set[str]] = defaultdict(set)
    with source.connector.snapshot() as snapshot:
        for column, value in restriction.lift.items():
            steps = restriction_steps(source.data_map, root, lifted=True, only=(column,))
            asked = list(keys)
            treatments: tuple[Treatment, ...] = ("blank", Constant(constant=value))
            for how in treatments:  # a value, and another one than that
                asked = _still(snapshot, root, asked, steps, column, how)
            for key in asked:
                found[key].add(column)
    return {key: frozenset(columns) for key, columns in found.items()}


def _still(
    snapshot: Snapshot, root: str, keys: list[RootKey], steps: Sequence[Step], column: str, how: Treatment
) -> list[RootKey]:
    """The roots of which a row would be changed, were the column treated so."""
    if not keys:
        return []
    tried = [replace(step, columns={column: how}) for step in steps]
    left = snapshot.unsettled(ChangeSet(root, keys, tried))
    return [key for key in keys if key in left]


def by_what_stays(
    known: Mapping[RootKey, list[int]], stays: Mapping[RootKey, frozenset[str]]
) -> dict[frozenset[str], dict[RootKey, list[int]]]:
    """The roots of a lifting, by the columns that it leaves as they are: those of whom it leaves none first."""
    found: dict[frozenset[str], dict[RootKey, list[int]]] = defaultdict(dict)
    for key, people in known.items():
        found[stays.get(key, frozenset())][key] = people
    return dict(sorted(found.items(), key=lambda one: sorted(one[0])))
