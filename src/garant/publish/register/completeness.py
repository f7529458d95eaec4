"""How complete the register is: what GDPR art. 30 asks for, and the CNIL's template, held against each sheet.

The score is the weight of what is there in the weight of what is asked, in percent, rounded down: 100 % says that
nothing is missing. A field asked of several things (the safeguard of each transfer) shares its weight among them. What
does not apply (transfers, where there are none) is not asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from garant.policy import Policy, Text
from garant.policy.adequacy import in_eea
from garant.policy.coverage import Coverage
from garant.policy.document import Activity, Contact, ControllerActivity, ProcessorActivity
from garant.policy.places import Place

from ..typography import typeset

LAW: Final = 4
"""Weight of what art. 30 asks for in its own words."""
BASIS: Final = 2
"""Weight of what other articles ask for, and an inspection looks for in the register."""
ORDER: Final = 1
"""Weight of what keeps a register in order: numbers and dates of the template."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing to write: where, what, and what asks for it."""

    place: Place
    label: Text
    source: Text
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Score:
    """What is there in what is asked, and what is missing, the weightiest first."""

    present: Fraction
    asked: Fraction
    missing: tuple[Missing, ...]

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 says that nothing is missing."""
        return int(100 * self.present / self.asked) if self.asked else 100


@dataclass(frozen=True, slots=True)
class Completeness:
    """The score of the register, of what is said once for all of it, and of each sheet by its activity."""

    overall: Score
    organisation: Score
    sheets: dict[str, Score]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One field: its weight, and each place where it is asked with whether something is written there."""

    weight: int
    source: Text
    places: tuple[tuple[Place, Text, bool], ...]


def completeness(policy: Policy) -> Completeness:
    """Hold the whole register against art. 30."""
    unkept = _unkept(policy)
    sheets = {
        key: _score(_asked(policy, activity, unkept.get(key, set())))
        for key, activity in policy.activities.items()
    }
    organisation = _score(_of_organisation(policy))
    every = [organisation, *sheets.values()]
    missing = tuple(one for score in every for one in score.missing)
    present, asked = (
        sum(parts, Fraction()) for parts in zip(*((one.present, one.asked) for one in every), strict=True)
    )
    return Completeness(Score(present, asked, _weightiest(missing)), organisation, sheets)


def _score(asked: Iterable[_Asked]) -> Score:
    present = whole = Fraction()
    missing: list[Missing] = []
    for field in asked:
        if not field.places:
            continue
        share = Fraction(field.weight, len(field.places))
        whole += field.weight
        for place, label, written in field.places:
            if written:
                present += share
            else:
                missing.append(Missing(place, label, field.source, share))
    return Score(present, whole, _weightiest(missing))


def _weightiest(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    return tuple(sorted(missing, key=lambda one: -one.weight))


def _one(weight: int, source: Text, place: Place, label: Text, written: object) -> _Asked:
    return _Asked(weight, source, ((place, label, bool(written)),))


def _of_organisation(policy: Policy) -> Iterator[_Asked]:
    whole = policy.organisation
    source = _article("30(1)(a), 30(2)(a)")
    yield _one(
        LAW,
        source,
        ("organisation", "address"),
        Text(fr="Adresse ou contact de l’organisation", en="Address or contact of the organisation"),
        whole.address or _reachable(whole.contact),
    )
    if whole.dpo is not None:
        label = Text(
            fr="Coordonnées du délégué à la protection des données",
            en="Contact details of the data protection officer",
        )
        yield _one(LAW, source, ("organisation", "dpo"), label, whole.dpo.reachable)
    if not in_eea(whole.country):
        label = Text(fr="Représentant dans l’Union (art. 27)", en="Representative in the Union (art. 27)")
        yield _one(LAW, source, ("organisation", "representative"), label, _reachable(whole.representative))


def _asked(policy: Policy, activity: Activity, unkept: set[str]) -> Iterator[_Asked]:
    if isinstance(activity, ControllerActivity):
        yield from _of_controller(policy, activity, unkept)
    else:
        yield from _of_processor(activity)
    letter = "(1)(g)" if activity.role == "controller" else "(2)(d)"
    measured = any(not one.activities or activity.key in one.activities for one in policy.measures.values())
    yield _one(
        LAW,
        _article(f"30{letter}"),
        ("measures",),
        Text(fr="Mesures de sécurité", en="Security measures"),
        measured,
    )
    yield _transfers(policy, activity)
    yield from _order(activity)


def _of_controller(policy: Policy, activity: ControllerActivity, unkept: set[str]) -> Iterator[_Asked]:
    place: Place = ("activities", activity.key)
    purposes = activity.purposes.values()
    people = activity.subjects or [key for one in purposes for key in one.subjects]
    data = dict.fromkeys((*activity.data, *(key for one in purposes for key in one.data)))
    for name, letter, fr, en, written in (
        ("purposes", "b", "Finalités", "Purposes", purposes),
        ("subjects", "c", "Catégories de personnes concernées", "Categories of people", people),
        ("data", "c", "Catégories de données", "Categories of data", data),
        (
            "recipients",
            "d",
            "Destinataires",
            "Recipients",
            activity.recipients or activity.processors or any(one.recipients for one in purposes),
        ),
    ):
        yield _one(LAW, _article(f"30(1)({letter})"), (*place, name), Text(fr=fr, en=en), written)
    yield from _of_each(policy, activity, data, unkept)


def _of_each(
    policy: Policy, activity: ControllerActivity, data: Iterable[str], unkept: set[str]
) -> Iterator[_Asked]:
    """What is asked of each category, each purpose, each joint controller."""
    place: Place = ("activities", activity.key)
    purposes = activity.purposes.values()
    yield _Asked(
        LAW, _article("30(1)(f)"), tuple(_kept(policy, activity, key, key not in unkept) for key in data)
    )
    yield _Asked(
        BASIS,
        _article("6, 13(1)(c)"),
        tuple(
            (
                (*place, "purposes", one.key, "legal_basis"),
                _of("Base légale", "Legal basis", one.label),
                bool(one.legal_basis),
            )
            for one in purposes
        ),
    )
    yield _Asked(
        LAW,
        _article("30(1)(a)"),
        tuple(
            (
                (*place, "joint_controllers", number, "contact"),
                Text(fr="Coordonnées du responsable conjoint", en="Contact details of the joint controller"),
                bool(one.contact.name) and one.contact.reachable,
            )
            for number, one in enumerate(activity.joint_controllers)
        ),
    )


def _kept(policy: Policy, activity: Activity, key: str, written: bool) -> tuple[Place, Text, bool]:
    category = policy.data_categories.get(key)
    label = category.label if category is not None else Text(fr=key, en=key)
    return (
        ("activities", activity.key, "data"),
        _of("Durée de conservation", "Retention period", label),
        written,
    )


def _of_processor(activity: ProcessorActivity) -> Iterator[_Asked]:
    place: Place = ("activities", activity.key)
    clients = Text(fr="Clients pour qui l’activité est faite", en="Clients for whom the activity is done")
    operations = Text(fr="Opérations faites pour les clients", en="Operations done for clients")
    yield _one(LAW, _article("30(2)(a)"), (*place, "clients"), clients, activity.clients)
    yield _one(LAW, _article("30(2)(b)"), (*place, "operations"), operations, activity.operations)
    each = activity.clients.items()
    yield _Asked(
        LAW,
        _article("30(2)(a)"),
        tuple(
            (
                (*place, "clients", key, "contact"),
                _of("Coordonnées", "Contact details", one.label),
                _reachable(one.contact),
            )
            for key, one in each
        ),
    )
    yield _Asked(
        BASIS,
        _article("28(3)"),
        tuple(
            (
                (*place, "clients", key, "contract"),
                _of("Contrat", "Contract", one.label),
                one.contract is not None,
            )
            for key, one in each
        ),
    )
    yield _one(
        BASIS,
        _article("28(3)(a)"),
        (*place, "instructions"),
        Text(fr="Instructions des clients", en="Instructions of clients"),
        activity.instructions,
    )


def _transfers(policy: Policy, activity: Activity) -> _Asked:
    concerned = (
        one
        for one in policy.transfers.values()
        if not in_eea(one.country) and (not one.activities or activity.key in one.activities)
    )
    letter = "(1)(e)" if activity.role == "controller" else "(2)(c)"
    return _Asked(
        LAW,
        _article(f"30{letter}"),
        tuple(
            (
                ("transfers", one.key, "safeguard"),
                _of("Garantie", "Safeguard", one.label),
                one.safeguard is not None,
            )
            for one in concerned
        ),
    )


def _order(activity: Activity) -> Iterator[_Asked]:
    source = Text(fr="Modèle de registre de la CNIL", en="The CNIL’s register template")
    for name, fr, en in (
        ("reference", "Numéro de la fiche", "Number of the sheet"),
        ("created", "Date de création de la fiche", "Date the sheet was created"),
        ("updated", "Date de mise à jour de la fiche", "Date the sheet was updated"),
    ):
        place: Place = ("activities", activity.key, name)
        yield _one(ORDER, source, place, Text(fr=fr, en=en), getattr(activity, name))


def _unkept(policy: Policy) -> dict[str, set[str]]:
    """The data of each activity for which no rule says how long they are kept."""
    coverage = Coverage(policy)
    found: dict[str, set[str]] = {}
    for kept in coverage.unanswered():
        found.setdefault(kept.activity, set()).add(kept.data)
    for kept in coverage.kept():
        rules = coverage.rules_for(kept)
        if rules and not any(rule.phases for rule in rules):
            found.setdefault(kept.activity, set()).add(kept.data)
    return found


def _reachable(contact: Contact | None) -> bool:
    return contact is not None and contact.reachable


def _of(fr: str, en: str, what: Text) -> Text:
    return Text(fr=typeset(f"{fr} : « {what.say('fr')} »", "fr"), en=f"{en}: “{what.say('en')}”")


def _article(numbers: str) -> Text:
    return Text(fr=f"RGPD, art. {numbers}", en=f"GDPR, art. {numbers}")
