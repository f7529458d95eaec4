"""The template's own words: its rows of data, its lists, and the words of the policy that they stand for."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from garant.policy.document import DataCategory, Policy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DataRow:
    """One row of data of a record: what it is called, what it is found by, the categories that it gathers."""

    key: str
    label: str
    words: str
    """What begins the label, once `plain`: the template's own spelling has changed over the years."""
    roots: tuple[str, ...]
    sensitive: bool = False
    ours: bool = False
    """Whether the row is not in the template, and is written only where it is needed."""


ORDINARY: Final = (
    DataRow(
        "civil-status",
        "État civil, identité, données d’identification, images…",
        "etat civil",
        ("identity", "contact-details", "video-surveillance", "sound-recording"),
    ),
    DataRow(
        "personal-life",
        "Vie personnelle (habitudes de vie, situation familiale, etc.)",
        "vie personnelle",
        ("personal-life",),
    ),
    DataRow(
        "economic",
        "Informations d’ordre économique et financier (revenus, situation financière, situation fiscale, etc.)",
        "informations d ordre economique",
        ("economic",),
    ),
    DataRow(
        "connection",
        "Données de connexion (adresse IP, logs, etc.)",
        "donnees de connexion",
        ("connection", "internet"),
    ),
    DataRow(
        "location",
        "Données de localisation (déplacements, données GPS, GSM, etc.)",
        "donnees de localisation",
        ("location",),
    ),
    DataRow("nir", "Numéro de Sécurité Sociale (ou NIR)", "numero de securite sociale", ("nir",)),
    DataRow(
        "professional-life", "Vie professionnelle", "vie professionnelle", ("professional-life",), ours=True
    ),
    DataRow("other", "Autres données", "autres donnees", (), ours=True),
)
"""The six rows of the template, and two of our own for what none of them can hold."""

SENSITIVE: Final = (
    DataRow(
        "racial-origin",
        "Données révélant l’origine raciale ou ethnique",
        "donnees revelant l origine",
        ("racial-origin",),
        sensitive=True,
    ),
    DataRow(
        "political-opinions",
        "Données révélant les opinions politiques",
        "donnees revelant les opinions",
        ("political-opinions",),
        sensitive=True,
    ),
    DataRow(
        "religion",
        "Données révélant les convictions religieuses ou philosophiques",
        "donnees revelant les convictions",
        ("religion",),
        sensitive=True,
    ),
    DataRow(
        "trade-union",
        "Données révélant l’appartenance syndicale",
        "donnees revelant l appartenance",
        ("trade-union",),
        sensitive=True,
    ),
    DataRow("genetic", "Données génétiques", "donnees genetiques", ("genetic",), sensitive=True),
    DataRow(
        "biometric",
        "Données biométriques aux fins d’identifier une personne physique de manière unique",
        "donnees biometriques",
        ("biometric",),
        sensitive=True,
    ),
    DataRow(
        "health", "Données concernant la santé", "donnees concernant la sante", ("health",), sensitive=True
    ),
    DataRow(
        "sex-life",
        "Données concernant la vie sexuelle ou l’orientation sexuelle",
        "donnees concernant la vie sexuelle",
        ("sex-life",),
        sensitive=True,
    ),
    DataRow(
        "offences",
        "Données relatives à des condamnations pénales ou infractions",
        "donnees relatives a des condamnations",
        ("offences",),
        sensitive=True,
    ),
    DataRow(
        "special",
        "Autres données sensibles",
        "autres donnees sensibles",
        ("special",),
        sensitive=True,
        ours=True,
    ),
)
"""The nine rows of the template's second block (GDPR art. 9 and 10), and one of our own."""

DATA_ROWS: Final = {row.key: row for row in (*ORDINARY, *SENSITIVE)}

PEOPLE: Final[Mapping[str, str]] = {
    "Salariés": "staff",
    "Services internes": "staff",
    "Clients": "customers",
    "Fournisseurs": "suppliers",
    "Prestataires": "contractors",
    "Prospects": "prospects",
    "Candidats": "candidates",
}
OTHER_PEOPLE: Final = "Autres"

INTERNAL: Final = "Service interne qui traite les données"
PROCESSORS: Final = "Sous-traitants"
RECIPIENTS: Final[Mapping[str, str]] = {
    INTERNAL: "internal-service",
    "Destinataires dans des pays tiers ou organisations internationales": "third-country",
    "Partenaires institutionnels ou commerciaux": "partner",
    "Autre": "other",
}
"""`public-authority` has no word in the template: it is an institutional partner there."""

MEASURES: Final[Mapping[str, str]] = {
    "Mesures de traçabilité": "traceability",
    "Mesures de protection des logiciels": "software-protection",
    "Sauvegarde des données": "backup",
    "Chiffrement des données": "encryption",
    "Contrôle d’accès des utilisateurs": "access-control",
    "Contrôle des sous-traitants": "processor-control",
    "Autres mesures": "other",
}

SAFEGUARDS: Final[Mapping[str, str]] = {
    "Clauses contractuelles types (CCT)": "standard-clauses",
    "Règles d’entreprise contraignantes (BCR)": "binding-rules",
    "Pays adéquat": "adequacy",
    "Code de conduite": "code-of-conduct",
    "Certification": "certification",
    "Dérogations (article 49)": "derogation",
    "Instrument juridique public": "public-instrument",
    "Clauses autorisées par l’autorité": "authorised-clauses",
}
PRIVACY_SHIELD: Final = "privacy shield"
"""Still listed by the template, and void since CJEU C-311/18 of 16 July 2020."""

_HINTS: Final[Mapping[str, str]] = {
    "tracabilite": "traceability",
    "protection des logiciels": "software-protection",
    "sauvegarde": "backup",
    "chiffrement": "encryption",
    "controle d acces": "access-control",
    "sous traitant": "processor-control",
    "interne": "internal-service",
    "pays tiers": "third-country",
    "partenaire": "partner",
    "clauses contractuelles": "standard-clauses",
    "cct": "standard-clauses",
    "bcr": "binding-rules",
    "regles": "binding-rules",
    "adequat": "adequacy",
    "conduite": "code-of-conduct",
    "certification": "certification",
    "derogation": "derogation",
}


def plain(text: str) -> str:
    """The text by its letters and digits alone, in lower case and without accents: to find, never to show."""
    bare = unicodedata.normalize("NFKD", text).lower()
    letters = (one if one.isalnum() else "" if unicodedata.combining(one) else " " for one in bare)
    return " ".join("".join(letters).split())


def kind_of(word: str, known: Mapping[str, str]) -> str | None:
    """What one of the template's words stands for in the policy, however it is spelt; none where it is not known."""
    wanted = plain(word)
    exact = next((kind for name, kind in known.items() if plain(name) == wanted), None)
    return exact or next(
        (kind for hint, kind in _HINTS.items() if hint in wanted and kind in known.values()), None
    )


def word_for(kind: str, known: Mapping[str, str], other: str) -> str:
    """The template's word for a kind of the policy, or `other`."""
    return next((word for word, meant in known.items() if meant == kind), other)


def row_of(policy: Policy, key: str) -> DataRow:
    """The row that gathers a category of data: by the nearest of its ancestors that a row is made of."""
    lineage = policy.data_categories.lineage(key)
    for category in lineage:
        for row in DATA_ROWS.values():
            if category.key in row.roots:
                return row
    return DATA_ROWS[_protected(lineage)]


def _protected(lineage: Sequence[DataCategory]) -> str:
    protections = {category.protection for category in lineage}
    for protection in ("special", "offences", "nir"):
        if protection in protections:
            return protection
    return "other"


def by_label(label: str, labels: Iterable[tuple[T, Iterable[str]]]) -> T | None:
    """What carries this label, in any of its languages."""
    wanted = plain(label)
    return next((one for one, names in labels if wanted and wanted in {plain(name) for name in names}), None)
