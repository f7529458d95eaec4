"""What the data maps name of the policy, and what a version would leave of it: whoever approves is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from garant.policy import Policy, Text
from garant.policy.diagnostics import UnusableDocument
from garant.systems.loader import Loaded, LoadedMap, load_each


def unmapped(old: Policy | None, new: Policy) -> Iterator[tuple[Text, Text]]:
    """The rules that maps name and the version does not have, or not as the map asks: what it comes to, and how to mend it.

    Maps are changed by others, and on another day: nothing of this keeps a version from being published.
    """
    folder = Path(settings.GARANT_MAPS) / new.organisation.key
    if old is None or not folder.is_dir():
        return
    try:
        maps, unusable = load_each(folder)
    except UnusableDocument:  # there is no map at all
        return
    yield from map(_unread, unusable)
    for system, one in maps.items():
        for rule in sorted(_named(one)):
            if rule in old.retention and rule not in new.retention:
                yield _missing(system, rule, by_hand=not isinstance(one, LoadedMap))
        for rule in sorted(_archived(one)):
            if rule in new.retention and new.retention[rule].archive_phase is None:
                yield _not_archived(system, rule)


def _named(one: Loaded) -> set[str]:
    duties = [duty.rule for duty in one.map.duties] if isinstance(one, LoadedMap) else []
    return {rule for rule in (*(promise.rule for promise in one.map.promises), *duties) if rule is not None}


def _archived(one: Loaded) -> set[str]:
    if not isinstance(one, LoadedMap):
        return set()
    return {promise.rule for promise in one.map.promises if promise.archive}


def _missing(system: str, rule: str, *, by_hand: bool) -> tuple[Text, Text]:
    if by_hand:
        fr, en = (
            "personne ne serait plus prié de la tenir là",
            "nobody would be asked any more to keep it there",
        )
    else:
        fr, en = "aucun plan ne s’y ferait", "no plan would be made there"
    text = Text(
        fr=f"La carte de «\u202f{system}\u202f» renvoie à la règle «\u202f{rule}\u202f», que cette version n’a pas\u202f: {fr}.",
        en=f"The map of “{system}” names the rule “{rule}”, which this version does not have: {en}.",
    )
    return text, _SAME_DAY


def _not_archived(system: str, rule: str) -> tuple[Text, Text]:
    text = Text(
        fr=f"La carte de «\u202f{system}\u202f» met à l’archive ce que vise la règle «\u202f{rule}\u202f», qui n’a pas "
        "d’archivage intermédiaire dans cette version\u202f: aucun plan ne s’y ferait.",
        en=f"The map of “{system}” archives what the rule “{rule}” is about, which has no intermediate archive in this version: "
        "no plan would be made there.",
    )
    return text, _SAME_DAY


def _unread(file: str) -> tuple[Text, Text]:
    text = Text(
        fr=f"La carte {file} ne peut pas servir\u202f: personne ne sait si elle va avec cette version.",
        en=f"The map {file} cannot be used: nobody knows whether it goes with this version.",
    )
    return text, Text(fr="Vérifiez-la\u202f: garant map check", en="Check it: garant map check")


_SAME_DAY = Text(
    fr="Gardez la clé, ou faites changer la carte le jour où la version prend effet.",
    en="Keep the key, or have the map changed on the day that the version takes effect.",
)
