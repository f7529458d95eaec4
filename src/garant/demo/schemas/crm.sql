-- Customer relations, as such systems are found: few keys declared, names copied everywhere.

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    legal_form TEXT NOT NULL,
    siret TEXT,
    vat_number TEXT,
    street TEXT,
    zip TEXT,
    city TEXT,
    bank_account TEXT,
    contact_names TEXT,                 -- copy: the names of its contacts, for the search box
    created_on TEXT
);

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    account_id INTEGER REFERENCES account (id),
    civility TEXT,
    first_name TEXT,
    last_name TEXT,
    full_name TEXT NOT NULL,            -- copy of the two columns above
    email TEXT,
    phone TEXT,
    mobile TEXT,
    job_title TEXT,
    workplace TEXT,
    birth_year INTEGER,
    status TEXT,                        -- set by hand, seldom true
    archived INTEGER NOT NULL DEFAULT 0,
    created_at TEXT,
    updated_at TEXT                     -- touched by a nightly job: says nothing of the person
);

CREATE TABLE lead (
    id INTEGER PRIMARY KEY,
    person_id INTEGER,                  -- no key declared; NULL where nobody made the card
    contact_name TEXT,
    company_name TEXT,
    email TEXT,
    phone TEXT,
    source TEXT,
    message TEXT,
    received_at TEXT,
    closed_at TEXT
);

CREATE TABLE interaction (
    id INTEGER PRIMARY KEY,
    person_id INTEGER REFERENCES person (id),
    kind TEXT NOT NULL,                 -- call, email, demo; mailing is our own send, no exchange
    happened_at TEXT,
    author TEXT,
    summary TEXT
);

CREATE TABLE meeting (
    id INTEGER PRIMARY KEY,
    subject TEXT,
    place TEXT,
    starts_at TEXT,
    minutes TEXT,
    attendee_names TEXT                 -- copy
);

CREATE TABLE meeting_attendee (
    id INTEGER PRIMARY KEY,
    meeting_id INTEGER NOT NULL REFERENCES meeting (id),
    person_id INTEGER,                  -- no key declared
    display_name TEXT,
    answer TEXT
);

CREATE TABLE quote (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    person_id INTEGER REFERENCES person (id),
    customer_name TEXT,                 -- copy
    issued_on TEXT,
    valid_until TEXT,
    status TEXT,
    total_cents INTEGER,
    remarks TEXT
);

CREATE TABLE quote_line (
    id INTEGER PRIMARY KEY,
    quote_id INTEGER NOT NULL REFERENCES quote (id),
    label TEXT,
    quantity INTEGER,
    unit_cents INTEGER
);

CREATE TABLE contract (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES account (id),
    signatory_id INTEGER,               -- no key declared
    signatory_name TEXT,                -- copy
    bank_account TEXT,
    starts_on TEXT,
    ends_on TEXT                        -- NULL: open; 9999-12-31: renewed tacitly
);

CREATE TABLE invoice (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL,        -- no key declared: an invoice outlives its customer's card
    person_id INTEGER,                  -- no key declared
    issued_on TEXT NOT NULL,
    fiscal_year_end TEXT NOT NULL,
    customer_name TEXT,
    customer_street TEXT,
    customer_zip TEXT,
    customer_city TEXT,
    total_cents INTEGER NOT NULL,
    paid_on TEXT
);

CREATE TABLE invoice_line (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER NOT NULL REFERENCES invoice (id),
    label TEXT,
    quantity INTEGER,
    unit_cents INTEGER
);

CREATE TABLE payment (
    id INTEGER PRIMARY KEY,
    invoice_id INTEGER,                 -- no key declared
    received_on TEXT,
    amount_cents INTEGER,
    payer_name TEXT,
    bank_account TEXT
);

CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    entity_type TEXT NOT NULL,          -- person, lead, account, contract …
    entity_id INTEGER NOT NULL,
    author TEXT,
    body TEXT,
    written_at TEXT
);

CREATE TABLE person_history (
    id INTEGER PRIMARY KEY,
    person_id INTEGER NOT NULL,         -- no key declared
    changed_at TEXT,
    full_name TEXT,
    email TEXT,
    phone TEXT,
    job_title TEXT
);

CREATE TABLE newsletter_subscriber (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,                -- the only tie to a person
    first_name TEXT,
    subscribed_at TEXT,
    unsubscribed_at TEXT,
    last_clicked_at TEXT
);

CREATE INDEX person_account ON person (account_id);
CREATE INDEX person_email ON person (email);
CREATE INDEX lead_person ON lead (person_id);
CREATE INDEX interaction_person ON interaction (person_id);
CREATE INDEX attendee_meeting ON meeting_attendee (meeting_id);
CREATE INDEX attendee_person ON meeting_attendee (person_id);
CREATE INDEX quote_person ON quote (person_id);
CREATE INDEX quote_line_quote ON quote_line (quote_id);
CREATE INDEX contract_account ON contract (account_id);
CREATE INDEX contract_signatory ON contract (signatory_id);
CREATE INDEX invoice_account ON invoice (account_id);
CREATE INDEX invoice_person ON invoice (person_id);
CREATE INDEX invoice_line_invoice ON invoice_line (invoice_id);
CREATE INDEX payment_invoice ON payment (invoice_id);
CREATE INDEX note_entity ON note (entity_id, entity_type);
CREATE INDEX history_person ON person_history (person_id);
CREATE INDEX subscriber_email ON newsletter_subscriber (email);
