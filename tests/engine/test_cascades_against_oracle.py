"""Random tables that hang on each other: what goes by itself is what was told, and nobody's else; who refuses was foreseen.

The oracle is every row and every reference, compared before and after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.document import Block
from tests.engine.support.databases import Contents, Database
from tests.engine.support.examples import examples
from tests.engine.support.running import carry_out
from tests.engine.support.shop import OLD, RECENT, SQL_TYPES, Shop

PEOPLE = 5
THINGS = ("t0", "t1", "t2")
TABLES = (*THINGS, "contact")

References = dict[str, dict[str, tuple[str, str]]]
"""Table → column → the table it names, and what becomes of it when that goes."""


@dataclass
class World:
    """A shop whose contacts and things name each other, and who of its contacts is due."""

    shop: Shop
    references: References
    leaving: set[int]

    def contents(self) -> Contents:
        return self.shop.database.contents([*TABLES, "interaction", "note"])


BY_THEMSELVES = ("CASCADE", "CASCADE", "SET NULL")
REFUSING = (*BY_THEMSELVES, "RESTRICT", "NO ACTION")


def world(database: Database, chance: Random, kinds: Sequence[str] = BY_THEMSELVES) -> World:
    database.clear()
    shop = Shop(database).create()
    shop.document["duties"] = []
    references: References = {
        table: {
            f"f{number}": (chance.choice(TABLES), chance.choice(kinds))
            for number in range(chance.randint(0, 1) if table == "contact" else chance.randint(1, 2))
        }
        for table in TABLES
    }
    create(database, references)
    leaving = {number for number in range(1, PEOPLE + 1) if chance.random() < 0.5} or {1}
    for number in range(1, PEOPLE + 1):
        shop.people(number, at=OLD if number in leaving else RECENT)
    for table in THINGS:
        database.insert(table, [{"id": number, "rid": number} for number in range(1, PEOPLE + 1)])
    for table, columns in references.items():
        for column in columns:
            for number in range(1, PEOPLE + 1):
                if chance.random() < 0.6:
                    named = chance.randint(1, PEOPLE)
                    database.run(f"UPDATE {table} SET {column} = {named} WHERE id = {number}")
    return World(shop, references, leaving)


def create(database: Database, references: References) -> None:
    """The things anew, and the contacts with what they name: SQLite knows references only from the start."""
    whole, _ = SQL_TYPES[database.name]
    plain = dict.fromkeys(THINGS, f"id {whole} PRIMARY KEY, rid {whole}")
    plain["contact"] = (
        f"id {whole} PRIMARY KEY, name text, email text, phone text, customer {whole}, state text, rid {whole}"
    )
    database.run("DROP TABLE contact")
    later: list[str] = []
    for table, columns in references.items():
        named = [f"{column} {whole}" for column in columns]
        keys = [
            f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE {what}"
            for column, (target, what) in columns.items()
        ]
        inline = keys if database.name == "sqlite" else []
        database.run(f"CREATE TABLE {table} ({', '.join([plain[table], *named, *inline])})")
        later += [] if inline else [f"ALTER TABLE {table} ADD {key}" for key in keys]
    database.run(*later)


def told(blocks: list[Block]) -> Counter[str]:
    counted = Counter[str]()
    for block in blocks:
        assert block.referring_table is not None
        counted[block.referring_table] += block.rows
    return counted


@examples(18)
@given(chance=st.randoms(use_true_random=False))
def test_what_goes_by_itself_is_what_was_told(database: Database, chance: Random) -> None:
    made = world(database, chance)
    note(str((made.references, made.leaving)))
    plan = made.shop.plan()
    (selection,) = plan.selections
    before = made.contents()
    batches, _ = carry_out(plan, made.shop.policy, made.shop.system(), chance.choice([1, 2, 100]))
    after = made.contents()
    made.shop.close()

    there = set(after["contact"])
    assert set(range(1, PEOPLE + 1)) - made.leaving <= there, "nobody goes who is not due"
    assert set(after["interaction"]) == set(after["note"]) == there, (
        "nothing stays of who went, all of who stays"
    )
    if selection.blocks or any(batch.blocks for batch in batches):
        return
    gone = Counter({table: len(before[table]) - len(after[table]) for table in TABLES})
    gone["contact"] -= len(made.leaving)
    assert +gone == +told(selection.cascades)
    emptied = Counter(
        table
        for table, columns in made.references.items()
        for number, row in after[table].items()
        for column in columns
        if row[column] != before[table][number][column]
    )
    assert emptied == +told(selection.emptied)


@examples(6)
@given(chance=st.randoms(use_true_random=False))
def test_what_refuses_was_foreseen(database: Database, chance: Random) -> None:
    """A foreign key may refuse what is deleted, and what goes by itself with that; nobody is refused whom nothing hinders."""
    made = world(database, chance, REFUSING)
    note(str((made.references, made.leaving)))
    plan = made.shop.plan()
    batches, verification = carry_out(plan, made.shop.policy, made.shop.system())
    made.shop.close()
    if not plan.selections[0].blocks:
        assert verification.verified
        assert not any(batch.blocks for batch in batches)
