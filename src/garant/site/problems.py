"""Errors as programs read them: RFC 9457 problem details, in the language they ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from garant.ledger import LedgerError
from garant.policy.text import Text

CONTENT_TYPE: Final = "application/problem+json"

TITLES: Final[Mapping[int, Text]] = {
    400: Text(fr="Demande mal formée", en="Malformed request"),
    401: Text(fr="Jeton absent ou sans effet", en="Token missing or of no effect"),
    403: Text(fr="Ce droit manque", en="This right is missing"),
    404: Text(fr="Rien à cette adresse", en="Nothing at this address"),
    405: Text(fr="Méthode non prise en charge", en="Method not supported"),
    409: Text(fr="Refusé en l’état", en="Refused as things stand"),
    413: Text(fr="Demande trop grande", en="Request too large"),
    415: Text(fr="Type de contenu non pris en charge", en="Content type not supported"),
    422: Text(fr="Demande inutilisable", en="Unusable request"),
    424: Text(fr="Un système ne répond pas", en="A system does not answer"),
    429: Text(fr="Trop de demandes", en="Too many requests"),
    500: Text(fr="Erreur de notre fait", en="Our own error"),
}


class ProblemError(Exception):
    """An error that a program is told of."""

    def __init__(
        self, status: int, kind: str, *, fr: str, en: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(en)
        self.status, self.kind, self.text = status, kind, Text(fr=fr, en=en)
        self.headers = dict(headers or {})


def problem(
    status: int,
    kind: str | None = None,
    detail: Any = None,
    *,
    mend: Any = None,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Write a problem. `detail` and `mend` are texts in both languages."""
    content: dict[str, Any] = {
        "type": f"urn:garant:problem:{kind}" if kind else "about:blank",
        "title": _spoken(TITLES.get(status, TITLES[400])),
        "status": status,
    }
    if detail is not None:
        content["detail"] = _spoken(detail)
    if mend is not None:
        content["mend"] = _spoken(mend)
    if errors:
        content["errors"] = errors
    body = json.dumps(content, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def of(error: ProblemError) -> HttpResponse:
    """Write the problem that an error is."""
    return problem(error.status, error.kind, error.text, headers=error.headers)


def refused(_: HttpRequest, error: Any) -> HttpResponse:
    """What a service refuses, as things stand: its own words, and what to do."""
    if isinstance(error, LedgerError):
        return problem(409, "refused", error.text)
    return problem(409, "refused", error.message, mend=error.mend)


@contextmanager
def sought() -> Iterator[None]:
    """Around a look-up: what a service does not find is not there (404), for whomever it is."""
    from garant.apps.promises.refusals import RefusedError
    from garant.apps.tasks.refusals import RefusedError as TaskRefusedError

    try:
        yield
    except (RefusedError, TaskRefusedError) as error:
        raise ProblemError(404, "not-found", fr=error.message.fr, en=error.message.en) from None
    except LedgerError as error:
        raise ProblemError(404, "not-found", fr=error.text.fr, en=error.text.en) from None


def _spoken(text: Any) -> str:
    return text.en if (translation.get_language() or "fr").startswith("en") else text.fr
