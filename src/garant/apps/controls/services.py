"""The only way standings change: a look writes what each control found and the ledger entry of each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Max
from django_scopes import scopes_disabled

from garant.apps.controls.each import findings
from garant.apps.controls.entries import PromiseChanged, PromisesLookedAt
from garant.apps.controls.findings import ARTICLES, Finding, State
from garant.apps.controls.gathering import gather
from garant.apps.controls.models import Reading, Standing
from garant.apps.controls.sight import seen
from garant.apps.evidence import services as evidence
from garant.apps.promises.running import locks
from garant.apps.scoping import scoped
from garant.ledger.entries import Entry, Payload
from garant.policy.text import Text

STALE: Final = timedelta(days=2)
"""After this, what a look found is told with a warning: at least one night went by without another."""


@dataclass(frozen=True, slots=True)
class Board:
    """The dashboard: every promise, article by article, and how many stand how."""

    articles: Sequence[tuple[int, Text, Sequence[Standing]]]
    counts: Mapping[str, int]
    looked_at: datetime | None

    @property
    def stale(self) -> bool:
        """Whether nobody has looked for so long that it may not be so any more."""
        return self.looked_at is not None and datetime.now(UTC) - self.looked_at > STALE

    @property
    def broken(self) -> list[Standing]:
        """The broken promises, in the order of the notice."""
        return [one for _, _, standings in self.articles for one in standings if one.state == State.BROKEN]


def _silent(_: str) -> None:
    """Tell nobody."""


def look(organisation: str, *, progress: Callable[[str], None] = _silent) -> Counter[str]:
    """Look at every promise of the policy in force, and write down how each stands.

    Raises:
        RefusedError: no policy is published.
    """
    gathered = gather(organisation, progress)
    return record(organisation, findings(gathered), gathered.today)


@transaction.atomic
def record(organisation: str, found: Sequence[Finding], today: date) -> Counter[str]:
    """Write down what was found; a promise that is not in the policy any more is not shown any more."""
    now = datetime.now(UTC)
    counts = Counter({state.value: 0 for state in State})
    with scoped(organisation):
        locks.in_turn(f"standings-{organisation}")
        known = {one.promise: one for one in Standing.objects.all()}
        entries: list[Payload] = []
        rows = [
            _standing(organisation, one, place, known.get(one.key), now) for place, one in enumerate(found)
        ]
        for row in rows:
            counts[row.state] += 1
            former = known.get(row.promise)
            if former is None or former.state != row.state:
                before: Any = former.state if former else None
                now_: Any = row.state
                entries.append(
                    PromiseChanged(promise=row.promise, before=before, now=now_, measure=row.measure)
                )
        Standing.objects.all().delete()
        Standing.objects.bulk_create(rows)
        Reading.objects.filter(day=today).delete()
        Reading.objects.bulk_create(
            Reading(
                organisation=organisation,
                promise=one.promise,
                day=today,
                state=one.state,
                measure=one.measure,
            )
            for one in rows
        )
        said = PromisesLookedAt(kept=counts["kept"], broken=counts["broken"], unproven=counts["unproven"])
        evidence.append(organisation, [Entry(payload, now, "garant") for payload in (*entries, said)])
    return counts


def board(organisation: str, membership: Any = None) -> Board:
    """The dashboard of an organisation, as of the last look; as somebody sees it where they are named: one query."""
    with scoped(organisation):
        found = list(Standing.objects.all())
    rows = [one for one in (seen(each, membership) for each in found) if one is not None]
    grouped = [
        (article, label, [one for one in rows if one.article == article])
        for article, label in ARTICLES.items()
    ]
    return Board(
        articles=[group for group in grouped if group[2]],
        counts=_counted(one.state for one in rows),
        looked_at=max((one.looked_at for one in rows), default=None),
    )


def unseen(organisations: Sequence[str]) -> set[str]:
    """Those of these organisations whose promises nobody has looked at for so long that their states may be others now."""
    with scopes_disabled():  # days alone, of the organisations that are asked about
        rows = Standing.objects.filter(organisation__in=organisations).values_list("organisation")
        last = dict(rows.annotate(last=Max("looked_at")).order_by())
    return {one for one, at in last.items() if datetime.now(UTC) - at > STALE}


def standing(organisation: str, promise: str, membership: Any = None) -> Standing | None:
    """One promise, as of the last look; as somebody sees it where they are named."""
    with scoped(organisation):
        found = Standing.objects.filter(promise=promise).first()
    return None if found is None else seen(found, membership)


def history(organisation: str, promise: str, days: int = 365) -> list[Reading]:
    """How a promise stood, day by day, the oldest first."""
    with scoped(organisation):
        return list(Reading.objects.filter(promise=promise).order_by("-day")[:days])[::-1]


def portfolio(organisations: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many promises stand how in each of these organisations, which the caller's person belongs to."""
    counts: dict[str, dict[str, int]] = {key: _counted(()) for key in organisations}
    with scopes_disabled():
        rows = Standing.objects.filter(organisation__in=organisations).values_list("organisation", "state")
        for organisation, state in rows:
            counts[organisation][state] += 1
    return counts


def _standing(
    organisation: str, found: Finding, place: int, former: Standing | None, now: datetime
) -> Standing:
    same = former is not None and former.state == found.state
    return Standing(
        organisation=organisation,
        promise=found.key,
        article=found.article,
        position=place,
        label=_said(found.label),
        state=found.state.value,
        why=_said(found.why),
        measure=found.measure,
        before=former.measure if former is not None else None,
        evidence=dict(found.evidence),
        mend=None if found.mend is None else {"label": _said(found.mend.label), "page": found.mend.page},
        since=former.since if same and former is not None else now,
        looked_at=now,
    )


def _said(text: Text) -> dict[str, str]:
    return {"fr": text.fr, "en": text.en}


def _counted(states: Any) -> dict[str, int]:
    counts = {state.value: 0 for state in State}
    for state in states:
        counts[state] += 1
    return counts
