"""Rows that hang on others by the foreign keys of the shop."""

from __future__ import annotations

from garant.engine.document import Plan
from garant.systems.sql.staying import TAKEN
from tests.engine.support.running import carry_out
from tests.engine.support.shop import Shop


def belonging(shop: Shop, table: str, column: str, target: str = "contact") -> None:
    """Rows of the table go, by the database itself, with what the column names."""
    key = f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE CASCADE"
    if shop.database.name != "sqlite":
        shop.database.run(f"ALTER TABLE {table} ADD {key}")
        return
    written = str(shop.database.scalar(f"SELECT sql FROM sqlite_master WHERE name = '{table}'"))
    shop.database.run(f"DROP TABLE {table}", f"{written.rstrip(')')}, {key})")


def invoices_are_kept(shop: Shop) -> None:
    shop.document["tables"]["invoice"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id"}],
        "columns": {"label": {"category": "identity", "erase": "blank"}},
    }
    shop.document["duties"][0]["keeps"] = {"invoice": {"row": True, "columns": ["label"]}}
    shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": "invoice", "do": "delete"})


def carry_out_and_keep(shop: Shop, plan: Plan, *contacts: int, table: str = "invoice") -> None:
    """Invoices come after the plan was made: whoever has one stays with it."""
    shop.add(
        table,
        *({"id": c, "contact_id": c, "at": "2025-01-01 00:00:00", "label": f"L{c}"} for c in contacts),
    )
    results, verification = carry_out(plan, shop.policy, shop.system())
    assert [block["constraint"] for result in results for block in result.blocks] == [TAKEN]
    assert not verification.verified
    assert shop.ids("contact") == shop.ids("invoice") == list(contacts)


def show(shop: Shop, table: str, shown: str = "*") -> str:
    """A view takes the place of a table, that has another name now."""
    below = f"below_{table}"
    shop.database.run(
        f"ALTER TABLE {table} RENAME TO {below}", f"CREATE VIEW {table} AS SELECT {shown} FROM {below}"
    )
    if shop.database.name == "sqlite":
        for done, to in ("DELETE", "DELETE FROM {}"), ("UPDATE", "UPDATE {} SET rid = rid"):
            row = f"{to.format(below)} WHERE id = old.id"
            shop.database.run(f"CREATE TRIGGER {table}_{done} INSTEAD OF {done} ON {table} BEGIN {row}; END")
    return below


def letting_go(shop: Shop, table: str, column: str, target: str = "contact") -> None:
    """Rows of the table lose, by the database itself, what the column names."""
    key = f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE SET NULL"
    if shop.database.name != "sqlite":
        shop.database.run(f"ALTER TABLE {table} ADD {key}")
        return
    written = str(shop.database.scalar(f"SELECT sql FROM sqlite_master WHERE name = '{table}'"))
    shop.database.run(f"DROP TABLE {table}", f"{written.rstrip(')')}, {key})")
