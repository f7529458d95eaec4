"""A run that stands still because the policy or a map is another one now, and whose last batch nobody knows of: ended by
somebody, for a reason.

Whether that batch was done is known by the map alone that it was planned on. Whoever puts that map back has the run go on.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from garant.apps.evidence import services as evidence
from garant.apps.promises import refusals, services
from garant.apps.promises.entries import RunGivenUp
from garant.apps.promises.models import Batch, Run
from garant.apps.promises.opening.archiving import archive_of
from garant.apps.promises.opening.published import maps_folder, open_published
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.recording.batches import remember_unsure
from garant.apps.promises.recording.work import NothingDone
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.running import locks
from garant.apps.scoping import scoped
from garant.engine.document import Plan as EnginePlan
from garant.engine.journal import read_counts
from garant.ledger.entries import Entry
from garant.ledger.keys import key_source
from garant.policy.diagnostics import UnusableDocument
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.loader import load_each, spoken_of
from garant.systems.port import ConnectorError


def is_as_planned(plan: EnginePlan, workspace: Workspace) -> bool:
    """Whether the policy and the maps are those that a plan was made from."""
    return workspace.policy.digest == plan.policy_digest and all(
        workspace.map_digests.get(system) == digest for system, digest in plan.map_digests.items()
    )


def why_it_stands(run: Run) -> RefusedError | None:
    """Why a run that began can neither go on nor end by itself; None where it can, or where that cannot be said now."""
    if not run.open or not services.unsure(run):
        return None
    planned: Mapping[str, str] = run.plan.document["map_digests"]
    try:
        folder = maps_folder(run.plan.organisation)
        there, unusable = load_each(folder)
        unread = (spoken_of(folder / file)[0] for file in unusable)  # a slip is mended, and the run goes on
        gone = sorted(set(planned).difference(there, unread, [ARCHIVE]))
        if gone:
            return refusals.changed_map(gone[0], found=None, expected=planned[gone[0]])
        with open_published(run.plan.organisation, only=sorted(planned)) as workspace:
            return services.changed(run.plan, workspace.policy.digest, workspace.map_digests)
    except (RefusedError, UnusableDocument, ConnectorError, OSError):
        return None


def give_up(organisation: str, run_key: str, reason: str, *, actor: str) -> Run:
    """End a run that can neither go on nor end by itself, not kept: what it was for can be planned again.

    What its last batch may have erased is on the suppression list, what it may have archived is kept, and the files that
    it named and that no row refers to any more go: as if it had been done, which harms nothing where it was not.

    Raises:
        RefusedError: no reason, it can go on, or another process is at it.
    """
    if not reason.strip():
        raise refusals.no_reason()
    with scoped(organisation):
        run = Run.objects.select_related("plan").filter(key=run_key, plan__organisation=organisation).first()
    if run is None or why_it_stands(run) is None:
        raise refusals.can_go_on(run_key)
    with locks.only_one(f"plan-{run.plan_id}", Path(settings.GARANT_HOME) / "locks") as mine:
        if not mine:
            raise refusals.already_running(run.plan_id)
        unsure = services.unsure(run)
        archived, files = _kept(run, unsure), _released(run, unsure)
        drop_waiting(run)
        with evidence.one_transaction(organisation):
            given_up = RunGivenUp(
                run=run.key,
                unsure=[one.key for one in unsure],
                marked=remember_unsure(run, unsure),
                archived=archived,
                files=files,
            )
            entry = Entry(given_up, datetime.now(UTC), "person", f"{run.key}/given-up")
            evidence.append(organisation, [entry], staff=actor)
            ended = services.finish_run(
                run.key, NothingDone(details={"selections": [], "given_up": reason.strip()})
            )
        services.forget_canaries(run.key)
    return ended


def drop_waiting(run: Run) -> None:
    """Destroy what a run that ends without being done has left waiting in the archive: its rows are in their system.

    A process that is killed between the archive and the journal leaves such records, which no batch names. Under the
    lock of its plan, before the run ends: killed here, it is done again.
    """
    archive = archive_of(run.plan.organisation, key_source(settings.GARANT_KEYS, os.environ))
    if archive is not None:
        archive.drop_all(run.plan_id)


def _kept(run: Run, unsure: Sequence[Batch]) -> int:
    """Keep what these batches have put into the archive: it may be all that there is. How many records."""
    archive = archive_of(run.plan.organisation, key_source(settings.GARANT_KEYS, os.environ))
    if archive is None or not archive.store.exists:
        return 0
    return sum(archive.keep(f"{run.plan_id}/{one.key}") for one in unsure)


def _released(run: Run, unsure: Sequence[Batch]) -> int:
    """Delete the files that these batches named and that no row refers to any more, where that can be asked."""
    selections, gone = run.plan.document["selections"], 0
    for one in unsure:
        files = read_counts(one.prepared).files if one.prepared else ()
        system = selections[int(one.key.split("/")[0]) - 1]["system"]
        with suppress(RefusedError, UnusableDocument, ConnectorError):
            if files:
                with open_published(run.plan.organisation, only=[system]) as workspace:
                    gone += workspace.sources[system].connector.release_files(files)
    return gone
