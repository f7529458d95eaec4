"""Does what a duty is judged by stay for as long as what it keeps?

A duty holds whoever a query says is in its role, until a date that other queries give. Where they read rows of the
person that go with the rest, or columns of them that are changed, the duty ends sooner than the plan said, or at once:
what it keeps goes too soon, and nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.checks import kept_way_rules as rules
from garant.systems.checks.endings import Ending
from garant.systems.checks.findings import Finding, said
from garant.systems.fragments import FragmentRefused, Ground, grounds
from garant.systems.model import DataMap, Duty, Relation

WHAT: Final = {
    "role": ("dit qui il retient", "says whom it holds"),
    "event": ("dit jusqu’à quand", "says until when"),
}
"""What the parts of a duty say, in French and English."""


def check_kept_grounds(data_map: DataMap) -> Iterator[Finding]:
    """Duties whose role or event reads what goes while they hold."""
    for number, duty in enumerate(data_map.duties):
        told: set[tuple[str, str | None, str]] = set()
        for disposition in data_map.dispositions.values():
            if disposition.root == duty.root:
                ending = Ending(data_map, duty, disposition)
                for part, ground in stood_on(data_map, duty):
                    told |= {(*one, part) for one in lost(ending, ground)}
        for table, column, part in sorted(told, key=str):
            place: Place = ("duties", number, part)
            yield Finding(rules.GROUND_NOT_KEPT, place, _said(table, column, part))


def stood_on(data_map: DataMap, duty: Duty) -> Iterator[tuple[str, Ground]]:
    """What says whom the duty holds, and until when."""
    role = data_map.roles.get(duty.role or "")
    sources = data_map.events.get(duty.event or "", [])
    queries = [("role", role.query, ("key",))] if role is not None else []
    queries += [("event", source.query, ("key", "at")) for source in sources if source.root == duty.root]
    for part, query, columns in queries:
        try:
            yield from ((part, ground) for ground in grounds(query, columns))
        except FragmentRefused:
            continue  # said elsewhere


def lost(ending: Ending, ground: Ground) -> Iterator[tuple[str, str | None]]:
    """The tables, and the columns, that a SELECT stands on and that go while the duty holds."""
    if not _is_own(ending.data_map, ground, ending.duty.root):
        return
    gone = ground.tables & ending.gone
    yield from ((table, None) for table in gone)
    yield from ((table, column) for table, column in ground.columns & ending.changed if table not in gone)


def _is_own(data_map: DataMap, ground: Ground, root: str) -> bool:
    """Whether it starts from rows of the person; where it starts from somebody else’s, these do not go with them."""
    spec = data_map.tables.get(ground.key[0]) if ground.key is not None else None
    if spec is None or ground.key is None:
        return True  # a key that is computed may be anybody’s
    reached = data_map.roots[root].table
    return any(
        link.column == ground.key[1]
        and (link.root == root or link.parent == reached)
        and link.relation is not Relation.VISIBLE
        for link in spec.links
    )


def _said(table: str, column: str | None, part: str) -> Text:
    fr, en = WHAT[part]
    if column is not None:
        return said(
            f"{table}.{column}, qui {fr}, est changée pendant que le devoir tient.",
            f"{table}.{column}, which {en}, is changed while the duty holds.",
        )
    return said(
        f"Les lignes de «\u202f{table}\u202f», par lesquelles le devoir {fr}, partent pendant qu’il tient.",
        f"The rows of “{table}”, by which the duty {en}, go while it holds.",
    )
