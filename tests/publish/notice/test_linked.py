"""The policy as linked data: read as RDF by something that did not write it, in terms that DPV 2 has."""

from __future__ import annotations

import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef

from garant.policy.loader import LoadedPolicy
from garant.publish.notice.linked import linked_json
from tests.publish.notice.samples import full_policy

DPV = Namespace("https://w3id.org/dpv#")
GDPR = Namespace("https://w3id.org/dpv/legal/eu/gdpr#")
# rdflib’s own reader uses a class that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

BASE = "https://acme.example/p/acme/"

# Terms read in the vocabulary itself, DPV 2.2 (github.com/w3c/dpv, 2.2/dpv/modules and 2.2/legal/eu/gdpr/modules).
_DPV = """Authority Customer DataController DataProcessor DataProtectionAuthority DataProtectionOfficer DataSubject
DataControllerDataSource DataSubjectDataSource DataSubjectRight DataTransferLegalBasis DirectMarketing Employee
JobApplicant Member PersonalData PrivacyNotice Process PublicDataSource Purpose Recipient Representative
SpecialCategoryPersonalData StorageDeletion StorageDuration TechnicalOrganisationalMeasure TemporalDuration
ThirdCountry ThirdPartyDataSource User Visitor Child
hasAddress hasAlgorithmicLogic hasAuthority hasContact hasDataController hasDataImporter hasDataProcessor
hasDataProtectionOfficer hasDataSource hasDataSubject hasDuration hasLegalBasis hasName hasPersonalData
hasProcess hasPurpose hasRecipient hasRepresentative hasRight hasStorageCondition
hasTechnicalOrganisationalMeasure hasThirdCountry"""
_GDPR = """A6-1-a A6-1-b A6-1-c A6-1-d A6-1-e A6-1-f A9-2-a A9-2-b A9-2-c A9-2-d A9-2-e A9-2-f A9-2-g A9-2-h A9-2-i
A9-2-j A15 A16 A17 A18 A20 A21 A45-3 A46-2-a A46-2-b A46-2-c A46-2-e A46-2-f A46-3-a"""
KNOWN = {DPV: _DPV.split(), GDPR: _GDPR.split()}


def graph(loaded: LoadedPolicy, base: str | None = BASE) -> Graph:
    read = Graph()
    read.parse(data=linked_json(loaded.document, loaded.digest, base), format="json-ld")
    return read


def part(key: str) -> URIRef:
    return URIRef(f"{BASE}#{key}")


def test_every_term_is_one_of_the_vocabulary(loaded: LoadedPolicy) -> None:
    used = {term for triple in graph(loaded) for term in triple if isinstance(term, URIRef)}
    for space, names in KNOWN.items():
        mine = {str(term).removeprefix(str(space)) for term in used if str(term).startswith(str(space))}
        mine = {name for name in mine if "/" not in name}
        assert mine - set(names) == set()


def test_everything_named_is_described(loaded: LoadedPolicy) -> None:
    read = graph(loaded)
    named = {
        term for triple in read for term in triple if isinstance(term, URIRef) and str(term).startswith(BASE)
    }
    assert {str(term) for term in named if not list(read.objects(term, RDF.type))} == set()


def test_each_purpose_has_its_ground_data_and_people(reference: LoadedPolicy) -> None:
    read = graph(reference)
    for activity, purpose in reference.document.purposes():
        node = part(f"purpose.{activity.key}.{purpose.key}")
        assert purpose.legal_basis is not None
        letter = {"consent": "a", "contract": "b", "legitimate-interests": "f"}[purpose.legal_basis.ground]
        assert list(read.objects(node, DPV.hasLegalBasis)) == [GDPR[f"A6-1-{letter}"]]
        data = {str(term).partition("#category.")[2] for term in read.objects(node, DPV.hasPersonalData)}
        assert data == set(activity.data_of(purpose))
        people = {str(term).partition("#people.")[2] for term in read.objects(node, DPV.hasDataSubject)}
        assert people == set(activity.subjects_of(purpose))
        (why,) = read.objects(node, DPV.hasPurpose)
        assert Literal(purpose.label.en, "en") in set(read.objects(why, RDFS.label))


def test_each_retention_rule_has_its_duration(reference: LoadedPolicy) -> None:
    read = graph(reference)
    for key, rule in reference.document.retention.items():
        (duration,) = read.objects(part(f"retention.{key}"), DPV.hasDuration)
        (value,) = read.objects(duration, RDF.value)
        assert isinstance(value, Literal)
        assert str(value) == str(rule.total_period)
        assert str(value.datatype) == "http://www.w3.org/2001/XMLSchema#duration"
        for activity in rule.activities:
            assert (part(f"activity.{activity}"), DPV.hasStorageCondition, part(f"retention.{key}")) in read


def test_rights_are_those_of_the_regulation(reference: LoadedPolicy) -> None:
    read = graph(reference)
    articles = {"access": "A15", "rectification": "A16", "erasure": "A17", "restriction": "A18",
                "portability": "A20", "objection": "A21"}  # fmt: skip
    for kind, article in articles.items():
        assert (part(f"right.{kind}"), RDF.type, GDPR[article]) in read
        assert (part("activity.recruitment"), DPV.hasRight, part(f"right.{kind}")) in read
    assert (part("right.post-mortem"), RDF.type, DPV.DataSubjectRight) in read


def test_roles_are_told_apart(reference: LoadedPolicy) -> None:
    read = graph(reference)
    assert (part("activity.recruitment"), DPV.hasDataController, part("organisation")) in read
    assert (part("activity.remote-maintenance"), DPV.hasDataController, part("organisation")) not in read
    assert (part("activity.remote-maintenance"), DPV.hasDataProcessor, part("organisation")) in read


def test_a_transfer_has_its_country_importer_and_safeguard() -> None:
    read = graph(full_policy())
    assert (part("transfer.mail"), DPV.hasDataImporter, part("recipient.elsewhere")) in read
    assert (part("transfer.mail"), DPV.hasLegalBasis, GDPR["A46-2-c"]) in read
    assert (part("transfer.hosting"), DPV.hasLegalBasis, GDPR["A45-3"]) in read


def test_without_an_address_parts_are_named_by_the_digest(reference: LoadedPolicy) -> None:
    read = graph(reference, base=None)
    assert (URIRef(f"urn:sha256:{reference.digest}"), RDF.type, DPV.PrivacyNotice) in read
