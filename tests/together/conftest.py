"""Three business systems of one organisation, and one person whom each of them knows under another guise."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.loader import parse_map
from tests.dolibarr import footprint as dolibarr
from tests.dolibarr.conftest import Dolibarr
from tests.dolibarr.documents import lay
from tests.dolibarr.footprint import all_rows as dolibarr_rows
from tests.dolibarr.footprint import gone as dolibarr_gone
from tests.dolibarr.scan import traces as dolibarr_traces
from tests.engine.support.policies import policy
from tests.odoo import footprint as odoo
from tests.odoo.conftest import Odoo
from tests.odoo.footprint import all_rows, gone
from tests.odoo.scan import Trace, Wanted, traces
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer
from tests.tryton import footprint as tryton
from tests.tryton.conftest import Tryton, write_files
from tests.tryton.scan import all_traces


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Three databases are restored and read through: more than the usual two minutes when busy."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(900))


@dataclass(frozen=True)
class Person:
    """Somebody, as the three systems came to know them."""

    name: str
    email: str
    phone: str
    street: str
    partner: int
    party: int
    candidate: int

    @property
    def identities(self) -> dict[str, str]:
        return {"email": self.email, "phone": self.phone}


@dataclass(frozen=True)
class Together:
    """The three systems, and the person."""

    odoo: Odoo
    tryton: Tryton
    dolibarr: Dolibarr
    policy: LoadedPolicy
    person: Person

    @contextmanager
    def sources(self) -> Iterator[Mapping[str, Source]]:
        """The systems as the engine takes them."""
        with ExitStack() as opened:
            found: dict[str, Source] = {}
            for system in (self.odoo, self.tryton, self.dolibarr):
                found |= opened.enter_context(system.sources())
            yield found

    def scan(self) -> set[tuple[str, str, str]]:
        """Everywhere the person shows: system, table and column; of files, system, `file` and name."""
        person = self.person
        found = self.scan_for(emails=[person.email], phones=[person.phone], names=[person.name])
        for name, system in (("odoo18", self.odoo), ("tryton82", self.tryton)):
            with system.connect() as connection:
                found |= {(name, *one) for one in streets(connection, person.street)}
        return found

    def scan_for(self, **what: list[str]) -> set[tuple[str, str, str]]:
        """Everywhere some addresses, numbers or names show."""
        wanted = Wanted()
        wanted.add("person", **what)
        found: set[tuple[str, str, str]] = set()
        with self.odoo.connect() as connection:
            found |= {("odoo18", one.table, one.column) for one in traces(connection, wanted)}
        with self.tryton.connect() as connection:
            found |= {("tryton82", one.table, one.column) for one in all_traces(connection, wanted)}
        with self.dolibarr.connect() as connection:
            found |= {("dolibarr20", one.table, one.column) for one in dolibarr_traces(connection, wanted)}
        for name, system in (
            ("odoo18", self.odoo),
            ("tryton82", self.tryton),
            ("dolibarr20", self.dolibarr),
        ):
            found |= {
                (name, "file", path.name)
                for path in system.files.rglob("*")
                if path.is_file() and any(wanted.found_in(path.read_bytes().decode("utf-8", "replace")))
            }
        return found

    def rows(self) -> dict[str, Any]:
        """Every row of every table of every system."""
        with self.odoo.connect() as one, self.tryton.connect() as two, self.dolibarr.connect() as three:
            return {"odoo18": all_rows(one), "tryton82": all_rows(two), "dolibarr20": dolibarr_rows(three)}

    def own(self) -> dict[str, Any]:
        """By hand-written SQL, from the person's own keys: the rows that a request may change, by system and table."""
        person = self.person
        with self.odoo.connect() as one, self.tryton.connect() as two, self.dolibarr.connect() as three:
            found: dict[str, Any] = {
                "odoo18": odoo.may_change(
                    one, partners=[person.partner], leads=[], candidates=[], invoices=[]
                ),
                "tryton82": tryton.may_change(two, parties=[person.party], invoices=[]),
                "dolibarr20": dolibarr.may_change(
                    three, thirdparties=[], candidates=[person.candidate], tickets=[], invoices=[]
                ),
            }
            files = three.execute(
                text(
                    "SELECT * FROM llx_ecm_files WHERE src_object_type = 'recruitment_recruitmentcandidature'"
                    " AND src_object_id = :key"
                ),
                {"key": person.candidate},
            )
            found["dolibarr20"]["llx_ecm_files"] = {tuple(row) for row in files}
        return found


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[tuple[str, str], Counter[Any]]:
    """The rows of each table that are no longer there as they were."""
    found: dict[tuple[str, str], Counter[Any]] = {}
    for system, compare in (("odoo18", gone), ("tryton82", gone), ("dolibarr20", dolibarr_gone)):
        lost: Any = compare(before[system], after[system])
        found |= {(system, table): rows for table, rows in lost.items()}
    return found


def streets(connection: Connection, street: str) -> set[tuple[str, str]]:
    """Columns of PostgreSQL in which a street stands."""
    columns = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'json', 'jsonb')"
            " AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE')"
        )
    ).all()
    return {
        (table, column)
        for table, column in columns
        if connection.execute(
            text(f'SELECT 1 FROM "{table}" WHERE position(:s IN "{column}"::text) > 0 LIMIT 1'), {"s": street}
        ).first()
    }


CUSTOMER = """
    SELECT p.id, p.name, p.email_normalized, p.phone, p.street FROM res_partner p
    WHERE NOT p.is_company AND p.email_normalized LIKE '%.example' AND p.phone IS NOT NULL AND p.street IS NOT NULL
      AND p.name LIKE '% %'
      AND (SELECT count(*) FROM res_partner q WHERE q.street = p.street) = 1
      AND EXISTS (SELECT 1 FROM account_move m WHERE m.partner_id = p.id AND m.inalterable_hash IS NOT NULL
                  AND m.invoice_date BETWEEN '2018-01-01' AND '2020-06-30')
      AND NOT EXISTS (SELECT 1 FROM account_move m WHERE m.partner_id = p.id AND m.invoice_date > '2020-06-30')
      AND NOT EXISTS (SELECT 1 FROM sale_order s WHERE s.partner_id = p.id AND s.date_order > '2020-06-30')
    ORDER BY p.id LIMIT 1
"""
PROSPECT = """
    SELECT p.id, p.name, e.value, f.value FROM party_party p
    JOIN party_contact_mechanism e ON e.party = p.id AND e.type = 'email'
    JOIN party_contact_mechanism f ON f.party = p.id AND f.type = 'phone'
    WHERE p.id IN (SELECT party FROM sale_opportunity WHERE start_date > '2025-06-01')
      AND p.id NOT IN (SELECT party FROM account_invoice)
      AND 'party.party,' || p.id IN (SELECT resource FROM ir_note)
    ORDER BY p.id LIMIT 1
"""
REFUSED = """
    SELECT rowid, concat(firstname, ' ', lastname), email, phone FROM llx_recruitment_recruitmentcandidature
    WHERE status = 9 AND email <> '' ORDER BY rowid DESC LIMIT 1
"""


def rewrite(connection: Connection, found: list[Trace], old: tuple[str, ...], new: tuple[str, ...]) -> None:
    """Give somebody another name, address and number, wherever they show as text."""
    for table, column in sorted({(one.table, one.column) for one in found}):
        for before, after in zip(old, new, strict=True):
            connection.execute(
                text(
                    f"UPDATE {table} SET {column} = replace({column}, :before, :after)"
                    f" WHERE {column} LIKE :like"
                ),
                {"before": before, "after": after, "like": f"%{before}%"},
            )


def as_prospect(system: Tryton, name: str, email: str, phone: str) -> int:
    """One of Tryton's prospects becomes the person."""
    with system.connect() as connection:
        key, *old = connection.execute(text(PROSPECT)).one()
        wanted = Wanted()
        wanted.add("old", emails=[old[1]], phones=[old[2]], names=[old[0]])
        places = traces(connection, wanted, ("text", "character varying"))
        rewrite(connection, places, tuple(old), (name, email, phone))
    return int(key)


def as_candidate(system: Dolibarr, name: str, email: str, phone: str) -> int:
    """One of Dolibarr's refused candidates becomes the person, with a CV that names them."""
    first, _, last = name.partition(" ")
    with system.connect() as connection:
        key, *old = connection.execute(text(REFUSED)).one()
        wanted = Wanted()
        wanted.add("old", emails=[old[1]], phones=[old[2]], names=[old[0]])
        rewrite(connection, dolibarr_traces(connection, wanted), tuple(old), (name, email, phone))
        connection.execute(
            text(
                "UPDATE llx_recruitment_recruitmentcandidature"
                " SET firstname = :f, lastname = :l, email = :e, phone = :p WHERE rowid = :k"
            ),
            {"f": first, "l": last, "e": email, "p": phone, "k": key},
        )
        lay(connection, system.files)
    cv = system.files / "recruitment" / "recruitmentcandidature" / str(key) / "cv.pdf"
    cv.write_text(f"%PDF-1.4 {name} <{email}> {phone}", encoding="utf-8")
    return int(key)


@pytest.fixture
def together(
    postgres_server: PostgresServer,
    mariadb_server: MariadbServer,
    odoo18_template: str,
    tryton82_template: str,
    odoo18_filestore: Path,
    shared_folder: Path,
    tmp_path: Path,
) -> Iterator[Together]:
    """The three dumps, in which one person is three people."""
    rules = policy(
        prospects="P3Y", customers="P5Y", invoices="P10Y", candidates="P2Y", remote_maintenance="P5Y"
    )
    dump = shared_folder / "targets" / "dolibarr20.sql.gz"
    with (
        postgres_server.database(odoo18_template) as odoo_url,
        postgres_server.database(tryton82_template) as tryton_url,
        mariadb_server.database(dump) as dolibarr_url,
    ):
        sold = Odoo(odoo_url, odoo18_filestore, parse_map("use: odoo18\n"), rules)
        asked = Tryton(tryton_url, tmp_path / "tryton", parse_map("use: tryton82\n"), rules)
        applied = Dolibarr(dolibarr_url, tmp_path / "dolibarr", parse_map("use: dolibarr20\n"), rules)
        for system in (asked, applied):
            system.files.mkdir()
        with sold.connect() as connection:
            partner, name, email, phone, street = connection.execute(text(CUSTOMER)).one()
        party = as_prospect(asked, name, email, phone)
        write_files(asked)
        candidate = as_candidate(applied, name, email, phone)
        yield Together(
            sold, asked, applied, rules, Person(name, email, phone, street, partner, party, candidate)
        )
    shutil.rmtree(tmp_path, ignore_errors=True)
