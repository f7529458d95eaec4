"""What the cells of the register say: each a few lines, in both languages."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from garant.policy import Language, Policy, RetentionRule, Text
from garant.policy.coverage import Coverage, kept_in
from garant.policy.document import (
    Activity,
    Address,
    Contact,
    Contract,
    ControllerActivity,
    ImpactAssessment,
    Purpose,
)

from .. import words
from ..countries import country as country_name

Lines = tuple[Text, ...]


def both(fr: str, en: str) -> Text:
    """The same words in both languages."""
    return Text(fr=fr, en=en)


GROUNDS: Final = {
    "consent": both("Consentement", "Consent"),
    "contract": both("Contrat", "Contract"),
    "legal-obligation": both("Obligation légale", "Legal obligation"),
    "vital-interests": both("Intérêts vitaux", "Vital interests"),
    "public-task": both("Mission d’intérêt public", "Public task"),
    "legitimate-interests": both("Intérêt légitime", "Legitimate interests"),
}
SOURCES: Final = {
    "person": both("La personne", "The person"),
    "third-party": both("Un tiers", "A third party"),
    "public": both("Une source publique", "A public source"),
    "derived": both("Un calcul", "A computation"),
}
PROTECTIONS: Final = {
    "special": both("Sensible (art. 9)", "Special (art. 9)"),
    "offences": both("Infractions (art. 10)", "Offences (art. 10)"),
    "nir": both("NIR (décret 2019-341)", "French social security number (décret 2019-341)"),
}


def texts(*said: Text | None) -> Lines:
    """The texts that are there."""
    return tuple(one for one in said if one is not None and (one.fr or one.en))


def line(said: str | None) -> Lines:
    """One line, the same in both languages; none where nothing is said."""
    return (both(said, said),) if said else ()


def day(on: date | None) -> Lines:
    """A date in words."""
    return (both(words.day(on, "fr"), words.day(on, "en")),) if on is not None else ()


def name_of(contact: Contact | None) -> str:
    """The name of a person or service, first name first."""
    return " ".join(filter(None, (contact.first_name, contact.name))) if contact is not None else ""


def reach(contact: Contact | None) -> Lines:
    """How to reach someone."""
    if contact is None:
        return ()
    ways = (contact.email, contact.phone, contact.url)
    return (*(one for way in ways for one in line(way)), *address(contact.address))


def contact(one: Contact | None) -> Lines:
    """Someone, and how to reach them."""
    if one is None:
        return ()
    return (*line(name_of(one)), *texts(one.role), *line(one.company), *reach(one))


def address(one: Address | None) -> Lines:
    """A postal address on one line."""
    if one is None:
        return ()
    start = f"{one.street}, {one.postal_code} {one.city}"
    name = country_name(one.country)
    return (both(f"{start}, {name.fr}", f"{start}, {name.en}"),)


def country(code: str | None) -> Lines:
    """The name of a country."""
    return (country_name(code),) if code else ()


def contract(one: Contract | None) -> Lines:
    """A contract, when it was signed and where to read it."""
    return (*texts(one.label), *day(one.signed), *line(one.document)) if one is not None else ()


def basis(purpose: Purpose) -> Lines:
    """The ground of art. 6 and what is said of it, then the grounds that special data ask for."""
    said: list[Text] = []
    if purpose.legal_basis is not None:
        ground, article = GROUNDS[purpose.legal_basis.ground], words.ground_article(purpose.legal_basis)
        said.append(both(f"{ground.fr} ({article.fr})", f"{ground.en} ({article.en})"))
        said += words.ground_details(purpose.legal_basis)
    if purpose.special_ground is not None:
        case = words.CONDITIONS[purpose.special_ground.condition]
        said.append(both(f"Art. 9(2) : {case.fr}", f"Art. 9(2): {case.en}"))
        said += texts(purpose.special_ground.reason)
    return (*said, *texts(purpose.nir_ground, purpose.offences_ground))


def data(policy: Policy, keys: Iterable[str]) -> Lines:
    """Categories of data, one a line."""
    tree = policy.data_categories
    return tuple(tree[key].label if key in tree else both(key, key) for key in keys)


def people(policy: Policy, keys: Iterable[str]) -> Lines:
    """Categories of people, one a line."""
    tree = policy.subject_categories
    return tuple(tree[key].label if key in tree else both(key, key) for key in keys)


def described(policy: Policy, key: str) -> Lines:
    """What a category of people covers."""
    category = policy.subject_categories.get(key)
    return texts(category.description) if category is not None else ()


def protection(policy: Policy, key: str) -> Lines:
    """Why a category of data is protected by itself, where it is."""
    lineage = policy.data_categories.lineage(key)
    found = next((one.protection for one in lineage if one.protection is not None), None)
    return (PROTECTIONS[found],) if found is not None else ()


def categories(activity: Activity) -> tuple[str, ...]:
    """All data of the activity and of its purposes, each once."""
    return tuple(dict.fromkeys((*activity.data, *(kept.data for kept in kept_in(activity)))))


def subjects(activity: Activity) -> tuple[str, ...]:
    """All people of the activity and of its purposes, each once."""
    everyone = (*activity.subjects, *(kept.subject for kept in kept_in(activity)))
    return tuple(dict.fromkeys(key for key in everyone if key is not None))


def kept(policy: Policy, activity: Activity, key: str) -> Lines:
    """How long a category of data is kept in an activity: a line for each rule, its source below it."""
    coverage = Coverage(policy)
    tree = policy.data_categories
    found: dict[str, RetentionRule] = {}
    for one in kept_in(activity):
        if one.data == key:
            found.update((rule.key, rule) for rule in coverage.rules_for(one))
    for rule in policy.retention.values():
        if activity.key in rule.activities and any(tree.covers(key, narrow) for narrow in rule.data):
            found[rule.key] = rule
    return tuple(text for rule in found.values() for text in _rule(policy, rule, key))


def _rule(policy: Policy, rule: RetentionRule, key: str) -> Lines:
    tree = policy.data_categories
    narrow = [one for one in rule.data if one != key and tree.covers(key, one)]
    concerned = [part for part in (people(policy, rule.subjects), data(policy, narrow)) if part]
    length, fate = words.kept_for(policy, rule), words.fate_of(rule)

    def sentence(language: Language) -> str:
        head = ", ".join(words.listed([one.say(language) for one in part], language) for part in concerned)
        colon, then = (" : ", "puis") if language == "fr" else (": ", "then")
        kept_for = f"{length.say(language)}{sooner(policy, rule).say(language)}, {then} {fate.say(language)}"
        return f"{head}{colon}{kept_for}" if head else kept_for

    return (both(sentence("fr"), sentence("en")), *texts(rule.conditions, rule.legal_source))


def sooner(policy: Policy, rule: RetentionRule) -> Text:
    """What ends a retention before its period, as the end of a sentence."""
    if rule.sooner is None:
        return Text()
    what = words.event(policy, rule.sooner)
    return both(f", ou dès {what.fr} si cela vient avant", f", or upon {what.en} if that comes first")


def assessment(one: ImpactAssessment) -> tuple[Lines, ...]:
    """What is said of the impact assessment."""
    required = both("Oui", "Yes") if one.required else both("Non", "No")
    return (required,), texts(one.reason), day(one.made), line(one.document)


def is_concerned(activity: Activity, listed: Iterable[str]) -> bool:
    """Whether what names these activities concerns this one; what names none concerns all."""
    named = tuple(listed)
    return not named or activity.key in named


def all_recipients(activity: Activity) -> tuple[str, ...]:
    """The recipients of the activity and of its purposes, each once."""
    purposes = activity.purposes.values() if isinstance(activity, ControllerActivity) else ()
    return tuple(dict.fromkeys((*activity.recipients, *(key for one in purposes for key in one.recipients))))
