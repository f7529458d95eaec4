-- Recruitment: applications, files in a folder, group interviews, and the hired among them.

CREATE TABLE vacancy (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    site TEXT,
    opened_on TEXT,
    closed_on TEXT
);

CREATE TABLE candidate (
    id INTEGER PRIMARY KEY,
    civility TEXT,
    first_name TEXT,
    last_name TEXT,
    full_name TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    street TEXT,
    zip TEXT,
    city TEXT,
    birth_date TEXT,
    marital_status TEXT,
    children INTEGER,
    driving_licence TEXT,
    diploma TEXT,
    created_at TEXT,
    consent_given_at TEXT,
    consent_withdrawn_at TEXT
);

CREATE TABLE application (
    id INTEGER PRIMARY KEY,
    candidate_id INTEGER NOT NULL REFERENCES candidate (id),
    vacancy_id INTEGER REFERENCES vacancy (id),
    applicant_name TEXT,                -- copy
    applicant_email TEXT,               -- copy
    stage TEXT NOT NULL,                -- new, interview, offer, hired, refused, withdrawn
    applied_at TEXT,
    refused_at TEXT,
    ip_address TEXT,
    cover_letter TEXT
);

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    owner_type TEXT NOT NULL,           -- candidate or application
    owner_id INTEGER NOT NULL,
    filename TEXT,
    media_type TEXT,
    store_key TEXT,                     -- file named by its content, shared where equal
    extracted_text TEXT,                -- the whole CV again, inside the row
    added_at TEXT
);

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    application_id INTEGER,             -- no key declared
    direction TEXT,
    sender_email TEXT,
    subject TEXT,
    body TEXT,
    sent_at TEXT
);

CREATE TABLE interview (
    id INTEGER PRIMARY KEY,
    vacancy_id INTEGER REFERENCES vacancy (id),
    kind TEXT,
    room TEXT,
    starts_at TEXT,
    summary TEXT,
    candidate_names TEXT                -- copy
);

CREATE TABLE interview_candidate (
    id INTEGER PRIMARY KEY,
    interview_id INTEGER NOT NULL REFERENCES interview (id),
    candidate_id INTEGER,               -- no key declared
    display_name TEXT,
    remarks TEXT
);

CREATE TABLE candidate_history (
    id INTEGER PRIMARY KEY,
    candidate_id INTEGER NOT NULL,      -- no key declared
    changed_at TEXT,
    field TEXT,
    old_value TEXT,
    new_value TEXT
);

CREATE TABLE employee (
    id INTEGER PRIMARY KEY,
    candidate_id INTEGER REFERENCES candidate (id),
    full_name TEXT,
    social_security_number TEXT,
    hired_on TEXT,
    left_on TEXT
);

CREATE INDEX candidate_email ON candidate (email);
CREATE INDEX application_candidate ON application (candidate_id);
CREATE INDEX document_owner ON document (owner_id, owner_type);
CREATE INDEX document_store ON document (store_key);
CREATE INDEX message_application ON message (application_id);
CREATE INDEX interview_candidate_interview ON interview_candidate (interview_id);
CREATE INDEX interview_candidate_candidate ON interview_candidate (candidate_id);
CREATE INDEX history_candidate ON candidate_history (candidate_id);
CREATE INDEX employee_candidate ON employee (candidate_id);
