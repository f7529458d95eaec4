"""What each role may do. A role is held in one organisation; the habilitation narrows it further."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from garant.policy.text import Text


class May(StrEnum):
    """What somebody may do in an organisation."""

    SEE = "see"
    """Promises, register, policy versions, plans in numbers, runs, ledger, holds, systems."""
    SEE_PEOPLE = "see-people"
    """Personal data; each look is an entry of the ledger."""
    EDIT_POLICY = "edit-policy"
    APPROVE_POLICY = "approve-policy"
    PLAN = "plan"
    APPROVE_PLAN = "approve-plan"
    RUN = "run"
    HOLD = "hold"
    ANSWER = "answer"
    """The requests of people who exercise their rights."""
    MANAGE_SYSTEMS = "manage-systems"
    MANAGE_PEOPLE = "manage-people"
    EXPORT = "export"
    """The evidence, whole, for an inspection."""
    ASK = "ask"
    """Whether somebody's data may be used: for business systems."""
    TELL = "tell"
    """What people decide: consents, restrictions; for business systems."""
    SEE_CLIENT = "see-client"
    """What is processed for the clients that the person comes for, and nothing else."""
    EXCHANGE = "exchange"
    """Requests and packages, with other organisations: for their programs."""
    CONFIGURE = "configure"
    """The organisation's settings: four eyes, the public page, the look of the night."""


class Role(StrEnum):
    """What somebody is in an organisation."""

    ADMINISTRATOR = "administrator"
    DPO = "dpo"
    DPO_DELEGATE = "dpo-delegate"
    STAFF = "staff"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    CLIENT_CONTACT = "client-contact"


_READING: Final = frozenset({May.SEE, May.SEE_PEOPLE, May.EXPORT})

GRANTED: Final[dict[Role, frozenset[May]]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            May.SEE,
            May.EDIT_POLICY,
            May.PLAN,
            May.RUN,
            May.MANAGE_SYSTEMS,
            May.MANAGE_PEOPLE,
            May.EXPORT,
            May.CONFIGURE,
            May.ASK,
            May.TELL,
            May.EXCHANGE,
        }
    ),
    Role.DPO: frozenset(May) - {May.MANAGE_SYSTEMS, May.CONFIGURE, May.SEE_CLIENT},
    Role.DPO_DELEGATE: _READING | {May.EDIT_POLICY, May.PLAN, May.RUN, May.HOLD, May.ANSWER},
    Role.STAFF: frozenset({May.SEE, May.PLAN}),
    Role.TECHNICIAN: frozenset({May.SEE, May.PLAN, May.RUN, May.MANAGE_SYSTEMS, May.ASK, May.TELL}),
    Role.AUDITOR: _READING,
    Role.CLIENT_CONTACT: frozenset({May.SEE_CLIENT}),
}
"""The auditor reads everything and changes nothing; a client's contact sees what is done for that client.

Whoever approves plans does not lift the four-eyes rule: settings are the administrator's.
"""

WORDS: Final[dict[Role, Text]] = {
    Role.ADMINISTRATOR: Text(fr="Administrateur", en="Administrator"),
    Role.DPO: Text(fr="Délégué à la protection des données", en="Data protection officer"),
    Role.DPO_DELEGATE: Text(fr="Adjoint du délégué", en="Delegate of the officer"),
    Role.STAFF: Text(fr="Collaborateur habilité", en="Authorised staff"),
    Role.TECHNICIAN: Text(fr="Technicien", en="Technician"),
    Role.AUDITOR: Text(fr="Auditeur", en="Auditor"),
    Role.CLIENT_CONTACT: Text(fr="Interlocuteur du client", en="Client’s contact"),
}

RIGHTS: Final[dict[May, Text]] = {
    May.SEE: Text(
        fr="Voir promesses, plans, registre, preuves", en="See promises, plans, register, evidence"
    ),
    May.SEE_PEOPLE: Text(fr="Voir des données personnelles", en="See personal data"),
    May.EDIT_POLICY: Text(fr="Rédiger la politique", en="Draft the policy"),
    May.APPROVE_POLICY: Text(fr="Approuver et publier la politique", en="Approve and publish the policy"),
    May.PLAN: Text(fr="Faire des plans", en="Make plans"),
    May.APPROVE_PLAN: Text(fr="Approuver des plans", en="Approve plans"),
    May.RUN: Text(fr="Exécuter des plans approuvés", en="Carry out approved plans"),
    May.HOLD: Text(fr="Poser et lever des suspensions", en="Place and end holds"),
    May.ANSWER: Text(fr="Traiter les demandes de personnes", en="Answer people’s requests"),
    May.MANAGE_SYSTEMS: Text(fr="Gérer systèmes et webhooks", en="Manage systems and webhooks"),
    May.MANAGE_PEOPLE: Text(fr="Gérer les habilitations", en="Manage habilitations"),
    May.EXPORT: Text(fr="Emporter le registre des preuves", en="Take the ledger away"),
    May.SEE_CLIENT: Text(fr="Voir ce qui est fait pour un client", en="See what is done for a client"),
    May.CONFIGURE: Text(fr="Changer les réglages", en="Change the settings"),
    May.ASK: Text(
        fr="Demander si des données peuvent servir («\u202fpuis-je\u202f?\u202f»)",
        en="Ask whether data may be used (“may I?”)",
    ),
    May.TELL: Text(fr="Dire les consentements et limitations", en="Tell consents and restrictions"),
    May.EXCHANGE: Text(
        fr="Échanger demandes et paquets avec d’autres organisations",
        en="Exchange requests and packages with other organisations",
    ),
}
"""What each right is, where somebody chooses among them."""

OF_A_PART: Final = frozenset(
    {
        May.SEE,
        May.SEE_PEOPLE,
        May.PLAN,
        May.APPROVE_PLAN,
        May.RUN,
        May.HOLD,
        May.MANAGE_SYSTEMS,
        May.SEE_CLIENT,
    }
)
"""Rights that a habilitation to some activities and systems keeps; the others are about the whole organisation."""

TIME_BOXED: Final = frozenset({Role.AUDITOR})
"""Roles that end on a day said when they are given."""

REVIEW_MONTHS: Final = 12
"""Calendar months after which a habilitation that nobody reviewed is a broken promise."""


def first_page(role: str) -> str:
    """The name of the page where somebody of a role begins."""
    return "promises:dashboard" if May.SEE in GRANTED[Role(role)] else "clients:home"
