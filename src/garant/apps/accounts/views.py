"""Pages of the portfolio, of one's own account, and of the habilitations of an organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts import invitations, services
from garant.apps.accounts.access import has_second_factor, member, signed_in
from garant.apps.accounts.forms import AttestationForm, HabilitationForm
from garant.apps.accounts.invitationviews import shown
from garant.apps.accounts.refusals import AccountRefusedError
from garant.apps.accounts.roles import May, first_page
from garant.apps.accounts.services import Habilitation
from garant.apps.controls import services as controls
from garant.apps.controls import systems
from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.site.own import INSTALLATION
from garant.site.words import said, say, spoken


@require_safe
@signed_in
def portfolio(request: HttpRequest) -> HttpResponse:
    """Every organisation of the person: an outside officer's whole practice on one page."""
    held = services.portfolio(request.user)  # pyright: ignore[reportArgumentType]
    held.sort(key=lambda one: one.organisation_id == INSTALLATION)  # the companies first
    standings = controls.portfolio([one.organisation_id for one in held])
    unseen = controls.unseen([one.organisation_id for one in held])
    rows: list[dict[str, Any]] = [
        {
            "one": one,
            "counts": standings[one.organisation_id] if one.may(May.SEE) else None,
            "unseen": one.organisation_id in unseen and one.may(May.SEE),
            "url": reverse(first_page(one.role), args=[one.organisation_id]),
        }
        for one in held
    ]
    for row in rows:
        if row["one"].narrow and row["counts"] is not None:
            row["counts"] = controls.board(row["one"].organisation_id, row["one"]).counts
    unkept = not organisations.is_here(INSTALLATION) and any(one.may(May.CONFIGURE) for one in held)
    return render(request, "accounts/portfolio.html", {"rows": rows, "own": INSTALLATION, "unkept": unkept})


@require_safe
@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: password, second factor, sessions."""
    return render(request, "accounts/account.html", {"second_factor": has_second_factor(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.MANAGE_PEOPLE)
def people(request: Any) -> HttpResponse:
    """Who may do what here, who is invited; and invite somebody."""
    reach = _reach(request.organisation)
    form = HabilitationForm(request.POST or None, **reach)
    if request.method == "POST" and form.is_valid():
        sent = _invited(request, form)
        if sent is not None:
            return shown(request, sent)
    members = [
        (one, _covered(one, reach), services.is_over(one))
        for one in services.kept(request.organisation)
        if one.pk == request.membership.pk or not request.membership.narrow
    ]
    context = {
        "members": members,
        "in_force": sum(not over for *_, over in members),
        "invited": invitations.waiting(request.organisation),
        "form": form,
    }
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.MANAGE_PEOPLE)
def person(request: Any, member: int) -> HttpResponse:
    """One habilitation: changed, attested, or ended."""
    held = next((one for one in services.kept(request.organisation) if one.pk == member), None)
    if held is None:
        raise Http404
    form = HabilitationForm(
        request.POST if "role" in request.POST else None,
        known=True,
        initial={
            "role": held.role,
            "until": held.until,
            "activities": held.activities,
            "systems": held.systems,
            "clients": held.clients,
        },
        **_reach(request.organisation),
    )
    attestation = AttestationForm(
        request.POST if "attest" in request.POST else None,
        initial={"trained": held.trained_on, "confidentiality": held.confidentiality_signed_on},
    )
    if request.method == "POST" and _changed(request, held, form, attestation):
        return redirect("organisations:people", request.organisation)
    return render(request, "accounts/person.html", {"one": held, "form": form, "attestation": attestation})


@require_POST
@member(May.MANAGE_PEOPLE)
def review(request: Any) -> HttpResponse:
    """Confirm the habilitations ticked."""
    confirmed = services.review(
        request.organisation, request.POST.getlist("confirmed"), actor=request.user.email
    )
    messages.success(
        request, say(f"{confirmed} habilitations confirmées.", f"{confirmed} habilitations confirmed.")
    )
    return redirect("organisations:people", request.organisation)


def _changed(request: Any, held: Any, form: HabilitationForm, attestation: AttestationForm) -> bool:
    email = held.user.email
    if "end" in request.POST:
        return _done(request, lambda: services.take(request.organisation, email, actor=request.user.email))
    if "attest" in request.POST and attestation.is_valid():
        days = attestation.cleaned_data
        return _done(
            request,
            lambda: services.attest(
                request.organisation,
                email,
                trained=days["trained"],
                confidentiality=days["confidentiality"],
                actor=request.user.email,
            ),
        )
    return "role" in request.POST and form.is_valid() and _given(request, form, email)


def _given(request: Any, form: HabilitationForm, email: str) -> bool:
    def give() -> None:
        user = services.ensure_user(email)
        services.give(request.organisation, user, _wanted(form), actor=request.user.email)

    return _done(request, give)


def _invited(request: Any, form: HabilitationForm) -> invitations.Sent | None:
    data = form.cleaned_data
    try:
        return invitations.invite(
            request.organisation,
            data["email"],
            _wanted(form),
            name=data["name"],
            language=spoken(),
            actor=request.user.email,
        )
    except AccountRefusedError as refusal:
        messages.error(request, said(refusal.text))
        return None


def _wanted(form: HabilitationForm) -> Habilitation:
    data = form.cleaned_data
    covers = (data.get(name, ()) for name in ("activities", "systems", "clients"))
    return Habilitation(data["role"], data["until"], *covers)


def _reach(organisation: str) -> dict[str, Any]:
    """What a habilitation may cover: the activities of the policy in force, the systems that have a map."""
    version = policies.published(organisation)
    activities = {} if version is None else version.policy.activities
    clients = {
        key: said(client.label) or key
        for one in activities.values()
        for key, client in getattr(one, "clients", {}).items()
    }
    return {
        "clients": clients,
        "activities": {key: said(one.label) or key for key, one in activities.items()},
        "systems": {one.name: said(one.label) or one.name for one in systems.mapped(organisation)},
    }


def _covered(one: Any, reach: dict[str, Any]) -> list[str]:
    """What a habilitation covers, in words; nothing where it covers everything."""
    names = {
        "activities": say("activité", "activity"),
        "systems": say("système", "system"),
        "clients": say("client", "client"),
    }
    return [
        f"{word} {reach[name].get(key, key)}" for name, word in names.items() for key in getattr(one, name)
    ]


def _done(request: Any, action: Any) -> bool:
    """Do it, and say that it is done, or why it was refused."""
    try:
        action()
    except AccountRefusedError as refusal:
        messages.error(request, said(refusal.text))
        return False
    messages.success(request, say("C'est enregistré.", "It is saved."))
    return True
