-- Remote maintenance on behalf of clients: tickets, consents to take control, image sequences.

CREATE TABLE client (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT,
    zip TEXT,
    city TEXT,
    contract_number TEXT,
    contract_starts_on TEXT,
    contract_ends_on TEXT,              -- NULL: open; 9999-12-31: renewed tacitly
    contact_names TEXT                  -- copy
);

CREATE TABLE client_contact (
    id INTEGER PRIMARY KEY,
    client_id INTEGER,                  -- no key declared
    civility TEXT,
    first_name TEXT,
    last_name TEXT,
    full_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    job_title TEXT,
    workplace TEXT,
    archived INTEGER NOT NULL DEFAULT 0,
    created_at TEXT
);

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    client_id INTEGER REFERENCES client (id),
    contact_id INTEGER,                 -- no key declared
    requester_name TEXT,                -- copy
    requester_email TEXT,               -- copy
    subject TEXT,
    description TEXT,
    status TEXT,
    opened_at TEXT,
    closed_at TEXT
);

CREATE TABLE ticket_history (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    changed_at TEXT,
    technician TEXT,
    new_status TEXT,
    comment TEXT
);

CREATE TABLE control_consent (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    contact_id INTEGER,                 -- no key declared
    given_by TEXT,                      -- copy of the name
    workstation TEXT,
    given_at TEXT,
    withdrawn_at TEXT
);

CREATE TABLE intervention (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id),
    consent_id INTEGER REFERENCES control_consent (id),
    technician TEXT,
    mode TEXT,
    starts_at TEXT,
    ends_at TEXT,
    report TEXT
);

CREATE TABLE image_sequence (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER REFERENCES ticket (id),
    vehicle TEXT,
    camera TEXT,
    place TEXT,
    has_sound INTEGER,
    filename TEXT,
    store_key TEXT,                     -- file named by its content, shared where equal
    recorded_at TEXT,
    received_at TEXT
);

CREATE INDEX contact_client ON client_contact (client_id);
CREATE INDEX contact_email ON client_contact (email);
CREATE INDEX ticket_contact ON ticket (contact_id);
CREATE INDEX ticket_client ON ticket (client_id);
CREATE INDEX ticket_history_ticket ON ticket_history (ticket_id);
CREATE INDEX consent_ticket ON control_consent (ticket_id);
CREATE INDEX consent_contact ON control_consent (contact_id);
CREATE INDEX intervention_ticket ON intervention (ticket_id);
CREATE INDEX intervention_consent ON intervention (consent_id);
CREATE INDEX image_ticket ON image_sequence (ticket_id);
CREATE INDEX image_store ON image_sequence (store_key);
