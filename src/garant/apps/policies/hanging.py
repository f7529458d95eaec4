"""What hangs on the keys and words of the policy, and what a version would leave of it: told before it is approved.

The archive, holds, objections, consents and requests name rules, activities and purposes by their keys. The editor never
renames a key; a file may, and anybody may take a part out. What named it would then hold nothing, and nobody would notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.module_loading import autodiscover_modules

from garant.apps.holds import services as holds
from garant.apps.policies import refusals
from garant.apps.policies.documents import loaded
from garant.apps.policies.mapped import unmapped
from garant.apps.policies.models import Version
from garant.apps.policies.reading import published
from garant.apps.promises.opening.archiving import archived_rules
from garant.engine.holds import rules_of
from garant.policy import Policy, Text
from garant.policy.diagnostics import Severity
from garant.publish import words
from garant.systems.port import ConnectorError


@dataclass(frozen=True, slots=True)
class Hanging:
    """One thing that a version would leave hanging: an error where it would keep or hold nothing any more."""

    severity: Severity
    text: Text
    mend: Text


Asker = Callable[[Policy | None, Policy], Iterable[Hanging]]
"""What a room says of a version: given the policy in force, where there is one, and the version's."""

_ROOMS: Final[list[Asker]] = []


def told_by(asker: Asker) -> Asker:
    """Let a room that this one does not know be asked too: by the module of this name that it has."""
    _ROOMS.append(asker)
    return asker


def hanging(version: Version) -> list[Hanging]:
    """What a version that is not published would leave hanging today, errors first."""
    if version.published:
        return []
    autodiscover_modules("hanging")
    current, new = published(version.organisation), version.policy
    old = current.policy if current is not None else None
    found = [one for room in (_archived, _held, _mapped, *_ROOMS, _dated) for one in room(old, new)]
    return sorted(found, key=lambda one: one.severity != "error")


def refuse_hanging(version: Version) -> None:
    """Raises RefusedError: something would be left behind by the version, or let go of, in silence."""
    errors = [one for one in hanging(version) if one.severity == "error"]
    if errors:
        raise refusals.left_hanging(version.number, [one.text for one in errors], errors[0].mend)


def _archived(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    """Records in the archive whose rule goes: nothing would say when to destroy them, and no plan would be made."""
    try:
        rules = archived_rules(new.organisation.key)
    except ConnectorError:
        yield _UNREAD
        return
    for rule in rules:
        if rule in new.retention:
            continue
        known = old is None or rule in old.retention
        named = _called(rule, old.retention[rule].label if old is not None and known else None)
        yield Hanging(
            "error" if known else "warning",
            Text(
                fr=f"L’archive intermédiaire a des dossiers de la règle {named.fr}, que cette version n’a "
                "pas\u202f: rien ne dirait quand les détruire, et aucun plan ne se ferait.",
                en=f"The intermediate archive has records of the rule {named.en}, which this version does not "
                "have: nothing would say when to destroy them, and no plan would be made.",
            ),
            Text(
                fr="Gardez la règle, sous la même clé, tant que l’archive en a des dossiers.",
                en="Keep the rule, under the same key, as long as the archive has records of it.",
            ),
        )


def _called(key: str, label: Text | None) -> Text:
    """What it is called where that is known, and its key; the key alone elsewhere."""
    if label is None:
        return Text(fr=f"«\u202f{key}\u202f»", en=f"“{key}”")
    return Text(fr=f"«\u202f{label.say('fr')}\u202f» ({key})", en=f"“{label.say('en')}” ({key})")


_UNREAD: Final = Hanging(
    "warning",
    Text(
        fr="L’archive intermédiaire ne se lit pas\u202f: personne ne sait quelles règles ses dossiers demandent.",
        en="The intermediate archive cannot be read: nobody knows which rules its records ask for.",
    ),
    Text(fr="Voyez ce qu’en dit\u202f: garant doctor", en="See what is said of it: garant doctor"),
)


def _held(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    """Holds on activities that would keep less than they do today."""
    for hold, activity in holds.on_activities(new.organisation.key):
        if activity not in new.activities:
            gone = old is None or activity in old.activities
            yield _lost(hold, activity, "error" if gone else "warning")
            continue
        before = rules_of(loaded(old), activity) if old is not None else frozenset[str]()
        for rule in sorted(before - rules_of(loaded(new), activity)):
            yield (
                _released(hold, activity, rule) if rule in new.retention else _replaced(hold, activity, rule)
            )


def _lost(hold: str, activity: str, severity: Severity) -> Hanging:
    return Hanging(
        severity,
        Text(
            fr=f"La suspension {hold} porte sur l’activité «\u202f{activity}\u202f», que cette version n’a pas\u202f: elle ne "
            "garderait plus rien, et le prochain plan détruirait ce qu’elle garde.",
            en=f"The hold {hold} is on the activity “{activity}”, which this version does not have: it would keep nothing any "
            "more, and the next plan would destroy what it keeps.",
        ),
        _KEEP_OR_END,
    )


def _released(hold: str, activity: str, rule: str) -> Hanging:
    return Hanging(
        "error",
        Text(
            fr=f"La suspension {hold} garde ce que vise la règle «\u202f{rule}\u202f», que cette version retire à l’activité "
            f"«\u202f{activity}\u202f»\u202f: elle ne le garderait plus.",
            en=f"The hold {hold} keeps what the rule “{rule}” is about, which this version takes from the activity "
            f"“{activity}”: it would not keep it any more.",
        ),
        _KEEP_OR_END,
    )


def _replaced(hold: str, activity: str, rule: str) -> Hanging:
    return Hanging(
        "warning",
        Text(
            fr=f"La suspension {hold} garde ce que vise la règle «\u202f{rule}\u202f», que cette version n’a pas.",
            en=f"The hold {hold} keeps what the rule “{rule}” is about, which this version does not have.",
        ),
        Text(
            fr=f"Vérifiez que la règle qui vient à sa place est de l’activité «\u202f{activity}\u202f»\u202f: la suspension ne "
            "garde que celles-là.",
            en=f"Check that the rule that comes in its place is of the activity “{activity}”: the hold keeps those alone.",
        ),
    )


def _mapped(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    return (Hanging("warning", text, mend) for text, mend in unmapped(old, new))


def _dated(old: Policy | None, new: Policy) -> Iterator[Hanging]:
    """The notice tells everybody of what day it is: unchanged, that is the day of another text."""
    day = new.notice.updated
    if old is not None and day is not None and old.notice.updated == day and old != new:
        dates = [words.day(day, language) for language in ("fr", "en")]
        yield Hanging(
            "warning",
            Text(
                fr=f"La notice dit dater du {dates[0]}, comme celle en vigueur, et ne dit plus la même chose.",
                en=f"The notice says that it dates from {dates[1]}, as the one in force does, and does not say the same.",
            ),
            Text(
                fr="Écrivez le jour de la mise à jour, dans la partie «\u202fNotice\u202f».",
                en="Write the day of the update, in the part “Notice”.",
            ),
        )


_KEEP_OR_END: Final = Text(
    fr="Gardez-les ensemble, sous les mêmes clés, ou levez d’abord la suspension si plus rien ne la justifie.",
    en="Keep them together, under the same keys, or end the hold first where nothing justifies it any more.",
)
