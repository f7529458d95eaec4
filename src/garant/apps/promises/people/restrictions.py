"""Plans that restrict, or end it, beside any request: whom they are about, for whoever asks "may I?"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from garant.apps.permissions import before, carried, people
from garant.apps.permissions.people import Identity
from garant.apps.promises.models import Run, RunState
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people.subjects import named_by
from garant.engine.document import Kind, Plan, Selection, read_plan
from garant.engine.known import known_by
from garant.engine.planning.marked import found_marked
from garant.engine.planning.restricted import HELD_ON, Holding, Known, Place, Staying
from garant.policy.text import Text
from garant.systems.archive.data_map import SYSTEM as ARCHIVE
from garant.systems.archiving import KINDS
from garant.systems.finding import RootKey

People = Sequence[Mapping[str, str]]
"""Who asked, by what they named themselves."""


def is_told(plan: Plan, kind: Kind) -> bool:
    """Whether a plan is of a kind, and its end is told from here: a request tells its own."""
    return plan.kind == kind and not plan.request and not plan.gathers


def whom(plan: Plan, workspace: Workspace, asked: People = ()) -> dict[Identity, list[Identity]]:
    """Each record of a plan, and by what whoever it is of may be named: as they asked, and as the system writes it.

    Raises:
        ConnectorError: a system did not answer.
    """
    found: dict[Identity, list[Identity]] = {}
    for selection in plan.selections:
        keys = selection.root_keys()
        if selection.system == ARCHIVE or not keys:
            continue
        known = known_by(workspace.sources[selection.system], selection.root, keys)
        for key in keys:
            record = people.row(selection.system, selection.root, key)
            found[record] = [*known[key], *_named(selection, key, asked)]
    return found | _by_hand(plan)


def renamed(plan: Plan, held: Mapping[Identity, Sequence[Identity]]) -> dict[Identity, list[Identity]]:
    """Of a rectification, each new address or number, and those that whoever it is of was known by."""
    known = list(dict.fromkeys(one for every in held.values() for one in every))
    found: dict[Identity, list[Identity]] = {}
    for one in plan.replacements:
        found.setdefault((one.kind, one.becomes), []).append((one.kind, one.was))
    for kind, value in plan.corrections.items():
        found.setdefault((kind, value), []).extend(was for was in known if was[0] == kind)
    for one in plan.additions:
        found.setdefault((one.kind, one.value), []).extend(known)
    return {new: old for new, old in found.items() if new[0] in KINDS}


def end(run: Run) -> None:
    """Forget what plans restricted, where a run that lifts it has ended well. In the transaction of its end."""
    plan = run.plan
    if plan.kind != "lifting" or run.state == RunState.NOT_KEPT:
        return
    document = read_plan(plan.document)
    if is_told(document, "lifting"):
        left = [(one.system, one.root, key) for one in document.still for key in one.root_keys()]
        records = [people.row(*place) for place in [*named_by(document), *left]]
        gone = [restriction for one in document.gone for restriction in one.restrictions]
        carried.let_go(plan.organisation, run.key, [*records, *_by_hand(document)], gone)


def marked(plan: Plan, workspace: Workspace) -> dict[Identity, frozenset[str]]:
    """Each record that a plan is about to mark, and what of the mark is there already.

    Raises:
        ConnectorError: a system did not answer.
    """
    return {
        people.row(one.system, one.root, key): columns
        for one in plan.selections
        if one.system != ARCHIVE
        for key, columns in found_marked(workspace.sources[one.system], one.root, one.root_keys()).items()
    }


def staying(organisation: str) -> Staying:
    """Of some places, what of the mark was there before anything restricted them."""

    def before_it(places: Sequence[Place]) -> Mapping[Place, frozenset[str]]:
        known = {people.row(*place): place for place in places}
        return {known[one]: columns for one, columns in before.of(organisation, list(known)).items()}

    return before_it


def known(organisation: str) -> Known:
    """Of some places, those that a restriction carried out without a request is on."""

    def restricted(places: Sequence[Place]) -> set[Place]:
        named = {people.row(*place): place for place in places}
        return {named[one] for one in carried.holds(organisation, list(named))}

    return restricted


def holding(organisation: str) -> Holding:
    """Of some places, those that a restriction carried out without a request holds."""

    def held(places: Sequence[Place]) -> Mapping[Place, Text]:
        known = {place: _record(*place) for place in places}
        found = carried.holds(organisation, list(known.values()))
        return {place: HELD_ON for place, record in known.items() if record in found}

    return held


def _record(system: str, kind: str, key: RootKey) -> Identity:
    """A place as what is held: where a person looks, in the one form of an address or a number."""
    (written,) = people.readable([(kind, str(key))]) or [(kind, str(key))]
    return people.row(system, *written)


def _named(selection: Selection, key: RootKey, asked: People) -> list[Identity]:
    """By what those named themselves who are known by a key."""
    who = selection.asked_by().get(key, []) if len(asked) > 1 else range(len(asked))
    return [one for person in who for one in asked[person].items()]


def _by_hand(plan: Plan) -> dict[Identity, list[Identity]]:
    """Where a person looks, nobody knows the record: what they were asked about stands for it."""
    return {
        people.row(task.system, kind, value): [(kind, value)]
        for task in plan.tasks
        for kind, value in people.readable(task.identities.items())
    }
