"""Linked organisations: linked, confirmed, given a token, ended; and what was exchanged with each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.exchanges import services
from garant.apps.exchanges.forms import LinkForm
from garant.ledger import LedgerError
from garant.site.words import said, say


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.MANAGE_PEOPLE, whole=True)
def peers(request: Any) -> HttpResponse:
    """The linked organisations, and link one more."""
    key = request.organisation
    if request.method == "POST" and {"install", "renew"} & set(request.POST):
        return _certificate(request)
    form = LinkForm(request.POST or None, systems=services.systems(key), parties=services.parties(key))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.link(key, form.asked(), actor=request.user.email)
            return redirect("exchanges:peer", key, made.key)
        except LedgerError as refusal:
            form.add_error(None, said(refusal.text))
    names = {
        "peers": services.listing(key),
        "form": form,
        "base": services.base(key),
        "until": services.certificate_until(key),
        "request_for": services.certificate_request(key),
        "fingerprint": services.fingerprint(services.certificate(key)),
        "voucher": services.vouched(services.certificate(key), services.domain()),
    }
    return render(request, "exchanges/list.html", names)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.MANAGE_PEOPLE, whole=True)
def peer(request: Any, key: str) -> HttpResponse:
    """One of them; confirm its certificate, give it a token, end the link."""
    try:
        one = services.find(request.organisation, key)
        if request.method == "POST":
            done = _done(request, key)
            if done is not None:
                return done
            one = services.find(request.organisation, key)
    except services.UnknownExchangeError:
        raise Http404 from None
    names = {
        "one": one,
        "roles": [said(services.ROLES[role]) for role in one.roles],
        "fingerprint": services.fingerprint(one.certificate) if one.certificate else "",
        "voucher": services.vouched(one.certificate, one.domain) if one.certificate else None,
        "incoming": services.incoming(request.organisation, key),
        "comes": services.comes(one),
        "outgoing": services.outgoing(request.organisation, key),
        "transmissions": services.to_peer(request.organisation, key),
        "shown": vars(request).get("shown"),
    }
    return render(request, "exchanges/peer.html", names)


@require_safe
@member(May.SEE_PEOPLE, whole=True)
def packages(request: Any) -> HttpResponse:
    """The packages that others sent, which wait for somebody to open them."""
    return render(request, "exchanges/packages.html", {"packages": services.inbox(request.organisation)})


@require_POST
@member(May.SEE_PEOPLE, whole=True)
def open_package(request: Any, key: str) -> HttpResponseBase:
    """Give a package to somebody who opens it, as a file for their own machine: nothing here looks into it."""
    try:
        one, pieces = services.unseal(request.organisation, key, actor=request.user.email)
    except services.UnknownExchangeError:
        raise Http404 from None
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
        return redirect("exchanges:packages", request.organisation)
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = str(
        content_disposition_header(True, f"{one.reference or one.key}.zip")
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@member(May.ANSWER, whole=True)
def destroy_package(request: Any, key: str) -> HttpResponse:
    """Destroy a package before its day."""
    try:
        services.discard(request.organisation, key, actor=request.user.email)
    except services.UnknownExchangeError:
        raise Http404 from None
    messages.success(request, say("Paquet détruit.", "Package destroyed."))
    return redirect("exchanges:packages", request.organisation)


def _certificate(request: Any) -> HttpResponse:
    organisation, actor = request.organisation, request.user.email
    try:
        if "renew" in request.POST:
            services.renew_certificate(organisation, actor=actor)
        else:
            services.install_certificate(organisation, request.POST.get("pem", "")[:20_000], actor=actor)
        messages.success(
            request,
            say(
                "Certificat en place : les organisations reliées en compareront l’empreinte.",
                "Certificate in place: linked organisations will compare its fingerprint.",
            ),
        )
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
    return redirect("exchanges:list", organisation)


def _done(request: Any, key: str) -> HttpResponse | None:
    """Do what a button says; a token that was issued is shown on the same page, this once."""
    organisation, actor = request.organisation, request.user.email
    try:
        if "confirm" in request.POST:
            services.confirm(organisation, key, actor=actor)
            messages.success(request, say("Certificat confirmé.", "Certificate confirmed."))
        elif "again" in request.POST:
            changed = services.look_again(organisation, key)
            messages.success(
                request,
                say("Le certificat a changé : confirmez-le.", "The certificate has changed: confirm it.")
                if changed
                else say("Rien n’a changé.", "Nothing has changed."),
            )
        elif "issue" in request.POST:
            vars(request)["shown"] = services.issue(organisation, key, request.user, actor=actor)
            return None
        elif "end" in request.POST:
            services.end(organisation, key, actor=actor)
            messages.success(request, say("Cette organisation n’est plus reliée.", "It is linked no more."))
            return redirect("exchanges:list", organisation)
    except services.UnknownExchangeError:
        raise
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
    return redirect("exchanges:peer", organisation, key)
