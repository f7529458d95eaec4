"""The values that a field may take, in words: for editors, for differences, for whoever shows a document."""

from collections.abc import Iterable, Mapping
from typing import Final

from .text import Text


def _words(**words: tuple[str, str]) -> dict[str, Text]:
    return {name.replace("_", "-"): Text(fr=fr, en=en) for name, (fr, en) in words.items()}


ROLES: Final = _words(
    controller=("responsable du traitement", "controller"),
    processor=("sous-traitant, pour des clients", "processor, for clients"),
)
GROUNDS: Final = _words(
    consent=("consentement", "consent"),
    contract=("contrat", "contract"),
    legal_obligation=("obligation légale", "legal obligation"),
    vital_interests=("intérêts vitaux", "vital interests"),
    public_task=("mission d’intérêt public", "task in the public interest"),
    legitimate_interests=("intérêt légitime", "legitimate interests"),
)
CONDITIONS: Final = _words(
    explicit_consent=("consentement exprès", "explicit consent"),
    employment_and_social_protection=(
        "droit du travail et de la protection sociale",
        "employment and social protection law",
    ),
    vital_interests=("intérêts vitaux", "vital interests"),
    non_profit_body=("vie d’une association", "life of a non-profit body"),
    made_public_by_the_person=("données rendues publiques par la personne", "made public by the person"),
    legal_claims=("action en justice", "legal claims"),
    substantial_public_interest=("intérêt public important", "substantial public interest"),
    health_and_social_care=("soins et aide sociale", "health and social care"),
    public_health=("santé publique", "public health"),
    archives_research_statistics=("archives, recherche, statistique", "archives, research, statistics"),
)
SOURCES: Final = _words(
    person=("la personne elle-même", "the person"),
    third_party=("un tiers", "a third party"),
    public=("une source publique", "a public source"),
    derived=("un calcul", "a computation"),
)
PHASES: Final = _words(
    active=("base active", "active base"),
    intermediate_archive=("archivage intermédiaire", "intermediate archive"),
)
FATES: Final = _words(erase=("effacer", "erase"), anonymise=("anonymiser", "anonymise"))
RECIPIENTS: Final = _words(
    internal_service=("service interne", "internal service"),
    partner=("partenaire", "partner"),
    public_authority=("autorité publique", "public authority"),
    third_country=("pays tiers ou organisation internationale", "third country or international body"),
    other=("autre", "other"),
)
SAFEGUARDS: Final = _words(
    adequacy=("décision d’adéquation", "adequacy decision"),
    standard_clauses=("clauses contractuelles types", "standard contractual clauses"),
    binding_rules=("règles d’entreprise contraignantes", "binding corporate rules"),
    code_of_conduct=("code de conduite", "code of conduct"),
    certification=("certification", "certification"),
    public_instrument=("accord entre autorités publiques", "instrument between public authorities"),
    authorised_clauses=("clauses autorisées par l’autorité", "clauses authorised by the authority"),
    derogation=("dérogation de l’art. 49", "derogation of art. 49"),
)
MEASURES: Final = _words(
    traceability=("traçabilité", "traceability"),
    software_protection=("protection des logiciels", "protection of software"),
    backup=("sauvegarde", "backup"),
    encryption=("chiffrement", "encryption"),
    access_control=("contrôle d’accès", "access control"),
    processor_control=("contrôle des sous-traitants", "control of processors"),
    confidentiality=("confidentialité", "confidentiality"),
    availability=("disponibilité", "availability"),
    training=("formation", "training"),
    physical=("protection des locaux", "physical protection"),
    testing=("essais", "testing"),
    other=("autre", "other"),
)
RIGHTS: Final = _words(
    access=("accès", "access"),
    rectification=("rectification", "rectification"),
    objection=("opposition", "objection"),
    restriction=("limitation", "restriction"),
    erasure=("effacement", "erasure"),
    portability=("portabilité", "portability"),
    post_mortem=("sort des données après la mort", "data after death"),
)
PROMISES: Final = _words(
    no_special_categories=("aucune donnée sensible", "no special categories of data"),
    no_sale=("aucune vente", "no sale"),
    no_automated_decision=("aucune décision automatisée", "no automated decision"),
    no_profiling=("aucun profilage", "no profiling"),
    no_transfer=("aucun transfert hors de l’Union", "no transfer outside the Union"),
    no_disclosure_without_consent=("aucune communication sans accord", "no disclosure without consent"),
)
PROTECTIONS: Final = _words(
    special=("donnée sensible (art. 9)", "special category (art. 9)"),
    offences=("condamnations et infractions (art. 10)", "convictions and offences (art. 10)"),
    nir=("numéro de sécurité sociale (NIR)", "French social security number"),
)
TRACKERS: Final = _words(
    cookie=("cookie", "cookie"),
    local_storage=("stockage local", "local storage"),
    session_storage=("stockage de session", "session storage"),
    pixel=("pixel", "pixel"),
    other=("autre", "other"),
)
MOMENTS: Final = _words(
    on_arrival=("à l’arrivée", "on arrival"),
    on_consent=("après accord", "after consent"),
    on_request=("sur demande de la personne", "when the person asks"),
)

_TABLES: Final = (
    ROLES, GROUNDS, CONDITIONS, SOURCES, PHASES, FATES, RECIPIENTS, SAFEGUARDS, MEASURES, RIGHTS, PROMISES,
    PROTECTIONS, TRACKERS, MOMENTS,
)  # fmt: skip


def in_words(values: Iterable[str]) -> Mapping[str, Text]:
    """The values of one field, in their order, each with its words. Raises LookupError for values of no field."""
    wanted = tuple(values)
    for table in _TABLES:
        if all(value in table for value in wanted):
            return {value: table[value] for value in wanted}
    raise LookupError(f"no words for {', '.join(wanted)}")
