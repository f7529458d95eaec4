"""One made-up person whose term is over: looked for before the run, and after."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from garant.demo.stage import Stage

if TYPE_CHECKING:
    from garant.apps.promises.opening.workspace import Workspace

_MOST_PRESENT = """
SELECT full_name, email FROM person JOIN due USING (id)
ORDER BY (SELECT count(*) FROM meeting_attendee a WHERE a.person_id = person.id) > 0
       + (SELECT count(*) FROM note n WHERE n.entity_type = 'person' AND n.entity_id = person.id) > 0
       + (SELECT count(*) FROM person_history h WHERE h.person_id = person.id) > 0 DESC,
         (SELECT count(*) FROM interaction i WHERE i.person_id = person.id) DESC, id
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Witness:
    """A name and an address that nobody else has."""

    name: str
    email: str


def choose_witness(stage: Stage, prospects: Sequence[int]) -> Witness:
    """Among these people of the customer system, the one who left traces in the most tables."""
    crm = stage.database("crm").resolve()
    with contextlib.closing(sqlite3.connect(f"{crm.as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("CREATE TEMPORARY TABLE due (id INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO due VALUES (?)", [(key,) for key in prospects])
        name, email = connection.execute(_MOST_PRESENT).fetchone()
    return Witness(name, email)


def places_of(workspace: Workspace, witness: Witness) -> list[tuple[str, int]]:
    """The tables where the witness is, and in how many rows, all systems together."""
    from garant.engine.planning.subject import find_subject

    found = find_subject(workspace.sources, {"email": witness.email})
    return [(table.table, table.rows) for place in found for table in place.tables if table.rows]


def files_naming(stage: Stage, witness: Witness) -> int:
    """How many database files still hold the witness's address in their bytes, free pages included."""
    address = witness.email.encode()
    return sum(address in system.database.read_bytes() for system in stage.data.systems)
