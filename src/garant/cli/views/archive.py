"""The intermediate archive, for those who may read it: what lies there until when, and one record, row by row."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rich.markup import escape

from garant.cli.language import plural, say
from garant.cli.output import note, out, warn
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.policy.loader import LoadedPolicy
    from garant.systems.archive.store import ArchiveStore, RecordEntry


def tell_apart(waiting: int, left: int) -> None:
    """What restrictions have in the archive."""
    if waiting:
        records = plural(waiting, ("dossier", "dossiers"), ("record", "records"))
        note(
            f"{records} de valeurs mises à part par une limitation, jusqu’à sa levée.",
            f"{records} of values set apart by a restriction, until it is lifted.",
        )
    if left:
        records = plural(left, ("dossier", "dossiers"), ("record", "records"))
        note(
            f"{records} qu’une limitation levée a laissés scellés : quelqu’un décide, puis « garant archive release ».",
            f"{records} that a lifted restriction left sealed: somebody decides, then “garant archive release”.",
        )


def last_day(loaded: LoadedPolicy, rule: str, counted_from: date) -> str:
    """The last day of a record, as the policy now says."""
    from garant.apps.archives import looking

    return end_in_words(looking.last_day(loaded.document, rule, counted_from))


def end_in_words(last: date | None) -> str:
    """The last day of a record, or that the policy does not know its rule."""
    return "?" if last is None else in_words(last)


def in_words(of: date) -> str:
    return say(f"{of:%d/%m/%Y}", of.isoformat())


def tell_who_may(loaded: LoadedPolicy, entry: RecordEntry) -> None:
    """Remind whoever consults of what was promised to the person."""
    rule = loaded.document.retention.get(entry.rule)
    phase = rule.archive_phase if rule is not None else None
    if phase is not None and phase.access is not None:
        promised = phase.access
        warn(Text(fr=f"La politique promet : {promised.fr}", en=f"The policy promises: {promised.en}"))


def show_record(store: ArchiveStore, entry: RecordEntry) -> None:
    """Print the rows one under the other, and name the files."""
    from garant.systems.archive.reading import ArchivedRow, read_record
    from garant.systems.texts import readable

    console = out()
    rows = plural(entry.rows, ("ligne", "lignes"), ("row", "rows"))
    console.print(f"[bold]{entry.id}[/] · {entry.system} · {entry.root} · {entry.rule} · {rows}")
    table_shown, file_shown = "", ("", "")
    for part in read_record(store.content(entry.id)):
        if isinstance(part, ArchivedRow):
            if part.table != table_shown:
                table_shown = part.table
                console.print(f"\n[bold cyan]{escape(part.table)}[/]")
            words = (
                f"{name} = {readable(value)}" for name, value in part.as_dict().items() if value is not None
            )
            console.print(escape(" · ".join(words)), soft_wrap=True)
        elif (part.store, part.name) != file_shown:
            file_shown = (part.store, part.name)
            console.print(f"[dim]{say('fichier', 'file')} {escape(readable(part.name))}[/]", soft_wrap=True)
