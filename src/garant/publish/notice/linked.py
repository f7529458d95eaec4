"""The policy as linked data: JSON-LD in the terms of the W3C Data Privacy Vocabulary, version 2.

Source: https://w3id.org/dpv (DPV 2) and its GDPR extension https://w3id.org/dpv/legal/eu/gdpr. Both are works of a W3C
Community Group, under the W3C licence. The context is written in the document: reading it fetches nothing.
Labels are in both languages, so that one document serves every reader.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from garant.policy.document import (
    Activity,
    Contact,
    ControllerActivity,
    Policy,
    Purpose,
    Recipient,
    RetentionRule,
    RightKind,
    SafeguardKind,
    Source,
    SpecialCondition,
    Transfer,
)
from garant.policy.text import Text
from garant.publish import words
from garant.publish.typography import typeset

Node = dict[str, Any]

CONTEXT: Final[Mapping[str, Any]] = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_RIGHTS: Final[dict[RightKind, str]] = {
    "access": "eu-gdpr:A15",
    "rectification": "eu-gdpr:A16",
    "erasure": "eu-gdpr:A17",
    "restriction": "eu-gdpr:A18",
    "portability": "eu-gdpr:A20",
    "objection": "eu-gdpr:A21",
}
"""Each right of the GDPR; the French right for after death has no term, and is a right with a label."""

_SPECIAL: Final[dict[SpecialCondition, str]] = {
    condition: f"eu-gdpr:A9-2-{letter}"
    for condition, letter in zip(words.CONDITIONS, "abcdefghij", strict=True)
}

_SAFEGUARDS: Final[dict[SafeguardKind, str]] = {
    "adequacy": "eu-gdpr:A45-3",
    "standard-clauses": "eu-gdpr:A46-2-c",
    "binding-rules": "eu-gdpr:A46-2-b",
    "code-of-conduct": "eu-gdpr:A46-2-e",
    "certification": "eu-gdpr:A46-2-f",
    "public-instrument": "eu-gdpr:A46-2-a",
    "authorised-clauses": "eu-gdpr:A46-3-a",
    "derogation": "dpv:DataTransferLegalBasis",
}

_SOURCES: Final[dict[str, str]] = {
    "person": "dpv:DataSubjectDataSource",
    "third-party": "dpv:ThirdPartyDataSource",
    "public": "dpv:PublicDataSource",
    "derived": "dpv:DataControllerDataSource",
}

_SUBJECTS: Final[dict[str, str]] = {
    "staff": "dpv:Employee",
    "candidates": "dpv:JobApplicant",
    "customers": "dpv:Customer",
    "members": "dpv:Member",
    "end-users": "dpv:User",
    "visitors": "dpv:Visitor",
    "minors": "dpv:Child",
}
"""The kinds of people that DPV names too."""


def linked_notice(policy: Policy, digest: str, base: str | None = None) -> Node:
    """The policy as JSON-LD.

    `base` is the address of the published notice: each part is then `base#its-permanent-key`. Without it, parts are
    named by the policy's digest, which needs no server (`urn:sha256:…#…`).
    """
    return {"@context": dict(CONTEXT), "@graph": _Graph(policy, digest, base).nodes()}


def linked_json(policy: Policy, digest: str, base: str | None = None) -> str:
    """The same, written as JSON."""
    return json.dumps(linked_notice(policy, digest, base), ensure_ascii=False, indent=1)


class _Graph:
    """Builds the nodes of one policy, each under its permanent key."""

    def __init__(self, policy: Policy, digest: str, base: str | None) -> None:
        self._policy = policy
        self._digest = digest
        self._root = base or f"urn:sha256:{digest}"

    def nodes(self) -> list[Node]:
        policy = self._policy
        nodes = [self._notice(), self._organisation()]
        for activity in policy.activities.values():
            nodes += self._processes(activity)
        nodes += (self._retention(rule) for rule in policy.retention.values())
        nodes += (self._recipient(recipient) for recipient in policy.recipients.values())
        nodes += (
            self._labelled(f"processor.{key}", "dpv:DataProcessor", each.label)
            for key, each in policy.processors.items()
        )
        nodes += (
            self._labelled(f"measure.{key}", "dpv:TechnicalOrganisationalMeasure", each.label)
            for key, each in policy.measures.items()
        )
        nodes += (self._transfer(transfer) for transfer in policy.transfers.values())
        nodes += self._rights()
        nodes += self._categories()
        return nodes

    def _iri(self, key: str) -> str:
        return f"{self._root}#{key}"

    def _ref(self, key: str) -> Node:
        return {"@id": self._iri(key)}

    def _labelled(self, key: str, kind: str | list[str], label: Text) -> Node:
        return {"@id": self._iri(key), "@type": kind, "rdfs:label": _spoken(label)}

    def _notice(self) -> Node:
        notice = self._policy.notice
        processes = [self._ref(f"activity.{key}") for key in self._policy.activities]
        node: Node = {
            "@id": self._root,
            "@type": "dpv:PrivacyNotice",
            "dct:title": _spoken(Text(fr="Politique de protection des données", en="Privacy notice")),
            "dct:identifier": f"sha256:{self._digest}",
            "dct:language": ["fr", "en"],
            "dpv:hasDataController": self._ref("organisation"),
            "dpv:hasProcess": processes,
        }
        if notice.updated:
            node["dct:modified"] = {"@value": notice.updated.isoformat(), "@type": "xsd:date"}
        if notice.author:
            node["dct:creator"] = notice.author
        return node

    def _organisation(self) -> Node:
        organisation = self._policy.organisation
        node: Node = {
            "@id": self._iri("organisation"),
            "@type": "dpv:DataController",
            "dpv:hasName": organisation.name,
            "dpv:hasTechnicalOrganisationalMeasure": [
                self._ref(f"measure.{key}") for key in self._policy.measures
            ],
        }
        if organisation.address:
            where = organisation.address
            node["dpv:hasAddress"] = f"{where.street}, {where.postal_code} {where.city}, {where.country}"
        if organisation.dpo:
            node["dpv:hasDataProtectionOfficer"] = self._reached(
                "officer", "dpv:DataProtectionOfficer", organisation.dpo
            )
        if organisation.representative:
            node["dpv:hasRepresentative"] = self._reached(
                "representative", "dpv:Representative", organisation.representative
            )
        if organisation.authority:
            authority = self._labelled(
                "authority", "dpv:DataProtectionAuthority", organisation.authority.name
            )
            if organisation.authority.complaint_url:
                authority["dpv:hasContact"] = organisation.authority.complaint_url
            node["dpv:hasAuthority"] = authority
        return node

    def _reached(self, key: str, kind: str, contact: Contact) -> Node:
        ways = [way for way in (contact.email, contact.phone, contact.url) if way]
        node: Node = {"@id": self._iri(key), "@type": kind}
        if ways:
            node["dpv:hasContact"] = ways
        return node

    def _processes(self, activity: Activity) -> list[Node]:
        """The activity, and for a controller one process for each purpose within it."""
        node = self._labelled(f"activity.{activity.key}", "dpv:Process", activity.label)
        node |= self._who(activity)
        node["dpv:hasPersonalData"] = self._data(activity.data)
        node["dpv:hasDataSubject"] = self._subjects(activity.subjects)
        node["dpv:hasRecipient"] = [self._ref(f"recipient.{key}") for key in activity.recipients]
        node["dpv:hasDataProcessor"] = [
            *node.get("dpv:hasDataProcessor", []),
            *(self._ref(f"processor.{key}") for key in activity.processors),
        ]
        node["dpv:hasStorageCondition"] = [
            self._ref(f"retention.{rule.key}")
            for rule in self._policy.retention.values()
            if activity.key in rule.activities
        ]
        if not isinstance(activity, ControllerActivity):
            return [node]
        node["dpv:hasDataSource"] = [_source(source) for source in activity.sources]
        node["dpv:hasRight"] = self._rights_in(activity)
        purposes = list(activity.purposes.values())
        node["dpv:hasProcess"] = [self._ref(f"purpose.{activity.key}.{each.key}") for each in purposes]
        return [node, *(self._purpose(activity, each) for each in purposes)]

    def _who(self, activity: Activity) -> Node:
        if isinstance(activity, ControllerActivity):
            return {"dpv:hasDataController": self._ref("organisation")}
        clients = [
            {"@type": "dpv:DataController", "rdfs:label": _spoken(client.label)}
            for client in activity.clients.values()
        ]
        return {"dpv:hasDataController": clients, "dpv:hasDataProcessor": [self._ref("organisation")]}

    def _purpose(self, activity: ControllerActivity, purpose: Purpose) -> Node:
        kind = ["dpv:Purpose", "dpv:DirectMarketing"] if purpose.direct_marketing else "dpv:Purpose"
        node: Node = {
            "@id": self._iri(f"purpose.{activity.key}.{purpose.key}"),
            "@type": "dpv:Process",
            "dpv:hasPurpose": {"@type": kind, "rdfs:label": _spoken(purpose.label)},
            "dpv:hasPersonalData": self._data(activity.data_of(purpose)),
            "dpv:hasDataSubject": self._subjects(activity.subjects_of(purpose)),
        }
        grounds: list[Node] = []
        if purpose.legal_basis:
            letter = words.GROUND_LETTERS[purpose.legal_basis.ground]
            grounds.append({"@id": f"eu-gdpr:A6-1-{letter}"})
        if purpose.special_ground:
            grounds.append({"@id": _SPECIAL[purpose.special_ground.condition]})
        if grounds:
            node["dpv:hasLegalBasis"] = grounds
        if purpose.automated_decision:
            node["dpv:hasAlgorithmicLogic"] = _spoken(purpose.automated_decision.logic)
        return node

    def _data(self, keys: Iterable[str]) -> list[Node]:
        return [self._ref(f"category.{key}") for key in keys]

    def _subjects(self, keys: Iterable[str]) -> list[Node]:
        return [self._ref(f"people.{key}") for key in keys]

    def _retention(self, rule: RetentionRule) -> Node:
        node = self._labelled(f"retention.{rule.key}", "dpv:StorageDuration", rule.label)
        node["dpv:hasDuration"] = {
            "@type": "dpv:TemporalDuration",
            "rdf:value": {"@value": str(rule.total_period), "@type": "xsd:duration"},
            "rdfs:label": _spoken(words.kept_for(self._policy, rule)),
        }
        if rule.fate:
            node["@type"] = ["dpv:StorageDuration", "dpv:StorageDeletion"]
        if rule.data:
            node["dpv:hasPersonalData"] = self._data(rule.data)
        if rule.legal_source:
            node["dct:source"] = _spoken(rule.legal_source)
        return node

    def _recipient(self, recipient: Recipient) -> Node:
        kinds = {"public-authority": ["dpv:Recipient", "dpv:Authority"]}
        return self._labelled(
            f"recipient.{recipient.key}", kinds.get(recipient.kind, ["dpv:Recipient"]), recipient.label
        )

    def _transfer(self, transfer: Transfer) -> Node:
        node = self._labelled(f"transfer.{transfer.key}", "dpv:Process", transfer.label)
        receivers = {
            "processor": self._policy.processors,
            "recipient": self._policy.recipients,
        }
        node["dpv:hasDataImporter"] = [
            self._ref(f"{kind}.{transfer.to}") for kind, known in receivers.items() if transfer.to in known
        ]
        node["dpv:hasThirdCountry"] = {"@type": "dpv:ThirdCountry", "dct:identifier": transfer.country}
        node["dpv:hasPersonalData"] = self._data(transfer.data)
        if transfer.safeguard:
            node["dpv:hasLegalBasis"] = {"@id": _SAFEGUARDS[transfer.safeguard.kind]}
        return node

    def _rights_in(self, activity: Activity) -> list[Node]:
        return [
            self._ref(f"right.{kind}")
            for kind, right in self._policy.rights.offered.items()
            if not right.activities or activity.key in right.activities
        ]

    def _rights(self) -> list[Node]:
        return [
            self._labelled(f"right.{kind}", _RIGHTS.get(kind, "dpv:DataSubjectRight"), right.statement)
            for kind, right in self._policy.rights.offered.items()
        ]

    def _categories(self) -> list[Node]:
        """The categories of data and of people that the activities and rules name."""
        policy = self._policy
        activities = list(policy.activities.values())
        data = dict.fromkeys(key for activity in activities for key in activity.data)
        people = dict.fromkeys(key for activity in activities for key in activity.subjects)
        for activity, purpose in policy.purposes():
            data.update(dict.fromkeys(activity.data_of(purpose)))
            people.update(dict.fromkeys(activity.subjects_of(purpose)))
        for named in (*policy.retention.values(), *policy.transfers.values()):
            data.update(dict.fromkeys(named.data))
        return [
            *(self._category(key) for key in data),
            *(self._people(key) for key in people),
        ]

    def _category(self, key: str) -> Node:
        known = self._policy.data_categories.get(key)
        lineage = self._policy.data_categories.lineage(key)
        special = any(category.protection == "special" for category in lineage)
        kind = "dpv:SpecialCategoryPersonalData" if special else "dpv:PersonalData"
        return self._labelled(f"category.{key}", kind, known.label if known else Text(fr=key, en=key))

    def _people(self, key: str) -> Node:
        known = self._policy.subject_categories.get(key)
        lineage = self._policy.subject_categories.lineage(key)
        named = [_SUBJECTS[each.key] for each in lineage if each.key in _SUBJECTS]
        return self._labelled(
            f"people.{key}", ["dpv:DataSubject", *named], known.label if known else Text(fr=key, en=key)
        )


def _source(source: Source) -> Node:
    node: Node = {"@type": _SOURCES[source.kind]}
    if source.label:
        node["rdfs:label"] = _spoken(source.label)
    return node


def _spoken(text: Text) -> list[Node]:
    """A text in each language in which it is written."""
    said = {"fr": typeset(text.fr, "fr"), "en": typeset(text.en, "en")}
    return [{"@value": words, "@language": language} for language, words in said.items() if words]
