"""A small, clean data map; the examples of the rules are laid over it."""

import json

from garant.policy.document.policy import Policy
from garant.policy.yaml_source import parse_yaml
from garant.systems.loader import LoadedMap, Section, _merged, parse_map

EXAMPLE = """\
system: shop
label: {fr: Boutique, en: Shop}
connection: {env: GARANT_SHOP_URL}
zone: Europe/Paris
roots:
  client: {table: client, key: id}
roles:
  client: {root: client, subjects: customers, query: SELECT id AS key FROM client}
identities:
  email:
    - {root: client, query: SELECT id AS key FROM client WHERE email = lower(:identity)}
events:
  end:
    - {root: client, type: date, query: "SELECT id AS key, ended AS at FROM client"}
tables:
  client:
    key: id
    links: [{root: client, column: id}]
    columns:
      name: {category: name, erase: {constant: "—"}, identity: name}
      email: {category: email-address, erase: blank, identity: email}
      phone: {category: phone-number, erase: blank}
      portrait: {category: photograph, erase: blank}
  ticket:
    key: id
    links: [{root: client, column: client_id}]
    columns: {body: {category: correspondence, erase: blank}}
  note:
    key: id
    links: [{parent: ticket, column: ticket_id}]
    columns: {text: {category: correspondence, erase: blank}}
dispositions:
  erase-client:
    root: client
    actions:
      - {table: note, do: delete}
      - {table: ticket, do: delete}
      - {table: client, do: delete}
promises:
  - {rule: customers, role: client, event: end, dispositions: erase-client}
duties:
  - {rule: invoices, root: client, role: client, event: end, why: {fr: Comptes., en: Accounts.},
     keeps: {client: {row: true, columns: [name]}}}
files:
  - {table: client, column: portrait, store: {env: SHOP_FILES}}
restriction:
  client: {table: client, set: {active: false}}
"""

POLICY = {
    "organisation": {"key": "acme", "name": "Acme", "time_zone": "Europe/Paris"},
    "retention": {
        "customers": {
            "label": {"fr": "Clients", "en": "Customers"},
            "subjects": ["customers"],
            "phases": [{"kind": "active", "period": "P5Y"}],
        },
        "invoices": {
            "label": {"fr": "Factures", "en": "Invoices"},
            "phases": [{"kind": "active", "period": "P10Y"}],
        },
        "contracts": {
            "label": {"fr": "Contrats", "en": "Contracts"},
            "phases": [
                {"kind": "active", "period": "P1Y"},
                {"kind": "intermediate-archive", "period": "P4Y"},
            ],
        },
        "open": {"label": {"fr": "Sans durée", "en": "Open"}},
    },
}


def example_policy() -> Policy:
    """The policy that the example map answers."""
    return Policy.model_validate_json(json.dumps(POLICY))


def example_map(*over: str) -> LoadedMap:
    """The example map, with each YAML of `over` laid on top as a company's file is on a shipped map."""
    whole = section(EXAMPLE)
    for text in filter(None, over):
        whole = _merged(whole, section(text))
    return parse_map(json.dumps(whole, ensure_ascii=False))


def section(text: str) -> Section:
    """What a YAML text says."""
    data = parse_yaml(text).data
    assert isinstance(data, dict)
    return data


_STATEMENTS = """
CREATE TABLE client (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, email TEXT, phone TEXT,
    portrait TEXT, ended DATE, active BOOLEAN);
CREATE TABLE ticket (id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES client (id), body TEXT);
CREATE TABLE note (id INTEGER PRIMARY KEY, ticket_id INTEGER REFERENCES ticket (id), text TEXT);
CREATE INDEX ticket_client ON ticket (client_id);
CREATE INDEX note_ticket ON note (ticket_id)
"""

SYSTEM = _STATEMENTS.split(";\n")
"""The statements that make the system the example map is about."""
