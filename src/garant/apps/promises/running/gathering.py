"""Plans approved one by one and carried out by one run: which, begun how, and what it becomes of each.

A gathered plan is kept from the moment its run begins, in one transaction with the entry that says which approved
plans it is made of: before that instant nothing of it exists, and after it none of them can be carried out elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.promises import refusals, services
from garant.apps.promises.models import Plan, Run, RunState
from garant.apps.promises.recording import receipts
from garant.apps.scoping import scoped
from garant.engine.document import Plan as EnginePlan
from garant.engine.document import read_plan
from garant.engine.running.gathering import apart, gatherable
from garant.ledger.entries import Entry

MOST: Final = 500
"""Plans that one run carries out at most: their digests fit into one entry of the ledger."""

GARANT: Final = "garant"
"""Who begins it: each of its plans was approved by a person."""


def waiting_among(organisation: str, digests: Sequence[str]) -> list[EnginePlan]:
    """Of these plans, in their order, those that are approved, were not begun, and can be carried out together with the
    first of them; the first alone where it cannot be gathered.
    """
    with scoped(organisation):
        found = Plan.objects.filter(digest__in=digests, gathered_in=None, run=None).exclude(approved_at=None)
        documents = {one.digest: one.document for one in found if not services.is_given_up(one)}
    plans = [read_plan(documents[digest]) for digest in digests if digest in documents]
    first = plans[0] if plans and plans[0].digest == digests[0] else None
    return apart(plans)[:MOST] if first is not None and gatherable(first) else []


def open_plan(organisation: str, digest: str) -> EnginePlan | None:
    """The gathered plan by which the plan of this digest is being carried out, where its run has not ended."""
    with scoped(organisation):
        run = (
            Run.objects.select_related("plan")
            .filter(plan__members__digest=digest, state=RunState.RUNNING)
            .first()
        )
    return read_plan(run.plan.document) if run is not None else None


def start(document: EnginePlan, *, batch_size: int) -> Run:
    """Keep a gathered plan and begin its run, or give back the run that began.

    Raises:
        RefusedError: one of its plans is not approved, was given up, or is carried out elsewhere.
    """
    with transaction.atomic(), scoped(document.organisation):
        members = list(Plan.objects.select_for_update(of=("self",)).filter(digest__in=document.gathers))
        kept = services.register_plan(document)
        begun = services.run_of(kept)
        if begun is not None:
            return begun
        _refuse_others(document, members)
        kept.approved_by, kept.approved_at = GARANT, datetime.now(UTC)
        kept.save(update_fields=["approved_by", "approved_at"])
        Plan.objects.filter(digest__in=document.gathers).update(gathered_in=kept)
        gathered = Entry(receipts.plan_gathered(kept), kept.approved_at, GARANT, f"plan/{kept.digest}")
        evidence.append(document.organisation, [gathered])
        return services.start_run(kept, actor=GARANT, batch_size=batch_size)


def _refuse_others(document: EnginePlan, members: Sequence[Plan]) -> None:
    """Each of its plans must be there, approved, not given up, and begun nowhere."""
    approved = {one.digest for one in members if one.approved}
    for one in members:
        if services.is_given_up(one):
            raise refusals.given_up(one.digest)
    for digest in document.gathers:
        if digest not in approved:
            raise refusals.not_approved(digest)
    begun = Run.objects.filter(plan__in=document.gathers).values_list("plan_id", flat=True)
    for digest in [*begun, *(one.digest for one in members if one.gathered_in_id is not None)]:
        raise refusals.already_running(digest)
