"""A person's package: their rows in the systems of an organisation, told in the words of its policy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import Any, Final, TypeGuard, cast

from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import subjects
from garant.apps.tasks.services import Task
from garant.engine.telling.export import Choose, Share, everything
from garant.engine.telling.portions import Portion, Portions
from garant.engine.terms import Source
from garant.policy import Policy
from garant.policy.text import Language, Text
from garant.publish.packages import About, Copied, Field, File, Made, PackageKind, Table, package
from garant.publish.packages.masking import people
from garant.systems.model import DataMap, Relation
from garant.systems.paths import Path
from garant.systems.treatments import Refresh


def person_package(
    workspace: Workspace,
    identities: Mapping[str, str],
    *,
    number: str,
    language: Language,
    kind: PackageKind = "access",
    choose: Choose = everything,
    hide: Collection[str] = (),
    files: Collection[tuple[str, str]] | None = None,
    left_out: int = 0,
    copies: Sequence[Copied] = (),
    reading: Reading | None = None,
    made: Made | None = None,
) -> Iterator[bytes]:
    """The package of a person as a ZIP, in pieces: for `deliveries.services.prepare`. Nothing is in memory as a whole.

    Args:
        workspace: the policy in force and the systems; open until the last piece.
        identities: kind → value, by which the person is known.
        number: of the request, on every page.
        language: of the pages.
        kind: `access` (GDPR art. 15) or `portability` (art. 20).
        choose: which rows and columns of each table go in; all of them unless given.
        hide: names of other people that somebody read in the texts, besides those that the maps know.
        files: the files, by system and name, that somebody looked at and that go; all of them unless given.
        left_out: how many they left out, which the package says.
        copies: what processors handed over of their own, or why not.
        reading: the free texts that somebody read; others are left out, which the package says, and counted there. All of
            them go unless given.
        made: filled in with what the package holds.

    Raises:
        NotSupported: no system can search by one of these kinds.
        ConnectorError: a system did not answer; what was given is then not a whole ZIP.
    """
    policy = workspace.policy.document
    named = names_met(workspace.sources, identities)
    about = About(
        number=number,
        organisation=policy.organisation.trade_name or policy.organisation.name,
        language=language,
        at=datetime.now(UTC),
        identities=(*identities.values(), *named.own),
        names=tuple(sorted({*named.others, *hide})),
        by_hand=tuple(source.manual.label for _, source in sorted(workspace.manual.items())),
        left_out=left_out,
        copies=tuple(copies),
    )
    unread = None if reading is None else partial(reading, UNREAD.say(language))
    content = _Told(Portions(workspace.sources, identities, choose), policy, files, unread)
    return package(content, about, policy, kind=kind, made=made)


def recorded(workspace: Workspace, identities: Mapping[str, str], made: Made) -> list[Task]:
    """Say in the ledger what a package holds, once its last piece was given; the tasks of those who look by hand."""
    held = subjects.Held(len(made.tables), made.rows, made.files, made.digest)
    return subjects.record(workspace, identities, held, datetime.now(UTC))


@dataclass
class Named:
    """Names in columns of names: the person's own, and those of people with whom they share rows."""

    own: set[str] = field(default_factory=set[str])
    others: set[str] = field(default_factory=set[str])


def names_met(sources: Mapping[str, Source], identities: Mapping[str, str]) -> Named:
    """Whose names the maps know around a person: by them others are masked in sentences (GDPR art. 15(4)).

    Raises:
        NotSupported, ConnectorError: as for a package.
    """
    named = Named()
    for one in Portions(sources, identities, _naming).tables():
        for row in one.rows:
            texts = [
                (column, value)
                for column, value in zip(one.columns, row, strict=True)
                if isinstance(value, str)
            ]
            for column, value in texts:
                alone = not one.apart and not one.is_of_others(column)
                (named.own if alone else named.others).update(people([value]))
    named.others -= named.own
    return named


def _naming(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
    """Columns of names: of the person's own rows, and apart of those that they share or merely see."""
    known = data_map.tables[table].columns
    names = [name for name, one in known.items() if "name" in one.corrected or isinstance(one.erase, Refresh)]
    own = [way for way in ways if way.relation is Relation.OWNED]
    shared = [way for way in ways if way.relation is not Relation.OWNED]
    found = [Share(own, names)] if own and names else []
    return [*found, Share(shared, names, "-shared")] if shared and names else found


WORDS: Final = 5
"""Words from which a text is one that somebody has to read: a title or a label has fewer."""
UNREAD: Final = Text(
    fr="[Texte écrit depuis, que personne n’a relu\u202f: il n’est pas joint.]",
    en="[A text written since, which nobody has read: it is not enclosed.]",
)


def is_sentence(value: object) -> TypeGuard[str]:
    """Whether it is a text that somebody has to read."""
    return isinstance(value, str) and len(value.split()) >= WORDS


def digest_of(text: str) -> str:
    """By what a text is known that was read: SHA-256 of its UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass
class Reading:
    """The free texts that somebody read, by their digests; and how many were met that nobody did."""

    known: frozenset[str]
    unread: int = 0

    def __call__(self, instead: str, value: Any) -> Any:
        """The value, or what stands for a text that nobody read; in JSON, for each of its texts."""
        if isinstance(value, dict):
            return {key: self(instead, one) for key, one in cast("dict[Any, Any]", value).items()}
        if isinstance(value, list):
            return [self(instead, one) for one in cast("list[Any]", value)]
        if not is_sentence(value) or digest_of(value) in self.known:
            return value
        self.unread += 1
        return instead


def sentences(
    sources: Mapping[str, Source], identities: Mapping[str, str], choose: Choose, most: int
) -> list[tuple[Text, str]]:
    """Free texts of a package to come, each once with what its table is called, ``most`` at most: what a person reads
    before it goes.
    """
    found: dict[tuple[str, str], tuple[Text, str]] = {}
    for one in Portions(sources, identities, choose).tables():
        if len(found) >= most:
            break
        free = [
            at for at, name in enumerate(one.columns) if not one.is_own(name) and not one.is_of_others(name)
        ]
        for row in one.rows:
            for text in chain.from_iterable(_texts(row[at]) for at in free):
                found[one.name, text] = one.title, text
            if len(found) >= most:
                break
    return list(found.values())[:most]


def _texts(value: Any) -> Iterator[str]:
    """The sentences of a value: itself, or those of a value in JSON."""
    if is_sentence(value):
        yield value
    elif isinstance(value, dict | list):
        inside = cast("Iterable[Any]", value.values() if isinstance(value, dict) else value)
        yield from chain.from_iterable(map(_texts, inside))


def attached(
    sources: Mapping[str, Source], identities: Mapping[str, str], choose: Choose
) -> list[tuple[str, str]]:
    """The files of a package to come, by system and name: what a person looks at before it goes.

    Raises:
        NotSupported, ConnectorError: as for a package.
    """
    portions = Portions(sources, identities, _naming_files(choose))
    for one in portions.tables():
        for _ in one.rows:
            pass
    return [(one.system, one.name) for one in portions.files()]


def _naming_files(choose: Choose) -> Choose:
    """Of what goes into a package, only the columns that name a file."""

    def narrowed(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
        stores = [set(one.columns) for one in data_map.files if one.table == table]
        return [
            Share(share.ways, sorted(set().union(*named)), share.apart)
            for share in (choose(data_map, table, ways) if stores else ())
            if (named := [columns for columns in stores if columns <= set(share.columns)])
        ]

    return narrowed


_NUMBER: Final = Text(fr="Numéro interne", en="Internal number")
"""What a package calls the key of a row, which is no data of a category."""


def _as_read(
    rows: Iterable[Sequence[Any]], fields: Sequence[Field], unread: Callable[[Any], Any]
) -> Iterator[Sequence[Any]]:
    """Rows whose free texts are those that somebody read."""
    free = {at for at, one in enumerate(fields) if not one.own and not one.others}
    for row in rows:
        yield [unread(value) if at in free else value for at, value in enumerate(row)] if free else row


class _Told:
    """What the engine reads, with the labels of the map and of the policy."""

    def __init__(
        self,
        portions: Portions,
        policy: Policy,
        only: Collection[tuple[str, str]] | None = None,
        unread: Callable[[Any], Any] | None = None,
    ) -> None:
        self._portions, self._policy, self._only, self._unread = portions, policy, only, unread

    def tables(self) -> Iterator[Table]:
        """As they are read."""
        for one in self._portions.tables():
            fields = tuple(self._field(one, column) for column in one.columns)
            yield Table(
                system=one.data_map.system,
                system_label=one.data_map.label,
                root=one.root,
                name=f"{one.name}{one.apart}",
                label=one.title,
                fields=fields,
                rows=one.rows if self._unread is None else _as_read(one.rows, fields, self._unread),
            )

    def _field(self, portion: Portion, column: str) -> Field:
        table = portion.data_map.tables[portion.name]
        known, tree = table.columns.get(column), self._policy.data_categories
        label = _NUMBER if column == table.key else Text(fr=column, en=column)
        if known is not None and known.category in tree:
            label = tree[known.category].label
        return Field(
            name=column,
            label=label,
            category=known.category if known is not None else None,
            own=portion.is_own(column),
            others=portion.is_of_others(column),
        )

    def files(self) -> Iterator[File]:
        """Once every table was read."""
        for one in self._portions.files():
            if self._only is None or (one.system, one.name) in self._only:
                yield File(one.system, one.name, one.pieces)
