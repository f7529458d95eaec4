"""Plans and runs: made, read, approved by a second person, followed, resumed, certified."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts import services as accounts
from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.jobs import services as jobs
from garant.apps.organisations import services as organisations
from garant.apps.promises import certificates, decisions
from garant.apps.promises.opening import naming
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.refusals import RefusedError
from garant.apps.promises.running import giving_up
from garant.apps.promises.sight import Sight
from garant.apps.promises.views import pages, samples
from garant.apps.tasks import services as tasks
from garant.engine.document import UnreadablePlan, read_plan
from garant.engine.wording import KINDS
from garant.ledger import LedgerError
from garant.policy.diagnostics import UnusableDocument
from garant.site.words import Named, said, say, spoken
from garant.systems.port import ConnectorError


@require_safe
@member(May.SEE)
def plans(request: Any) -> HttpResponse:
    """The latest plans, and what became of each."""
    lines = decisions.listing(request.organisation, sight=_sight(request))
    job = jobs.open_job(request.organisation, "plan")
    return render(
        request, "plans/list.html", {"lines": [(one, KINDS[one.kind]) for one in lines], "job": job}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.PLAN)
def new(request: Any) -> HttpResponse:
    """Ask for a plan of what is due today."""
    if request.method == "POST":
        job = jobs.ask(request.organisation, "plan", actor=request.user.email)
        return redirect("jobs:job", request.organisation, job.key)
    return render(request, "plans/new.html")


@require_safe
@member(May.SEE)
def plan(request: Any, digest: str) -> HttpResponse:
    """What a plan would do, in numbers; what stays, and why."""
    kept, sight = _plan(request, digest), _sight(request)
    document = sight.cut(decisions.told(kept))
    run = decisions.run_of(request.organisation, kept.digest)
    four_eyes = organisations.organisation(request.organisation).four_eyes
    return render(
        request,
        "plans/plan.html",
        {
            "plan": kept,
            "page": pages.page_of(
                document, naming.names_of(request.organisation), names=request.membership.may(May.SEE_PEOPLE)
            ),
            "whole": sight.whole(kept),
            "run": run,
            "own": four_eyes and kept.made_by == request.user.email,
            "job": jobs.open_job(request.organisation, "run", {"plan": kept.digest}),
        },
    )


@require_safe
@member(May.SEE_PEOPLE)
def sample(request: Any, digest: str) -> HttpResponse:
    """A few masked rows; looking at them is an entry of the ledger."""
    kept = _plan(request, digest)
    if decisions.run_of(request.organisation, kept.digest) is not None:
        return redirect(
            "plans:plan", request.organisation, kept.digest
        )  # the rows are gone, and so are the keys
    accounts.looked(
        request.organisation, request.user, "plan-sample", about=kept.digest[:16], people=samples.ROWS
    )
    try:
        found = samples.samples(request.organisation, _sight(request).cut(read_plan(kept.document)))
    except (RefusedError, ConnectorError, UnreadablePlan, UnusableDocument) as error:
        messages.error(request, said(getattr(error, "message", str(error))))
        return redirect("plans:plan", request.organisation, kept.digest)
    words = naming.names_of(request.organisation)
    shown = [
        {
            "system": words.system(one.system),
            "table": words.table(one.system, one.table),
            "columns": [words.column(one.system, one.table, column) for column in one.columns],
            "rows": one.rows,
        }
        for one in found
    ]
    return render(request, "plans/sample.html", {"plan": kept, "samples": shown})


@require_POST
@member(May.APPROVE_PLAN)
def approve(request: Any, digest: str) -> HttpResponse:
    """Approve exactly this plan; carrying it out is asked for in the same breath."""
    kept = _whole_plan(request, digest)
    try:
        with open_published(request.organisation, only=sorted(kept.document["map_digests"])) as workspace:
            decisions.approve(
                request.organisation,
                kept.digest,
                actor=request.user.email,
                policy_digest=workspace.policy.digest,
                map_digests=workspace.map_digests,
            )
    except RefusedError as refusal:
        messages.error(request, f"{said(refusal.message)} {said(refusal.mend)}")
        return redirect("plans:plan", request.organisation, kept.digest)
    messages.success(request, say("Plan approuvé.", "Plan approved."))
    return _run(request, kept.digest)


@require_POST
@member(May.RUN)
def start(request: Any, digest: str) -> HttpResponse:
    """Carry out an approved plan, or go on with its run."""
    kept = _whole_plan(request, digest)
    if not kept.approved:
        messages.error(request, say("Ce plan n'est pas approuvé.", "This plan is not approved."))
        return redirect("plans:plan", request.organisation, kept.digest)
    return _run(request, kept.digest)


@require_safe
@member(May.SEE)
def run(request: Any, key: str) -> HttpResponse:
    """A run: its receipts, what was found afterwards, its certificate."""
    found = _seen_run(request, key)
    sight = _sight(request)
    receipts = [batch for batch in found.receipts() if sight.receipt(batch)]
    words = naming.names_of(request.organisation)
    return render(
        request,
        "plans/run.html",
        {
            "run": found,
            "receipts": [
                (
                    one,
                    words.system((one.receipt or {})["system"]),
                    _rule(words, (one.receipt or {}).get("rule")),
                )
                for one in receipts
            ],
            "rows": sum(batch.rows for batch in receipts),
            "planned": pages.rows_of(decisions.told(found.plan)),
            "tasks": [(one, tasks.days_late(one), tasks.said(one)) for one in tasks.of_run(found.key)]
            if sight.whole(found.plan)
            else [],
            "whole": sight.whole(found.plan),
            "job": jobs.open_job(request.organisation, "run", {"plan": found.plan_id}),
            "stands": giving_up.why_it_stands(found),
        },
    )


@require_POST
@member(May.APPROVE_PLAN)
def end(request: Any, key: str) -> HttpResponse:
    """End a run that cannot go on, for a reason."""
    found = _seen_run(request, key)
    if not _sight(request).whole(found.plan):
        raise PermissionDenied
    try:
        giving_up.give_up(
            request.organisation, found.key, request.POST.get("reason", "")[:2000], actor=request.user.email
        )
    except RefusedError as refusal:
        messages.error(request, f"{said(refusal.message)} {said(refusal.mend)}")
    else:
        messages.success(request, say("L'exécution a pris fin.", "The run has ended."))
    return redirect("plans:run", request.organisation, found.key)


@require_safe
@member(May.SEE)
def certificate(request: Any, key: str) -> HttpResponse:
    """The certificate of a run, with its proof, as a file."""
    if not _sight(request).whole(_seen_run(request, key).plan):
        raise PermissionDenied
    try:
        made = _found(
            lambda: certificates.bundle(
                request.organisation, key, name=request.company.name, language=spoken()
            )
        )
    except LedgerError as problem:  # nothing is certified that the ledger does not say
        messages.error(request, said(problem.text))
        return redirect("plans:run", request.organisation, key)
    name = f'attachment; filename="garant-{key}.zip"'
    return HttpResponse(made, content_type="application/zip", headers={"Content-Disposition": name})


def _run(request: Any, digest: str) -> HttpResponse:
    job = jobs.ask(request.organisation, "run", {"plan": digest}, actor=request.user.email)
    return redirect("jobs:job", request.organisation, job.key)


def _rule(words: naming.Names, rule: str | None) -> Named | None:
    return words.rule(rule) if rule else None


def _sight(request: Any) -> Sight:
    return Sight(request.organisation, request.membership)


def _plan(request: Any, digest: str) -> Any:
    """The plan of an address, where the person sees something of it."""
    kept = _found(lambda: decisions.find(request.organisation, digest))
    if not _sight(request).any(kept):
        raise Http404
    return kept


def _whole_plan(request: Any, digest: str) -> Any:
    """The same, for who sees all of it: a plan is one decision."""
    kept = _plan(request, digest)
    if not _sight(request).whole(kept):
        raise PermissionDenied
    return kept


def _seen_run(request: Any, key: str) -> Any:
    found = _found(lambda: decisions.run(request.organisation, key))
    if not _sight(request).any(found.plan):
        raise Http404
    return found


def _found(find: Any) -> Any:
    try:
        return find()
    except RefusedError:
        raise Http404 from None
