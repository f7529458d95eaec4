"""Traps that the dump does not hold, planted in a copy of it before anything is planned.

Each takes people of its own, so that one trap cannot hide another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from tests.odoo import oracles

LONG_AGO = "2018-03-01 12:00:00"
RECENTLY = "2026-03-01 12:00:00"


@dataclass
class Traps:
    """Who was put in which trap: ids of partners, leads, candidates, rows."""

    ids: dict[str, int] = field(default_factory=dict[str, int])
    values: dict[str, str] = field(default_factory=dict[str, str])

    def __getitem__(self, name: str) -> int:
        return self.ids[name]


def plant(connection: Connection) -> Traps:
    """Plant every trap; nothing else of the dump changes."""
    planter = _Planter(connection)
    for trap in (
        planter.opt_outs,
        planter.newsletter,
        planter.shared_files,
        planter.candidates,
        planter.shared_meeting,
        planter.shared_thread,
        planter.brochure,
        planter.house,
        planter.clocks,
        planter.boundaries,
        planter.side_tables,
        planter.orders_of_others,
        planter.bank,
        planter.old_invoice,
        planter.odd_names,
    ):
        trap()
    return planter.traps


class _Planter:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.traps = Traps()
        due = oracles.prospect_partners_due(connection)
        alone = oracles.keys(
            connection,
            "SELECT id FROM res_partner p WHERE id = ANY(:ids) AND NOT is_company AND parent_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM sale_order o WHERE o.partner_id = p.id)",
            ids=sorted(due),
        )
        living = oracles.keys(
            connection,
            "SELECT l.partner_id FROM crm_lead l JOIN res_partner p ON p.id = l.partner_id"
            " WHERE NOT p.is_company AND p.write_date > '2024-06-01'",
        )
        self.overdue = iter(sorted(alone))
        self.living = iter(sorted(living - due - oracles.customers(connection)))
        self.leads = iter(sorted(oracles.prospect_leads_due(connection)))
        self.refused = iter(sorted(oracles.candidates_due(connection)))

    # --- the traps -------------------------------------------------------------------------------

    def opt_outs(self) -> None:
        """An opt-out outlives its erasure as a hash, but not while someone alive has the address."""
        opted, shared, lead = next(self.overdue), next(self.overdue), next(self.leads)
        keeper = next(self.living)
        self.run("UPDATE res_partner SET email_normalized = :e, email = :e WHERE id = :id",
                 id=keeper, e=self.email("res_partner", shared))  # fmt: skip
        for name, address in {
            "opted-out": self.email("res_partner", opted),
            "opted-out-shared": self.email("res_partner", shared),
            "opted-out-lead": self.email("crm_lead", lead),
        }.items():
            self.traps.values[name] = address
            self.traps.ids[name] = self.clone("mail_blacklist", email=address)
        number = self.one("SELECT phone_sanitized FROM res_partner WHERE id = :id", id=opted)
        self.traps.values["no-calls"] = number
        self.run("INSERT INTO phone_blacklist (number, active) VALUES (:n, TRUE)", n=number)

    def newsletter(self) -> None:
        """A subscriber is only reached by the address."""
        partner = next(self.overdue)
        address = self.email("res_partner", partner)
        self.traps.values["subscriber"] = address
        contact = self.clone("mailing_contact", email=address, email_normalized=address, name="Lui-même")
        self.traps.ids["subscriber"] = contact
        self.clone("mailing_subscription", contact_id=contact)
        self.traps.ids["trace"] = self.clone(
            "mailing_trace", model="res.partner", res_id=partner, email=address
        )

    def shared_files(self) -> None:
        """Equal contents share one file: it goes with its last reference."""
        kept, pair = next(self.refused), (next(self.refused), next(self.refused))
        fname, checksum = self.file_of(kept)
        self.traps.values["file-kept"] = fname
        self.traps.ids["file-kept"] = self.clone(
            "ir_attachment", res_model="product.template", res_id=1, res_field=None,
            store_fname=fname, checksum=checksum, name="notice.pdf", index_content=None,
        )  # fmt: skip
        shared, checksum = self.file_of(pair[0])
        self.traps.values["file-shared-by-two"] = shared
        self.traps.values["file-left-alone"] = self.file_of(pair[1])[0]
        self.run(
            "UPDATE ir_attachment SET store_fname = :f, checksum = :c WHERE id = :id",
            f=shared, c=checksum, id=self.attachment_of(pair[1]),
        )  # fmt: skip

    def candidates(self) -> None:
        """One applies again, one was hired, one is also a prospect, two share one contact."""
        again, hired, prospect = next(self.refused), next(self.refused), next(self.refused)
        self.clone(
            "hr_applicant",
            where="candidate_id",
            value=again,
            refuse_reason_id=None,
            refuse_date=None,
            active=True,
        )
        employee = self.one("SELECT min(id) FROM hr_employee")
        self.run("UPDATE hr_candidate SET employee_id = :e WHERE id = :id", e=employee, id=hired)
        contact = self.contact_of(prospect)
        lead = self.one("SELECT max(id) FROM crm_lead WHERE create_date > '2025-01-01'")
        self.clone("crm_lead", where="id", value=lead, partner_id=contact, create_date=RECENTLY)
        self.message(contact, "product.template", 1, "Une question sur ce produit")
        first, second = next(self.refused), next(self.refused)
        self.traps.ids["orphan-contact"] = self.contact_of(second)
        self.run(
            "UPDATE hr_candidate SET partner_id = :p WHERE id = :id", p=self.contact_of(first), id=second
        )
        mixed, live = next(self.refused), next(self.refused)
        self.run("UPDATE hr_candidate SET partner_id = :p WHERE id = :id", p=self.contact_of(mixed), id=live)
        self.run(
            "UPDATE hr_applicant SET refuse_reason_id = NULL, refuse_date = NULL, active = TRUE"
            " WHERE candidate_id = :id",
            id=live,
        )
        self.traps.ids |= {
            "applies-again": again, "hired": hired, "also-prospect": prospect, "also-prospect-contact": contact,
            "two-candidates": first, "two-candidates-contact": self.contact_of(first),
            "contact-of-a-living": self.contact_of(mixed), "mixed": mixed, "living-candidate": live,
        }  # fmt: skip

    def shared_meeting(self) -> None:
        """A meeting belongs to all who were invited."""
        leaving, staying = next(self.overdue), next(self.living)
        name = self.one("SELECT name FROM res_partner WHERE id = :id", id=leaving)
        meeting = self.clone(
            "calendar_event", name=f"RDV {name}", description=f"<p>{name} demande un devis</p>",
            start=LONG_AGO, stop=LONG_AGO,
        )  # fmt: skip
        for partner in (leaving, staying):
            self.run(
                "INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)"
                " VALUES (:e, :p)",
                e=meeting,
                p=partner,
            )
            self.clone("calendar_attendee", event_id=meeting, partner_id=partner, common_name=f"p{partner}")
        self.traps.ids |= {"meeting": meeting, "invited-leaving": leaving, "invited-staying": staying}

    def shared_thread(self) -> None:
        """Words of someone who leaves, on the lead of someone who stays."""
        leaving, staying = next(self.overdue), next(self.living)
        lead = self.one("SELECT min(id) FROM crm_lead WHERE partner_id = :id", id=staying)
        self.traps.ids["thread"] = self.message(
            leaving, "crm.lead", lead, f"Écrivez-moi à {self.email('res_partner', leaving)}"
        )
        self.traps.values["thread"] = self.email("res_partner", leaving)

    def brochure(self) -> None:
        """Two files sent to a lead: a product's brochure, and one that is only the message's."""
        lead = next(self.leads)
        message = self.message(None, "crm.lead", lead, "Voici notre plaquette")
        for name, model, key in (("brochure", "product.template", 1), ("letter", "mail.compose.message", 0)):
            self.traps.ids[name] = self.clone(
                "ir_attachment", res_model=model, res_id=key, res_field=None, store_fname=None,
                checksum=None, name=f"{name}.pdf", index_content=name,
            )  # fmt: skip
            self.run(
                "INSERT INTO message_attachment_rel (message_id, attachment_id) VALUES (:m, :a)",
                m=message,
                a=self.traps.ids[name],
            )

    def house(self) -> None:
        """A portal account, an employee, a supplier: never chosen, however silent."""
        portal, employee, supplier = next(self.overdue), next(self.overdue), next(self.overdue)
        self.clone("res_users", login="portal@example.org", partner_id=portal)
        worker = self.one("SELECT max(id) FROM hr_employee")
        self.run("UPDATE hr_employee SET work_contact_id = :p WHERE id = :id", p=employee, id=worker)
        self.clone("product_supplierinfo", partner_id=supplier)
        self.traps.ids |= {"portal": portal, "employee": employee, "supplier": supplier}

    def clocks(self) -> None:
        """The row is old, a message or a meeting is not."""
        wrote, met = next(self.overdue), next(self.overdue)
        self.message(wrote, "product.template", 1, "Bonjour", RECENTLY)
        meeting = self.clone("calendar_event", start=RECENTLY, stop=RECENTLY)
        self.run(
            "INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id) VALUES (:e, :p)",
            e=meeting,
            p=met,
        )
        self.traps.ids |= {"wrote": wrote, "met": met}

    def boundaries(self) -> None:
        """Three years end with 31 October 2026 in Paris: a second decides."""
        last, first = next(self.leads), next(self.leads)
        for name, lead, moment in (
            ("last-moment-due", last, "2023-10-31 22:59:59"),
            ("first-moment-kept", first, "2023-10-31 23:00:00"),
        ):
            self.run(
                "UPDATE crm_lead SET date_last_stage_update = CAST(:at AS timestamp) WHERE id = :id",
                at=moment,
                id=lead,
            )
            self.traps.ids[name] = lead

    def side_tables(self) -> None:
        """Registrations, surveys, tasks, ratings, visits, texts, letters, imports, tracked values."""
        partner = next(self.overdue)
        address, name = self.email("res_partner", partner), "Prénom Inscrit"
        self.traps.ids["sides"] = partner
        self.traps.ids["registration"] = self.clone(
            "event_registration", partner_id=partner, name=name, email=address, create_date=LONG_AGO,
            sale_order_id=None, sale_order_line_id=None, barcode=None,
        )  # fmt: skip
        survey = self.clone(
            "survey_user_input", partner_id=partner, email=address, create_date=LONG_AGO,
            access_token="token-1",
        )  # fmt: skip
        self.clone("survey_user_input_line", user_input_id=survey, value_text_box=f"Je suis {address}")
        self.traps.ids["task"] = self.clone(
            "project_task",
            partner_id=partner,
            partner_name=name,
            email_from=address,
            partner_phone="0102030405",
        )
        self.clone("rating_rating", partner_id=partner, feedback=f"Merci, {address}", message_id=None,
                   access_token="token-2")  # fmt: skip
        self.clone("website_visitor", partner_id=partner, access_token=str(partner))
        self.run(
            "INSERT INTO sms_sms (partner_id, number, body, state, uuid)"
            " VALUES (:p, '+33102030405', :b, 'sent', 'uuid-1')",
            p=partner,
            b=address,
        )
        self.clone("ir_model_data", model="res.partner", res_id=partner, module="__import__",
                   name="inscrit_prenom")  # fmt: skip
        message = self.message(None, "res.partner", partner, "Adresse changée", LONG_AGO)
        self.clone("mail_tracking_value", mail_message_id=message, old_value_char=address)
        self.clone("mail_activity", res_model="res.partner", res_id=partner, summary=f"Rappeler {address}",
                   calendar_event_id=None)  # fmt: skip
        self.traps.values["sides"] = address

    def orders_of_others(self) -> None:
        """The delivery address of somebody else's order: deletion is forbidden, emptying is not."""
        partner = next(self.overdue)
        order = self.one("SELECT max(id) FROM sale_order WHERE state = 'draft'")
        self.run("UPDATE sale_order SET partner_shipping_id = :p WHERE id = :id", p=partner, id=order)
        self.traps.ids |= {"delivery": partner, "delivery-order": order}
        self.traps.values["delivery"] = self.email("res_partner", partner)

    def bank(self) -> None:
        """A bank account of a customer whom the books keep."""
        customer = self.one(
            "SELECT min(m.partner_id) FROM account_move m WHERE m.partner_id = ANY(:ids)"
            " AND m.inalterable_hash IS NOT NULL",
            ids=sorted(oracles.customers_due(self.connection)),
        )
        self.traps.ids["bank"] = self.clone(
            "res_partner_bank", partner_id=customer, acc_number="FR76 3000 6000 0112 3456 7890 189",
            sanitized_acc_number="FR7630006000011234567890189", acc_holder_name="Le titulaire",
        )  # fmt: skip
        self.run(
            "UPDATE res_partner SET comment = '<p>Opérée en mars, a deux enfants</p>' WHERE id = :id",
            id=customer,
        )
        self.traps.ids["bank-customer"] = customer

    def old_invoice(self) -> None:
        """The rendered document, the narration and the activity of an invoice over ten years."""
        invoice = min(oracles.invoices_due(self.connection))
        self.run(
            "UPDATE account_move SET narration = 'Merci à Hortense', invoice_source_email = 'h@example.org'"
            " WHERE id = :id",
            id=invoice,
        )
        self.traps.ids["invoice"] = invoice
        self.traps.ids["invoice-document"] = self.clone(
            "ir_attachment", res_model="account.move", res_id=invoice, res_field=None, store_fname=None,
            checksum=None, name="facture.pdf", index_content="Hortense",
        )  # fmt: skip

    def odd_names(self) -> None:
        """Quotes, emoji, other scripts, and nothing at all."""
        for name, value in {
            "quote": 'L\'"Étoile"; DROP TABLE res_partner; --',
            "emoji": "👩‍🔧 Zoé",
            "script": "יוסף کریم 王",
        }.items():
            partner = next(self.overdue)
            self.run("UPDATE res_partner SET name = :n WHERE id = :id", n=value, id=partner)
            self.traps.ids[f"odd-{name}"] = partner
        partner = next(self.overdue)
        self.run(
            "UPDATE res_partner SET email = NULL, email_normalized = NULL, phone = NULL,"
            " complete_name = NULL WHERE id = :id",
            id=partner,
        )
        self.traps.ids["odd-nothing"] = partner

    # --- tools -----------------------------------------------------------------------------------

    def run(self, sql: str, **bound: Any) -> None:
        self.connection.execute(text(sql), bound)

    def one(self, sql: str, **bound: Any) -> Any:
        return self.connection.execute(text(sql), bound).scalar_one()

    def clone(self, table: str, *, where: str = "", value: int = 0, **changes: Any) -> int:
        """Copy a row (the first, unless said) with a new id and these columns changed."""
        new = self.one(f"SELECT max(id) + 1 FROM {table}")
        chosen = f"{where} = :value" if where else f"id = (SELECT min(id) FROM {table})"
        self.run(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, CAST(:changes AS jsonb))).*"
            f" FROM {table} t WHERE {chosen} LIMIT 1",
            changes=json.dumps({"id": new, **changes}),
            **({"value": value} if where else {}),
        )
        return new

    def message(self, author: int | None, model: str, key: int, body: str, at: str = LONG_AGO) -> int:
        address = self.email("res_partner", author) if author else "bot@example.org"
        return self.clone(
            "mail_message", author_id=author, model=model, res_id=key, body=f"<p>{body}</p>", subject=body,
            email_from=address, reply_to=address, message_type="email", date=at, parent_id=None,
            record_name=None, message_id=f"<{model}-{key}-{author}@example.org>",
        )  # fmt: skip

    def email(self, table: str, key: int) -> str:
        return self.one(f"SELECT email_normalized FROM {table} WHERE id = :id", id=key)

    def contact_of(self, candidate: int) -> int:
        return self.one("SELECT partner_id FROM hr_candidate WHERE id = :id", id=candidate)

    def attachment_of(self, candidate: int) -> int:
        return self.one(
            "SELECT min(a.id) FROM ir_attachment a"
            " WHERE (a.res_model = 'hr.candidate' AND a.res_id = :id) OR (a.res_model = 'hr.applicant'"
            " AND a.res_id IN (SELECT p.id FROM hr_applicant p WHERE p.candidate_id = :id))",
            id=candidate,
        )

    def file_of(self, candidate: int) -> tuple[str, str]:
        row = self.connection.execute(
            text("SELECT store_fname, checksum FROM ir_attachment WHERE id = :id"),
            {"id": self.attachment_of(candidate)},
        ).one()
        return row[0], row[1]
