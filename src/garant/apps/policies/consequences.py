"""What a version would change on the systems on the day it takes effect, counted by the engine, on demand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from garant.apps.holds import services as holds
from garant.apps.organisations import services as organisations
from garant.apps.policies import refusals
from garant.apps.policies.documents import loaded
from garant.apps.policies.models import State, Version
from garant.apps.policies.reading import find, published, today
from garant.apps.promises.opening.workspace import open_workspace
from garant.engine.document import Plan, Selection
from garant.engine.planning.plan import plan_retention
from garant.engine.terms import UnknownRule
from garant.ledger.keys import key_source
from garant.policy import Policy, Text, UnusableDocument
from garant.policy.saying import period

Rule = tuple[str, str, bool]
"""A system, a retention rule, and whether it is its move to the archive."""


def count_consequences(
    organisation: str,
    key: str,
    *,
    on: date | None = None,
    maps: Path | None = None,
    progress: Callable[[str, str], None] = lambda _system, _rule: None,
) -> dict[str, Any]:
    """Ask the systems who would be due on a day under the version, and under the policy in force; keep the answer.

    Nothing is changed on them. The day is today unless said. `progress` hears of each system and rule asked about.

    Raises:
        RefusedError: there is no such version, it is published already, or no map is there.
        ConnectorError: a system did not answer.
    """
    version = find(organisation, key)
    if version.state == State.PUBLISHED:
        raise refusals.published_for_good(version.number)
    folder = maps or Path(settings.GARANT_MAPS) / organisation
    if not folder.is_dir():
        raise refusals.no_maps(folder)
    day = on or today(organisation)
    current = published(organisation, max(day, today(organisation)))
    problems: list[dict[str, str]] = []
    old = _plan(current.policy, folder, day, problems, progress) if current else None
    new = _plan(version.policy, folder, day, problems, progress)
    found = {
        "on": day.isoformat(),
        "counted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "digest": version.digest,
        "against": current.number if current else None,
        "problems": problems,
        "rules": list(_compared(version, current, new, old)) if new and not problems else [],
        "unanswered": new.unanswered if new else [],
    }
    with organisations.scoped(organisation):
        Version.objects.filter(key=version.key, digest=version.digest).update(consequences=found)
    return found


def consequence_lines(version: Version) -> list[Text]:
    """The consequences counted for a version, one sentence each, the most people first; none where not counted."""
    found = version.consequences
    if not found:
        return []
    rules = sorted(found["rules"], key=lambda rule: -abs(rule["new"] - rule["old"]))
    lines = [_sentence(rule) for rule in rules if rule["new"] != rule["old"]]
    unanswered = [_nobody_counts(version, rule) for rule in found["unanswered"]]
    return [*(lines or ([] if found["problems"] else [_NOBODY])), *unanswered]


_NOBODY = Text(
    fr="Personne de plus ni de moins ne serait concerné ce jour-là.",
    en="Nobody more and nobody less would be concerned on that day.",
)


def _nobody_counts(version: Version, rule: str) -> Text:
    """Who is due under a rule that no map answers is not nobody: it is not known."""
    known = version.policy.retention.get(rule)
    label = known.label if known else Text(fr=rule, en=rule)
    return Text(
        fr=f"{label.say('fr')}\u202f: aucune carte ne répond à cette règle ({rule}), personne n’a pu être compté.",
        en=f"{label.say('en')}: no map answers this rule ({rule}), nobody could be counted.",
    )


def _plan(
    policy: Policy,
    maps: Path,
    day: date,
    problems: list[dict[str, str]],
    progress: Callable[[str, str], None],
) -> Plan | None:
    """The plan of a day under a policy; none where the maps do not go with it, and why."""
    whole = loaded(policy)
    held = holds.against_destruction(policy.organisation.key)
    try:
        with open_workspace(whole, maps, key_source(settings.GARANT_KEYS, os.environ)) as workspace:
            return plan_retention(
                whole, workspace.sources, as_of=day, holds=held, manual=workspace.manual, progress=progress
            )
    except (UnknownRule, UnusableDocument) as error:
        problems += _problems(error)
        return None


def _compared(
    version: Version, current: Version | None, new: Plan, old: Plan | None
) -> Iterator[dict[str, Any]]:
    before = _by_rule(old.selections if old else ())
    after = _by_rule(new.selections)
    for rule in dict.fromkeys([*after, *before]):
        system, name, archive = rule
        known = version.policy.retention.get(name)
        earlier = current.policy.retention.get(name) if current else None
        either = known or earlier
        label = either.label if either else Text(fr=name, en=name)
        kept = [period(one.total_period) if one else None for one in (earlier, known)]
        yield {
            "system": system,
            "rule": name,
            "label": label.model_dump(),
            "archive": archive,
            "fate": known.fate if known else None,
            "old": before.get(rule, 0),
            "new": after.get(rule, 0),
            "kept_old": kept[0].model_dump() if kept[0] else None,
            "kept_new": kept[1].model_dump() if kept[1] else None,
        }


def _by_rule(selections: Iterable[Selection]) -> dict[Rule, int]:
    counted: dict[Rule, int] = {}
    for one in selections:
        rule = (one.system, one.rule or "", one.archive)
        counted[rule] = counted.get(rule, 0) + one.due
    return counted


def _sentence(rule: dict[str, Any]) -> Text:
    """`Prospects : 812 dossiers de plus seraient effacés ce jour-là (1204 au lieu de 392), dans crm.`"""
    more = rule["new"] - rule["old"]
    many = abs(more)
    label = Text(**rule["label"])
    plural, side = many > 1, ("de plus", "more") if more > 0 else ("de moins", "fewer")
    done = _FATES[("archive" if rule["archive"] else rule["fate"]) or "erase"]
    fr = (
        f"{label.say('fr')}\u202f: {many} {'dossiers' if plural else 'dossier'} {side[0]} "
        f"{'seraient' if plural else 'serait'} {done.fr}{'s' if plural else ''} ce jour-là "
        f"({rule['new']} au lieu de {rule['old']}), dans {rule['system']}"
    )
    en = (
        f"{label.say('en')}: {many} {side[1]} {'records' if plural else 'record'} would be {done.en} on that day "
        f"({rule['new']} instead of {rule['old']}), in {rule['system']}"
    )
    return Text(fr=fr, en=en)


_FATES = {
    "erase": Text(fr="effacé", en="erased"),
    "anonymise": Text(fr="anonymisé", en="anonymised"),
    "archive": Text(fr="archivé", en="archived"),
}


def _problems(error: UnknownRule | UnusableDocument) -> list[dict[str, str]]:
    if isinstance(error, UnusableDocument):
        return [d.message.model_dump() for d in error.diagnostics]
    return [Text(fr=str(error), en=str(error)).model_dump()]
