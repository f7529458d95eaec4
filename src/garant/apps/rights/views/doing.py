"""What the pages of staff share: a request found, a deed done, its refusal said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.engine.planning.subject import NotSupported
from garant.ledger import LedgerError
from garant.site.words import said, say
from garant.systems.port import ConnectorError


def do(request: Any, one: Any, deed: Callable[[], object]) -> HttpResponse:
    """Do it, say how it went, and go back to the page of the request."""
    try:
        deed()
    except NotSupported as refusal:
        messages.error(request, said(refusal.text))
    except RefusedError as refusal:
        messages.error(request, f"{said(refusal.message)} {said(refusal.mend)}")
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
    except (ConnectorError, ValueError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, say("C'est fait.", "Done."))
    return redirect("requests:request", one.organisation, one.key)


def find(request: Any, key: str) -> Any:
    """The request of this number, or the page that says there is none."""
    try:
        return services.find(request.organisation, key)
    except LedgerError:
        raise Http404 from None
