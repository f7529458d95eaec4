"""What a person's request does to the roots of one system, or why nothing is done there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from garant.engine.document import MARKING, Kind, Selection, packed
from garant.engine.holds import Standing, speak
from garant.engine.planning.apart import planned
from garant.engine.planning.asked import NotSupported, Rectification, no_mark, no_such_column, require
from garant.engine.planning.notes import ARCHIVED_APART, ARCHIVED_AS_WRITTEN, NO_ARCHIVE, PUT_BACK, UNPROMISED
from garant.engine.planning.steps import (
    apart_steps,
    duties_of,
    rectification_steps,
    restriction_steps,
    steps_of,
)
from garant.engine.planning.survey import Surveyor, first_disposition, held_by
from garant.engine.terms import Source, Terms
from garant.engine.whose import whose
from garant.policy.text import Text
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.changing import Step
from garant.systems.finding import DutyQuestion, Found, RootKey
from garant.systems.model import DataMap, Disposition, Duty
from garant.systems.obstacles import obstacles
from garant.systems.port import Snapshot
from garant.systems.returns import Returns


@dataclass(frozen=True, slots=True)
class Held:
    """The holds as the system sees them, and the kind of plan that must obey them."""

    standing: Standing
    kind: Kind


@dataclass(frozen=True, slots=True)
class Request:
    """What is done to the roots of one person, or of several who come back."""

    root: str
    disposition: str | None
    duties: Sequence[Duty]
    steps: Sequence[Step]
    apart: bool = False


def request_of(
    source: Source, root: str, kind: Kind, right: Rectification, stays: Sequence[str] = ()
) -> Request:
    data_map = source.data_map
    if kind == "rectification":
        steps = rectification_steps(data_map, root, right.corrections, right.replacements, right.additions)
        require(steps, no_such_column(data_map, root, right))
        return Request(root, None, [], steps)
    if kind in MARKING:
        if kind == "restriction" and root in data_map.apart:
            return _apart(source, root)
        lifted = kind == "lifting"
        require(restriction_steps(data_map, root, lifted=lifted), no_mark(data_map, root, kind))
        steps = restriction_steps(data_map, root, lifted=lifted, besides=stays)
        return Request(root, None, [], steps)
    return erasure_of(data_map, root, first_disposition(data_map.dispositions, root))


def _apart(source: Source, root: str) -> Request:
    """Values are set apart, and come back.

    Raises:
        NotSupported: that cannot be promised here.
    """
    for _, why in obstacles(source.data_map, root):
        raise NotSupported(why)
    if source.archive is None:
        raise NotSupported(NO_ARCHIVE)
    return Request(root, None, [], apart_steps(source.data_map, root), apart=True)


def erasure_of(data_map: DataMap, root: str, name: str | None) -> Request:
    """The erasure of a root by one of its dispositions; every declared duty holds.

    Raises:
        NotSupported: the map declares none.
    """
    if name is None:
        raise NotSupported(
            Text(
                fr=f"{data_map.system} : la carte ne déclare aucune disposition pour {root}",
                en=f"{data_map.system}: the map declares no disposition for {root}",
            )
        )
    duties = duties_of(data_map, root)
    disposition: Disposition = data_map.dispositions[name]
    return Request(root, name, duties, steps_of(data_map, disposition, duties))


def selection_of(
    terms: Terms,
    source: Source,
    snapshot: Snapshot,
    request: Request,
    keys: Sequence[RootKey],
    held: Held,
) -> Selection:
    """Count what a request does to these roots, what stays, why, and until when."""
    found: Found = snapshot.find_held(
        request.root, keys, terms.duty_questions(source.data_map, request.duties)
    )
    notes = _notes(source.data_map, snapshot, request, found)
    surveyor = Surveyor(snapshot, request.root, request.duties, request.steps)
    survey = surveyor.survey(keys, found.held)
    return Selection(
        system=source.data_map.system,
        root=request.root,
        disposition=request.disposition,
        rule=None,
        label=None,
        role=None,
        event=None,
        period=None,
        cutoff=None,
        population=len(keys),
        due=len(keys),
        oldest=None,
        undated=0,
        unreadable=0,
        notes=notes,
        settled=0,
        keys=packed(list(keys)),
        whose=whose(source.data_map, snapshot, request.root, keys),
        duties=held_by(terms, request.duties, found),
        holds=speak(held.standing, source.data_map, snapshot, surveyor.change(keys, found.held), held.kind),
        apart=request.apart,
        actions=survey.actions,
        blocks=survey.blocks,
        cascades=survey.cascades,
        emptied=survey.emptied,
        advice=snapshot.advice(surveyor.change(keys, found.held)),
    )


def _notes(data_map: DataMap, snapshot: Snapshot, request: Request, found: Found) -> list[Text]:
    """Whether a duty that ends keeps something of somebody whom no promise will find then: a plan has told until when."""
    ending = sum(1 << number for number, duty in enumerate(request.duties) if not duty.seal)
    kept = [key for key, mask in found.held.items() if mask & ending]
    if not kept:
        return []
    roles = dict.fromkeys(promise.role for promise in data_map.promises)
    mine = [data_map.roles[name] for name in roles if data_map.roles[name].root == request.root]
    asked = [DutyQuestion(number, request.root, role) for number, role in enumerate(mine)]
    promised = snapshot.find_held(request.root, kept, asked).held
    return [] if all(promised.get(key) for key in kept) else [UNPROMISED]


def request_or_why(
    source: Source, root: str, kind: Kind, right: Rectification, stays: Sequence[str] = ()
) -> Request | Text:
    """What is done in a place where somebody is, or why nothing can be marked or corrected there.

    ``stays``: the columns of a mark that the end of a restriction leaves.

    Raises:
        NotSupported: an erasure that the map does not say how to do: it is never left out in silence.
    """
    data_map = source.data_map
    if kind == "erasure":
        return request_of(source, root, kind, right)
    if data_map.system == ARCHIVE:  # records are as they were written
        return ARCHIVED_AS_WRITTEN if kind == "rectification" else ARCHIVED_APART
    try:
        return request_of(source, root, kind, right, stays)
    except NotSupported as refusal:
        return refusal.text


def put_back_of(
    source: Source, snapshot: Snapshot, root: str, keys: list[RootKey], returns: Returns
) -> Selection:
    """What comes back of what a restriction set apart."""
    made = untouched(source.data_map, root, PUT_BACK, len(keys))
    found = {
        "apart": True,
        "due": len(keys),
        "keys": packed(keys),
        "whose": whose(source.data_map, snapshot, root, keys),
        "actions": planned(returns),
    }
    return made.model_copy(update=found)


def untouched(data_map: DataMap, root: str, why: Text, records: int) -> Selection:
    """The plan says that somebody is there, and why nothing is done."""
    return Selection(
        system=data_map.system,
        root=root,
        disposition=None,
        rule=None,
        label=None,
        role=None,
        event=None,
        period=None,
        cutoff=None,
        population=records,
        due=0,
        oldest=None,
        undated=0,
        unreadable=0,
        notes=[why],
        settled=0,
        keys=packed([]),
        duties=[],
        actions=[],
        blocks=[],
        advice=[],
    )
