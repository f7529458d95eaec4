"""The ledger in words: entries, their proofs, the last checkpoint, the whole of it for an inspection."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import WORDS, May, Role
from garant.apps.controls import services as controls
from garant.apps.evidence import services, wording
from garant.apps.promises.opening.naming import names_of
from garant.ledger.entries import KINDS
from garant.policy.text import Text
from garant.publish.letters import KINDS as LETTERS
from garant.site.words import count, day, said, say

PAGE = 50
LONGEST: Final = 40
"""Characters of a value that the list of entries shows."""
_DAY: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
"""A day as entries write it."""
_OF_A_REQUEST: Final = "request/"
"""How letters, plans and runs name the request that they are about."""
_PSEUDONYM: Final = re.compile(r"person:[0-9a-f]{16,64}")
"""Somebody of the staff, as entries name them."""


@require_safe
@member(May.SEE, whole=True)
def ledger(request: Any) -> HttpResponse:
    """The latest entries, in words."""
    kind = request.GET.get("kind") or None
    before = request.GET.get("before", "")
    place = int(before) if before.isdecimal() and len(before) < 16 else None
    found = services.latest(request.organisation, kind=kind, before=place, number=PAGE + 1)
    size, note = services.head(request.organisation)
    in_words = _Reader(request.organisation)
    rows = [
        {
            "index": index,
            "record": record,
            "title": KINDS[record.kind].title if record.kind in KINDS else record.kind,
            "details": in_words.details(record.kind, record.payload),
            "actor": in_words.value("actor", record.actor),
        }
        for index, record in found[:PAGE]
    ]
    return render(
        request,
        "evidence/ledger.html",
        {
            "rows": rows,
            "size": size,
            "note": note,
            "kind": kind,
            "kinds": [(name, payload.title) for name, payload in sorted(KINDS.items())],
            "further": found[PAGE - 1][0] if len(found) > PAGE else None,
            "keys": services.verifier_keys(request.organisation),
        },
    )


class _Reader:
    """What entries say, in the words of the organisation."""

    def __init__(self, organisation: str) -> None:
        self._names = names_of(organisation)
        articles = controls.board(organisation).articles
        self._promises = {one.promise: one.label for _, _, every in articles for one in every}

    def details(self, kind: str, payload: Mapping[str, Any]) -> list[tuple[Text, str]]:
        """The fields that fit on a line: numbers, days, keys; not lists of commitments."""
        return [
            (wording.field(kind, name), self.value(name, value))
            for name, value in payload.items()
            if value is not None and not isinstance(value, list | dict) and 0 < len(str(value)) <= LONGEST
        ]

    def value(self, name: str, value: Any) -> str:
        """A value: a day in words, yes or no, what a closed list or a map calls it; anything else as it was entered."""
        if isinstance(value, bool):
            return say("oui", "yes") if value else say("non", "no")
        if isinstance(value, int):
            return count(value)
        word = str(value)
        if _DAY.fullmatch(word):
            return day(word)
        if _PSEUDONYM.fullmatch(word):
            return say("personne {short}…", "person {short}…").format(short=word[7:15])
        return self._known(name, word) or word

    def _known(self, name: str, word: str) -> str:
        if name == "actor" and word == "person":
            return say("la personne", "the person")
        if word.startswith(_OF_A_REQUEST):
            return say("demande {key}", "request {key}").format(key=word.removeprefix(_OF_A_REQUEST))
        if name in ("system", "rule"):
            return getattr(self._names, name)(word).words
        return said(self._label(name, word) or wording.value(name, word))

    def _label(self, name: str, word: str) -> Any:
        """What the promises, the letters or the roles call it."""
        if name == "promise":
            return self._promises.get(word)
        if name == "letter":
            return LETTERS[word].title if word in LETTERS else None
        return WORDS[Role(word)] if name == "role" and word in list(Role) else None


@require_safe
@member(May.SEE, whole=True)
def proof(request: Any, index: int) -> HttpResponse:
    """The proof that an entry is in the ledger, as a file that verifies by itself."""
    try:
        made = services.prove(request.organisation, index=index)
    except services.EntryMissingError:
        raise Http404 from None
    except services.LedgerUnverifiableError as problem:
        messages.error(request, said(problem.text))
        return redirect("evidence:ledger", request.organisation)
    name = f'attachment; filename="proof-{index}.json"'
    return HttpResponse(
        made.to_json(), content_type="application/json", headers={"Content-Disposition": name}
    )


@require_safe
@member(May.EXPORT, whole=True)
def export(request: Any) -> FileResponse:
    """The whole ledger as one signed archive, which `garant ledger verify` checks offline."""
    with tempfile.TemporaryDirectory(prefix="garant-") as folder:
        path = Path(folder) / f"ledger-{request.organisation}.zip"
        services.export(request.organisation, path)
        opened = path.open("rb")  # goes on after the folder is gone, and leaves nothing behind
    return FileResponse(opened, as_attachment=True, filename=path.name)


@require_safe
def checkpoint(request: HttpRequest, organisation: str) -> HttpResponse:
    """The last signed checkpoint, for witnesses (C2SP tlog-checkpoint): it says a size and a hash, nothing else."""
    try:
        _, note = services.head(organisation)
    except services.LogMissingError:
        raise Http404 from None
    if not note:
        raise Http404
    return HttpResponse(
        note, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=60"}
    )
