"""Periods, dates, lists and grounds in plain words, in both languages."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from garant.policy.document import LegalBasis, Phase, Policy, RetentionRule, SpecialCondition
from garant.policy.periods import Period
from garant.policy.text import Language, Text
from garant.publish.typography import NARROW

_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip

_WITH_ARTICLE: Final[dict[str, Text]] = {
    "collection": Text(fr="la collecte des données", en="the collection of the data"),
    "last-contact": Text(fr="le dernier contact", en="the last contact"),
    "last-activity": Text(fr="la dernière activité", en="the last activity"),
    "end-of-relationship": Text(
        fr="la fin de la relation commerciale", en="the end of the business relationship"
    ),
    "end-of-contract": Text(fr="la fin du contrat", en="the end of the contract"),
    "fiscal-year-close": Text(fr="la clôture de l’exercice comptable", en="the close of the financial year"),
    "invoice-date": Text(fr="la date de la facture", en="the date of the invoice"),
    "end-of-recruitment": Text(fr="la fin du recrutement", en="the end of the recruitment"),
    "refusal": Text(fr="le refus de la candidature", en="the refusal of the application"),
    "departure": Text(fr="le départ du salarié", en="the departure of the member of staff"),
    "recording": Text(fr="l’enregistrement", en="the recording"),
    "reception": Text(fr="la réception", en="reception"),
    "end-of-intervention": Text(fr="la fin de l’intervention", en="the end of the intervention"),
    "withdrawal": Text(fr="le retrait du consentement", en="the withdrawal of consent"),
    "objection": Text(fr="l’opposition", en="the objection"),
    "request-closed": Text(fr="la clôture de la demande", en="the closing of the request"),
}
"""The events shipped with Garant, with the article that a sentence needs."""

GROUNDS: Final[dict[str, Text]] = {
    "consent": Text(fr="Votre consentement", en="Your consent"),
    "contract": Text(fr="Un contrat", en="A contract"),
    "legal-obligation": Text(fr="Une obligation légale", en="A legal obligation"),
    "vital-interests": Text(fr="La sauvegarde d’une vie", en="The protection of a life"),
    "public-task": Text(fr="Une mission d’intérêt public", en="A task in the public interest"),
    "legitimate-interests": Text(fr="Notre intérêt légitime", en="Our legitimate interest"),
}
"""The six grounds of GDPR art. 6(1), as people are told them."""

GROUND_LETTERS: Final[dict[str, str]] = dict(zip(GROUNDS, "abcdef", strict=True))
"""The letter of each ground in GDPR art. 6(1)."""

CONDITIONS: Final[dict[SpecialCondition, Text]] = {
    "explicit-consent": Text(fr="votre consentement exprès", en="your explicit consent"),
    "employment-and-social-protection": Text(
        fr="le droit du travail et de la protection sociale", en="employment and social protection law"
    ),
    "vital-interests": Text(fr="la sauvegarde d’une vie", en="the protection of a life"),
    "non-profit-body": Text(fr="la vie d’une association", en="the life of a non-profit body"),
    "made-public-by-the-person": Text(
        fr="des données que vous avez rendues publiques", en="data that you made public"
    ),
    "legal-claims": Text(fr="une action en justice", en="legal claims"),
    "substantial-public-interest": Text(fr="un intérêt public important", en="a substantial public interest"),
    "health-and-social-care": Text(fr="les soins et l’aide sociale", en="health and social care"),
    "public-health": Text(fr="la santé publique", en="public health"),
    "archives-research-statistics": Text(
        fr="les archives, la recherche ou la statistique", en="archives, research or statistics"
    ),
}
"""The ten cases of GDPR art. 9(2), in order."""


def both(fr: str, en: str) -> Text:
    """The same words in both languages."""
    return Text(fr=fr, en=en)


def period(length: Period) -> Text:
    """A period as one says it: `3 ans`, `2 ans et 6 mois`, `30 jours`."""
    fr = [_counted(length.years, "an", "ans"), _counted(length.months, "mois", "mois"),
          _counted(length.days, "jour", "jours")]  # fmt: skip
    en = [_counted(length.years, "year", "years"), _counted(length.months, "month", "months"),
          _counted(length.days, "day", "days")]  # fmt: skip
    return both(listed(fr, "fr") or "0 jour", listed(en, "en") or "0 days")


def every(length: Period) -> Text:
    """How often: `tous les ans`, `tous les 6 mois`."""
    said = period(length)
    once = {"1 an": "tous les ans", "1 mois": "tous les mois", "1 jour": "tous les jours"}
    un = {"1 year": "every year", "1 month": "every month", "1 day": "every day"}
    return both(once.get(said.fr, f"tous les {said.fr}"), un.get(said.en, f"every {said.en}"))


def day(on: date, language: Language) -> str:
    """A date as one says it: `1er juin 2024`, `1 June 2024`."""
    first = "1er" if on.day == 1 and language == "fr" else str(on.day)
    return f"{first} {_MONTHS[language][on.month - 1]} {on.year}"


def listed(items: Sequence[str], language: Language) -> str:
    """Items in a sentence: `a, b et c`; what is empty is left out."""
    *first, last = [item for item in items if item] or [""]
    joined = " et " if language == "fr" else " and "
    return f"{', '.join(first)}{joined}{last}" if first else last


def counted(number: int, one: Text, many: Text) -> Text:
    """A number, its thousands apart, and its noun; French counts zero as singular."""
    apart = f"{number:,}"
    fr, en = one.fr if number < 2 else many.fr, one.en if number == 1 else many.en
    return both(f"{apart.replace(',', NARROW)} {fr}", f"{apart} {en}")


def event(policy: Policy, key: str) -> Text:
    """A dated fact, with its article: `la fin du contrat`; an event of the policy's own is quoted as labelled."""
    if key in _WITH_ARTICLE and key not in policy.categories.events:
        return _WITH_ARTICLE[key]
    known = policy.events.get(key)
    label = known.label if known else both(key, key)
    return both(f"l’événement « {label.say('fr')} »", f"the event “{label.say('en')}”")


def kept_for(policy: Policy, rule: RetentionRule) -> Text:
    """How long a rule keeps data, in one phrase: `3 ans après le dernier contact`."""
    if not rule.phases:
        return both("Durée non précisée", "Period not stated")
    return both(_kept(policy, rule, "fr"), _kept(policy, rule, "en"))


def fate_of(rule: RetentionRule) -> Text:
    """What becomes of the data at the end."""
    if rule.fate == "erase":
        return both("effacées", "erased")
    if rule.fate == "anonymise":
        return both("rendues anonymes", "made anonymous")
    return both("sort non précisé", "fate not stated")


def ground(basis: LegalBasis) -> Text:
    """The ground of art. 6, in a few words."""
    return GROUNDS[basis.ground]


def ground_article(basis: LegalBasis) -> Text:
    """The point of art. 6(1) that the ground is."""
    letter = GROUND_LETTERS[basis.ground]
    return both(f"RGPD, art. 6(1)({letter})", f"GDPR, art. 6(1)({letter})")


def ground_details(basis: LegalBasis) -> tuple[Text, ...]:
    """What the policy says about the ground: the contract, the interest and its balance, how to withdraw …"""
    match basis.ground:
        case "consent":
            said = (basis.collected, basis.withdrawal)
        case "contract":
            said = (basis.contract, basis.required)
        case "legitimate-interests":
            said = (basis.interest, basis.balancing)
        case "vital-interests":
            said = (basis.interest,)
        case "legal-obligation" | "public-task":
            said = (basis.legal_text,)
    return tuple(text for text in said if text is not None)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


def _kept(policy: Policy, rule: RetentionRule, language: Language) -> str:
    after = {"fr": "après", "en": "after"}[language]
    then = {"fr": ", puis", "en": ", then"}[language]
    start = f" {after} {event(policy, rule.trigger).say(language)}" if rule.trigger else ""
    first, *others = (_phase(phase, language, start if place == 0 else "")
                      for place, phase in enumerate(rule.phases))  # fmt: skip
    return first + "".join(f"{then} {other}" for other in others)


def _phase(phase: Phase, language: Language, start: str) -> str:
    archive = {"fr": " en archives, à l’accès restreint", "en": " in an archive with restricted access"}
    put_away = archive[language] if phase.kind == "intermediate-archive" else ""
    comma = "," if start and put_away else ""
    return f"{period(phase.period).say(language)}{start}{comma}{put_away}"
