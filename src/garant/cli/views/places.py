"""Where a person is, on the screen: each table, and what no program could look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from garant.cli.language import count, plural, say, say_text
from garant.cli.output import note, out, table, warn
from garant.engine.wording import RELATIONS
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.apps.promises.opening.workspace import Workspace
    from garant.engine.planning.subject import Place


def show_places(places: list[Place], workspace: Workspace) -> None:
    """Each table by what its map calls it, and what the policy calls the data in it."""
    shown = table(
        say("Système", "System"),
        say("Table", "Table"),
        say("Lignes", "Rows"),
        say("Lien", "Relation"),
        say("Catégories", "Categories"),
    )
    shown.columns[2].justify = "right"
    for place in places:
        for row in place.tables:
            shown.add_row(
                f"{place.system} · {place.root}",
                _table(workspace, place.system, row.table),
                count(row.rows),
                say_text(RELATIONS[row.relation]),
                _categories(workspace, row.categories),
            )
    out().print(shown)
    rows = sum(row.rows for place in places for row in place.tables)
    found = plural(len(places), ("endroit", "endroits"), ("place", "places"))
    lines = plural(rows, ("ligne", "lignes"), ("row", "rows"))
    note(f"{found}, {lines}.", f"{found}, {lines}.")


def _categories(workspace: Workspace, keys: Iterable[str]) -> str:
    """Parted by semicolons: a label may hold commas."""
    labels = workspace.policy.document.data_categories
    return say("\u202f; ", "; ").join(say_text(labels[one].label) if one in labels else one for one in keys)


def _table(workspace: Workspace, system: str, name: str) -> str:
    label = workspace.sources[system].data_map.label_of(name)
    return name if label is None else f"{say_text(label)} ({name})"


def tell_by_hand(workspace: Workspace) -> None:
    """What was not looked at, because no program reaches it, and who can look."""
    for source in workspace.manual.values():
        who = f"{source.manual.responsible.name} <{source.manual.responsible.email}>"
        warn(
            Text(
                fr=f"{source.manual.label.say('fr')} n’a pas été regardé\u202f: c’est à {who} de le faire. Un export "
                "(garant subject export) le lui demande.",
                en=f"{source.manual.label.say('en')} was not looked at: that is for {who} to do. An export "
                "(garant subject export) asks them.",
            )
        )
