"""GAR42x: trackers (loi Informatique et Libertés, art. 82; CNIL deliberations 2020-091 and 2020-092)."""

from collections.abc import Iterator

from ..document import Cookie, CookieCategory, Policy
from ..periods import Period
from ..places import Place
from .base import Finding, Findings, both, check, guillemets

TRACKER = Period(months=13)
DATA = Period(months=25)
CHOICE = Period(days=184)
"""Six months at their longest."""


def _categories(policy: Policy) -> Iterator[CookieCategory]:
    if policy.cookies is not None:
        yield from policy.cookies.categories.values()


def _cookies(policy: Policy) -> Iterator[tuple[Place, CookieCategory, Cookie]]:
    for category in _categories(policy):
        for cookie in category.items.values():
            yield ("cookies", "categories", category.key, "items", cookie.key), category, cookie


@check(
    "GAR421",
    "cookie-too-long",
    title=both("Un traceur vit plus de treize mois.", "A tracker lives more than thirteen months."),
    why=both(
        "CNIL, délibération 2020-091, art. 5, et 2020-092\u202f: treize mois au plus, sans prolongation à chaque visite.",
        "CNIL, deliberations 2020-091, art. 5, and 2020-092: thirteen months at most, not extended at each visit.",
    ),
    mend=both("Ramener lifetime à P13M, ou moins.", "Bring lifetime down to P13M, or less."),
)
def cookie_too_long(policy: Policy) -> Findings:
    for place, _, cookie in _cookies(policy):
        if cookie.lifetime is not None and cookie.lifetime.exceeds(TRACKER):
            yield Finding(
                (*place, "lifetime"),
                both(
                    f"Le traceur {guillemets(cookie.name)} vit {cookie.lifetime}\u202f: au plus P13M.",
                    f"The tracker “{cookie.name}” lives {cookie.lifetime}: at most P13M.",
                ),
            )


@check(
    "GAR422",
    "cookie-data-too-long",
    title=both(
        "Les données d’un traceur sont gardées plus de vingt-cinq mois.",
        "A tracker’s data are kept more than twenty-five months.",
    ),
    why=both("CNIL, délibération 2020-091, art. 5.", "CNIL, deliberation 2020-091, art. 5."),
    mend=both("Ramener data_lifetime à P25M, ou moins.", "Bring data_lifetime down to P25M, or less."),
)
def cookie_data_too_long(policy: Policy) -> Findings:
    for place, _, cookie in _cookies(policy):
        if cookie.data_lifetime is not None and cookie.data_lifetime.exceeds(DATA):
            yield Finding(
                (*place, "data_lifetime"),
                both(
                    f"Les données de {guillemets(cookie.name)} sont gardées {cookie.data_lifetime}\u202f: au plus P25M.",
                    f"The data of “{cookie.name}” are kept {cookie.data_lifetime}: at most P25M.",
                ),
            )


@check(
    "GAR423",
    "cookie-before-consent",
    title=both("Un traceur est déposé avant l’accord.", "A tracker is set before consent."),
    why=both(
        "Loi Informatique et Libertés, art. 82\u202f; RGPD, art. 4(11)\u202f: rien avant un choix.",
        "French loi Informatique et Libertés, art. 82; GDPR, art. 4(11): nothing before a choice.",
    ),
    mend=both(
        "Écrire set_when: on-consent, et le faire ainsi sur le site.",
        "Write set_when: on-consent, and make the site do so.",
    ),
)
def cookie_before_consent(policy: Policy) -> Findings:
    for place, category, cookie in _cookies(policy):
        if category.consent and cookie.set_when == "on-arrival":
            yield Finding(
                (*place, "set_when"),
                both(
                    f"Le traceur {guillemets(cookie.name)} demande un accord et se dépose à l’arrivée.",
                    f"The tracker “{cookie.name}” needs consent and is set on arrival.",
                ),
            )


@check(
    "GAR424",
    "exemption-unexplained",
    title=both(
        "Des traceurs sont dispensés d’accord sans dire pourquoi.",
        "Trackers are exempt from consent without saying why.",
    ),
    why=both(
        "Loi Informatique et Libertés, art. 82\u202f: seuls ceux qui sont strictement nécessaires au service demandé.",
        "French loi Informatique et Libertés, art. 82: only those strictly necessary for the service requested.",
    ),
    mend=both("Écrire exemption, ou consent: true.", "Write exemption, or consent: true."),
)
def exemption_unexplained(policy: Policy) -> Findings:
    for category in _categories(policy):
        if not category.consent and category.exemption is None:
            yield Finding(
                ("cookies", "categories", category.key),
                both(
                    f"La catégorie {guillemets(category.key)} est dispensée d’accord sans dire pourquoi.",
                    f"The category “{category.key}” is exempt from consent without saying why.",
                ),
            )


@check(
    "GAR425",
    "choice-too-long",
    title=both("Le choix est gardé plus de six mois.", "The choice is kept more than six months."),
    why=both(
        "CNIL, délibération 2020-092\u202f: six mois, pour un accord comme pour un refus (184 jours au plus long).",
        "CNIL, deliberation 2020-092: six months, for consent and refusal alike (184 days at the longest).",
    ),
    mend=both("Ramener choice_lifetime à P6M.", "Bring choice_lifetime down to P6M."),
    severity="warning",
)
def choice_too_long(policy: Policy) -> Findings:
    if policy.cookies is not None and policy.cookies.choice_lifetime.exceeds(CHOICE):
        yield Finding(
            ("cookies", "choice_lifetime"),
            both(
                f"Le choix est gardé {policy.cookies.choice_lifetime}\u202f: au plus P6M.",
                f"The choice is kept {policy.cookies.choice_lifetime}: at most P6M.",
            ),
        )
