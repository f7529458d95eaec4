"""Everything the controls look at, asked once: the policy in force, its systems, its people, its tasks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from garant.apps.accounts import services as accounts
from garant.apps.evidence import services as evidence
from garant.apps.holds import services as holds
from garant.apps.policies import services as policies
from garant.apps.promises.opening.archiving import archive_of, archive_source, refuse_orphans
from garant.apps.promises.opening.discretion import brief
from garant.apps.promises.opening.published import maps_folder, policy_in_force
from garant.apps.promises.opening.workspace import looking, open_workspace
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services as rights
from garant.apps.rights.services import Standing
from garant.apps.tasks import services as tasks
from garant.engine.document import Selection
from garant.engine.planning.plan import plan_retention
from garant.engine.terms import UnknownRule
from garant.ledger import LedgerError
from garant.ledger.keys import key_source
from garant.policy.diagnostics import UnusableDocument
from garant.policy.document import Policy
from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text
from garant.systems.archive.data_map import LABEL as ARCHIVE_LABEL
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.checks.live import check_live
from garant.systems.loader import LoadedMap, UnusableMap, load_each
from garant.systems.port import ConnectorError

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""A file name that the ledger has room for."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SystemSeen:
    """How a system stands: reached or not, and what its map no longer fits."""

    name: str
    label: Text
    reached: bool
    problem: Text | None = None
    drift: int = 0
    """Findings of its map held against its catalogue."""
    columns: Sequence[tuple[str, str, str]] = ()
    """Mapped columns: table, column, data category."""
    by_hand: bool = False
    rules: Sequence[str] = ()
    """Worked by hand: the retention rules that people keep there."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to judge by, on a day."""

    organisation: str
    today: date
    policy: Policy
    published_on: date
    systems: Mapping[str, SystemSeen]
    selections: Mapping[str, Sequence[Selection]]
    """Retention rule → what each reached system selects by it."""
    signed: Mapping[tuple[str, str], date]
    """When somebody last signed that a system worked by hand keeps a rule, by system and rule."""
    members: Sequence[Any]
    late_tasks: Sequence[Any]
    open_tasks: int
    requests: Mapping[str, Standing] = field(default_factory=dict[str, Standing])
    """Right → how its requests stand; a right that nobody exercised is not there."""
    recipients: tuple[int, int] = (0, 0)
    """How many recipients were told of a request (art. 19), and how many of them are silent past their day."""
    last_drill: tuple[date, bool] | None = None
    """The day of the last restoration drill, and whether it passed."""
    announcements: Sequence[Any] = field(default_factory=list[Any])

    @property
    def unreached(self) -> list[Text]:
        """The systems that did not answer."""
        return [one.label for one in self.systems.values() if not one.reached]


def gather(organisation: str, progress: Tell) -> Seen:
    """Look at everything once.

    Raises:
        RefusedError: no policy is published.
    """
    loaded = policy_in_force(organisation)
    version = policies.published(organisation)
    assert version is not None
    zone = loaded.document.organisation.time_zone
    today = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    systems, selections = _systems(organisation, loaded, today, progress)
    pending = tasks.tasks(organisation)
    return Seen(
        organisation=organisation,
        today=today,
        policy=loaded.document,
        published_on=version.effective_on or today,
        systems=systems,
        selections=selections,
        signed={
            one: at.astimezone(ZoneInfo(zone)).date() for one, at in tasks.last_kept(organisation).items()
        },
        members=accounts.members(organisation),
        late_tasks=tasks.overdue(organisation),
        open_tasks=len(pending),
        requests=rights.standings(organisation, today),
        recipients=rights.silent(organisation, today),
        last_drill=_last_drill(organisation),
    )


def _systems(
    organisation: str, policy: LoadedPolicy, today: date, progress: Tell
) -> tuple[dict[str, SystemSeen], dict[str, list[Selection]]]:
    """Each system by itself: one that does not answer hides nothing of the others."""
    folder = maps_folder(organisation)
    selections: dict[str, list[Selection]] = {}
    if not folder.is_dir():
        return {}, selections
    maps, unusable = load_each(folder)
    seen = {one.name: one for one in _unusable(maps, unusable)}
    for name, loaded in maps.items():
        progress(name)
        if not isinstance(loaded, LoadedMap):
            kept = [promise.rule for promise in loaded.map.promises]
            seen[name] = SystemSeen(name, loaded.map.label, reached=True, by_hand=True, rules=kept)
            continue
        columns = [
            (table, name, column.category)
            for table, part in loaded.map.tables.items()
            for name, column in part.columns.items()
        ]
        try:
            found = _selections(organisation, policy, folder, name, today)
            drift = _drift(loaded)
        except RefusedError as refusal:
            seen[name] = SystemSeen(name, loaded.map.label, False, refusal.message, columns=columns)
        except (ConnectorError, UnusableDocument, OSError) as error:
            words = Text(fr=brief(error), en=brief(error))
            seen[name] = SystemSeen(name, loaded.map.label, False, words, columns=columns)
        else:
            seen[name] = SystemSeen(name, loaded.map.label, True, drift=drift, columns=columns)
            for selection in found:
                selections.setdefault(selection.rule or "", []).append(selection)
    seen |= _archive(organisation, policy, today, selections)
    return seen, selections


def _unusable(maps: Collection[str], found: Mapping[str, UnusableMap]) -> Iterator[SystemSeen]:
    """A map that cannot be used is of a system about which nothing is known; it hides nothing of the others."""
    for file, problem in found.items():
        system, words = file.rpartition(".")[0], brief(problem)
        plain = _PLAIN.fullmatch(system) is not None and system not in maps
        name = system if plain else f"map-{sha256(file.encode()).hexdigest()[:12]}"
        yield SystemSeen(name, Text(fr=file, en=file), False, Text(fr=words, en=words))


def _archive(
    organisation: str, policy: LoadedPolicy, today: date, selections: dict[str, list[Selection]]
) -> dict[str, SystemSeen]:
    """Add what is past its end in the intermediate archive, which no map is of; it is a system only where it cannot be asked.

    Records in time prove nothing of a rule that no system answers.
    """
    try:
        archive = archive_of(organisation, key_source(settings.GARANT_KEYS, os.environ))
        if archive is None or not archive.store.exists:
            return {}
        refuse_orphans(archive.store, policy)
        source = archive_source(archive.store, policy, ())
        try:
            found = plan_retention(
                policy,
                {ARCHIVE: source},
                as_of=today,
                tolerance=0.01,
                holds=holds.against_destruction(organisation),
            ).selections
        finally:
            source.connector.close()
    except RefusedError as refusal:
        return _closed(
            Text(fr=f"{refusal.message.fr} {refusal.mend.fr}", en=f"{refusal.message.en} {refusal.mend.en}")
        )
    except LedgerError as error:
        return _closed(Text(fr=error.text.fr, en=error.text.en))
    except (ConnectorError, UnknownRule, OSError) as error:
        return _closed(Text(fr=brief(error), en=brief(error)))
    for one in found:
        if one.due or one.rule in selections:
            selections.setdefault(one.rule or "", []).append(one)
    return {}


def _closed(why: Text) -> dict[str, SystemSeen]:
    return {ARCHIVE: SystemSeen(ARCHIVE, ARCHIVE_LABEL, False, why)}


def _selections(
    organisation: str, policy: LoadedPolicy, folder: Any, name: str, today: date
) -> list[Selection]:
    keys = key_source(settings.GARANT_KEYS, os.environ)
    with open_workspace(policy, folder, keys, only=[name]) as workspace:
        plan = plan_retention(
            workspace.policy,
            workspace.sources,
            as_of=today,
            tolerance=0.01,
            holds=holds.against_destruction(organisation),
            manual=workspace.manual,
        )
    return plan.selections


def _drift(loaded: LoadedMap) -> int:
    with looking(loaded.map) as engine:
        return sum(1 for found in check_live(loaded, engine) if found.severity == "error")


def _last_drill(organisation: str) -> tuple[date, bool] | None:
    drills = [
        (record.at, record.kind == "drill.passed")
        for kind in ("drill.passed", "drill.failed")
        for record in evidence.records(organisation, kind=kind)
    ]
    if not drills:
        return None
    at, passed = max(drills)
    return at.date(), passed
