"""What a plan asks of a person, for a system that no program reaches: a task, and no count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text
from garant.systems.manual import ManualMap

Holds: TypeAlias = Sequence[tuple[str, str]]
"""The holds in force: key and reason. No program can tell whom they cover here: who looks is told of all."""


@dataclass(frozen=True, slots=True)
class ManualSource:
    """One system worked by hand: its map, and the map's digest."""

    manual: ManualMap
    digest: str


class ManualTask(BaseModel):
    """A selection that nobody can count: what a named person is to look for, and in how many days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["task"] = "task"
    system: str
    label: Text = Field(description="The system's name.")
    rule: str | None = Field(description="Retention rule; none for a person's request.")
    responsible: str = Field(description="Who is asked.")
    email: str
    days: int = Field(description="Calendar days allowed, from the day the run starts.")
    key: str | None = Field(description="The public key that verifies the answer, where the map names it.")
    look_for: Text
    holds: list[Text] = Field(
        default_factory=list[Text], description="Holds in force: what they cover is kept."
    )
    identities: dict[str, str] = Field(
        default_factory=dict, description="By what the person is known; wiped with the answer."
    )
    still: bool = Field(
        default=False, description="Nobody is asked: another restriction of the person goes on."
    )


def retention_tasks(
    policy: LoadedPolicy, manual: Mapping[str, ManualSource], holds: Holds = ()
) -> list[ManualTask]:
    """One task for each retention rule that a system keeps by hand, in the order of the systems and their maps."""
    return [
        _task(manual[name], promise.rule, promise.look_for, {}, holds)
        for name in sorted(manual)
        for promise in manual[name].manual.promises
        if promise.rule in policy.document.retention
    ]


def request_tasks(
    kind: str, identities: Mapping[str, str], manual: Mapping[str, ManualSource], holds: Holds = ()
) -> list[ManualTask]:
    """One task for each system worked by hand: a person may be in any of them."""
    heard = (
        () if kind in ("restriction", "lifting", "access") else holds
    )  # to put aside, or to copy, destroys nothing
    return [
        _task(manual[name], None, manual[name].manual.requests.to_do(kind), identities, heard)
        for name in sorted(manual)
    ]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who puts data aside where a map does not say how: the organisation's data protection officer, most often."""

    name: str
    email: str


DAYS: Final = 3
"""Calendar days that a keeper has: what is to be set apart is in use until then."""


def marking_tasks(
    kind: str, systems: Mapping[str, Text], identities: Mapping[str, str], keeper: Keeper
) -> list[ManualTask]:
    """One task for each system, by its name, whose map has no mark of a restriction (GDPR art. 18), or none to take off."""
    look_for = {"lifting": _LIFT, "rectification": _ADD}.get(kind, _SET_APART)
    return [_kept(name, label, keeper, look_for, identities) for name, label in sorted(systems.items())]


def left_tasks(systems: Mapping[str, tuple[Text, Sequence[Text]]], keeper: Keeper) -> list[ManualTask]:
    """One task for each system in which something that was set apart does not come back by itself."""
    return [
        _kept(name, label, keeper, _together([_LEFT, *notes]), {})
        for name, (label, notes) in sorted(systems.items())
    ]


def _together(texts: Sequence[Text]) -> Text:
    return Text(fr=" ".join(one.fr for one in texts), en=" ".join(one.en or "" for one in texts))


def _kept(
    system: str, label: Text, keeper: Keeper, look_for: Text, identities: Mapping[str, str]
) -> ManualTask:
    return ManualTask(
        system=system,
        label=label,
        rule=None,
        responsible=keeper.name,
        email=keeper.email,
        days=DAYS,
        key=None,
        look_for=look_for,
        identities=dict(identities),
    )


_LEFT: Final = Text(
    fr="La limitation est levée, et tout n’est pas revenu à sa place : consultez le dossier de l’archive (garant archive "
    "consult), écrivez à la main ce qui doit l’être, puis libérez-le (garant archive release).",
    en="The restriction is lifted, and not everything came back to its place: consult the record of the archive (garant "
    "archive consult), write by hand what has to be, then release it (garant archive release).",
)
_SET_APART: Final = Text(
    fr="La carte de ce système ne dit pas comment mettre une personne de côté. Mettez à part ce qui parle d’elle "
    "(fiche masquée, droits retirés, copie fermée hors de la base) : plus personne ne s’en sert, rien n’est détruit.",
    en="The map of this system does not say how to set a person apart. Put aside what speaks of them (a hidden card, "
    "rights taken away, a closed copy outside the base): nobody uses it any more, nothing is destroyed.",
)
_ADD: Final = Text(
    fr="Une personne donne une coordonnée qui manquait, et la carte de ce système ne dit pas où la ranger. Ajoutez-la à sa "
    "fiche, si elle n’y est pas, sans écraser aucune autre.",
    en="A person gives a contact detail that was missing, and the map of this system does not say where it goes. Add it to "
    "their card, if it is not there, and overwrite no other.",
)
_LIFT: Final = Text(
    fr="Ce qui parle de cette personne avait été mis à part à la main : remettez-le à l’usage, tel qu’il était.",
    en="What speaks of this person had been put aside by hand: put it back into use, as it was.",
)


def digests(manual: Mapping[str, ManualSource], tasks: list[ManualTask]) -> dict[str, str]:
    """The digests of the maps that the tasks come from."""
    return {task.system: manual[task.system].digest for task in tasks if task.system in manual}


def _task(
    source: ManualSource, rule: str | None, look_for: Text, identities: Mapping[str, str], holds: Holds
) -> ManualTask:
    manual = source.manual
    return ManualTask(
        system=manual.system,
        label=manual.label,
        rule=rule,
        responsible=manual.responsible.name,
        email=manual.responsible.email,
        days=manual.days,
        key=manual.key,
        look_for=look_for,
        holds=[_held(key, reason) for key, reason in holds],
        identities=dict(identities),
    )


def _held(key: str, reason: str) -> Text:
    return Text(
        fr=f"Suspension «\u202f{key}\u202f» en cours\u202f: {reason}. Gardez ce qu’elle couvre, sans y toucher.",
        en=f"Hold “{key}” in force: {reason}. Keep what it covers, untouched.",
    )
