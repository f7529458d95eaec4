"""Where fuzzing starts: small sound documents, and the pieces that readers of YAML and SQL choke on."""

from __future__ import annotations

from typing import Final

POLICY: Final = """\
organisation: {key: acme, name: Acme, time_zone: Europe/Paris}
activities:
  customers:
    role: controller
    label: {fr: Clients, en: Customers}
    subjects: [customers]
    data: &all [identity, invoicing]
    purposes: {orders: {label: {fr: Livrer}, legal_basis: {ground: contract}, data: *all}}
retention:
  customers: {label: {fr: "Cinq ans"}, activities: [customers], trigger: end-of-relationship,
    phases: [{kind: active, period: P5Y}], fate: erase}
"""

MAP: Final = """\
system: shop
label: {fr: Boutique}
connection: {env: SHOP_URL}
zone: Europe/Paris
roots: {person: {table: person, key: id}}
roles: {prospect: {root: person, query: SELECT id AS key FROM person WHERE kind = 'p'}}
identities: {email: [{root: person, query: "SELECT id AS key FROM person WHERE lower(email) = :identity"}]}
events: {last: [{root: person, type: date, query: "SELECT id AS key, seen AS at FROM person"}]}
tables:
  person: {key: id, links: [{root: person, column: id}], columns: {name: {category: name, erase: blank}}}
  note: {links: [{parent: person, column: p, when: "kind IN ('a', 'b')"}], columns: {t: {category: name}}}
dispositions: {erase: {root: person, actions: [{table: note, do: delete}, {table: person, do: delete}]}}
promises: [{rule: prospects, role: prospect, event: last, dispositions: erase}]
"""

SMALL_MAP: Final = """\
system: shop
label: {fr: Boutique}
connection: {env: SHOP_URL}
roots: {person: {table: person, key: id}}
tables: {person: {key: id, links: [{root: person, column: id}]}}
"""

MANUAL_MAP: Final = """\
system: archive
label: {fr: Archives}
connector: manual
"""

QUERIES: Final = (
    "SELECT p.id AS key FROM person p WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = p.id)",
    "SELECT id AS key FROM person WHERE lower(email) = lower(:identity) UNION SELECT a FROM b",
    "WITH x AS (SELECT a AS key FROM t) SELECT key FROM x WHERE coalesce(key, 0) > 1",
    "kind IN ('a', 'b') AND (due IS NULL OR amount BETWEEN 1 AND 2)",
    "(SELECT group_concat(k.full_name, ', ') FROM contact k WHERE k.client_id = client.id)",
    "CASE WHEN a LIKE '%x%' THEN regexp_replace(b, 'y', 'z') ELSE CAST(c AS TEXT) END",
)

PIECES: Final = (
    *(
        "&a",
        "*a",
        "*all",
        "!!str",
        "!tag",
        "!!python/object:os.system",
        "<<: *all",
        "? ",
        "- ",
        ": ",
        "---\n",
    ),
    *(
        "...\n",
        "%YAML 1.1\n",
        "|",
        ">-",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "\\",
        "\t",
        "\n",
        "\n\n  ",
        "#",
        "@",
        "`",
    ),
    *(
        "\x00",
        "\ufeff",
        "\u2028",
        "\x85",
        "é",
        "🧑‍⚖️",
        "\udc80",
        "\ud83e",
        "\x1b[31m",
        "\u202e",
        "İ",
        "ǆ",
        "𝟙",
    ),
    *(
        "null",
        "true",
        "yes",
        "~",
        "1e999",
        "-0",
        "0o7",
        "0x1f",
        ".inf",
        ".nan",
        "190:20:30",
        "1_000",
        "9" * 400,
    ),
    *(
        "P3Y",
        "P999999Y",
        "P0D",
        "P-1Y",
        "9999-12-31",
        "0000-00-00",
        "2024-02-30",
        "Europe/Paris\n",
        "../../etc",
    ),
    *(
        "[" * 60,
        "{a: " * 60,
        "- " * 60,
        "(" * 300,
        ")" * 300,
        "NOT " * 300,
        "-" * 300,
        "a." * 200,
        "a OR " * 300,
    ),
    *(
        "CASE WHEN 1 THEN " * 60,
        "SELECT (" * 80,
        "(SELECT " * 80,
        "x IN (" * 80,
        "'" * 99,
        '"' * 99,
        "/*" * 50,
    ),
    *(
        "--",
        ";",
        "; DROP TABLE person",
        "/* */",
        "$$",
        "$1",
        "?",
        ":identity",
        "::text",
        "E'\\x00'",
        "U&'\\0041'",
    ),
    *(
        "SELECT",
        "FROM",
        "WHERE",
        "UNION ALL",
        "LIMIT 1",
        "WITH RECURSIVE r AS (",
        "LATERAL",
        "FOR UPDATE",
        "INTO",
    ),
    *("now()", "pg_sleep(9)", "load_extension('x')", "randomblob(9)", "current_date", "count(*)", "a->>'b'"),
    *(
        "postgresql://a:b@c/d",
        "password: hunter2",
        "use: odoo18\n",
        "connector: manual\n",
        "erase: {refresh: (1)}",
    ),
    *(
        "{constant: 1}",
        "{pseudonymise: {}}",
        "{generalise: year}",
        "relation: co-owned",
        "parent: note",
        "seal: true",
    ),
)

BOMBS: Final = (
    "a: &a [x, x]\n"
    + "".join(f"{chr(97 + n)}: &{chr(97 + n)} [*{chr(96 + n)}, *{chr(96 + n)}]\n" for n in range(1, 26)),
    "a: &a {b: *a}\n",
    "x: " + "[" * 20_000 + "]" * 20_000,
    "x: " + "{a: " * 5_000,
    "- " * 20_000,
    "x: '" + "a" * 600_000 + "'",
    "? " * 3_000 + "a",
    "".join(f"k{n}: {n}\n" for n in range(40_000)),
    "x: !!binary " + "A" * 1_000,
    "x: &" + "a" * 50_000,
    "\ufeff" * 1_000,
    "'" + "\n" * 200_000 + "'",
    "x: " + "9" * 100_000,
    "x: " + "1:" * 50_000,
    "%" * 100_000,
    "%TAG ! " + "a" * 100_000,
    "\t" * 100_000,
    "|" + "\n " * 100_000,
    '"' + "\\u0041" * 50_000 + '"',
    "a: " + "*b " * 30_000,
)
"""Each is an input of its own, as it stands."""
