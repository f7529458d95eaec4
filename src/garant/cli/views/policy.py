"""Versions of a policy, and what changes between them, on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from garant.cli.language import plural, say, say_text
from garant.cli.output import note, out, table
from garant.policy.diff import Change
from garant.policy.text import Text

if TYPE_CHECKING:
    from garant.apps.policies.services import Announced, Hanging, Version

_STATES = {
    "draft": Text(fr="brouillon", en="draft"),
    "in-review": Text(fr="en relecture", en="in review"),
    "approved": Text(fr="approuvée", en="approved"),
    "published": Text(fr="publiée", en="published"),
}

_WEIGHTS = {
    "people": Text(fr="Pèse sur les personnes", en="Weighs on people"),
    "substance": Text(fr="Change ce qui est promis", en="Changes what is promised"),
    "wording": Text(fr="Dit autrement", en="Says it otherwise"),
}


def show_versions(found: Sequence[Version], standing: Mapping[str, str]) -> None:
    """A line for each version; ``standing`` is that of each, by its key: in force, past, to come."""
    if not found:
        note(
            "Aucune version encore. Tapez : garant policy import POLICY",
            "No version yet. Type: garant policy import POLICY",
        )
        return
    shown = table(
        say("Version", "Version"),
        say("État", "State"),
        say("En vigueur", "In force"),
        say("Empreinte", "Digest"),
    )
    for one in found:
        shown.add_row(str(one.number), _state(one), _force(one, standing[one.key]), one.digest[:16])
    out().print(shown)


def show_version(version: Version, standing: str) -> None:
    """Where a version stands, and who brought it there."""
    note(
        f"Version {version.number} : {_state(version)}, {_force(version, standing)}",
        f"Version {version.number}: {_state(version)}, {_force(version, standing)}",
    )
    note(f"  empreinte : {version.digest}", f"  digest: {version.digest}")
    for fr, en, who in (
        ("écrite par", "written by", version.saved_by),
        ("soumise par", "submitted by", version.submitted_by),
        ("approuvée par", "approved by", version.approved_by),
        ("publiée par", "published by", version.published_by),
        ("renvoyée", "sent back", version.reason),
    ):
        if who:
            note(f"  {fr} : {who}", f"  {en}: {who}")


def show_notice(version: Version, changes: Sequence[Announced], first: date | None) -> None:
    """What people have to be told of first, and from when the version may then take effect."""
    if not changes or version.published:
        return
    note("Les personnes concernées doivent être prévenues avant :", "People have to be told beforehand:")
    for change in changes:
        note(f"  {change.what.fr}", f"  {change.what.en}")
    if first is None:
        note(
            f"Personne ne l’a été. Ensuite : garant policy notice {version.number} --channel … --evidence …",
            f"Nobody was. Next: garant policy notice {version.number} --channel … --evidence …",
        )
    else:
        note(
            f"C’est fait. La version peut prendre effet à partir du {first:%d/%m/%Y}.",
            f"That is done. The version may take effect from {first.isoformat()}.",
        )


def show_hanging(found: Sequence[Hanging]) -> None:
    """What hangs on the keys of the policy and would be left without them."""
    if not found:
        return
    note("À savoir avant d’approuver :", "To know before approving:")
    for one in found:
        note(f"  {one.text.fr} {one.mend.fr}", f"  {one.text.en} {one.mend.en}")


def show_changes(old: Version | None, new: Version, changes: Sequence[Change]) -> None:
    """Every change in a sentence, under the weight it has on people."""
    if old is None:
        note(
            "Aucune version n’est en vigueur : tout est nouveau.",
            "No version is in force: everything is new.",
        )
    elif not changes:
        note(
            f"Rien ne change de la version {old.number} à la version {new.number}.",
            f"Nothing changes from version {old.number} to version {new.number}.",
        )
    for weight, title in _WEIGHTS.items():
        of_weight = [change for change in changes if change.weight == weight]
        if of_weight:
            changed = plural(len(of_weight), ("changement", "changements"), ("change", "changes"))
            out().print(f"[bold]{escape(say_text(title))}[/] ({changed})")
        for change in of_weight:
            out().print(f"  {escape(say_text(change.sentence))}", soft_wrap=True)


def show_consequences(version: Version, lines: Sequence[Text]) -> None:
    """What the systems answered, last time they were asked."""
    found = version.consequences
    if found is None:
        return
    day = date.fromisoformat(found["on"])
    note(
        f"Comptées sur les systèmes, pour le {day:%d/%m/%Y} :",
        f"Counted on the systems, for {day.isoformat()}:",
    )
    for line in lines:
        note(f"  {line.fr}", f"  {line.en}")
    for problem in found["problems"]:
        note(f"  Cartes à revoir : {problem['fr']}", f"  Maps to mend: {problem['en']}")


def document(version: Version, current: Version | None) -> dict[str, Any]:
    """A version for machines."""
    return {
        "version": version.number,
        "key": version.key,
        "state": version.state,
        "digest": version.digest,
        "effective_on": version.effective_on,
        "in_force": current is not None and current.key == version.key,
    }


def change_document(change: Change) -> dict[str, Any]:
    """A change for machines."""
    return {
        "place": list(change.place),
        "kind": change.kind,
        "weight": change.weight,
        "fr": change.sentence.fr,
        "en": change.sentence.en,
    }


def _state(version: Version) -> str:
    return say_text(_STATES[version.state])


_FORCE = {
    "in-force": Text(fr="depuis le {day}", en="since {day}"),
    "to-come": Text(fr="à partir du {day}", en="from {day}"),
    "past": Text(fr="du {day} jusqu’à la suivante", en="from {day} to the next one"),
    "replaced": Text(
        fr="jamais\u202f: remplacée avant le {day}, son jour", en="never: replaced before {day}, its day"
    ),
}


def _force(version: Version, standing: str) -> str:
    if version.effective_on is None:
        return "—"
    day = say(f"{version.effective_on:%d/%m/%Y}", version.effective_on.isoformat())
    return say_text(_FORCE[standing]).format(day=day)
