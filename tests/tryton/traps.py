"""Traps that the dump does not hold, planted in a copy of it before anything is planned.

Each takes people of its own, so that one trap cannot hide another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from tests.tryton import oracles

LONG_AGO = "2018-03-01 12:00:00"
RECENTLY = "2026-03-01 12:00:00"


@dataclass
class Traps:
    """Who was put in which trap: ids of parties, rows; and values to look for."""

    ids: dict[str, int] = field(default_factory=dict[str, int])
    values: dict[str, str] = field(default_factory=dict[str, str])


def plant(connection: Connection) -> Traps:
    """Plant every trap; nothing else of the dump changes."""
    planter = _Planter(connection)
    for trap in (
        planter.references,
        planter.junk_references,
        planter.history,
        planter.merged,
        planter.accounts,
        planter.newsletter,
        planter.emails,
        planter.contacts,
        planter.boundaries,
        planter.leads,
        planter.orders,
        planter.business,
        planter.bank,
        planter.identifiers,
        planter.house,
        planter.files,
        planter.relations,
        planter.old_invoice,
        planter.odd_names,
    ):
        trap()
    return planter.traps


class _Planter:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.traps = Traps()
        due = oracles.prospects_due(connection)
        with_account = oracles.keys(connection, "SELECT party FROM web_user WHERE party IS NOT NULL")
        # Two digits and more, so that the shorter keys they begin with are other people's.
        self.overdue = iter(sorted(due - with_account, reverse=True))
        living = oracles.keys(
            connection,
            "SELECT party FROM sale_opportunity GROUP BY party HAVING max(start_date) > '2025-01-01'",
        )
        clients = oracles.keys(connection, oracles.CLIENTS)
        self.living = iter(sorted(living - due - clients))
        self.ended = iter(sorted(oracles.customers_due(connection)))

    # --- the traps -------------------------------------------------------------------------------

    def references(self) -> None:
        """Notes, files, portraits, logs and talks on everything a person has; and on a shorter key's."""
        party = next(self.overdue)
        self.traps.ids["referred"] = party
        self.traps.values["referred"] = self.email(party)
        address = self.one("SELECT min(id) FROM party_address WHERE party = :p", p=party)
        means = self.one("SELECT min(id) FROM party_contact_mechanism WHERE party = :p", p=party)
        lead = self.one("SELECT min(id) FROM sale_opportunity WHERE party = :p", p=party)
        for name, resource in {
            "party": f"party.party,{party}",
            "address": f"party.address,{address}",
            "means": f"party.contact_mechanism,{means}",
            "lead": f"sale.opportunity,{lead}",
        }.items():
            self.traps.ids[f"note-{name}"] = self.note(resource, f"Écrire à {self.email(party)}")
        shorter = int(str(party)[:-1])
        self.traps.ids["note-of-a-shorter-key"] = self.note(f"party.party,{shorter}", "D’un autre")
        self.traps.ids["note-of-a-longer-key"] = self.note(f"party.party,{party}0", "D’un autre")
        channel = self.insert("ir_chat_channel", resource=f"party.party,{party}")
        self.insert("ir_chat_message", channel=channel, audience="public", content="Bonjour", create_date=LONG_AGO,
                    email=self.email(party))  # fmt: skip
        self.insert("ir_chat_follower", channel=channel, email=self.email(party))
        avatar = self.insert("ir_avatar", resource=f"party.party,{party}", uuid="portrait-1")
        self.insert("ir_avatar_cache", avatar=avatar, size=64)
        self.insert("ir_model_log", resource=f"party.party,{party}", event="write")

    def junk_references(self) -> None:
        """Texts that are no reference, or to nobody: left alone, and nothing breaks."""
        for number, resource in enumerate(
            ("party.party,-1", "Party.Party,12", "party.partyx,12", "product.template,1")
        ):
            self.traps.ids[f"junk-{number}"] = self.note(resource, "Rien")

    def history(self) -> None:
        """A party that changed its name, and moved, years ago; one whose old address row is gone."""
        party = next(self.overdue)
        self.traps.ids["renamed"] = party
        self.traps.values["renamed"] = "Ancienneté Fabulette"
        self.insert(
            "party_party__history", number_in="__id", id=party, name="Ancienneté Fabulette", code=str(party)
        )
        self.insert(
            "party_address__history", number_in="__id", id=self.one("SELECT max(id) + 9 FROM party_address"),
            party=party, city="Fabulette sur Mer", party_name="Ancienneté Fabulette",
        )  # fmt: skip
        client = next(self.ended)
        self.traps.ids["renamed-client"] = client
        self.insert(
            "party_party__history", number_in="__id", id=client, name="Ancienne Clientèle", code=str(client)
        )
        self.run("UPDATE account_invoice SET invoice_date = '2013-06-01' WHERE party = :p", p=client)
        self.run(
            "UPDATE account_move SET period = (SELECT min(id) FROM account_period) WHERE id IN"
            " (SELECT move FROM account_invoice WHERE party = :p)",
            p=client,
        )

    def merged(self) -> None:
        """Two parties merged: the one that was replaced goes with the one that replaced it, or stays with it."""
        for name, into in (("merged-overdue", next(self.overdue)), ("merged-living", next(self.living))):
            double = self.party("Dédoublée Fabulette")
            self.run(
                "UPDATE party_party SET replaced_by = :into, active = FALSE WHERE id = :id",
                into=into,
                id=double,
            )
            self.traps.ids[name] = double
            self.traps.ids[f"{name}-into"] = into

    def accounts(self) -> None:
        """A web account without party, silent and living; sessions and sign-in attempts by address alone."""
        for name, at in (("account-silent", LONG_AGO), ("account-living", RECENTLY)):
            self.traps.ids[name] = self.insert(
                "web_user", email=f"{name}@perso.example", create_date=at, active=True
            )
        self.insert("web_user_session", user=self.traps.ids["account-silent"], key="s1", create_date=LONG_AGO)
        self.traps.ids["attempt"] = self.insert(
            "web_user_authenticate_attempt", login="account-silent@perso.example", ip_address="192.0.2.7"
        )
        party = next(self.overdue)
        self.traps.ids["signed-in"] = party
        user = self.insert("web_user", email="signed-in@perso.example", party=party, active=True)
        self.insert("web_user_session", user=user, key="s2", create_date=RECENTLY)

    def newsletter(self) -> None:
        """A subscriber is only reached by the address; a living person may have the same."""
        letters = self.insert("marketing_email_list", name="Lettre")
        gone, shared, keeper = next(self.overdue), next(self.overdue), next(self.living)
        self.run(
            "UPDATE party_contact_mechanism SET value = :e, value_compact = :e WHERE party = :p AND type = 'email'",
            e=self.email(shared), p=keeper,
        )  # fmt: skip
        for name, party in (("subscriber", gone), ("subscriber-shared", shared)):
            self.traps.values[name] = self.email(party)
            self.traps.ids[name] = self.insert(
                "marketing_email", email=self.email(party), email_token=name, list_=letters, active=True
            )
        self.insert("web_shortened_url", record=f"marketing.email,{self.traps.ids['subscriber']}",
                    redirect_url=f"https://lettre.example/?m={self.email(gone)}")  # fmt: skip

    def emails(self) -> None:
        """An e-mail on the record of one who leaves; one on a living person's, sent to one who leaves too."""
        leaving, copied, living = next(self.overdue), next(self.overdue), next(self.living)
        for name, resource, to in (
            ("email-of-leaving", f"party.party,{leaving}", leaving),
            ("email-copied-to-leaving", f"party.party,{living}", copied),
        ):
            self.traps.ids[name] = self.insert(
                "ir_email", resource=resource, subject="Votre devis", body="Bonjour", create_date=LONG_AGO,
                recipients=f"Quelqu’un <{self.email(to)}>",
            )  # fmt: skip
            self.insert("ir_email_address", email=self.traps.ids[name], address=self.email(to))
        self.traps.values["copied"] = self.email(copied)

    def contacts(self) -> None:
        """The opportunity is old, an e-mail, a talk or a click is not; our own mailing is no contact."""
        wrote, talked, clicked, mailed = (next(self.overdue) for _ in range(4))
        self.insert("ir_email", resource=f"party.party,{wrote}", create_date=RECENTLY, subject="Re")
        channel = self.insert("ir_chat_channel", resource=f"party.party,{talked}")
        self.insert(
            "ir_chat_message",
            channel=channel,
            audience="public",
            content="?",
            create_date=RECENTLY,
            email="lui@x.example",
        )
        scenario = self.insert(
            "marketing_automation_scenario", name="Relance", model="party.party", state="running"
        )
        activity = self.insert("marketing_automation_activity", name="Courriel",
                               parent=f"marketing.automation.scenario,{scenario}")  # fmt: skip
        for party, clicking in ((clicked, True), (mailed, False)):
            record = self.insert("marketing_automation_record", record=f"party.party,{party}", scenario=scenario,
                                 uuid=f"uuid-{party}")  # fmt: skip
            self.insert("marketing_automation_record_activity", record=record, activity=activity, at=RECENTLY,
                        state="done", email_opened=True, email_clicked=clicking)  # fmt: skip
            self.insert("ir_email", resource=f"party.party,{party}", create_date=RECENTLY, subject="Promo",
                        marketing_automation_record=record)  # fmt: skip
        self.traps.ids |= {"wrote": wrote, "talked": talked, "clicked": clicked, "mailed": mailed}

    def boundaries(self) -> None:
        """Three years end with 31 October 2026: a day decides."""
        for name, day in (("last-day-due", "2023-10-31"), ("first-day-kept", "2023-11-01")):
            party = next(self.overdue)
            self.run(
                "UPDATE sale_opportunity SET start_date = CAST(:d AS date), end_date = NULL WHERE party = :p",
                d=day, p=party,
            )  # fmt: skip
            self.traps.ids[name] = party

    def leads(self) -> None:
        """An opportunity without party: what is known of the person is in its texts."""
        for name, day in (("lead-silent", "2020-01-01"), ("lead-living", "2026-01-01")):
            number = self.clone("sale_opportunity", party=None, start_date=day, end_date=None, state="lead",
                                number=name, comment="M. Fabulette, 06 00 00 00 01", address=None, contact=None)  # fmt: skip
            self.traps.ids[name] = number
            self.insert(
                "sale_opportunity__history", number_in="__id", id=number, comment="M. Fabulette, autrefois"
            )

    def orders(self) -> None:
        """A quotation never confirmed goes; a confirmed order makes a customer, long ago or not."""
        for name, state, day in (
            ("quoted", "quotation", None),
            ("ordered-long-ago", "done", "2018-01-01"),
            ("ordered", "done", "2024-01-01"),
        ):
            party = next(self.overdue)
            self.run(
                "UPDATE sale_opportunity SET start_date = '2018-01-01', end_date = NULL WHERE party = :p",
                p=party,
            )
            sale = self.insert(
                "sale_sale", party=party, state=state, sale_date=day, company=1, currency=1, comment="Allergique",
                invoice_method="order", invoice_state="none", shipment_method="order", shipment_state="none",
            )  # fmt: skip
            self.insert(
                "sale_line", sale=sale, type="line", description="Pour Fabulette", note="Pour Fabulette"
            )
            self.traps.ids |= {name: party, f"{name}-sale": sale}

    def business(self) -> None:
        """A running subscription without end, an open project: nothing goes, however silent."""
        subscriber, project, closed = next(self.ended), next(self.ended), next(self.ended)
        rule = self.insert("sale_subscription_recurrence_rule_set", name="Mensuel")
        self.insert("sale_subscription", party=subscriber, state="running", start_date="2016-01-01", company=1,
                    currency=1, invoice_recurrence=rule)  # fmt: skip
        done = self.one("SELECT id FROM project_work_status WHERE progress = 1 LIMIT 1")
        open_ = self.one("SELECT id FROM project_work_status WHERE progress IS NULL OR progress < 1 LIMIT 1")
        for party, status, name in ((project, open_, "project"), (closed, done, "closed-project")):
            self.traps.ids[f"{name}-work"] = self.insert(
                "project_work", party=party, status=status, name="Chez Fabulette", company=1, type="project",
                comment="Code de l’alarme", create_date=LONG_AGO,
            )  # fmt: skip
        self.traps.ids |= {"subscription": subscriber, "project": project, "closed-project": closed}

    def bank(self) -> None:
        """A bank account of one who leaves, and a joint one of which a holder stays."""
        leaving, joint, staying = next(self.overdue), next(self.overdue), next(self.living)
        for name, owners in (("bank", [leaving]), ("joint", [joint, staying])):
            account = self.insert("bank_account", active=True)
            for owner in owners:
                self.insert("bank_account-party_party", account=account, owner=owner)
            self.traps.ids[name] = self.insert(
                "bank_account_number", account=account, type="iban", number=f"FR76 3000 6000 {name}",
                number_compact=f"FR7630006000{name}", active=True,
            )  # fmt: skip
        self.traps.ids |= {"bank-party": leaving, "joint-party": joint}

    def identifiers(self) -> None:
        """A VAT number, its compact copy and its past; of one who goes, of one the books keep in clear."""
        leaving, kept = next(self.overdue), next(self.ended)
        for name, party in (("identifier", leaving), ("identifier-kept", kept)):
            number = self.insert("party_identifier", party=party, type="eu_vat", code="FR 40 303 265 045",
                                 code_compact="FR40303265045", active=True)  # fmt: skip
            self.insert("party_identifier__history", number_in="__id", id=number, party=party, type="eu_vat",
                        code="FR 40 303 265 045", code_compact="FR40303265045")  # fmt: skip
            self.traps.ids |= {name: number, f"{name}-party": party}

    def house(self) -> None:
        """An employee, a supplier, a bank: never chosen, however silent."""
        employee, supplier, bank = next(self.overdue), next(self.overdue), next(self.overdue)
        self.insert("company_employee", company=1, party=employee)
        product = self.one("SELECT min(id) FROM product_template")
        self.insert("purchase_product_supplier", template=product, party=supplier, company=1, currency=1)
        self.insert("bank", party=bank)
        self.traps.ids |= {"employee": employee, "supplier": supplier, "bank-house": bank}

    def files(self) -> None:
        """A file of one who leaves goes; one that another row names as well stays."""
        leaving = next(self.overdue)
        for name, others in (("file-alone", ()), ("file-shared", ("product.template,1",))):
            for resource in (f"party.party,{leaving}", *others):
                self.insert("ir_attachment", name=f"{name}.txt", type="data", resource=resource,
                            file_id=f"{name}-0000")  # fmt: skip
            self.traps.values[name] = f"{name}-0000"

    def relations(self) -> None:
        """A relation between one who leaves and one who stays."""
        kind = self.insert("party_relation_type", name="Conjoint")
        leaving, staying = next(self.overdue), next(self.living)
        self.insert("party_relation", from_=leaving, to=staying, type=kind)
        self.traps.ids |= {"spouse-leaving": leaving, "spouse-staying": staying}

    def old_invoice(self) -> None:
        """The texts, the note and the e-mail of an invoice over ten years."""
        invoice = min(oracles.closed_years_due(self.connection) - oracles.keys(
            self.connection, "SELECT id FROM account_invoice WHERE move IS NULL"))  # fmt: skip
        self.run(
            "UPDATE account_invoice SET comment = 'Merci Hortense', description = 'Pour Hortense' WHERE id = :id",
            id=invoice,
        )
        self.run("UPDATE account_invoice_line SET note = 'Chez Hortense' WHERE invoice = :id", id=invoice)
        self.traps.ids["invoice"] = invoice
        self.traps.ids["invoice-note"] = self.note(f"account.invoice,{invoice}", "Hortense a payé")
        self.traps.ids["invoice-email"] = self.insert(
            "ir_email", resource=f"account.invoice,{invoice}", subject="Facture", body="Chère Hortense"
        )

    def odd_names(self) -> None:
        """Quotes, emoji, other scripts, and nothing at all."""
        for name, value in {
            "quote": 'L\'"Étoile"; DROP TABLE party_party; --',
            "emoji": "👩‍🔧 Zoé",
            "script": "יוסף کریم 王",
            "nothing": None,
        }.items():
            party = next(self.overdue)
            self.run("UPDATE party_party SET name = :n WHERE id = :id", n=value, id=party)
            self.traps.ids[f"odd-{name}"] = party

    # --- tools -----------------------------------------------------------------------------------

    def run(self, sql: str, **bound: Any) -> None:
        self.connection.execute(text(sql), bound)

    def one(self, sql: str, **bound: Any) -> Any:
        return self.connection.execute(text(sql), bound).scalar_one()

    def insert(self, table: str, *, number_in: str = "id", **values: Any) -> int:
        """A new row; what is not said is nothing, or what the column takes for it."""
        number = self.one(f'SELECT COALESCE(max({number_in}), 0) + 1 FROM "{table}"')
        whole = {**self.required(table), number_in: number, **values}
        names = ", ".join(f'"{name}"' for name in whole)
        marks = ", ".join(f":{name}" for name in whole)
        self.run(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', **whole)
        return number

    def required(self, table: str) -> dict[str, Any]:
        """A value for each column that takes no NULL."""
        rows = self.connection.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :t"
                " AND is_nullable = 'NO' AND column_default IS NULL"
            ),
            {"t": table},
        )
        empty = {"integer": 1, "boolean": False, "numeric": 0, "double precision": 0, "date": LONG_AGO[:10]}
        return {name: empty.get(kind, "x") for name, kind in rows}

    def clone(self, table: str, **changes: Any) -> int:
        """Copy a table's first row with a new id and these columns changed."""
        new = self.one(f"SELECT max(id) + 1 FROM {table}")
        self.run(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, CAST(:changes AS jsonb))).*"
            f" FROM {table} t WHERE id = (SELECT min(id) FROM {table})",
            changes=json.dumps({"id": new, **changes}),
        )
        return new

    def party(self, name: str) -> int:
        number = self.one("SELECT max(id) + 1 FROM party_party")
        self.insert("party_party", name=name, code=f"P{number}", active=True)
        self.insert("party_party__history", number_in="__id", id=number, name=name, code=f"P{number}")
        return number

    def note(self, resource: str, message: str) -> int:
        return self.insert("ir_note", resource=resource, message=message, create_date=LONG_AGO)

    def email(self, party: int) -> str:
        return self.one(
            "SELECT min(value) FROM party_contact_mechanism WHERE party = :p AND type = 'email'", p=party
        )
