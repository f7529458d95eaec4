"""Traps that the dump does not hold, planted in a copy of it before anything is planned.

Each takes people of its own, so that one trap cannot hide another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from tests.dolibarr import oracles
from tests.dolibarr.web import weave

LONG_AGO = "2018-03-01 12:00:00"
RECENTLY = "2026-03-01 12:00:00"
AUTOMATIC, CALL = 40, 1
"""Types of events (llx_c_actioncomm.id)."""


@dataclass
class Traps:
    """Who was put in which trap: ids of third parties, contacts, candidates, rows."""

    ids: dict[str, int] = field(default_factory=dict[str, int])
    values: dict[str, str] = field(default_factory=dict[str, str])

    def __getitem__(self, name: str) -> int:
        return self.ids[name]


def plant(connection: Connection) -> Traps:
    """Plant every trap; nothing else of the dump changes."""
    planter = Planter(connection)
    for trap in (
        planter.candidates,
        planter.boundaries,
        planter.prospects,
        planter.shared_events,
        planter.same_numbers,
        planter.mailings,
        planter.whole_web,
        planter.accounts,
        planter.mother_company,
        planter.copies,
        planter.old_invoices,
        planter.tickets,
        planter.odd_names,
    ):
        trap()
    return planter.traps


class Planter:
    """Plants; takes each person from a pool, once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.traps = Traps()
        self.run("SET SESSION sql_mode = ''")  # Dolibarr’s own: what is not said takes its default
        due = oracles.prospects_due(connection)
        supported = oracles.keys(connection, "SELECT fk_soc FROM llx_ticket")
        free = due - supported
        with_contact = oracles.keys(connection, "SELECT fk_soc FROM llx_socpeople")
        self.overdue = iter(sorted(free - with_contact))
        self.employing = iter(sorted(free & with_contact))
        self.living = iter(
            sorted(
                oracles.keys(connection, "SELECT fk_soc FROM llx_facture WHERE datef > '2025-01-01'")
                & with_contact
            )
        )
        customers = oracles.customers_due(connection)
        recent = oracles.keys(connection, "SELECT fk_soc FROM llx_facture WHERE datef >= '2016-01-01'")
        invoiced = oracles.keys(connection, "SELECT fk_soc FROM llx_facture")
        self.emptied = iter(sorted((customers & invoiced) - recent))
        self.named = iter(sorted(customers & recent))
        self.refused = iter(sorted(oracles.candidates_due(connection)))

    # --- the traps -------------------------------------------------------------------------------

    def candidates(self) -> None:
        """Applies again, was hired, was refused again lately, is also a contact and a third party."""
        again, hired, twice, double = (next(self.refused) for _ in range(4))
        self.applies(again, status=1)
        self.applies(hired, status=8)
        self.applies(twice, status=9)
        address = self.one(
            "SELECT email FROM llx_recruitment_recruitmentcandidature WHERE rowid = :id", id=double
        )
        soc = next(self.living)
        contact = self.contact_of(soc)
        self.run("UPDATE llx_socpeople SET email = :e, tms = tms WHERE rowid = :id", e=address, id=contact)
        self.run("UPDATE llx_societe SET email = :e, tms = tms WHERE rowid = :id", e=address, id=soc)
        cv = next(self.refused)
        self.traps.ids["cv-index"] = self.file(
            "recruitment_recruitmentcandidature", cv, "CV_Dupont_Jeanne.pdf"
        )
        self.traps.ids["interview"] = self.event(
            elementtype="recruitmentcandidature@recruitment", fk_element=cv, label="Entretien Jeanne Dupont",
            datep=LONG_AGO, fk_action=5,
        )  # fmt: skip
        self.traps.ids |= {
            "applies-again": again, "hired": hired, "refused-twice": twice, "also-contact": double,
            "his-contact": contact, "his-third-party": soc, "cv": cv,
        }  # fmt: skip

    def boundaries(self) -> None:
        """The last second that is due, the first that is kept: 2024-11-01 00:00 in Paris."""
        last, first = next(self.refused), next(self.refused)
        for name, key, moment in (
            ("last-moment-due", last, "2024-10-31 22:59:59"),
            ("first-moment-kept", first, "2024-10-31 23:00:00"),
        ):
            self.traps.ids[name] = key
            self.run(
                "UPDATE llx_recruitment_recruitmentcandidature SET tms = :t WHERE rowid = :id",
                t=moment,
                id=key,
            )

    def prospects(self) -> None:
        """Who is silent, and who is not: signed, supplier, met elsewhere; modified by the house alone."""
        signed, supplier, automatic = (next(self.overdue) for _ in range(3))
        met = next(self.employing)
        self.insert("llx_propal", fk_soc=signed, ref="PR-SIGNED", fk_statut=2, datec=LONG_AGO)
        self.run("UPDATE llx_societe SET fournisseur = 1, tms = tms WHERE rowid = :id", id=supplier)
        self.event(fk_soc=automatic, fk_action=AUTOMATIC, code="AC_COMPANY_MODIFY", datep=RECENTLY)
        meeting = self.event(fk_soc=next(self.living), fk_action=5, datep=RECENTLY)
        self.invited(meeting, self.contact_of(met))
        self.traps.ids |= {"signed": signed, "supplier": supplier, "automatic": automatic, "met": met}

    def shared_events(self) -> None:
        """An event of a living third party with a contact who leaves, and the other way round."""
        leaving, living = next(self.employing), next(self.living)
        gone, staying = self.contact_of(leaving), self.contact_of(living)
        words = {"label": "RDV Sylvie Partante", "note": "Sylvie Partante est malade", "datep": LONG_AGO}
        theirs = self.event(fk_soc=living, **words)
        ours = self.event(fk_soc=leaving, **words)
        for event in (theirs, ours):
            self.invited(event, gone)
            self.invited(event, staying)
        self.traps.ids |= {
            "event-of-living": theirs,
            "event-of-leaving": ours,
            "attendee": staying,
            "gone": gone,
        }
        self.traps.values["shared"] = "Sylvie Partante"

    def same_numbers(self) -> None:
        """The same number under another kind of object, or as a user: not the person's."""
        soc = next(self.employing)
        contact = self.contact_of(soc)
        internal, external = (
            self.one(
                f"SELECT rowid FROM llx_c_type_contact WHERE element = 'facture' AND source = '{s}' LIMIT 1"
            )
            for s in ("internal", "external")
        )
        invoice = self.one("SELECT rowid FROM llx_facture WHERE datef > '2025-01-01' LIMIT 1")
        for name, kind in (("internal-role", internal), ("external-role", external)):
            self.traps.ids[name] = self.insert(
                "llx_element_contact",
                element_id=invoice,
                fk_c_type_contact=kind,
                fk_socpeople=contact,
                statut=4,
            )
        self.traps.ids["product-file"] = self.file("product", soc, "notice.pdf")
        self.traps.ids["their-file"] = self.file("societe", soc, "kbis.pdf")
        self.traps.ids["product-link"] = self.insert(
            "llx_links", objecttype="product", objectid=soc, url="u", label="l"
        )
        self.traps.ids["their-link"] = self.insert(
            "llx_links", objecttype="societe", objectid=soc, url="u", label="l"
        )
        event = self.event(fk_soc=next(self.living), datep=LONG_AGO)
        self.traps.ids["user-invited"] = self.insert(
            "llx_actioncomm_resources", fk_actioncomm=event, element_type="user", fk_element=contact
        )

    def mailings(self) -> None:
        """An opt-out outlives its erasure as a hash; a recipient of a mailing goes with the third party."""
        soc = next(self.overdue)
        address = self.one("SELECT email FROM llx_societe WHERE rowid = :id", id=soc)
        self.traps.values["opted-out"] = address
        self.traps.ids["opted-out"] = self.insert("llx_mailing_unsubscribe", email=address, entity=1)
        self.traps.ids["other-opt-out"] = self.insert(
            "llx_mailing_unsubscribe", email="autre@ailleurs.example", entity=1
        )
        for name, more in (
            (
                "by-source",
                {"source_type": "thirdparty", "source_id": soc, "email": "vieille@adresse.example"},
            ),
            ("by-address", {"source_type": "file", "email": address}),
            ("same-number", {"source_type": "user", "source_id": soc, "email": "collegue@maison.example"}),
        ):
            self.traps.ids[name] = self.insert("llx_mailing_cibles", fk_mailing=1, **more)
        self.traps.ids["notified"] = self.insert(
            "llx_notify", fk_soc=soc, fk_action=1, objet_type="x", objet_id=1, email=address
        )

    def whole_web(self) -> None:
        """Something in every table that refers to a third party or its contact, all keys RESTRICT."""
        soc = next(self.employing)
        self.traps.ids["web"] = soc
        self.traps.ids["web-contact"] = self.contact_of(soc)
        self.traps.ids |= weave(self, soc, self.contact_of(soc))

    def accounts(self) -> None:
        """An open account keeps its third party whole; a closed one is emptied with its contact."""
        opened, closed = next(self.overdue), next(self.employing)
        person = self.contact_of(closed)
        self.traps.ids["open-account"] = self.insert(
            "llx_user", login="ouvert", lastname="Ouvert", fk_soc=opened, statut=1, employee=0
        )
        self.traps.ids["closed-account"] = self.insert(
            "llx_user", login="jean.parti", lastname="Parti", firstname="Jean", email="jean@parti.example",
            fk_soc=closed, fk_socpeople=person, statut=0, employee=0,
        )  # fmt: skip
        self.traps.ids["open-third-party"] = opened
        self.traps.values["closed-account"] = "jean@parti.example"

    def mother_company(self) -> None:
        """The parent of a third party still in touch stays whole; the parent of a silent one goes."""
        kept, going = next(self.overdue), next(self.overdue)
        self.run(
            "UPDATE llx_societe SET parent = :p, tms = tms WHERE rowid = :id", p=kept, id=next(self.living)
        )
        self.run(
            "UPDATE llx_societe SET parent = :p, tms = tms WHERE rowid = :id", p=going, id=next(self.overdue)
        )
        self.traps.ids |= {"mother": kept, "silent-mother": going}

    def copies(self) -> None:
        """The name copied in the bank, in the books and in a debit: gone after ten years, kept before."""
        for name, soc in (("old", next(self.emptied)), ("kept", next(self.named))):
            called = f"Copiée {name.capitalize()}vick"
            code = self.one("SELECT code_client FROM llx_societe WHERE rowid = :id", id=soc)
            self.run(
                "UPDATE llx_societe SET nom = :n, note_private = :n, tms = tms WHERE rowid = :id",
                n=called,
                id=soc,
            )
            bank = self.insert("llx_bank", label=f"Règlement {called}", emetteur=called, amount=10)
            self.insert("llx_bank_url", fk_bank=bank, url_id=soc, url="x", label=called, type="company")
            self.insert("llx_bank_url", fk_bank=bank, url_id=soc, url="x", label="(paiement)", type="payment")
            self.insert("llx_prelevement_bons", ref=f"T{soc}")
            debit = self.insert(
                "llx_prelevement_lignes", fk_prelevement_bons=1, fk_soc=soc, client_nom=called, number="FR76"
            )
            entry = self.insert(
                "llx_accounting_bookkeeping", thirdparty_code=code, subledger_label=called, piece_num=soc,
                label_operation=f"Facture {called}", doc_type="bank", doc_ref="B", numero_compte="411",
                label_compte="Clients", code_journal="BQ", doc_date="2015-01-01",
            )  # fmt: skip
            self.traps.values[f"copied-{name}"] = called
            self.traps.ids |= {f"copied-{name}": soc, f"bank-{name}": bank}
            self.traps.ids |= {f"debit-{name}": debit, f"entry-{name}": entry}

    def old_invoices(self) -> None:
        """Words on an invoice over ten years, its PDF and its events; a draft; the unalterable log."""
        due = iter(sorted(oracles.closed_years_due(self.connection)))
        old = next(due)
        self.run(
            "UPDATE llx_facture SET note_public = 'Pour Ginette Vieille', ref_client = 'Ginette',"
            " last_main_doc = 'facture/F/F.pdf', tms = tms WHERE rowid = :id", id=old,
        )  # fmt: skip
        self.run(
            "UPDATE llx_facturedet SET description = 'Séjour de Ginette Vieille'"
            " WHERE fk_facture = :id", id=old,
        )  # fmt: skip
        self.traps.ids["pdf-index"] = self.file("facture", old, "Ginette_Vieille.pdf")
        self.traps.ids["invoice-event"] = self.event(
            elementtype="invoice", fk_element=old, label="Facture envoyée à Ginette Vieille", datep=LONG_AGO
        )
        payment = self.insert("llx_paiement", note="Chèque de Ginette Vieille", num_paiement="123", amount=5)
        shared = self.insert("llx_paiement", note="Deux factures", num_paiement="456", amount=5)
        young = self.one("SELECT rowid FROM llx_facture WHERE datef > '2025-01-01' LIMIT 1")
        for paid, invoice in ((payment, old), (shared, old), (shared, young)):
            self.insert("llx_paiement_facture", fk_paiement=paid, fk_facture=invoice, amount=1)
        self.traps.ids["log"] = self.insert(
            "llx_blockedlog", action="BILL_VALIDATE", amounts=1, element="facture", fk_object=old,
            ref_object="FA", object_data='{"thirdparty":"Ginette Vieille"}', signature="s", signature_line="l",
        )  # fmt: skip
        self.traps.ids |= {"old-invoice": old, "payment": payment, "shared-payment": shared}
        self.traps.ids["draft"] = self.insert(
            "llx_facture", ref="(PROV-T)", entity=1, fk_soc=next(self.living), fk_statut=0, datef="2012-01-01",
            datec="2012-01-01", note_private="brouillon",
        )  # fmt: skip
        self.traps.values["old-invoice"] = "Ginette Vieille"

    def tickets(self) -> None:
        """A silent prospect with a recent ticket: the calls go, the support exchange stays."""
        soc = min(
            oracles.prospects_due(self.connection)
            & oracles.keys(self.connection, "SELECT fk_soc FROM llx_ticket WHERE datec > '2024-01-01'")
        )
        ticket = self.one("SELECT max(rowid) FROM llx_ticket WHERE fk_soc = :id", id=soc)
        self.traps.ids |= {"supported": soc, "ticket": ticket}
        self.traps.ids["ticket-message"] = self.event(
            elementtype="ticket", fk_element=ticket, fk_soc=soc, code="TICKET_MSG", datep=RECENTLY,
            label="Message", note="Bonjour, c’est Odile", fk_action=AUTOMATIC,
        )  # fmt: skip
        self.traps.ids["call"] = self.event(fk_soc=soc, label="Appel avec Odile", datep=LONG_AGO)
        gone = min(oracles.tickets_due(self.connection))
        self.traps.ids["due-ticket"] = gone
        self.traps.ids["due-message"] = self.event(
            elementtype="ticket", fk_element=gone, code="TICKET_MSG", datep=LONG_AGO, label="Message",
            note="Bonjour, c’est Émile",
        )  # fmt: skip
        self.insert("llx_ticket_extrafields", fk_object=gone)

    def odd_names(self) -> None:
        """Quotes, emoji, scripts, percent signs and nothing at all."""
        for name, value in {
            "odd-quote": 'O\'Brien "Bob" % _ \\',
            "odd-emoji": "Zoé 🦊",
            "odd-script": "山田 太郎",
            "odd-nothing": "",
        }.items():
            soc = next(self.overdue)
            self.traps.ids[name] = soc
            self.run("UPDATE llx_societe SET nom = :n, tms = tms WHERE rowid = :id", n=value, id=soc)

    # --- tools -----------------------------------------------------------------------------------

    def run(self, sql: str, **bound: Any) -> None:
        """One statement."""
        self.connection.execute(text(sql), bound)

    def one(self, sql: str, **bound: Any) -> Any:
        """One value."""
        return self.connection.execute(text(sql), bound).scalar_one()

    def insert(self, table: str, **values: Any) -> int:
        """A row; what is not said takes its default. Gives its number."""
        names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
        result = self.connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)
        return int(result.lastrowid)

    def contact_of(self, soc: int) -> int:
        """The first contact of a third party."""
        return int(self.one("SELECT min(rowid) FROM llx_socpeople WHERE fk_soc = :id", id=soc))

    def event(self, **values: Any) -> int:
        """An event of the agenda."""
        usual = {"ref": "T", "label": "", "fk_action": CALL, "datec": LONG_AGO}
        return self.insert("llx_actioncomm", **(usual | values))

    def invited(self, event: int, contact: int) -> None:
        """A contact comes to an event."""
        self.insert(
            "llx_actioncomm_resources", fk_actioncomm=event, element_type="socpeople", fk_element=contact
        )

    def file(self, kind: str, number: int, name: str) -> int:
        """An attached file, in the index."""
        return self.insert(
            "llx_ecm_files", label="x", entity=1, filepath=f"{kind}/{number}", filename=name,
            src_object_type=kind, src_object_id=number,
        )  # fmt: skip

    def applies(self, candidate: int, status: int) -> None:
        """Another application at the same address, in March 2026."""
        self.run(
            "INSERT INTO llx_recruitment_recruitmentcandidature"
            " (entity, ref, status, firstname, lastname, email, date_creation, tms, fk_user_creat)"
            " SELECT entity, concat(ref, '-B'), :status, firstname, lastname, upper(email), :at, :at, 1"
            " FROM llx_recruitment_recruitmentcandidature WHERE rowid = :id",
            id=candidate, status=status, at=RECENTLY,
        )  # fmt: skip
