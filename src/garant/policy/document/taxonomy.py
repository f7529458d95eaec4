"""The categories shipped with Garant. Keys are stable: a published policy, a data map and the ledger refer to them.

The data categories follow the groups of the CNIL's register template, and the alias is the matching key of fideslang
3.1 (IAB Tech Lab, CC BY 4.0), for import and export.
"""

from typing import Final, TypeVar

from ..text import Text
from .base import Key
from .categories import Category, DataCategory, Event, Protection, SubjectCategory
from .tree import Tree

C = TypeVar("C", bound=Category)


def _data(
    key: Key,
    fr: str,
    en: str,
    parent: Key | None = None,
    fideslang: str | None = None,
    protection: Protection | None = None,
) -> tuple[Key, DataCategory]:
    label = Text(fr=fr, en=en)
    return key, DataCategory(label=label, parent=parent, fideslang=fideslang, protection=protection)


def _people(
    key: Key, fr: str, en: str, parent: Key | None = None, fideslang: str | None = None
) -> tuple[Key, SubjectCategory]:
    return key, SubjectCategory(label=Text(fr=fr, en=en), parent=parent, fideslang=fideslang)


def _event(key: Key, fr: str, en: str) -> tuple[Key, Event]:
    return key, Event(label=Text(fr=fr, en=en))


def _tree(*entries: tuple[Key, C]) -> Tree[C]:
    for key, category in entries:
        category.known_as(key)
    return Tree(dict(entries))


DATA: Final = _tree(
    _data("identity", "Identité", "Identity", fideslang="user"),
    _data("name", "Nom et prénom", "Name", "identity", "user.name"),
    _data(
        "birth", "Date de naissance, âge", "Date of birth, age", "identity", "user.demographic.date_of_birth"
    ),
    _data("gender", "Sexe, civilité", "Gender, title", "identity", "user.demographic.gender"),
    _data("nationality", "Nationalité", "Nationality", "identity", "user.demographic"),
    _data("photograph", "Photographie", "Photograph", "identity", "user.content.private"),
    _data("signature", "Signature", "Signature", "identity", "user.name"),
    _data("identity-document", "Pièce d’identité", "Identity document", "identity", "user.government_id"),
    _data("contact-details", "Coordonnées", "Contact details", fideslang="user.contact"),
    _data("email-address", "Adresse électronique", "E-mail address", "contact-details", "user.contact.email"),
    _data(
        "phone-number", "Numéro de téléphone", "Phone number", "contact-details", "user.contact.phone_number"
    ),
    _data("postal-address", "Adresse postale", "Postal address", "contact-details", "user.contact.address"),
    _data("personal-life", "Vie personnelle", "Personal life", fideslang="user.demographic"),
    _data(
        "family-situation",
        "Situation familiale, enfants",
        "Family situation, children",
        "personal-life",
        "user.demographic.marital_status",
    ),
    _data(
        "driving-licence",
        "Permis de conduire",
        "Driving licence",
        "personal-life",
        "user.government_id.drivers_license_number",
    ),
    _data(
        "habits", "Habitudes et centres d’intérêt", "Habits and interests", "personal-life", "user.behavior"
    ),
    _data("professional-life", "Vie professionnelle", "Professional life", fideslang="user.workplace"),
    _data("occupation", "Emploi, fonction", "Occupation, position", "professional-life", "user.job_title"),
    _data(
        "workplace",
        "Lieu de travail, employeur",
        "Workplace, employer",
        "professional-life",
        "user.workplace",
    ),
    _data(
        "qualifications",
        "Qualifications et diplômes",
        "Qualifications and diplomas",
        "professional-life",
        "user.demographic.education",
    ),
    _data(
        "employment-status",
        "Statut professionnel",
        "Employment status",
        "professional-life",
        "user.workplace",
    ),
    _data("cv", "CV, lettre de motivation", "CV, cover letter", "professional-life", "user.content.private"),
    _data(
        "assessment",
        "Évaluation, notes d’entretien",
        "Assessment, interview notes",
        "professional-life",
        "user.workplace",
    ),
    _data(
        "economic",
        "Informations économiques et financières",
        "Economic and financial information",
        fideslang="user.financial",
    ),
    _data("salary", "Salaire, prétentions", "Salary, expectations", "economic", "user.financial"),
    _data(
        "bank-details",
        "RIB, coordonnées bancaires",
        "Bank details",
        "economic",
        "user.financial.bank_account",
    ),
    _data(
        "payment", "Moyens et suivi de paiement", "Means and record of payment", "economic", "user.payment"
    ),
    _data(
        "invoicing",
        "Factures et pièces comptables",
        "Invoices and accounting documents",
        "economic",
        "user.financial",
    ),
    _data(
        "commercial-relationship",
        "Suivi de la relation commerciale",
        "Business relationship",
        fideslang="user.behavior.purchase_history",
    ),
    _data(
        "contracts",
        "Contrats, devis et commandes",
        "Contracts, quotations and orders",
        "commercial-relationship",
        "user.behavior.purchase_history",
    ),
    _data(
        "correspondence",
        "Échanges, messages et notes",
        "Exchanges, messages and notes",
        "commercial-relationship",
        "user.content.private",
    ),
    _data(
        "preferences",
        "Préférences et choix",
        "Preferences and choices",
        "commercial-relationship",
        "user.privacy_preferences",
    ),
    _data(
        "support-requests",
        "Demandes d’assistance",
        "Support requests",
        "commercial-relationship",
        "user.content",
    ),
    _data("connection", "Données de connexion", "Connection data", fideslang="user.authorization"),
    _data(
        "credentials",
        "Identifiants et mots de passe",
        "Identifiers and passwords",
        "connection",
        "user.authorization.credentials",
    ),
    _data("internet", "Internet", "Internet", fideslang="user.device"),
    _data("ip-address", "Adresse IP", "IP address", "internet", "user.device.ip_address"),
    _data(
        "browsing-history",
        "Historique de connexion et de navigation",
        "Connection and browsing history",
        "internet",
        "user.behavior.browsing_history",
    ),
    _data(
        "trackers",
        "Cookies et autres traceurs",
        "Cookies and other trackers",
        "internet",
        "user.device.cookie",
    ),
    _data("device", "Appareil", "Device", "internet", "user.device"),
    _data("location", "Localisation", "Location", fideslang="user.location"),
    _data(
        "precise-location", "Géolocalisation précise", "Precise location", "location", "user.location.precise"
    ),
    _data("video-surveillance", "Vidéoprotection", "Video surveillance"),
    _data(
        "cctv-images",
        "Images de vidéoprotection",
        "Video surveillance images",
        "video-surveillance",
        "user.sensor",
    ),
    _data(
        "cctv-location",
        "Localisation des images",
        "Location of the images",
        "video-surveillance",
        "user.location",
    ),
    _data("sound-recording", "Enregistrement sonore", "Sound recording", fideslang="user.sensor"),
    _data(
        "nir",
        "Numéro de sécurité sociale (NIR)",
        "French social security number (NIR)",
        None,
        "user.government_id.national_identification_number",
        "nir",
    ),
    _data("special", "Données sensibles", "Special categories", protection="special"),
    _data(
        "racial-origin",
        "Origine raciale ou ethnique",
        "Racial or ethnic origin",
        "special",
        "user.demographic.race_ethnicity",
    ),
    _data(
        "political-opinions",
        "Opinions politiques",
        "Political opinions",
        "special",
        "user.demographic.political_opinion",
    ),
    _data(
        "religion",
        "Convictions religieuses ou philosophiques",
        "Religious or philosophical beliefs",
        "special",
        "user.demographic.religious_belief",
    ),
    _data("trade-union", "Appartenance syndicale", "Trade union membership", "special"),
    _data("genetic", "Données génétiques", "Genetic data", "special", "user.health_and_medical.genetic"),
    _data("biometric", "Données biométriques", "Biometric data", "special", "user.biometric"),
    _data("health", "Santé", "Health", "special", "user.health_and_medical"),
    _data(
        "sex-life",
        "Vie ou orientation sexuelle",
        "Sex life or sexual orientation",
        "special",
        "user.demographic.sexual_orientation",
    ),
    _data(
        "offences",
        "Condamnations et infractions",
        "Convictions and offences",
        None,
        "user.criminal_history",
        "offences",
    ),
)

SUBJECTS: Final = _tree(
    _people("staff", "Salariés", "Staff", fideslang="employee"),
    _people("former-staff", "Anciens salariés", "Former staff", "staff", "employee"),
    _people("trainees", "Stagiaires et alternants", "Trainees and apprentices", "staff", "employee"),
    _people("candidates", "Candidats", "Candidates", fideslang="job_applicant"),
    _people(
        "unselected-candidates",
        "Candidats non retenus",
        "Unselected candidates",
        "candidates",
        "job_applicant",
    ),
    _people("customers", "Clients", "Customers", fideslang="customer"),
    _people(
        "customer-contacts",
        "Interlocuteurs chez les clients",
        "Contacts at customers",
        "customers",
        "customer",
    ),
    _people("prospects", "Prospects", "Prospects", fideslang="prospect"),
    _people("suppliers", "Fournisseurs", "Suppliers", fideslang="supplier_vendor"),
    _people("contractors", "Prestataires", "Contractors", fideslang="consultant"),
    _people("partners", "Partenaires", "Partners", fideslang="partner"),
    _people("members", "Adhérents", "Members"),
    _people("end-users", "Utilisateurs", "Users"),
    _people("site-visitors", "Visiteurs du site", "Site visitors", fideslang="anonymous_user"),
    _people("visitors", "Visiteurs des locaux", "Visitors of the premises", fideslang="visitor"),
    _people("filmed-people", "Personnes filmées", "People filmed", fideslang="visitor"),
    _people("minors", "Mineurs", "Minors"),
    _people(
        "representatives",
        "Représentants et ayants droit",
        "Representatives and beneficiaries",
        fideslang="next_of_kin",
    ),
)

EVENTS: Final = _tree(
    _event("collection", "collecte des données", "collection of the data"),
    _event("last-contact", "dernier contact", "last contact"),
    _event("last-activity", "dernière activité", "last activity"),
    _event("end-of-relationship", "fin de la relation commerciale", "end of the business relationship"),
    _event("end-of-contract", "fin du contrat", "end of the contract"),
    _event("fiscal-year-close", "clôture de l’exercice comptable", "close of the financial year"),
    _event("invoice-date", "date de la facture", "date of the invoice"),
    _event("end-of-recruitment", "fin du recrutement", "end of the recruitment"),
    _event("refusal", "refus de la candidature", "refusal of the application"),
    _event("departure", "départ du salarié", "departure of the member of staff"),
    _event("recording", "enregistrement", "recording"),
    _event("reception", "réception", "reception"),
    _event("end-of-intervention", "fin de l’intervention", "end of the intervention"),
    _event("withdrawal", "retrait du consentement", "withdrawal of consent"),
    _event("objection", "opposition", "objection"),
    _event("request-closed", "clôture de la demande", "closing of the request"),
)
