"""A policy that says a little of everything, and ways to walk a notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from garant.policy.loader import LoadedPolicy
from garant.publish.notice.document import Section
from tests.policy.policies import changed

_CONTACT = {
    "first_name": "Ana", "name": "Roux", "role": {"fr": "Directrice", "en": "Director"}, "company": "Acme",
    "email": "a@acme.example", "phone": "01 02 03 04 05", "url": "https://acme.example/contact",
    "address": {"street": "1 rue de la Paix", "postal_code": "75002", "city": "Paris"},
}  # fmt: skip


def said(words: str) -> dict[str, str]:
    return {"fr": f"{words} en français", "en": f"{words} in English"}


def full_policy(*changes: tuple[str, Any]) -> LoadedPolicy:
    """Every key that a notice tells of is written somewhere in it."""
    return changed(
        ("organisation.trade_name", "Acme & Fils"),
        ("organisation.registration", "552 100 554"),
        ("organisation.website", "https://acme.example"),
        ("organisation.contact", _CONTACT),
        ("organisation.head", _CONTACT),
        ("organisation.representative", _CONTACT),
        ("organisation.mission", said("Mission")),
        ("organisation.authority.address", _CONTACT["address"]),
        ("notice", {
            "updated": "2026-11-01", "author": "Cabinet", "version": "7", "url": "https://acme.example/p",
            "introduction": said("Foreword"), "legal_framework": [said("Law")], "related": [said("Terms")],
            "principles": {"fair": {"label": said("Fair"), "statement": said("Fairly")}},
            "glossary": {"word": {"label": said("Word"), "definition": said("Meaning")}},
            "update_clause": said("Updates"),
        }),
        ("categories.data.badge", {"label": said("Badge"), "description": said("Plastic")}),
        ("activities.customers.purposes.news.legal_basis", {
            "ground": "consent", "collected": said("Box"), "withdrawal": said("Link"), "proof": said("Log"),
        }),
        ("activities.customers.purposes.news.profiling", True),
        ("activities.customers.purposes.news.recipients", ["accounting"]),
        ("activities.customers.purposes.news.automated_decision", {
            "logic": said("Logic"), "consequences": said("Consequences"), "human_review": said("Review"),
        }),
        ("activities.customers.purposes.badge", {"label": said("Enter"), "data": ["badge"]}),
        ("activities.customers.purposes.duty", {
            "label": said("Declare"), "legal_basis": {"ground": "legal-obligation", "legal_text": said("Code")},
        }),
        ("activities.customers.purposes.life", {
            "label": said("Rescue"), "legal_basis": {"ground": "vital-interests", "interest": said("Life")},
        }),
        ("activities.customers.purposes.task", {
            "label": said("Serve"), "legal_basis": {"ground": "public-task", "legal_text": said("Decree")},
        }),
        ("activities.customers.sources", [{"kind": kind} for kind in ("person", "third-party", "public", "derived")]),
        ("activities.customers.joint_controllers", [{"contact": _CONTACT, "essence": said("Shared")}]),
        ("activities.customers.description", said("Customers")),
        ("activities.customers.notes", [said("Remark")]),
        ("activities.maintenance.sub_processor_notice", "P1M"),
        ("activities.maintenance.client_duties", [said("Disks")]),
        ("recipients.partner", {"label": said("Partner"), "kind": "partner", "country": "BE", "reason": said("Why")}),
        ("recipients.police", {"label": said("Police"), "kind": "public-authority", "on_request": True}),
        ("recipients.elsewhere", {"label": said("Elsewhere"), "kind": "third-country", "country": "US"}),
        ("recipients.other", {"label": said("Other"), "kind": "other"}),
        ("processors.host.name", "Host Inc."),
        ("processors.host.sub_processors", ["cloud"]),
        ("processors.cloud", {"label": said("Cloud"), "services": said("Runs"), "country": "CH"}),
        ("transfers.hosting.starts", "2026-12-01"),
        ("transfers.hosting.data", ["identity"]),
        ("transfers.mail", {
            "label": said("Mail"), "to": "elsewhere", "country": "US",
            "safeguard": {"kind": "standard-clauses", "document": "https://acme.example/scc"},
        }),
        ("transfers.loose", {"label": said("Loose"), "to": "partner", "country": "BR"}),
        ("transfer_clause", {
            "statement": said("Clause"), "advance_notice": "P1M", "notice_channel": said("By letter"),
        }),
        ("security", {"statement": said("Safe"), "limits": said("Means"), "staff": said("Sworn")}),
        ("measures.doors", {
            "label": said("Doors"), "kind": "physical", "description": said("Locks"), "activities": ["canteen"],
        }),
        ("rights.contact", _CONTACT),
        ("rights.identity_check", said("Identity")),
        ("rights.offered.access.how", said("Form")),
        ("promises.no-sale", {"kind": "no-sale", "statement": said("No sale")}),
        ("promises.no-transfer", {"kind": "no-transfer", "statement": said("No transfer")}),
        ("cookies.statement", said("Cookies")),
        ("cookies.banner", said("Banner")),
        ("cookies.policy_url", "https://acme.example/cookies"),
        ("cookies.categories.statistics", {
            "label": said("Statistics"), "description": said("Counting"), "consent": True,
            "items": {
                "counter": {
                    "name": "c", "purpose": said("Count"), "provider": "Counter SA", "lifetime": "P13M",
                    "data_lifetime": "P25M", "set_when": "on-consent",
                },
            },
        }),
        *changes,
    )  # fmt: skip


def everything(sections: tuple[Section, ...]) -> Iterator[Section]:
    """Every section, at any depth."""
    for section in sections:
        yield section
        yield from everything(section.sections)


def strings(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a dumped document, with the name of its field."""
    if isinstance(part, str):
        yield name, part
    elif isinstance(part, dict):
        for key, inner in part.items():
            yield from strings(inner, key)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from strings(inner, name)
