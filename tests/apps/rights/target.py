"""Where the small organisation keeps its people: a file of SQLite, PostgreSQL, MariaDB, or the same people in several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

TABLES = (
    "CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(80), phone VARCHAR(80), ended DATE, active BOOLEAN)",
    "CREATE TABLE text (id INTEGER PRIMARY KEY, body TEXT)",
    (
        "CREATE TABLE author (text_id INTEGER, person_id INTEGER,"
        " FOREIGN KEY (text_id) REFERENCES text (id) ON DELETE CASCADE, FOREIGN KEY (person_id) REFERENCES person (id))"
    ),
)
UNDONE = {
    "sqlite": (
        (
            "CREATE TRIGGER undone AFTER UPDATE OF active ON person"
            " BEGIN UPDATE person SET active = old.active WHERE id = new.id; END"
        ),
        "CREATE TRIGGER kept BEFORE DELETE ON person BEGIN SELECT RAISE(ABORT, 'kept'); END",
    ),
    "postgresql": (
        (
            "CREATE FUNCTION undoing() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN new.active := old.active; RETURN new; END $$"
        ),
        "CREATE TRIGGER undone BEFORE UPDATE OF active ON person FOR EACH ROW EXECUTE FUNCTION undoing()",
        (
            "CREATE FUNCTION keeping() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'kept' USING ERRCODE = 'restrict_violation'; END $$"
        ),
        "CREATE TRIGGER kept BEFORE DELETE ON person FOR EACH ROW EXECUTE FUNCTION keeping()",
    ),
    "mysql": (
        "CREATE TRIGGER undone BEFORE UPDATE ON person FOR EACH ROW SET new.active = old.active",
        (
            "CREATE TRIGGER kept BEFORE DELETE ON person FOR EACH ROW"
            " SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1451, MESSAGE_TEXT = 'kept'"
        ),
    ),
}
"""What they do to a run that fails: a mark is put back, and who is deleted stays."""
DONE_AGAIN = {
    "sqlite": ("DROP TRIGGER undone", "DROP TRIGGER kept"),
    "postgresql": ("DROP FUNCTION undoing CASCADE", "DROP FUNCTION keeping CASCADE"),
    "mysql": ("DROP TRIGGER undone", "DROP TRIGGER kept"),
}
KEPT = {"text": "id", "person": "id", "author": "person_id"}


@dataclass
class Target:
    """The databases of one organisation, told the same and asked the same."""

    urls: Sequence[str]
    _engines: list[sa.Engine] = field(default_factory=list[sa.Engine])
    _backup: list[dict[str, list[Any]]] = field(default_factory=list[dict[str, list[Any]]])

    def __post_init__(self) -> None:
        self._engines = [sa.create_engine(url, poolclass=sa.NullPool) for url in self.urls]

    def __len__(self) -> int:
        return len(self.urls)

    def created(self) -> Target:
        """With its tables."""
        self.tell(*TABLES)
        return self

    def ask(self, query: str) -> list[Any]:
        """What all of them answer: their people are the same."""
        answers = list[list[Any]]()
        for engine in self._engines:
            with engine.connect() as connection:
                answers.append(sorted(tuple(row) for row in connection.execute(sa.text(query))))
        first = answers[0]
        assert all(one == first for one in answers), f"{query}: {answers}"
        return first

    def tell(self, *statements: str) -> None:
        """The same, told to all of them."""
        for engine in self._engines:
            self._tell(engine, statements)

    def undone(self) -> None:
        """From now on they undo what a run tells them."""
        for engine in self._engines:
            self._tell(engine, UNDONE[_kind(engine)])

    def done_again(self) -> None:
        """They do what they are told."""
        for engine in self._engines:
            self._tell(engine, DONE_AGAIN[_kind(engine)])

    def backed_up(self, first: int) -> None:
        """Remember whoever is there, from the first of one story on."""
        for engine in self._engines:
            with engine.connect() as connection:
                self._backup.append(
                    {
                        table: list(
                            connection.execute(
                                sa.text(f"SELECT * FROM {table} WHERE {key} >= {first}")
                            ).mappings()
                        )
                        for table, key in KEPT.items()
                    }
                )

    def restored(self) -> None:
        """Bring back who was remembered and has gone; who is there is left as they are now."""
        for engine, backup in zip(self._engines, self._backup, strict=True):
            with engine.begin() as connection:
                for table, rows in backup.items():
                    there = {
                        tuple(row) if table == "author" else row[0]
                        for row in connection.execute(sa.text(f"SELECT * FROM {table}"))
                    }
                    for row in rows:
                        one = tuple(row.values()) if table == "author" else row["id"]
                        if one not in there:
                            names = ", ".join(f":{name}" for name in row)
                            connection.execute(sa.text(f"INSERT INTO {table} VALUES ({names})"), dict(row))

    def _tell(self, engine: sa.Engine, statements: Sequence[str]) -> None:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def _kind(engine: sa.Engine) -> str:
    return "mysql" if engine.dialect.name == "mariadb" else engine.dialect.name
