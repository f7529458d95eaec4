"""Ways through tables without rows are not asked; owners are, by whoever changes rows."""

from __future__ import annotations

import sqlalchemy as sa

from garant.systems.changing import Step
from garant.systems.model import Do, Link
from garant.systems.paths import Hop, Path
from garant.systems.sql.emptiness import empty_tables, passable

OWN = Path((Hop("note", Link(root="person", column="person_id"), "id"),))
AROUND = Path(
    (
        Hop("note", Link(parent="visit", column="visit_id"), "id"),
        Hop("visit", Link(root="person", column="p"), "id"),
    )
)
STEP = Step("note", Do.DELETE, (OWN, AROUND), others="none", owners=(OWN, AROUND))


def test_tables_without_rows_are_named() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id)")
        connection.exec_driver_sql("CREATE TABLE visit (id)")
        connection.exec_driver_sql("INSERT INTO note VALUES (NULL)")
        assert empty_tables(connection, ["note", "visit"]) == {"visit"}
    engine.dispose()


def test_who_changes_rows_leaves_out_no_owner() -> None:
    (looked,) = passable([STEP], {"visit"}, looking=True)
    (changed,) = passable([STEP], {"visit"}, looking=False)
    assert looked.paths == looked.owners == changed.paths == (OWN,)
    assert changed.owners == (OWN, AROUND)


def test_a_step_of_an_empty_table_concerns_nobody() -> None:
    (nothing,) = passable([STEP], {"note"}, looking=False)
    assert not nothing.concerns(-1)
