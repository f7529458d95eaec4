"""A tiny company with one system, on SQLite, PostgreSQL or MariaDB: members who left long ago, and their letters."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.cli.company import Company

MEMBERS = 300
DUE = 240

POLICY = """
organisation: {key: club, name: Club, time_zone: Europe/Paris}
retention:
  members:
    label: {fr: Membres, en: Members}
    trigger: end-of-relationship
    phases: [{kind: active, period: P5Y}]
    fate: erase
    legal_source: {fr: "Statuts.", en: "By-laws."}
"""

MAP = """
system: club
label: {fr: Club, en: Club}
connection: {env: GARANT_CLUB_URL}
zone: Europe/Paris
roots:
  member: {table: member, key: id}
roles:
  member: {root: member, query: SELECT id AS key FROM member}
identities:
  email: [{root: member, query: SELECT id AS key FROM member WHERE email = lower(:identity)}]
events:
  end: [{root: member, type: date, query: "SELECT id AS key, ended AS at FROM member"}]
tables:
  member:
    key: id
    links: [{root: member, column: id}]
    columns:
      name: {category: name, erase: blank, identity: name}
      email: {category: email-address, erase: blank, identity: email}
      phone: {category: phone-number, erase: blank, identity: phone}
  letter:
    key: id
    links: [{root: member, column: member_id}]
    columns: {body: {category: correspondence, erase: blank}}
dispositions:
  erase-member:
    root: member
    actions:
      - {table: letter, do: delete}
      - {table: member, do: delete}
promises:
  - {rule: members, role: member, event: end, dispositions: erase-member}
restriction:
  member: {table: member, set: {active: false}}
"""

TABLES = """
CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT, ended DATE, active BOOLEAN);
CREATE TABLE letter (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES member (id), body TEXT);
CREATE INDEX letter_member ON letter (member_id)
"""

Rows = list[tuple[Any, ...]]


class Club(Company):
    """The company, and its one system wherever it is."""

    @property
    def url(self) -> sa.URL:
        url = sa.make_url(self.environment["GARANT_CLUB_URL"])
        drivers = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "sqlite": "sqlite"}
        return url.set(drivername=drivers[url.get_backend_name()])

    def ask(self, query: str) -> Rows:
        """Ask the system directly."""
        return [tuple(row) for row in self._execute(query) or []]

    def tell(self, *statements: str) -> None:
        """Change the system behind Garant's back."""
        self._execute(*statements)

    def left(self) -> int:
        """How many members are still there."""
        return int(self.ask("SELECT count(*) FROM member")[0][0])

    def _execute(self, *statements: str) -> Rows | None:
        engine = sa.create_engine(self.url)
        try:
            with engine.begin() as connection:
                for statement in statements:
                    result = connection.execute(sa.text(statement))
                return list(result) if result.returns_rows else None
        finally:
            engine.dispose()


def found_club(folder: Path, url: str, database_url: str = "") -> Club:
    """Write the policy, the map and the system."""
    environment = {
        "GARANT_HOME": str(folder / "home"),
        "DATABASE_URL": database_url,
        "GARANT_LANGUAGE": "en",
        "GARANT_ACTOR": "secretary",
        "GARANT_CLUB_URL": url,
    }
    club = Club(folder, environment)
    for name, file, content in (("policy", "club.yaml", POLICY), ("maps", "club.yaml", MAP)):
        (folder / name).mkdir()
        (folder / name / file).write_text(content)
    letters = (f"({n}, {n // 2}, 'Dear member {n // 2}')" for n in range(2 * MEMBERS))
    club.tell(
        *TABLES.split(";\n"),
        "INSERT INTO member VALUES " + ", ".join(_member(n) for n in range(MEMBERS)),
        "INSERT INTO letter VALUES " + ", ".join(letters),
    )
    return club


def initialised(club: Club) -> Club:
    """After `garant init`. Garant's own folder, its database there too, is made once by each worker, then copied."""
    assert club.environment["DATABASE_URL"] == ""
    home, kept = club.folder / "home", Path(f"{os.environ['GARANT_HOME']}-of-a-club")
    if not kept.exists():
        done = club.garant("init", "--policy", "policy")
        assert done.code == 0, done.err
        shutil.copytree(home, kept)
    elif not home.exists():
        shutil.copytree(kept, home)
    return club


def _member(number: int) -> str:
    ended = "2015-03-31" if number < DUE else "2026-01-31"
    return f"({number}, 'Member {number}', 'm{number}@club.example', '+3319900{number:04d}', '{ended}', true)"
