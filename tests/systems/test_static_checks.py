"""Each GAR5xx rule finds its bad example, and only that; the example map is clean."""

import pytest

from garant.policy.diagnostics import RULES, Diagnostic, Rule
from garant.systems.checks import static
from garant.systems.loader import parse_map
from tests.systems.example_map import EXAMPLE, example_map, example_policy

STATIC = [rule for rule in RULES if rule.code.startswith("GAR5")]


def found(over: str, *, policy: bool = True) -> list[Diagnostic]:
    return static.check_map(example_map(over), example_policy() if policy else None)


def codes(over: str) -> set[str]:
    return {diagnostic.code for diagnostic in found(over)}


def messages(over: str, code: str) -> list[str]:
    return [d.message.en for d in found(over) if d.code == code]


def cases(text: str) -> list[tuple[str, str]]:
    """Blocks of a code and the YAML laid over the example map."""
    return [(block.split("\n")[0], block.partition("\n")[2]) for block in text.strip().split("\n\n")]


def test_the_example_map_is_clean() -> None:
    assert static.check_map(parse_map(EXAMPLE), example_policy()) == []


def test_there_are_many_rules() -> None:
    assert len(STATIC) >= 30
    assert {rule.severity for rule in STATIC} == {"error", "warning"}


@pytest.mark.parametrize("rule", STATIC, ids=lambda rule: rule.slug)
def test_examples(rule: Rule) -> None:
    assert rule.code in codes(rule.bad), rule.bad
    assert rule.code not in codes(rule.good), rule.good
    assert all((rule.title.fr, rule.title.en, rule.why.fr, rule.why.en, rule.mend.fr, rule.mend.en))


def test_says_where() -> None:
    loaded = parse_map(EXAMPLE.replace("root: client, subjects", "root: clients, subjects"))
    (diagnostic,) = [d for d in static.check_map(loaded) if d.code == "GAR501"]
    assert (diagnostic.file, diagnostic.line, diagnostic.column) == ("map.yaml", 8, 18)
    assert diagnostic.message.en == "This root is not declared: “clients”."
    assert diagnostic.message.fr == "Cette racine n’est pas déclarée\u202f: «\u202fclients\u202f»."
    assert diagnostic.mend.en == "Write “client”?"


@pytest.mark.parametrize(
    ("written", "line", "column"),
    [
        ("query: SELECT pg_sleep(1) AS key FROM client}", 8, 61),
        ('query: "SELECT pg_sleep(1) AS key FROM client"}', 8, 62),
        ("query: 'SELECT pg_sleep(1) AS key FROM client'}", 8, 62),
        ('query: "SELECT id AS key\\n FROM client WHERE pg_sleep(1) = 1"}', 8, 54),
    ],
)
def test_says_where_in_the_sql(written: str, line: int, column: int) -> None:
    loaded = parse_map(EXAMPLE.replace("query: SELECT id AS key FROM client}", written, 1))
    (diagnostic,) = static.check_map(loaded)
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("GAR552", line, column)


def test_says_where_in_a_block_of_sql() -> None:
    block = EXAMPLE.replace(
        "  client: {root: client, subjects: customers, query: SELECT id AS key FROM client}",
        "  client:\n    root: client\n    query: |\n      SELECT id AS key\n      FROM client WHERE f(1) = 1",
    )
    (diagnostic,) = static.check_map(parse_map(block))
    assert (diagnostic.code, diagnostic.line, diagnostic.column) == ("GAR552", 12, 1)


FINDS = """
GAR501
identities: {phone: [{root: person, query: SELECT 1 AS key WHERE 'a' = :identity}]}

GAR501
events: {end: [{root: person, type: date, query: 'SELECT 1 AS key, 2 AS at'}]}

GAR501
tables: {ticket: {links: [{root: person, column: client_id}]}}

GAR501
dispositions: {erase-client: {root: person}}

GAR501
duties: [{seal: true, root: person, role: client, keeps: {client: {}}, why: {}}]

GAR501
restriction: {person: {table: client, set: {active: false}}}

GAR502
duties: [{seal: true, root: client, role: nobody, keeps: {client: {}}, why: {}}]

GAR503
promises: [{rule: customers, role: nobody, event: never, dispositions: nothing}]

GAR505
tables: {note: {links: [{parent: tickets, column: ticket_id}]}}

GAR505
duties: [{seal: true, root: client, role: client, keeps: {clients: {}}, why: {}}]

GAR505
dispositions: {erase-client: {root: client, actions: [{table: clients, do: treat}]}}

GAR505
files: [{table: clients, column: portrait, store: {env: F}}]

GAR505
restriction: {client: {table: clients, set: {active: false}}}

GAR506
duties: [{seal: true, root: client, role: client, keeps: {client: {columns: [x]}}, why: {}}]

GAR506
tables: {ticket: {links: [{root: client, column: client_id, columns: [title]}]}}

GAR506
files: [{table: client, column: portrait, folder: place, store: {env: F}}]

GAR507
tables: {ticket: {links: [{parent: note, column: note_id}]}}

GAR508
roots: {other: {table: client, key: email}}

GAR509
promises: [{rule: customers, role: nobody, event: end, dispositions: erase-client}]
events: {end: []}

GAR510
duties: [{seal: true, root: other, role: client, keeps: {client: {}}, why: {}}]

GAR511
promises: [{rule: open, role: client, event: end, dispositions: erase-client}]

GAR513
promises: [{rule: customers, role: client, event: end, dispositions: erase-client}]
roles: {client: {subjects: prospects}}

GAR515
dispositions: {again: {root: client, actions: [{table: client, do: delete}]}}

GAR522
tables: {ticket: {columns: {id: {category: name, erase: blank}}}}
dispositions: {erase-client: {actions: [{table: ticket, do: treat}, {table: note, do: delete}]}}

GAR522
tables: {ticket: {columns: {client_id: {category: name, erase: blank}}}}
duties: [{seal: true, root: client, role: client, keeps: {ticket: {}}, why: {}}]
dispositions: {erase-client: {actions: [{table: ticket, do: delete}, {table: note, do: delete}]}}

GAR526
dispositions:
  erase-client: {actions: [{table: ticket, do: treat, columns: {id: blank}}]}

GAR551
tables:
  note: {links: [{parent: ticket, column: ticket_id, when: 'x = 1; DROP TABLE note'}]}

GAR551
seals: [{table: client, when: id > 0 -- 1, columns: [name], why: {}}]

GAR552
tables: {client: {columns: {name: {erase: {refresh: 'now()'}}}}}

GAR552
dispositions: {erase-client: {actions: [{table: client, do: treat, columns: {name: {refresh: version()}}}]}}
"""


@pytest.mark.parametrize(("code", "over"), cases(FINDS))
def test_finds(code: str, over: str) -> None:
    assert code in codes(over)


DOES_NOT_FIND = """
GAR515
promises: []

GAR533
promises: [{rule: nowhere, role: client, event: end, dispositions: erase-client, archive: true}]

GAR534
promises: [{rule: contracts, role: client, event: end, dispositions: erase-client, archive: false}]

GAR535
promises: [{rule: contracts, role: client, event: end, dispositions: nothing, archive: true}]

GAR535
promises: [{rule: contracts, role: client, event: end, dispositions: erase-client, archive: true}]
tables: {client: {columns: {email: {identity: [{kind: number, when: id > 0}]}}}}

GAR521
dispositions:
  erase-client: {actions: [{table: ticket, do: delete}, {table: note, do: delete}]}

GAR523
tables: {client: {columns: {name: {erase: null}}}}

GAR523
tables: {client: {columns: {vat: {category: name}}}}
duties: [{seal: true, root: client, role: client, keeps: {client: {columns: all}}, why: {}}]

GAR523
tables: {client: {columns: {vat: {category: name}}}}
dispositions: {erase-client: {actions: [{table: client, do: treat, columns: {vat: blank}}]}}

GAR525
tables: {log: {links: [{root: client, column: client_id}]}}

GAR526
dispositions:
  erase-client: {actions: [{table: client, do: treat, columns: {id: keep}}]}

GAR531
dispositions: {erase-client: {actions: [{table: client, do: treat}]}}

GAR513
roles: {client: {subjects: null}}
"""


@pytest.mark.parametrize(("code", "over"), cases(DOES_NOT_FIND))
def test_does_not_find(code: str, over: str) -> None:
    assert code not in codes(over)


@pytest.mark.parametrize(
    ("actions", "forgotten"),
    [
        ("{table: client, do: delete}", ["note", "ticket"]),
        ("{table: ticket, do: delete}", ["note"]),
        ("{table: note, do: delete}, {table: client, do: treat}", []),
    ],
)
def test_each_disposition_takes_what_it_leaves_without_an_owner(actions: str, forgotten: list[str]) -> None:
    over = f"dispositions: {{drop-client: {{root: client, actions: [{actions}]}}}}"
    assert messages(over, "GAR525") == [
        f"“drop-client” deletes that by which the rows of “{table}” belong to “client” and does not touch them: "
        "nothing finds them again."
        for table in forgotten
    ]


@pytest.mark.parametrize(
    ("links", "forgotten"),
    [
        ("{root: issue, column: ticket_id}", True),
        ("{root: issue, column: ticket_id}, {parent: ticket, column: other_id}", True),
        ("{root: issue, column: ticket_id}, {parent: ticket, column: ticket_id}", False),
        ("{root: issue, column: ticket_id, relation: visible}, {parent: ticket, column: ticket_id}", False),
        ("{parent: ticket, column: ticket_id}", False),
    ],
)
def test_what_hangs_on_another_roots_row_goes_along(links: str, forgotten: bool) -> None:
    over = f"""
roots: {{issue: {{table: ticket, key: id, type: integer}}}}
tables: {{ticket: {{links: [{{root: client, column: client_id}}, {{root: issue, column: id}}]}}, note: {{links: [{links}]}}}}
dispositions: {{erase-issue: {{root: issue, actions: [{{table: note, do: delete}}, {{table: ticket, do: delete}}]}}}}
"""
    said = messages(over, "GAR525")
    assert (
        [one for one in said if one.startswith("“erase-client” deletes that by which")] != []
    ) == forgotten


def test_two_duties_keep_only_what_both_keep() -> None:
    over = """
tables: {client: {columns: {vat: {category: name}}}}
duties:
  - {rule: invoices, root: client, role: client, event: end, why: {}, keeps: {client: {columns: all}}}
  - {seal: true, root: client, role: client, why: {}, keeps: {client: {columns: [name]}}}
"""
    assert messages(over, "GAR523") == [
        "The row of “client” may stay, and nothing says what becomes of “vat”."
    ]


def test_without_a_policy_the_policy_is_not_asked() -> None:
    over = "promises: [{rule: none, role: client, event: end, dispositions: erase-client}]"
    assert found(over, policy=False) == []
