"""What Garant is told about the benchmark's world: a policy and a data map."""

POLICY = """
organisation: {key: shop, name: Shop, time_zone: Europe/Paris}
retention:
  prospects:
    label: {fr: Prospects, en: Prospects}
    trigger: last-contact
    phases: [{kind: active, period: P3Y}]
    fate: erase
  customers:
    label: {fr: Clients, en: Customers}
    trigger: end-of-relationship
    phases: [{kind: active, period: P5Y}]
    fate: erase
  invoices:
    label: {fr: Factures, en: Invoices}
    trigger: fiscal-year-close
    phases: [{kind: active, period: P10Y}]
    fate: erase
"""

MAP = """
system: shop
label: {fr: Boutique, en: Shop}
connection: {env: GARANT_BENCH_SHOP}
roots:
  person: {table: person, key: id}
roles:
  prospect:
    root: person
    query: |
      SELECT p.id AS key FROM person p
      WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = p.id)
  customer: {root: person, query: "SELECT i.person_id AS key FROM invoice i"}
identities:
  email: [{root: person, query: "SELECT id AS key FROM person WHERE email = :identity"}]
events:
  last-contact:
    - {root: person, type: date, query: "SELECT person_id AS key, made_on AS at FROM contact"}
    - {root: person, type: date, query: "SELECT person_id AS key, placed_on AS at FROM purchase"}
  last-invoice:
    - {root: person, type: date, query: "SELECT person_id AS key, issued_on AS at FROM invoice"}
tables:
  person:
    key: id
    links: [{root: person, column: id}]
    columns:
      email: {category: email-address, erase: {pseudonymise: {prefix: "gone-", suffix: "@shop.invalid"}}}
      name: {category: name, erase: blank}
      phone: {category: phone-number, erase: blank}
      city: {category: postal-address, erase: blank}
  contact:
    key: id
    links: [{root: person, column: person_id}]
    columns: {made_on: {category: correspondence}, note: {category: correspondence, erase: blank}}
  message:
    key: id
    links: [{parent: contact, column: contact_id}]
    columns: {body: {category: correspondence, erase: blank}}
  purchase:
    key: id
    links: [{root: person, column: person_id}]
    columns: {placed_on: {category: purchases}, address: {category: postal-address, erase: blank}}
  line:
    key: id
    links: [{parent: purchase, column: purchase_id}]
    columns: {label: {category: purchases, erase: blank}, quantity: {category: purchases}}
  invoice:
    key: id
    links: [{root: person, column: person_id}]
    columns:
      name: {category: invoicing, erase: blank}
      address: {category: invoicing, erase: blank}
      phone: {category: phone-number, erase: blank}
  remark:
    key: id
    links: [{root: person, column: person_id}]
    columns: {body: {category: correspondence, erase: blank}}
  meeting:
    key: id
    links:
      - {root: person, column: host_id, relation: co-owned, columns: [host_id, host_note]}
      - {root: person, column: guest_id, relation: co-owned, columns: [guest_id, guest_note]}
    columns:
      host_id: {category: correspondence, erase: blank}
      guest_id: {category: correspondence, erase: blank}
      host_note: {category: correspondence, erase: blank}
      guest_note: {category: correspondence, erase: blank}
dispositions:
  erase-person:
    root: person
    actions:
      - {table: message, do: delete}
      - {table: contact, do: delete}
      - {table: line, do: delete}
      - {table: purchase, do: delete}
      - {table: remark, do: delete}
      - {table: meeting, do: delete}
      - {table: invoice, do: delete}
      - {table: person, do: delete}
promises:
  - {rule: prospects, role: prospect, event: last-contact, dispositions: erase-person}
  - {rule: customers, role: customer, event: last-contact, dispositions: erase-person}
duties:
  - rule: invoices
    root: person
    role: customer
    event: last-invoice
    keeps: {person: {row: true, columns: [name]}, invoice: {row: true, columns: [name, address]}}
    why: {fr: Une facture porte ce nom., en: An invoice bears this name.}
"""
