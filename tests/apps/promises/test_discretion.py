"""No secret leaves Garant, whatever message it hides in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.apps.promises.opening.discretion import HIDDEN, scrub

CANARY = "c4n4ry-s3cr3t"


@pytest.mark.parametrize(
    "message",
    [
        f"could not connect to postgresql+psycopg://crm:{CANARY}@db.example:5432/odoo",
        f"(sqlite) url='mysql://root:{CANARY}@127.0.0.1/x?charset=utf8'",
        f"connection failed: host=db user=crm password={CANARY} dbname=odoo",
        f"connection failed: password = '{CANARY} with spaces' dbname=odoo",
        f'{{"password": "{CANARY}"}}',
        f"postgres://crm:{CANARY}@with@at@db.example/odoo",
    ],
)
def test_passwords_in_urls_and_pairs_are_hidden(message: str) -> None:
    scrubbed = scrub(message)
    assert CANARY not in scrubbed
    assert HIDDEN in scrubbed


def test_the_rest_of_the_message_stays() -> None:
    assert scrub("could not reach postgresql://crm:x1y2@db.example:5432/odoo, port closed") == (
        f"could not reach postgresql://crm:{HIDDEN}@db.example:5432/odoo, port closed"
    )


@pytest.mark.parametrize("name", ["GARANT_ODOO_URL", "DATABASE_URL", "GARANT_LEDGER_KEY", "CRM_PASSWORD"])
def test_the_values_of_secret_variables_are_hidden_wherever_they_stand(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = f"postgresql://crm:{CANARY}@db/odoo" if name.endswith("_URL") else CANARY
    monkeypatch.setenv(name, value)
    assert scrub(f"role “{CANARY}” does not exist") == f"role “{HIDDEN}” does not exist"


def test_an_escaped_password_is_hidden_in_both_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARANT_CRM_URL", "postgresql://crm:p%40ss-w0rd@db/odoo")
    assert scrub("p%40ss-w0rd and p@ss-w0rd") == f"{HIDDEN} and {HIDDEN}"


def test_urls_without_password_hide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARANT_CRM_URL", "sqlite:///data/crm.sqlite")
    assert scrub("unable to open sqlite:///data/crm.sqlite") == "unable to open sqlite:///data/crm.sqlite"


@given(st.text())
def test_scrubbing_any_text_is_safe_and_stable(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)
