"""What a plan does not do, said in the plan itself."""

from __future__ import annotations

from collections.abc import Mapping

from garant.engine.terms import Source
from garant.policy.document import EVENTS, RetentionRule
from garant.policy.periods import Period
from garant.policy.text import Text
from garant.systems.archive.data_map import SYSTEM
from garant.systems.model import DataMap, Disposition, Do

ARCHIVE = Text(
    fr="La règle prévoit un archivage intermédiaire, et la carte de ce système ne le demande pas : "
    "les lignes restent dans la base active jusqu’à leur sort final.",
    en="The rule has an intermediate archive and the map of this system does not ask for it: "
    "the rows stay in the active base until their final fate.",
)
AT_ONCE = Text(
    fr="La règle n’a pas de phase active : les lignes partent dès le lendemain de l’événement.",
    en="The rule has no active phase: the rows leave on the day after the event.",
)
ANONYMISE = Text(
    fr="La règle promet une anonymisation, et la carte supprime les lignes : c’est plus que promis.",
    en="The rule promises anonymisation and the map deletes the rows: more than was promised.",
)
LEFT_TO_OTHERS = Text(
    fr="Ces lignes étaient à plusieurs ; les premiers effacés les avaient laissées aux autres, effacés depuis.",
    en="These rows were several people’s; the first to be erased had left them to the others, erased since.",
)
LEFT_TO_UNDATED = Text(
    fr="des fiches partagées avec des personnes arrivées à leur terme ne restent que pour d’autres, que rien ne "
    "date : aucun délai ne les atteindra ; datez ces autres personnes, effacez-les, ou lancez "
    "« garant replay --check »",
    en="own rows shared with people past their term stay only for others, whom nothing dates: "
    "no term will reach them; date these others, erase them, or run “garant replay --check”",
)
UNPROMISED = Text(
    fr="Certains de ces dossiers n’entrent dans le rôle d’aucune promesse : ce que le devoir en garde ne sera effacé à son "
    "terme que sur une nouvelle demande. Donnez-leur une règle.",
    en="Some of these records are in the role of no promise: what the duty keeps of them is erased at its end only if "
    "somebody asks again. Give them a rule.",
)
ARCHIVED_AS_WRITTEN = Text(
    fr="Un dossier archivé n’est pas corrigé : il prouve ce qui était écrit. "
    "Joignez la correction à votre réponse, et à toute consultation.",
    en="An archived record is not corrected: it proves what was written. "
    "Join the correction to your answer, and to any consultation.",
)
CROSSED = Text(
    fr="Deux corrections se croisent : la valeur juste de l’une est la valeur fausse de l’autre. Faites-les l’une "
    "après l’autre.",
    en="Two corrections cross: the right value of one is the wrong value of another. Make them one after the other.",
)

IN_PARTS = Text(
    fr="Une adresse s’écrit sur quatre lignes ou plus : rue, code postal, ville, code du pays (vide s’il ne change pas) ; "
    "un nom en parties, sur deux : prénom, nom.",
    en="An address is written on four lines or more: street, postcode, town, code of the country (empty where it does not "
    "change); a name in parts, on two: given name, family name.",
)
NOT_ADDED = Text(
    fr="Rien n’est ajouté ici : ce système a déjà cette valeur, ou n’a plus de place pour elle. Aucune autre n’est écrasée.",
    en="Nothing is added here: this system has that value already, or no place left for it. No other is overwritten.",
)
NO_PLACE = Text(
    fr="La carte ne dit pas où ce système range une valeur de plus : une personne l’y ajoute, si elle y manque.",
    en="The map does not say where this system puts one more value: a person adds it there, if it is missing.",
)

ARCHIVED_APART = Text(
    fr="Un dossier archivé est déjà mis à part : seules des personnes habilitées le consultent, avec un motif.",
    en="An archived record is set apart already: only entitled people consult it, for a reason.",
)

HELD_IN_PLACE = Text(
    fr="Une suspension garde ces lignes telles qu’elles sont : leurs valeurs ne sont pas mises à part.",
    en="A hold keeps these rows as they are: their values are not set apart.",
)
NO_ARCHIVE = Text(
    fr="Aucune archive n’est ouverte ici : rien ne peut y être mis à part.",
    en="No archive is open here: nothing can be set apart in it.",
)
PUT_BACK = Text(
    fr="Ce qui avait été mis à part revient à sa place, valeur par valeur, là où rien n’a été écrit depuis.",
    en="What had been set apart comes back to its place, value by value, where nothing has been written since.",
)


def notes_of(
    rule: RetentionRule, data_map: DataMap, disposition: Disposition, *, archived: bool = False
) -> list[Text]:
    """The limits of one selection: phases not carried out, an event that the system does not know.

    ``archived``: the map asks for the rule's intermediate archive.
    """
    notes: list[Text] = []
    if rule.archive_phase is not None and not archived and data_map.system != SYSTEM:
        notes.append(ARCHIVE)
    if rule.sooner and not any(s.root == disposition.root for s in data_map.events.get(rule.sooner, [])):
        notes.append(_unknown_event(data_map, rule.sooner))
    if rule.fate == "anonymise" and any(action.do is Do.DELETE for action in disposition.actions):
        notes.append(ANONYMISE)
    return notes


def unreached(sources: Mapping[str, Source]) -> dict[str, list[Text]]:
    """What the maps say they do not reach, by system."""
    maps = {name: source.data_map for name, source in sorted(sources.items())}
    return {name: data_map.unreached for name, data_map in maps.items() if data_map.unreached}


def archive_notes(rule: RetentionRule) -> list[Text]:
    """What becomes of rows that move to the archive: until when, and who may still consult them."""
    phase = rule.archive_phase
    assert phase is not None
    notes = [
        Text(
            fr="Les lignes passent dans l’archive chiffrée ; elles y restent jusqu’au terme de la règle "
            f"({rule.total_period} après l’événement), puis sont détruites.",
            en="The rows move to the encrypted archive; they stay there until the end of the rule "
            f"({rule.total_period} after the event), and are then destroyed.",
        )
    ]
    if rule.active_period == Period():
        notes.append(AT_ONCE)
    if phase.access is not None:
        who = phase.access
        notes.append(Text(fr=f"Qui pourra les consulter : {who.fr}", en=f"Who may consult them: {who.en}"))
    return notes


def _unknown_event(data_map: DataMap, key: str) -> Text:
    known = EVENTS.get(key)
    event = known.label if known is not None else Text(fr=key, en=key)
    system = data_map.label
    return Text(
        fr=f"La règle prend fin plus tôt si « {event.fr} » survient ; "
        f"la carte du système « {system.fr} » ne dit pas où le lire.",
        en=f"The rule ends sooner when “{event.en}” happens; "
        f"the map of the system “{system.en}” does not say where to read it.",
    )
