"""What a rectification changes of what its person is known by, in what else they asked for: it is looked for as it is now."""

from __future__ import annotations

from typing import Final

from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import Whom, opened, opened_each, seal
from garant.apps.rights.models import Request
from garant.apps.rights.words import Method, Right, State

_KINDS: Final = ("email", "phone")
_NOT_BEGUN: Final = (State.SEARCHING, State.PLANNED, State.APPROVED)


def follow(request: Request) -> None:
    """A rectification was carried out: their other requests that have not begun look for the right address or number.

    Theirs are those of the same address; one telephone may be of two people. A wrong address may be somebody else's, who
    has its mailbox: where staff knew who had it corrected, a request that was shown by a code alone is not taken for theirs,
    and somebody is told. Letters go where they went before, since nobody has shown the new address to be theirs.
    In the caller's transaction.
    """
    whom = opened(request) if request.right == Right.RECTIFICATION else None
    wrong = [] if whom is None else _wrong(whom)
    if whom is None or not wrong:
        return
    mine = whom.identities(request.identified_by).get("email")
    rows = Request.objects.select_for_update().filter(
        organisation=request.organisation, state__in=_NOT_BEGUN, forgotten_at=None
    )
    for other, theirs in opened_each(request.organisation, rows.exclude(key=request.key)):
        known = theirs.identities(other.identified_by)
        changed = [one for one in wrong if known.get(one[0]) == one[1]]
        if not changed:
            continue
        if mine and known.get("email") == mine and _same(request, whom, other, theirs):
            theirs.renamed += changed
            seal(other, theirs)
            other.save(update_fields=["sealed"])
            store.note(other, "renamed", store.GARANT, corrected=request.key)
        else:
            store.note(other, "renamed-elsewhere", store.GARANT, corrected=request.key)


def _same(request: Request, whom: Whom, other: Request, theirs: Whom) -> bool:
    """Whether whoever had an address corrected showed that its mailbox is theirs; or staff knew both, by one name."""
    by_code = (Method.CODE, Method.CALL)
    if request.identified_by in by_code:
        return True
    return other.identified_by not in by_code and _name(whom) == _name(theirs)


def _name(whom: Whom) -> str:
    return " ".join((whom.about.get("name", "") if whom.about else whom.name).casefold().split())


def _wrong(whom: Whom) -> list[list[str]]:
    """Each address or number that was wrong, and the right one."""
    return [
        [one["kind"], one["was"], one["becomes"]]
        for one in whom.values
        if one["kind"] in _KINDS and one["was"] and not one.get("added")
    ]
