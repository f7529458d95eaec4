"""What a plan does not do, said in the plan itself."""

from __future__ import annotations

from garant.policy.document import RetentionRule
from garant.policy.text import Text
from garant.systems.model import DataMap, Disposition, Do

ARCHIVE = Text(
    fr="La règle prévoit un archivage intermédiaire : Garant ne le fait pas encore, "
    "les lignes restent dans la base active jusqu’à leur sort final.",
    en="The rule has an intermediate archive: Garant does not do it yet, "
    "the rows stay in the active base until their final fate.",
)
ANONYMISE = Text(
    fr="La règle promet une anonymisation, et la carte supprime les lignes : c’est plus que promis.",
    en="The rule promises anonymisation and the map deletes the rows: more than was promised.",
)


def notes_of(rule: RetentionRule, data_map: DataMap, disposition: Disposition) -> list[Text]:
    """The limits of one selection: phases not carried out, an event that the system does not know."""
    notes: list[Text] = []
    if any(phase.kind == "intermediate-archive" for phase in rule.phases):
        notes.append(ARCHIVE)
    if rule.sooner and not any(s.root == disposition.root for s in data_map.events.get(rule.sooner, [])):
        notes.append(_unknown_event(data_map.system, rule.sooner))
    if rule.fate == "anonymise" and any(action.do is Do.DELETE for action in disposition.actions):
        notes.append(ANONYMISE)
    return notes


def _unknown_event(system: str, event: str) -> Text:
    return Text(
        fr=f"La règle prend fin plus tôt si « {event} » survient ; "
        f"la carte de {system} ne dit pas où le lire.",
        en=f"The rule ends sooner when “{event}” happens; the map of {system} does not say where to read it.",
    )
