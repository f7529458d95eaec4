"""What the organisation promises not to do: judged by what its maps hold and its register declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from garant.apps.controls.findings import Finding, Mend, State
from garant.apps.controls.gathering import Seen
from garant.policy.document import Promise
from garant.policy.text import Text

REGISTER = Mend(Text(fr="Voir la politique", en="See the policy"), "policies:versions")
ARTICLE = {"no-special-categories": 5, "no-transfer": 10}
Verdict = tuple[State, Text, int | None]


def look(seen: Seen) -> Iterator[Finding]:
    """One finding per promise of absence."""
    for promise in seen.policy.promises.values():
        state, why, measure = JUDGES[promise.kind](seen, promise)
        mend = None if state is State.KEPT else REGISTER
        article = ARTICLE.get(promise.kind, 7)
        yield Finding(f"promise.{promise.key}", article, promise.statement, state, why, measure, mend=mend)


def _special(seen: Seen, promise: Promise) -> Verdict:
    found = [
        f"{system.name}.{table}.{column}"
        for system in seen.systems.values()
        for table, column, category in system.columns
        if _covered(seen, promise, category)
    ]
    if found:
        where = ", ".join(found[:5])
        return (
            State.BROKEN,
            Text(fr=f"Des colonnes en portent : {where}.", en=f"Columns hold some: {where}."),
            len(found),
        )
    if not seen.systems or seen.unreached:
        words = Text(fr="Tous les systèmes ne sont pas reliés.", en="Not all systems are mapped.")
        return State.UNPROVEN, words, None
    if any(one.by_hand for one in seen.systems.values()):
        words = Text(
            fr="Aucune colonne reliée n’en porte\u202f; aucun programme ne voit les systèmes tenus à la main.",
            en="No mapped column holds any; no program sees the systems worked by hand.",
        )
        return State.UNPROVEN, words, None
    words = Text(
        fr="Aucune colonne reliée n’en porte, dans aucun système.",
        en="No mapped column holds any, in any system.",
    )
    return State.KEPT, words, 0


def _covered(seen: Seen, promise: Promise, category: str) -> bool:
    """Whether the promise is about a category: those it names, else every special one."""
    tree = seen.policy.data_categories
    if promise.data:
        return any(tree.covers(wide, category) for wide in promise.data)
    return any(one.protection == "special" for one in tree.lineage(category))


def _declared(fr: str, en: str, count: Callable[[Seen], int]) -> Callable[[Seen, Promise], Verdict]:
    """Judge by the register: broken by what it declares, kept where it declares none."""

    def judge(seen: Seen, _: Promise) -> Verdict:
        found = count(seen)
        if found:
            return (
                State.BROKEN,
                Text(fr=f"Le registre en déclare : {found}.", en=f"The register declares some: {found}."),
                found,
            )
        return State.KEPT, Text(fr=fr, en=en), 0

    return judge


def _nobody_looks(_seen: Seen, _promise: Promise) -> Verdict:
    """What no program sees: said so, with what would prove it."""
    return (
        State.UNPROVEN,
        Text(
            fr="Rien ne l’observe encore : un journal des communications à des tiers le prouverait.",
            en="Nothing observes it yet: a log of disclosures to third parties would prove it.",
        ),
        None,
    )


def _outside(seen: Seen) -> int:
    return len(seen.policy.transfers)


JUDGES: dict[str, Callable[[Seen, Promise], Verdict]] = {
    "no-special-categories": _special,
    "no-sale": _nobody_looks,
    "no-disclosure-without-consent": _nobody_looks,
    "no-automated-decision": _declared(
        "Le registre n’en déclare aucune, et Garant n’exécute rien sans l’accord d’une personne.",
        "The register declares none, and Garant carries out nothing without a person’s approval.",
        lambda seen: sum(1 for _, purpose in seen.policy.purposes() if purpose.automated_decision),
    ),
    "no-profiling": _declared(
        "Aucune finalité du registre n’en comporte.",
        "No purpose of the register involves any.",
        lambda seen: sum(1 for _, purpose in seen.policy.purposes() if purpose.profiling),
    ),
    "no-transfer": _declared("Le registre n’en déclare aucun.", "The register declares none.", _outside),
}
