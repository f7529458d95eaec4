"""Section 5: what data, as tiles; and what the organisation promises never to ask."""

from __future__ import annotations

from typing import Final

from garant.policy.document import Activity, ControllerActivity, Promise, PromiseKind
from garant.policy.text import Text
from garant.publish.notice.document import Block, Entries, Entry, Line, Section
from garant.publish.notice.speech import Speech

_ICONS: Final[dict[str, str]] = {
    "identity": "identity",
    "contact-details": "contact",
    "personal-life": "home",
    "professional-life": "work",
    "economic": "economic",
    "commercial-relationship": "relationship",
    "connection": "key",
    "internet": "internet",
    "location": "location",
    "video-surveillance": "camera",
    "sound-recording": "sound",
    "nir": "shield",
    "special": "shield",
    "offences": "shield",
}
"""The picture of each family of data shipped with Garant."""

_PROTECTED: Final[dict[str, Text]] = {
    "special": Text(fr="Sensible (art. 9)", en="Special (art. 9)"),
    "offences": Text(fr="Infractions (art. 10)", en="Offences (art. 10)"),
    "nir": Text(fr="Protégé par la loi", en="Protected by law"),
}


def data(speech: Speech) -> Section:
    """Section 5: each family of data used, with what it covers and which activities use it."""
    tiles = tuple(_tile(speech, root, used) for root, used in _families(speech).items())
    blocks: list[Block] = [Entries(style="tiles", entries=tiles)] if tiles else []
    blocks += absences(speech, "no-special-categories", label=_never(speech))
    one, many = (
        Text(fr="sorte de données", en="kind of data"),
        Text(fr="sortes de données", en="kinds of data"),
    )
    said = speech.counted(len(tiles), one, many)
    return Section(
        number="5",
        id="section.data",
        title=speech.tell("Quelles données ?", "What data?"),
        answer=speech.tell(f"Nous utilisons {said}. Les voici toutes.", f"We use {said}. Here they all are.")
        if tiles
        else speech.tell("Cette politique n’annonce aucune donnée.", "This policy announces no data."),
        blocks=tuple(blocks),
        references=(
            Line(text=speech.tell("RGPD, art. 5(1)(c) et 14(1)(d)", "GDPR, art. 5(1)(c) and 14(1)(d)")),
        ),
    )


def absences(speech: Speech, *kinds: PromiseKind, label: str | None = None) -> list[Block]:
    """The promises of absence of these kinds, each under its permanent link."""
    promises = [each for each in speech.policy.promises.values() if each.kind in kinds]
    if not promises:
        return []
    return [Entries(label=label, entries=tuple(_promise(speech, each) for each in promises))]


def uses_of(activity: Activity) -> dict[str, None]:
    """The data categories of an activity and of its purposes, in the order of the policy."""
    uses = dict.fromkeys(activity.data)
    if isinstance(activity, ControllerActivity):
        for purpose in activity.purposes.values():
            uses.update(dict.fromkeys(purpose.data))
    return uses


def _never(speech: Speech) -> str:
    return speech.tell("Ce que nous ne demandons pas", "What we do not ask")


def _promise(speech: Speech, promise: Promise) -> Entry:
    where = ()
    if promise.activities:
        named = speech.listed(speech.activity(key) for key in promise.activities)
        where = (Line(text=speech.tell(f"Pour : {named}.", f"For: {named}."), quiet=True),)
    return Entry(
        id=f"promise.{promise.key}",
        title=speech.titled(promise.statement, promise.key),
        lines=where,
        icon="promise",
    )


def _families(speech: Speech) -> dict[str, dict[str, None]]:
    """The data used, under the family each belongs to."""
    tree = speech.policy.data_categories
    families: dict[str, dict[str, None]] = {}
    for activity in speech.policy.activities.values():
        for key in uses_of(activity):
            line = tree.lineage(key)
            families.setdefault(line[-1].key if line else key, {})[key] = None
    return families


def _tile(speech: Speech, root: str, used: dict[str, None]) -> Entry:
    tree = speech.policy.data_categories
    known = tree.get(root)
    protection = known.protection if known else None
    activities = [
        activity.key
        for activity in speech.policy.activities.values()
        if any(key in used for key in uses_of(activity))
    ]
    lines = [Line(text=text) for text in _covered(speech, root, used)]
    named = speech.listed(speech.activity(key) for key in activities)
    lines.append(Line(text=speech.tell(f"Pour : {named}.", f"For: {named}."), quiet=True))
    return Entry(
        id=f"data.{root}",
        title=speech.data(root),
        lines=tuple(lines),
        icon=_ICONS.get(root, "data"),
        tag=speech.say(_PROTECTED[protection]) if protection else None,
    )


def _covered(speech: Speech, root: str, used: dict[str, None]) -> list[str]:
    """What the tile holds: the categories named, or all that the family covers where it is named itself."""
    tree = speech.policy.data_categories
    below = tree.children(root) if root in used else ()
    named = [child.key for child in below] if len(below) > 1 else []
    named += [key for key in used if key != root and key not in named]
    own = tree[root].description if root in tree else None
    said = [speech.say(own)] if own and root in used else []
    if named:
        said.append(" · ".join(speech.data(key) for key in named))
    return said
