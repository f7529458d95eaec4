"""Do the names of a data map lead somewhere?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from garant.policy.diagnostics import Rule
from garant.policy.document.policy import Policy
from garant.policy.document.taxonomy import EVENTS
from garant.policy.places import Place
from garant.policy.shapes import nearest
from garant.policy.text import Text
from garant.systems.checks import reference_rules as rules
from garant.systems.checks.findings import Finding, said
from garant.systems.model import DataMap, Duty, Link, RootKind
from garant.systems.paths import LinkCycle, paths


def check_references(data_map: DataMap, policy: Policy | None = None) -> Iterator[Finding]:
    """Names of roots, roles, events, dispositions, tables and columns; cycles; what nothing uses."""
    yield from _roots(data_map)
    yield from _bindings(data_map)
    yield from _tables(data_map)
    yield from _columns(data_map)
    yield from _parents_without_key(data_map)
    yield from _cycles(data_map)
    yield from _root_tables(data_map)
    yield from _zone(data_map)
    yield from _unused(data_map, policy)
    yield from _identities(data_map)


def check_policy_references(data_map: DataMap, policy: Policy) -> Iterator[Finding]:
    """Names that must be in the policy: retention rules, data and subject categories."""
    for number, rule in _rules_named(data_map):
        known = policy.retention.get(rule)
        if known is None or not known.phases:
            yield _unknown(rules.UNKNOWN_RULE, number, rule, policy.retention)
    yield from _categories(data_map, policy)
    yield from _subjects(data_map, policy)


def _unknown(rule: Rule, place: Place, name: str, known: Iterable[str]) -> Finding:
    close = nearest(name, list(known))
    message = said(
        f"{rule.title.fr.rstrip('.')}\u202f: «\u202f{name}\u202f».",
        f"{rule.title.en.rstrip('.')}: “{name}”.",
    )
    mend = Text(fr=f"Écrire «\u202f{close}\u202f»\u202f?", en=f"Write “{close}”?") if close else None
    return Finding(rule, place, message, mend)


def _roots(data_map: DataMap) -> Iterator[Finding]:
    for place, name in _roots_named(data_map):
        if name not in data_map.roots:
            yield _unknown(rules.UNKNOWN_ROOT, place, name, data_map.roots)


def _roots_named(data_map: DataMap) -> Iterator[tuple[Place, str]]:
    for key, role in data_map.roles.items():
        yield ("roles", key, "root"), role.root
    for key, identities in data_map.identities.items():
        yield from ((("identities", key, n, "root"), i.root) for n, i in enumerate(identities))
    for key, question in data_map.questions.items():
        yield from (
            (("questions", key, "matches", n, "root"), i.root) for n, i in enumerate(question.matches)
        )
    for key, sources in data_map.events.items():
        yield from ((("events", key, n, "root"), source.root) for n, source in enumerate(sources))
    for table, number, link in _links(data_map):
        if link.root is not None:
            yield ("tables", table, "links", number, "root"), link.root
    for key, disposition in data_map.dispositions.items():
        yield ("dispositions", key, "root"), disposition.root
    for number, duty in enumerate(data_map.duties):
        yield ("duties", number, "root"), duty.root
    yield from ((("restriction", key), key) for key in data_map.restriction)
    yield from ((("apart", key), key) for key in data_map.apart)


def _links(data_map: DataMap) -> Iterator[tuple[str, int, Link]]:
    for table, spec in data_map.tables.items():
        yield from ((table, number, link) for number, link in enumerate(spec.links))


def _bindings(data_map: DataMap) -> Iterator[Finding]:
    """What promises and duties name, and whether it all speaks of one root."""
    seen: set[tuple[str, str]] = set()
    for number, promise in enumerate(data_map.promises):
        place: Place = ("promises", number)
        disposition = data_map.dispositions.get(promise.dispositions)
        if disposition is None:
            yield _unknown(
                rules.UNKNOWN_DISPOSITION,
                (*place, "dispositions"),
                promise.dispositions,
                data_map.dispositions,
            )
        root = disposition.root if disposition else None
        yield from _role_and_event(data_map, place, promise.role, promise.event, root)
        if (promise.rule, promise.role) in seen:
            yield Finding(rules.PROMISED_TWICE, place)
        seen.add((promise.rule, promise.role))
    for number, duty in enumerate(data_map.duties):
        yield from _role_and_event(data_map, ("duties", number), duty.role, duty.event, duty.root)


def _role_and_event(
    data_map: DataMap, place: Place, role: str, event: str | None, root: str | None
) -> Iterator[Finding]:
    known = data_map.roles.get(role)
    if known is None:
        yield _unknown(rules.UNKNOWN_ROLE, (*place, "role"), role, data_map.roles)
    elif root is not None and known.root != root:
        yield Finding(rules.OTHER_ROOT, (*place, "role"), _two_roots(role, known.root, root))
    if event is None:
        return
    if event not in data_map.events:
        yield _unknown(rules.UNKNOWN_EVENT, (*place, "event"), event, data_map.events)
        return
    wanted = known.root if known else root
    if wanted is not None and all(source.root != wanted for source in data_map.events[event]):
        message = said(
            f"L’événement «\u202f{event}\u202f» n’a aucune source pour la racine «\u202f{wanted}\u202f».",
            f"The event “{event}” has no source for the root “{wanted}”.",
        )
        yield Finding(rules.EVENT_WITHOUT_SOURCE, ("events", event), message)


def _two_roots(role: str, one: str, other: str) -> Text:
    return said(
        f"Le rôle «\u202f{role}\u202f» porte sur «\u202f{one}\u202f», le reste sur «\u202f{other}\u202f».",
        f"The role “{role}” is about “{one}”, the rest about “{other}”.",
    )


def _tables(data_map: DataMap) -> Iterator[Finding]:
    for place, name in _tables_named(data_map):
        if name not in data_map.tables:
            yield _unknown(rules.UNKNOWN_TABLE, place, name, data_map.tables)


def _tables_named(data_map: DataMap) -> Iterator[tuple[Place, str]]:
    for table, number, link in _links(data_map):
        if link.parent is not None:
            yield ("tables", table, "links", number, "parent"), link.parent
    for key, disposition in data_map.dispositions.items():
        for number, action in enumerate(disposition.actions):
            yield ("dispositions", key, "actions", number, "table"), action.table
    for number, duty in enumerate(data_map.duties):
        for table in duty.keeps:
            yield ("duties", number, "keeps", table), table
    for number, files in enumerate(data_map.files):
        yield ("files", number, "table"), files.table
    for key, restriction in data_map.restriction.items():
        yield ("restriction", key, "table"), restriction.table


def _columns(data_map: DataMap) -> Iterator[Finding]:
    for place, table, column in _columns_named(data_map):
        spec = data_map.tables.get(table)
        if spec is not None and column not in spec.columns:
            yield _unknown(
                rules.UNKNOWN_COLUMN, place, f"{table}.{column}", (f"{table}.{c}" for c in spec.columns)
            )


def _columns_named(data_map: DataMap) -> Iterator[tuple[Place, str, str]]:
    for table, number, link in _links(data_map):
        for position, column in enumerate(link.columns):
            yield ("tables", table, "links", number, "columns", position), table, column
    for number, duty in enumerate(data_map.duties):
        yield from _columns_kept(number, duty)
    for number, files in enumerate(data_map.files):
        yield ("files", number, "column"), files.table, files.column
        if files.folder is not None:
            yield ("files", number, "folder"), files.table, files.folder


def _columns_kept(number: int, duty: Duty) -> Iterator[tuple[Place, str, str]]:
    for table, keep in duty.keeps.items():
        if keep.columns != "all":
            for position, column in enumerate(keep.columns):
                yield ("duties", number, "keeps", table, "columns", position), table, column


def _parents_without_key(data_map: DataMap) -> Iterator[Finding]:
    for table, number, link in _links(data_map):
        parent = data_map.tables.get(link.parent or "")
        if parent is not None and parent.key is None and link.parent_column is None:
            yield Finding(rules.PARENT_WITHOUT_KEY, ("tables", table, "links", number, "parent"))


def _cycles(data_map: DataMap) -> Iterator[Finding]:
    for table in data_map.tables:
        try:
            paths(data_map, table, "")
        except LinkCycle as cycle:
            way = str(cycle)
            message = said(f"Les liens tournent en rond\u202f: {way}.", f"The links turn in a circle: {way}.")
            yield Finding(rules.LINK_CYCLE, ("tables", table, "links"), message)
        except KeyError:
            continue  # a link leads to an unknown table or root, or to a parent without key: already said


def _root_tables(data_map: DataMap) -> Iterator[Finding]:
    for key, root in data_map.roots.items():
        spec = data_map.tables.get(root.table)
        if spec is None or not any(link.root == key and link.column == root.key for link in spec.links):
            yield Finding(rules.ROOT_NOT_MAPPED, ("roots", key))


def _zone(data_map: DataMap) -> Iterator[Finding]:
    try:
        ZoneInfo(data_map.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Finding(rules.UNKNOWN_ZONE, ("zone",))


def _unused(data_map: DataMap, policy: Policy | None) -> Iterator[Finding]:
    events = {p.event for p in data_map.promises} | {d.event for d in data_map.duties} | _early(policy)
    dispositions = {p.dispositions for p in data_map.promises} | _for_requests(data_map)
    for key in data_map.events.keys() - events:
        yield Finding(rules.NEVER_USED, ("events", key))
    for key in data_map.dispositions.keys() - dispositions:
        yield Finding(rules.NEVER_USED, ("dispositions", key))


def _early(policy: Policy | None) -> set[str]:
    """Events on which a rule may end retention without waiting; unknown policy, any that Garant names."""
    if policy is None:
        return set(EVENTS)
    return {rule.sooner for rule in policy.retention.values() if rule.sooner is not None}


def _for_requests(data_map: DataMap) -> set[str]:
    """The first disposition of each root also answers the requests of people (art. 17)."""
    first: dict[str, str] = {}
    for key, disposition in data_map.dispositions.items():
        first.setdefault(disposition.root, key)
    return set(first.values())


def _identities(data_map: DataMap) -> Iterator[Finding]:
    found = {source.root for sources in data_map.identities.values() for source in sources}
    for key, root in data_map.roots.items():
        if root.kind is RootKind.SUBJECT and key not in found:
            yield Finding(rules.NO_IDENTITY, ("roots", key))


def _rules_named(data_map: DataMap) -> Iterator[tuple[Place, str]]:
    for number, promise in enumerate(data_map.promises):
        yield ("promises", number, "rule"), promise.rule
    for number, duty in enumerate(data_map.duties):
        if duty.rule is not None:
            yield ("duties", number, "rule"), duty.rule


def _categories(data_map: DataMap, policy: Policy) -> Iterator[Finding]:
    for table, spec in data_map.tables.items():
        for column, what in spec.columns.items():
            if what.category not in policy.data_categories:
                place: Place = ("tables", table, "columns", column, "category")
                yield _unknown(rules.UNKNOWN_CATEGORY, place, what.category, policy.data_categories)


def _subjects(data_map: DataMap, policy: Policy) -> Iterator[Finding]:
    for key, role in data_map.roles.items():
        if role.subjects is not None and role.subjects not in policy.subject_categories:
            yield _unknown(
                rules.UNKNOWN_SUBJECTS, ("roles", key, "subjects"), role.subjects, policy.subject_categories
            )
    for number, promise in enumerate(data_map.promises):
        rule, role = policy.retention.get(promise.rule), data_map.roles.get(promise.role)
        if rule is None or role is None or role.subjects is None or not rule.subjects:
            continue
        if not any(policy.subject_categories.covers(wide, role.subjects) for wide in rule.subjects):
            message = said(
                f"La règle vise {', '.join(rule.subjects)}\u202f; le rôle, {role.subjects}.",
                f"The rule is about {', '.join(rule.subjects)}; the role, about {role.subjects}.",
            )
            yield Finding(rules.UNKNOWN_SUBJECTS, ("promises", number, "rule"), message)
