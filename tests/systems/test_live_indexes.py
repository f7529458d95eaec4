"""The indexes that a map asks for: missing ones are told, on real systems."""

import pytest
from sqlalchemy import Engine

from garant.systems.checks.indexes import missing_indexes
from tests.systems.example_map import example_map
from tests.systems.live import (
    build,
    empty_mariadb,
    empty_postgres,
    engine,
    enlarge,
    enlarge_tickets,
    mariadb,
    postgres,
)

__all__ = ["empty_mariadb", "empty_postgres", "engine", "mariadb", "postgres"]

LETTING_INDEXES_GO = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
"""InnoDB keeps an index for each foreign key."""


class TestIndexes:
    @LETTING_INDEXES_GO
    def test_gives_the_statement(self, engine: Engine) -> None:
        build(engine, ["DROP INDEX ticket_client"])
        enlarge_tickets(engine)
        (index,) = missing_indexes(example_map().map, engine)
        assert (index.table, index.columns) == ("ticket", ("client_id",))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(index.statement)
        assert missing_indexes(example_map().map, engine) == []

    def test_a_condition_may_fix_the_leading_column(self, engine: Engine) -> None:
        over = """
tables:
  message:
    key: id
    links: [{root: client, column: res_id, when: "model = 'client'"}]
dispositions: {erase-client: {actions: [{table: message, do: delete}]}}
"""
        build(engine, ["CREATE TABLE message (id INTEGER PRIMARY KEY, model TEXT, res_id INTEGER)"])
        enlarge(engine, "message (id, model, res_id) SELECT n, 'client', n")
        data_map = example_map(over).map
        (index,) = missing_indexes(data_map, engine)
        assert index.columns == ("model", "res_id")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(index.statement)
        assert missing_indexes(data_map, engine) == []

    @pytest.mark.parametrize(
        "when", ["open OR client_id > 3", "lower(body) = 'x' AND id = 3", "pg_sleep(1) = 1"]
    )
    def test_other_conditions_fix_nothing(self, engine: Engine, when: str) -> None:
        build(engine)
        enlarge_tickets(engine)
        links = f'[{{root: client, column: client_id, when: "{when}"}}]'
        over = f"tables: {{ticket: {{links: {links}}}}}"
        assert missing_indexes(example_map(over).map, engine) == []

    @LETTING_INDEXES_GO
    def test_only_the_dispositions_named(self, engine: Engine) -> None:
        build(engine, ["DROP INDEX ticket_client"])
        enlarge_tickets(engine)
        assert missing_indexes(example_map().map, engine, ["other"]) == []
        assert len(missing_indexes(example_map().map, engine, ["erase-client"])) == 1

    def test_missing_tables_views_and_columns_need_none(self, engine: Engine) -> None:
        over = """
tables:
  gone: {key: id, links: [{root: client, column: client_id}]}
  seen: {key: id, links: [{root: client, column: id}]}
  ticket: {links: [{root: client, column: customer}]}
dispositions:
  erase-client: {actions: [{table: gone, do: delete}, {table: seen, do: treat}, {table: ticket, do: treat}]}
"""
        build(engine, ["CREATE VIEW seen AS SELECT id FROM client"])
        assert missing_indexes(example_map(over).map, engine) == []

    def test_names_that_need_quotes(self, engine: Engine) -> None:
        over = """
tables: {Order: {links: [{root: client, column: Who}]}}
dispositions: {erase-client: {actions: [{table: Order, do: delete}]}}
"""
        order, who = (engine.dialect.identifier_preparer.quote(name) for name in ("Order", "Who"))
        build(engine, [f"CREATE TABLE {order} ({who} INTEGER)"])
        enlarge(engine, f"{order} ({who}) SELECT n")
        (index,) = missing_indexes(example_map(over).map, engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(index.statement)
        assert missing_indexes(example_map(over).map, engine) == []
