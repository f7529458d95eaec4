"""GAR40x: what the notice must say of the organisation, in both languages (GDPR art. 12 to 14)."""

from typing import Final

from ..adequacy import in_eea
from ..document import Policy
from ..walk import texts
from .base import Finding, Findings, both, check

_LANGUAGES: Final = {"fr": both("français", "French"), "en": both("anglais", "English")}


@check(
    "GAR401",
    "officer-without-contact",
    title=both(
        "Le délégué à la protection des données n’est pas joignable.",
        "The data protection officer cannot be reached.",
    ),
    why=both("RGPD, art. 13(1)(b) et 37(7).", "GDPR, art. 13(1)(b) and 37(7)."),
    mend=both(
        "Écrire une adresse électronique ou postale, un téléphone ou une page de contact.",
        "Write an e-mail or postal address, a phone number or a contact page.",
    ),
)
def officer_without_contact(policy: Policy) -> Findings:
    officer = policy.organisation.dpo
    if officer is not None and not officer.reachable:
        yield Finding(
            ("organisation", "dpo"),
            both(
                "Le délégué à la protection des données n’est pas joignable.",
                "The data protection officer cannot be reached.",
            ),
        )


@check(
    "GAR402",
    "no-authority",
    title=both(
        "Rien ne dit auprès de quelle autorité réclamer.",
        "Nothing says to which authority people may complain.",
    ),
    why=both("RGPD, art. 13(2)(d) et 77.", "GDPR, art. 13(2)(d) and 77."),
    mend=both(
        "Écrire organisation.authority, avec la page pour déposer une plainte (complaint_url).",
        "Write organisation.authority, with the page to file a complaint (complaint_url).",
    ),
)
def no_authority(policy: Policy) -> Findings:
    authority = policy.organisation.authority
    if authority is None or (authority.complaint_url is None and authority.address is None):
        yield Finding(
            ("organisation", "authority"),
            both(
                "Rien ne dit auprès de quelle autorité réclamer, ni comment.",
                "Nothing says to which authority people may complain, or how.",
            ),
        )


@check(
    "GAR403",
    "unreachable-organisation",
    title=both("L’organisation n’est pas joignable.", "The organisation cannot be reached."),
    why=both(
        "RGPD, art. 13(1)(a)\u202f: l’identité et les coordonnées du responsable.",
        "GDPR, art. 13(1)(a): the identity and contact details of the controller.",
    ),
    mend=both(
        "Écrire organisation.address ou organisation.contact.",
        "Write organisation.address or organisation.contact.",
    ),
)
def unreachable_organisation(policy: Policy) -> Findings:
    organisation = policy.organisation
    contact = organisation.contact
    if organisation.address is None and (contact is None or not contact.reachable):
        yield Finding(
            ("organisation",),
            both(
                "L’organisation n’a ni adresse ni contact.",
                "The organisation has neither address nor contact.",
            ),
        )


@check(
    "GAR404",
    "no-representative",
    title=both(
        "Une organisation hors de l’Union n’a pas de représentant.",
        "An organisation outside the Union has no representative.",
    ),
    why=both("RGPD, art. 27 et 13(1)(a).", "GDPR, art. 27 and 13(1)(a)."),
    mend=both("Écrire organisation.representative.", "Write organisation.representative."),
)
def no_representative(policy: Policy) -> Findings:
    organisation = policy.organisation
    if not in_eea(organisation.country) and organisation.representative is None:
        yield Finding(
            ("organisation", "country"),
            both(
                f"L’organisation est en {organisation.country}, sans représentant dans l’Union.",
                f"The organisation is in {organisation.country}, without a representative in the Union.",
            ),
        )


@check(
    "GAR405",
    "missing-translation",
    title=both("Un texte manque dans une langue.", "A text is missing in one language."),
    why=both(
        "RGPD, art. 12(1)\u202f: une information que chacun comprend\u202f; Garant publie en français et en anglais.",
        "GDPR, art. 12(1): information that everyone understands; Garant publishes in French and English.",
    ),
    mend=both(
        "Écrire le texte dans les deux langues (fr et en).", "Write the text in both languages (fr and en)."
    ),
)
def missing_translation(policy: Policy) -> Findings:
    for place, text in texts(policy):
        if text.missing():
            name, missing = ".".join(map(str, place)), text.missing()
            yield Finding(
                place,
                both(
                    f"{name} n’est pas écrit en {' ni en '.join(_LANGUAGES[one].fr for one in missing)}.",
                    f"{name} is not written in {' nor in '.join(_LANGUAGES[one].en for one in missing)}.",
                ),
            )


@check(
    "GAR406",
    "undated-notice",
    title=both("La notice n’a pas de date.", "The notice has no date."),
    why=both(
        "RGPD, art. 5(2) et 12(1)\u202f: chacun voit de quand date ce qu’il lit\u202f; lignes directrices WP260, §\u202f29.",
        "GDPR, art. 5(2) and 12(1): everyone sees how old what they read is; guidelines WP260, § 29.",
    ),
    mend=both("Écrire notice.updated.", "Write notice.updated."),
    severity="warning",
)
def undated_notice(policy: Policy) -> Findings:
    if policy.notice.updated is None:
        yield Finding(("notice",), both("La notice n’a pas de date.", "The notice has no date."))
