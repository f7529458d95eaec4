"""The search of a request: each system by itself, so that one that does not answer hides nothing of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, Final

from garant.apps.policies import services as policies
from garant.apps.promises.opening import archiving
from garant.apps.promises.opening.discretion import brief
from garant.apps.promises.opening.published import maps_folder, open_published
from garant.apps.promises.people import subjects
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights.each import changes, lists, texts, values
from garant.apps.rights.each.packages import PACKAGES
from garant.apps.rights.entries import RequestSearched
from garant.apps.rights.handling import planning
from garant.apps.rights.keeping import store
from garant.apps.rights.keeping.sealing import knows, opened, seal
from garant.apps.rights.models import Request, Search
from garant.apps.rights.receiving import directives, questions
from garant.apps.rights.words import Right, State
from garant.engine.document import Plan
from garant.engine.planning.subject import NotSupported, Place
from garant.policy.diagnostics import UnusableDocument
from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text
from garant.systems.archive.data_map import LABEL as ARCHIVED
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.loader import load_each, spoken_of
from garant.systems.port import ConnectorError

Tell = Callable[[str], None]
_READ: Final = (*PACKAGES, Right.POST_MORTEM)
"""The rights of whose copy somebody reads the sentences."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one system answered."""

    system: str
    label: Text
    places: list[Place]
    problem: Text | None = None
    values: tuple[tuple[str, str], ...] = ()
    texts: texts.Found = field(default_factory=texts.Found)
    by_hand: bool = False

    @property
    def rows(self) -> int:
        """Rows about the person."""
        return sum(table.rows for place in self.places for table in place.tables)


def search(organisation: str, key: str, *, tell: Tell = lambda _: None) -> dict[str, Any]:
    """Look for the person of a request in every system, then do what is done at once, and propose a plan.

    Raises:
        RequestRefusedError: it is not being searched.
        RefusedError: no policy is published.
    """
    request = store.find(organisation, key)
    whom = opened(request)
    if whom is not None and questions.asked(whom):
        questions.look(organisation, key)
        request = store.find(organisation, key)
        whom = opened(request)
    if whom is None or request.state not in (State.SEARCHING, State.PLANNED):
        return {"request": key, "state": request.state}
    identities = whom.identities(request.identified_by)
    policy = policies.in_force(organisation)
    looked = [
        _look(name, label, policy, identities, tell, request=request)
        for name, label in _systems(organisation)
        if not request.reach or name in request.reach
    ]
    every = all(one.problem is None for one in looked)
    planned = every and any(one.rows or one.by_hand for one in looked)
    directed = request.right == Right.POST_MORTEM  # by what is looked up with the systems
    made, failure = None, None
    if planned and not directed:
        try:
            made = planning.plan_where_it_can(request, policy)
        except Exception as error:  # what was found is written down all the same
            failure = error
    _record(organisation, key, request, looked, made)
    _at_once(request, policy, identities)
    if failure is not None:
        raise failure
    if planned and directed:
        planning.propose_where_it_can(store.find(organisation, key))
    return {"request": key, "rows": sum(one.rows for one in looked)}


def _systems(organisation: str) -> list[tuple[str, Text]]:
    """Every system, and what it is called; the intermediate archive, where there is one, after the others.

    One whose map cannot be used is among them, by the name that can be read of it: it is told that nobody looked there.
    """
    folder = maps_folder(organisation)
    loaded, unusable = load_each(folder) if folder.is_dir() else ({}, {})
    named = {name: one.map.label for name, one in loaded.items()}
    for file in unusable:
        name, _ = spoken_of(folder / file)
        named.setdefault(name, Text(fr=name, en=name))
    archive = [(ARCHIVE, ARCHIVED)] if archiving.is_there(organisation) else []
    return [*sorted(named.items(), key=itemgetter(0)), *archive]


def _look(
    name: str,
    label: Text,
    policy: LoadedPolicy | None,
    identities: Mapping[str, str],
    tell: Tell,
    *,
    request: Request,
) -> Looked:
    tell(name)
    right = Right(request.right)
    try:
        with open_published(request.organisation, only=[name], policy=policy) as workspace:
            if name in workspace.manual:
                return Looked(name, label, [], by_hand=True)
            known = changes.known_kinds(workspace, identities)
            alone = replace(workspace, manual={})
            places = subjects.find(alone, known, recorded=False) if known else []
            if not places:
                return Looked(name, label, places)
            held = values.now(workspace.sources, known) if right == Right.RECTIFICATION else []
            found = texts.read(alone, right, known) if right in _READ else texts.Found()
            return Looked(name, label, places, values=tuple(held), texts=found)
    except RefusedError as refusal:
        return Looked(name, label, [], refusal.message)
    except NotSupported as refusal:
        return Looked(name, label, [], refusal.text)
    except (ConnectorError, UnusableDocument, OSError) as error:
        return Looked(name, label, [], Text(fr=brief(error), en=brief(error)))


@store.moving(State.SEARCHING, State.PLANNED)
def _record(
    request: Request, earlier: Request, looked: list[Looked], made: Plan | NotSupported | None
) -> None:
    """The log of the search, in numbers, after that of earlier ones; and the plan that was made, where there is one."""
    knows(request, earlier)
    if not looked:
        Search.objects.filter(request=request).delete()
    at = store.now()
    Search.objects.bulk_create(
        [
            Search(
                request=request,
                system=one.system,
                label=one.label.model_dump(),
                places=sum(len(place.keys) for place in one.places),
                rows=one.rows,
                tables=_tables(one.places),
                problem={"by_hand": "yes"}
                if one.by_hand
                else one.problem.model_dump()
                if one.problem
                else {},
                at=at,
            )
            for one in looked
        ]
    )
    entries = [
        RequestSearched(
            request=request.key,
            system=one.system,
            answered=one.problem is None and not one.by_hand,
            places=sum(len(place.keys) for place in one.places),
            rows=one.rows,
        )
        for one in looked
    ]
    directives.look_up(request)
    _keep_what_is_read(request, looked)
    searched = ("searched", {"systems": len(looked), "rows": sum(one.rows for one in looked)})
    store.enter(request.organisation, store.GARANT, *entries)
    if made is not None:
        planning.put_down(request, made, after=searched)
    else:
        store.note(request, searched[0], store.GARANT, **searched[1])


def _keep_what_is_read(request: Request, looked: list[Looked]) -> None:
    """Sealed with what they wrote: what is written about the person, for them to see and correct; or the sentences
    that somebody reads before the person does."""
    whom = opened(request) if Right(request.right) in (Right.RECTIFICATION, *_READ) else None
    if whom is None or (request.right == Right.POST_MORTEM and not directives.trusts(whom)):
        return
    if request.right == Right.RECTIFICATION:
        whom.now = values.together(
            (kind, value, one.label.model_dump()) for one in looked for kind, value in one.values
        )
    else:
        whom.texts = texts.to_read(((one.label.model_dump(), one.texts) for one in looked), whom.identities())
        whom.files = texts.to_look_at(((one.label.model_dump(), one.texts) for one in looked), whom.files)
        whom.notes = {name: note for name, note in whom.notes.items() if name not in ("read", "more")}
        if any(one.texts.more for one in looked):
            whom.notes["more"] = "yes"
    seal(request, whom)
    request.save(update_fields=["sealed"])


def _tables(places: list[Place]) -> list[dict[str, Any]]:
    return [
        {"table": table.table, "rows": table.rows, "categories": list(table.categories)}
        for place in places
        for table in place.tables
    ]


def _at_once(request: Request, policy: LoadedPolicy | None, identities: Mapping[str, str]) -> None:
    """Marketing stops and consent ends before anybody has read the request; the list forgets nobody twice."""
    right = Right(request.right)
    if policy is None or not lists.at_once(policy.document, right, request.purpose):
        return
    if right == Right.CONSENT:
        lists.withdraw_consent(request.organisation, request.purpose, identities)
    fresh = lists.record(policy, request.purpose, identities)
    if fresh:
        _noted(request.organisation, request.key, fresh)


@store.moving()
def _noted(request: Request, fresh: int) -> None:
    store.note(request, "stopped", store.GARANT, contacts=fresh)
