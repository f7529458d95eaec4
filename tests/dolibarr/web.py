"""One row in every table that hangs on a third party or its contact: what RESTRICT keys would hold back."""

from __future__ import annotations

from typing import Any, Protocol


class Inserting(Protocol):
    """Who puts rows."""

    def insert(self, table: str, **values: Any) -> int:
        """A row."""
        ...

    def one(self, sql: str, **bound: Any) -> Any:
        """A value."""
        ...


LONG_AGO = "2018-03-01 12:00:00"
NAMED = "Toile Arachnéenne"
"""The name that no table may keep."""


def weave(at: Inserting, soc: int, contact: int) -> dict[str, int]:
    """Rows in the tables around a third party; those that are to stay, by name."""
    _documents(at, soc)
    _around(at, soc, contact)
    category = at.insert("llx_categorie", label="Salon", type=2)
    at.insert("llx_categorie_societe", fk_categorie=category, fk_soc=soc)
    at.insert("llx_categorie_fournisseur", fk_categorie=category, fk_soc=soc)
    at.insert("llx_categorie_contact", fk_categorie=category, fk_socpeople=contact)
    event = at.insert("llx_actioncomm", ref="T", label=NAMED, fk_soc=soc, datep=LONG_AGO, fk_action=1)
    at.insert("llx_categorie_actioncomm", fk_categorie=category, fk_actioncomm=event)
    at.insert("llx_actioncomm_extrafields", fk_object=event)
    at.insert(
        "llx_actioncomm_reminder", fk_actioncomm=event, fk_user=1, dateremind=LONG_AGO, offsetvalue=1,
        offsetunit="h", typeremind="email",
    )  # fmt: skip
    project = at.insert(
        "llx_projet", fk_soc=soc, ref="PJ-T", title=f"Pour {NAMED}", note_public=NAMED, datec=LONG_AGO
    )
    at.insert("llx_projet_task", ref="TK-T", fk_projet=project, label="Une tâche", fk_user_creat=1)
    attendee = at.insert(
        "llx_eventorganization_conferenceorboothattendee", ref="I-T", fk_soc=soc, fk_project=project,
        lastname=NAMED, email="toile@arachne.example", date_subscription=LONG_AGO,
    )  # fmt: skip
    return {"project": project, "registration": attendee}


def _documents(at: Inserting, soc: int) -> None:
    """Drafts and templates with their lines, extra fields and files."""
    for table, lines, key, more in (
        ("llx_propal", "llx_propaldet", "fk_propal", {"ref": "PR-T"}),
        ("llx_commande", "llx_commandedet", "fk_commande", {"ref": "CO-T", "fk_statut": 0}),
        ("llx_contrat", "llx_contratdet", "fk_contrat", {"ref": "CT-T", "statut": 0, "fk_user_author": 1}),
        ("llx_fichinter", "llx_fichinterdet", "fk_fichinter", {"ref": "FI-T"}),
        ("llx_expedition", "llx_expeditiondet", "fk_expedition", {"ref": "SH-T"}),
        ("llx_delivery", "llx_deliverydet", "fk_delivery", {"ref": "BL-T"}),
        ("llx_facture_rec", "llx_facturedet_rec", "fk_facture", {"titre": NAMED}),
    ):
        whole = at.insert(table, fk_soc=soc, note_private=NAMED, **more)
        line = at.insert(lines, **{key: whole})
        at.insert(f"{table}_extrafields", fk_object=whole)
        at.insert(f"{lines}_extrafields", fk_object=line)
    line = at.one("SELECT max(rowid) FROM llx_expeditiondet")
    at.insert("llx_expeditiondet_batch", fk_expeditiondet=line, fk_origin_stock=1)
    line = at.one("SELECT max(rowid) FROM llx_contratdet")
    at.insert("llx_contratdet_log", fk_contratdet=line, statut=0, fk_user_author=1, commentaire=NAMED)
    quote = at.one("SELECT max(rowid) FROM llx_propal")
    at.insert("llx_onlinesignature", object_type="propal", object_id=quote, name=NAMED, entity=1)
    at.insert(
        "llx_ecm_files", label="x", entity=1, filepath="propale/PR-T", filename=f"{NAMED}.pdf",
        src_object_type="propal", src_object_id=quote,
    )  # fmt: skip
    template = at.insert("llx_fichinter_rec", fk_soc=soc, titre=NAMED)
    at.insert("llx_fichinterdet_rec", fk_fichinter=template, label=NAMED)


def _around(at: Inserting, soc: int, contact: int) -> None:
    """What is neither a document nor an event."""
    for table, more in {
        "llx_societe_extrafields": {"fk_object": soc},
        "llx_socpeople_extrafields": {"fk_object": contact},
        "llx_societe_account": {"fk_soc": soc, "login": NAMED, "site": "s", "site_account": "x", "date_last_login": LONG_AGO},
        "llx_societe_rib": {"fk_soc": soc, "label": NAMED, "proprio": NAMED, "iban_prefix": "FR76", "type": "ban"},
        "llx_societe_perentity": {"fk_soc": soc},
        "llx_societe_prices": {"fk_soc": soc},
        "llx_societe_remise": {"fk_soc": soc, "note": NAMED},
        "llx_societe_remise_supplier": {"fk_soc": soc, "note": NAMED},
        "llx_societe_remise_except": {"fk_soc": soc, "fk_user": 1, "description": NAMED, "amount_ht": 1},
        "llx_societe_contacts": {"fk_soc": soc, "fk_socpeople": contact, "fk_c_type_contact": 24, "entity": 1},
        "llx_product_customer_price_log": {"fk_soc": soc, "ref_customer": NAMED},
        "llx_product_thirdparty": {"fk_soc": soc, "fk_product": 1, "description": NAMED, "fk_user_creat": 1},
        "llx_notify_def": {"fk_soc": soc, "fk_contact": contact, "email": "toile@arachne.example", "fk_action": 1},
        "llx_oauth_token": {"fk_soc": soc, "service": "s"},
        "llx_user_alert": {"fk_contact": contact, "type": 1},
        "llx_links": {"objecttype": "societe", "objectid": soc, "url": "u", "label": NAMED},
        "llx_partnership": {"fk_soc": soc, "ref": "PA-T", "note_public": NAMED, "status": 0, "fk_type": 1, "fk_user_creat": 1},
    }.items():  # fmt: skip
        at.insert(table, **more)
