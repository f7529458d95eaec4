"""A person's package: their rows in the systems of an organisation, told in the words of its policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from garant.apps.promises import subjects
from garant.apps.promises.workspace import Workspace
from garant.apps.tasks.services import Task
from garant.engine.export import Choose, everything
from garant.engine.portions import Portion, Portions
from garant.policy import Policy
from garant.policy.text import Language, Text
from garant.publish.packages import About, Field, File, Made, PackageKind, Table, package


def person_package(
    workspace: Workspace,
    identities: Mapping[str, str],
    *,
    number: str,
    language: Language,
    kind: PackageKind = "access",
    choose: Choose = everything,
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
        made: filled in with what the package holds.

    Raises:
        NotSupported: no system can search by one of these kinds.
        ConnectorError: a system did not answer; what was given is then not a whole ZIP.
    """
    policy = workspace.policy.document
    about = About(
        number=number,
        organisation=policy.organisation.trade_name or policy.organisation.name,
        language=language,
        at=datetime.now(UTC),
        identities=tuple(identities.values()),
        by_hand=tuple(source.manual.label for _, source in sorted(workspace.manual.items())),
    )
    content = _Told(Portions(workspace.sources, identities, choose), policy)
    return package(content, about, policy, kind=kind, made=made)


def recorded(workspace: Workspace, identities: Mapping[str, str], made: Made) -> list[Task]:
    """Say in the ledger what a package holds, once its last piece was given; the tasks of those who look by hand."""
    held = subjects.Held(len(made.tables), made.rows, made.files, made.digest)
    return subjects.record(workspace, identities, held, datetime.now(UTC))


class _Told:
    """What the engine reads, with the labels of the map and of the policy."""

    def __init__(self, portions: Portions, policy: Policy) -> None:
        self._portions, self._policy = portions, policy

    def tables(self) -> Iterator[Table]:
        """As they are read."""
        for one in self._portions.tables():
            table = one.data_map.tables[one.name]
            yield Table(
                system=one.data_map.system,
                system_label=one.data_map.label,
                root=one.root,
                name=f"{one.name}{one.apart}",
                label=table.label or Text(fr=one.name, en=one.name),
                fields=tuple(self._field(one, column) for column in one.columns),
                rows=one.rows,
            )

    def _field(self, portion: Portion, column: str) -> Field:
        known = portion.data_map.tables[portion.name].columns.get(column)
        tree = self._policy.data_categories
        label = Text(fr=column, en=column)
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
            yield File(one.system, one.name, one.pieces)
