"""GAR15x: no more data than the purposes need (GDPR art. 5(1)(b) and (c))."""

from ..document import ControllerActivity, Policy
from .base import Finding, Findings, both, check, guillemets
from .grounds import place_of


@check(
    "GAR151",
    "activity-without-purpose",
    title=both("Une activité n’a aucune finalité.", "An activity has no purpose."),
    why=both(
        "RGPD, art. 5(1)(b)\u202f: des finalités déterminées.", "GDPR, art. 5(1)(b): specified purposes."
    ),
    mend=both("Écrire au moins une finalité sous purposes.", "Write at least one purpose under purposes."),
)
def activity_without_purpose(policy: Policy) -> Findings:
    for activity in policy.controller_activities:
        if not activity.purposes:
            yield Finding(
                ("activities", activity.key),
                both(
                    f"L’activité {guillemets(activity.key)} n’a aucune finalité.",
                    f"The activity “{activity.key}” has no purpose.",
                ),
            )


@check(
    "GAR152",
    "data-without-purpose",
    title=both("Des données sont collectées sans finalité.", "Data are collected for no purpose."),
    why=both(
        "RGPD, art. 5(1)(c)\u202f: minimisation, rien qui ne soit nécessaire aux finalités.",
        "GDPR, art. 5(1)(c): minimisation, nothing that the purposes do not need.",
    ),
    mend=both(
        "Ajouter la catégorie aux données d’une finalité, ou ne plus la collecter.",
        "Add the category to a purpose’s data, or stop collecting it.",
    ),
)
def data_without_purpose(policy: Policy) -> Findings:
    tree = policy.data_categories
    for activity in policy.controller_activities:
        used = [key for purpose in activity.purposes.values() for key in activity.data_of(purpose)]
        for number, key in enumerate(activity.data):
            if activity.purposes and not any(tree.covers(key, one) or tree.covers(one, key) for one in used):
                yield Finding(
                    ("activities", activity.key, "data", number),
                    both(
                        f"Aucune finalité de {guillemets(activity.key)} n’utilise {guillemets(key)}.",
                        f"No purpose of “{activity.key}” uses “{key}”.",
                    ),
                )


@check(
    "GAR153",
    "purpose-without-data",
    title=both("Une finalité n’utilise aucune donnée.", "A purpose uses no data."),
    why=both(
        "RGPD, art. 30(1)(c)\u202f: le registre dit quelles données sont traitées.",
        "GDPR, art. 30(1)(c): the record says which data are processed.",
    ),
    mend=both("Écrire data dans l’activité ou la finalité.", "Write data in the activity or the purpose."),
)
def purpose_without_data(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        if not activity.data_of(purpose):
            yield Finding(
                place_of(activity, purpose),
                both(
                    f"La finalité {guillemets(purpose.key)} n’utilise aucune donnée.",
                    f"The purpose “{purpose.key}” uses no data.",
                ),
            )


@check(
    "GAR154",
    "purpose-beyond-activity",
    title=both(
        "Une finalité utilise des données ou vise des personnes que son activité ne déclare pas.",
        "A purpose uses data or concerns people that its activity does not declare.",
    ),
    why=both(
        "RGPD, art. 30(1)(c)\u202f: la fiche de l’activité est complète.",
        "GDPR, art. 30(1)(c): the record of the activity is complete.",
    ),
    mend=both(
        "Ajouter la catégorie à l’activité, ou la retirer.", "Add the category to the activity, or remove it."
    ),
)
def purpose_beyond_activity(policy: Policy) -> Findings:
    for activity, purpose in policy.purposes():
        for section, key in _undeclared(policy, activity, purpose.data, purpose.subjects):
            yield Finding(
                (*place_of(activity, purpose), section),
                both(
                    f"La finalité {guillemets(purpose.key)} vise {guillemets(key)}, que l’activité ne déclare pas.",
                    f"The purpose “{purpose.key}” concerns “{key}”, which the activity does not declare.",
                ),
            )


def _undeclared(
    policy: Policy, activity: ControllerActivity, data: tuple[str, ...], subjects: tuple[str, ...]
) -> list[tuple[str, str]]:
    known, people = policy.data_categories, policy.subject_categories
    missing = [("data", key) for key in data if not any(known.covers(one, key) for one in activity.data)]
    absent = [
        ("subjects", key) for key in subjects if not any(people.covers(one, key) for one in activity.subjects)
    ]
    # An activity that declares nothing leaves it to its purposes: there is nothing to contradict.
    return [*(missing if activity.data else ()), *(absent if activity.subjects else ())]


@check(
    "GAR155",
    "nobody-concerned",
    title=both(
        "Une activité ne dit pas de qui elle traite les données.",
        "An activity does not say whose data it processes.",
    ),
    why=both("RGPD, art. 30(1)(c).", "GDPR, art. 30(1)(c)."),
    mend=both(
        "Écrire subjects\u202f: les catégories de personnes.", "Write subjects: the categories of people."
    ),
)
def nobody_concerned(policy: Policy) -> Findings:
    for activity in policy.activities.values():
        silent = isinstance(activity, ControllerActivity) and any(
            not activity.subjects_of(purpose) for purpose in activity.purposes.values()
        )
        if silent or (not isinstance(activity, ControllerActivity) and not activity.subjects):
            yield Finding(
                ("activities", activity.key),
                both(
                    f"L’activité {guillemets(activity.key)} ne dit pas de qui elle traite les données.",
                    f"The activity “{activity.key}” does not say whose data it processes.",
                ),
            )
