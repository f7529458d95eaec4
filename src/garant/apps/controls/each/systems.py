"""Each system is reached, and its map still fits it: without that, nothing is proved about what it holds."""

from __future__ import annotations

from collections.abc import Iterator

from garant.apps.controls.findings import Finding, Mend, State
from garant.apps.controls.gathering import Seen, SystemSeen
from garant.policy.text import Text
from garant.publish.words import counted

LOOK = Mend(Text(fr="Voir les systèmes", en="See the systems"), "systems:list")


def look(seen: Seen) -> Iterator[Finding]:
    """One finding per system, or one that says that there is none; and the clients' instructions."""
    for system in seen.systems.values():
        yield _system(system)
    if not seen.systems:
        label = Text(fr="Les systèmes sont reliés à la politique", en="The systems are mapped to the policy")
        why = Text(fr="Aucune carte de données n’est ici.", en="No data map is here.")
        yield Finding("systems.none", 4, label, State.UNPROVEN, why, mend=LOOK)
    for activity in seen.policy.processor_activities:
        label = Text(
            fr=f"{activity.label.fr} : sur instruction écrite du client",
            en=f"{activity.label.en}: on the client’s written instructions",
        )
        given = len(activity.instructions)
        state = State.KEPT if given else State.UNPROVEN
        why = (
            counted(
                given,
                Text(fr="instruction au registre.", en="instruction in the register."),
                Text(fr="instructions au registre.", en="instructions in the register."),
            )
            if given
            else Text(fr="Aucune instruction n’est au registre.", en="No instruction is in the register.")
        )
        mend = (
            None
            if given
            else Mend(Text(fr="Noter l’instruction", en="Record the instruction"), "policies:versions")
        )
        yield Finding(f"instructions.{activity.key}", 4, label, state, why, given, mend=mend)


def _system(system: SystemSeen) -> Finding:
    label = Text(
        fr=f"{system.label.fr} : le système répond, et sa carte lui correspond",
        en=f"{system.label.en}: the system answers, and its map fits it",
    )
    if system.by_hand:
        state, why = State.UNPROVEN, Text(
            fr="Tenu à la main : seules les réponses signées des personnes font preuve.",
            en="Worked by hand: only people’s signed answers are proof.",
        )  # fmt: skip
    elif not system.reached:
        state, why = (
            State.BROKEN,
            system.problem or Text(fr="Le système ne répond pas.", en="The system does not answer."),
        )
    elif system.drift:
        state, why = State.BROKEN, counted(
            system.drift,
            Text(fr="écart entre la carte et le système.", en="difference between the map and the system."),
            Text(fr="écarts entre la carte et le système.", en="differences between the map and the system."),
        )  # fmt: skip
    else:
        state, why = (
            State.KEPT,
            Text(fr="Il répond, et la carte lui correspond.", en="It answers, and the map fits it."),
        )
    mend = None if state is State.KEPT else LOOK
    return Finding(f"system.{system.name}", 4, label, state, why, system.drift, mend=mend)
