"""The intermediate archive: counted for who sees the organisation, opened one record at a time by who is entitled."""

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
from garant.apps.archives import looking, opening, services, showing
from garant.apps.archives.forms import AllowForm, FindForm, ReasonForm, ReleaseForm
from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.apps.promises.opening.naming import Names, names_of
from garant.apps.promises.opening.published import policy_in_force
from garant.apps.promises.refusals import RefusedError
from garant.ledger import LedgerError
from garant.policy import Policy
from garant.site.words import Named, said, say
from garant.systems.archive.store import LEFT, SET_APART, ArchiveStore, NoSuchRecord, RecordEntry
from garant.systems.port import ConnectorError


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.SEE_PEOPLE, whole=True)
def archive(request: Any) -> HttpResponse:
    """How many records end when; whoever may consult looks for somebody's, which is an entry of the ledger."""
    form = FindForm(request.POST or None)
    if request.method != "POST":
        return _page(request, find=form)
    if not opening.entitled(request):
        raise PermissionDenied
    return _page(request, find=form, found=_found(request, form) if form.is_valid() else None)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE_PEOPLE, whole=True)
def record(request: Any, record: str) -> HttpResponse:
    """One record: asked why, then shown once. A refusal is an entry of the ledger, as a consultation is."""
    form = ReasonForm(request.POST or None)
    entitled = opening.entitled(request)
    context: dict[str, Any] = {"record": record, "entitled": entitled, "form": form}
    if request.method == "POST" and form.is_valid():
        return _consulted(request, context, form.cleaned_data["reason"])
    if not entitled:
        return render(request, "archives/record.html", context, status=403)
    try:
        store = opening.opened(request.organisation)
        if store is None:
            raise Http404
        return render(
            request,
            "archives/record.html",
            {**context, **_about(request, store.entry(record), names_of(request.organisation))},
        )
    except NoSuchRecord:
        raise Http404 from None
    except _PROBLEMS as problem:
        return render(
            request, "archives/record.html", {**context, "problem": opening.words(problem)}, status=409
        )


@require_POST
@member(May.MANAGE_PEOPLE, whole=True)
def allow(request: Any) -> HttpResponse:
    """Entitle a member who may see personal data."""
    form = _allow_form(request, request.POST)
    if not form.is_valid():
        return _page(request, allow=form)
    who, until = form.cleaned_data["actor"], form.cleaned_data["until"]
    services.allow(request.organisation, who, until=until, by=request.user.email)
    messages.success(request, say(f"{who} peut consulter l'archive.", f"{who} may consult the archive."))
    return redirect("archives:list", request.organisation)


@require_POST
@member(May.MANAGE_PEOPLE, whole=True)
def revoke(request: Any) -> HttpResponse:
    """Take an entitlement back."""
    who = request.POST.get("actor", "")
    if services.revoke(request.organisation, who, by=request.user.email):
        messages.success(
            request,
            say(f"{who} ne peut plus consulter l'archive.", f"{who} may no longer consult the archive."),
        )
    return redirect("archives:list", request.organisation)


@require_safe
@member(May.SEE_PEOPLE, whole=True)
def uses(request: Any) -> HttpResponse:
    """Who opened which record, and why; to look is an entry of the ledger, since a reason may name somebody."""
    accounts.looked(request.organisation, request.user, "archive-uses")
    context: dict[str, Any] = {"refused": services.refused(request.organisation)}
    try:
        context["uses"] = services.uses(request.organisation, opening.master())
    except LedgerError as problem:
        context["problem"] = opening.words(problem)
    return render(request, "archives/uses.html", context)


_PROBLEMS = (RefusedError, LedgerError, ConnectorError)


def _page(
    request: Any, *, find: FindForm | None = None, allow: AllowForm | None = None, **more: Any
) -> HttpResponse:
    managing, entitled = request.membership.may(May.MANAGE_PEOPLE), opening.entitled(request)
    context: dict[str, Any] = {
        "entitled": entitled,
        "find": find or FindForm(),
        "allow": (allow or _allow_form(request)) if managing else None,
        "people": services.entitled(request.organisation) if managing else [],
        "today": opening.today(request),
        **more,
    }
    try:
        context |= _counted(request.organisation)
    except _PROBLEMS as problem:
        context["problem"] = opening.words(problem)
    return render(request, "archives/list.html", context)


def _counted(organisation: str) -> dict[str, Any]:
    """The records in numbers, which say nothing of anybody."""
    store, policy, words = opening.opened(organisation), _policy(organisation), names_of(organisation)
    groups = store.groups() if store is not None else []
    waiting, left = store.of_restrictions() if store is not None else (0, 0)
    lines = looking.by_year(policy, groups)
    return {
        "lines": [(one, words.system(one.system), words.rule(one.rule)) for one in lines],
        "records": sum(one.records for one in lines),
        "rows": sum(one.rows for one in lines),
        "waiting": waiting,
        "left": left,
        "numbers": store.left() if store is not None and left else [],
        "promised": _promised(policy, dict.fromkeys(one.rule for one in lines)),
    }


def _promised(policy: Policy | None, rules: Any) -> list[tuple[str, Any]]:
    """Who the policy says may consult the records of each rule, and why they are kept."""
    known = (
        {} if policy is None else {rule: policy.retention[rule] for rule in rules if rule in policy.retention}
    )
    phases = [(said(one.label), one.archive_phase) for one in known.values()]
    return [(label, phase) for label, phase in phases if phase is not None]


def _found(request: Any, form: FindForm) -> list[dict[str, Any]] | None:
    """Somebody's records, by their numbers; None: the archive cannot be asked."""
    organisation, asked = request.organisation, form.cleaned_data
    accounts.looked(organisation, request.user, "archive", people=1)
    try:
        store = opening.opened(organisation)
        entries = (
            looking.found(store, policy_in_force(organisation), [(asked["kind"], asked["value"])])
            if store is not None
            else []
        )
    except _PROBLEMS as problem:
        messages.error(request, opening.words(problem))
        return None
    words = names_of(organisation)
    return [_about(request, one, words) for one in entries]


def _consulted(request: Any, context: dict[str, Any], reason: str) -> HttpResponse:
    organisation, number = request.organisation, context["record"]
    try:
        store = opening.opened(organisation) or _nowhere()
        entry = services.consult(
            organisation, store, number, actor=request.user.email, reason=reason, today=opening.today(request)
        )
        words = names_of(organisation)
        context |= {**_about(request, entry, words), "consulted": True}
        context["shown"] = showing.shown(store, entry, words)
        context |= _to_release(request, entry)
    except RefusedError as refusal:
        if not context["entitled"]:
            return render(request, "archives/record.html", context, status=403)
        context["problem"] = said(refusal.message)
        return render(request, "archives/record.html", context, status=404)
    except (LedgerError, ConnectorError) as problem:
        context["problem"] = opening.words(problem)
        return render(request, "archives/record.html", context, status=409)
    return render(request, "archives/record.html", context)


def _to_release(request: Any, entry: RecordEntry) -> dict[str, Any]:
    """How what a lifted restriction left ends: asked of who approves plans, once two people have seen it."""
    if entry.state != LEFT or not request.membership.may(May.APPROVE_PLAN):
        return {}
    alone = services.readers(request.organisation, entry.id) <= {request.user.email}
    waits = alone and organisations.organisation(request.organisation).four_eyes
    return {"waits": True} if waits else {"release": ReleaseForm()}


def _about(request: Any, entry: RecordEntry, words: Names) -> dict[str, Any]:
    """What the index says of a record, in words."""
    policy = _policy(request.organisation)
    rule = None if policy is None else policy.retention.get(entry.rule)
    apart = entry.rule == SET_APART
    return {
        "entry": entry,
        "system": words.system(entry.system),
        "rule": Named(say("Valeurs mises à part", "Values set apart")) if apart else words.rule(entry.rule),
        "last": looking.last_day(policy, entry.rule, entry.counted_from),
        "phase": rule.archive_phase if rule is not None else None,
    }


def _allow_form(request: Any, data: Any = None) -> AllowForm:
    """Whom one may entitle: members who may see personal data of the whole organisation."""
    people = {
        one.user.email: one.user.name or one.user.email
        for one in accounts.members(request.organisation)
        if one.may(May.SEE_PEOPLE) and not one.narrow
    }
    return AllowForm(data, people=people, today=opening.today(request))


def _policy(organisation: str) -> Policy | None:
    found = policies.in_force(organisation)
    return None if found is None else found.document


def _nowhere() -> ArchiveStore:
    raise Http404
