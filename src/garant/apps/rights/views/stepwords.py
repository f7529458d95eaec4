"""The steps of a request, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from garant.apps.rights.words import STATES, State
from garant.policy.text import Text
from garant.site.words import said


def in_words(step: Any) -> str:
    """A step in words."""
    if step.kind in list(State):
        return said(STATES[State(step.kind)])
    words = _STEPS.get(step.kind)
    if step.kind in ("unable", "copy-not-taken"):
        return said(step.detail)
    return step.kind if words is None else said(words)


_STEPS: Final[Mapping[str, Text]] = {
    "repeated": Text(fr="la même demande est arrivée de nouveau", en="the same request came again"),
    "added": Text(fr="quelque chose s’y ajoute", en="something was added to it"),
    "identified": Text(fr="identité montrée", en="identity shown"),
    "searched": Text(fr="systèmes regardés", en="systems looked at"),
    "stopped": Text(fr="inscrite sur la liste d’opposition", en="put on the opposition list"),
    "packed": Text(fr="paquet remis", en="package handed over"),
    "recipient-reminded": Text(fr="destinataire relancé", en="recipient reminded"),
    "receiver": Text(fr="destinataire désigné par la personne", en="receiver named by the person"),
    "transmitted": Text(fr="transmise, accusé signé reçu", en="transmitted, signed receipt received"),
    "not-transmitted": Text(fr="transmission directe impossible", en="direct transmission not feasible"),
    "empty": Text(
        fr="rien de ce qui a été trouvé n’entre dans le paquet",
        en="nothing of what was found goes into the package",
    ),
    "written-since": Text(
        fr="des textes ont été écrits depuis la relecture : à relire",
        en="texts were written since it was read: to be read",
    ),
    "ran": Text(fr="plan exécuté", en="plan carried out"),
    "paused": Text(fr="question posée à la personne", en="question put to the person"),
    "resumed": Text(fr="la personne a répondu", en="the person answered"),
    "extended": Text(fr="délai prolongé", en="time extended"),
    "weighed": Text(fr="opposition pesée", en="objection weighed"),
    "despite": Text(
        fr="effacement décidé malgré une limitation, pour une raison écrite",
        en="erasure decided although restricted, for a written reason",
    ),
    "renamed": Text(
        fr="une autre demande de la personne a corrigé son adresse ou son numéro : elle est cherchée par le nouveau",
        en="another request of the person corrected their address or number: they are looked for by the new one",
    ),
    "renamed-elsewhere": Text(
        fr="une autre demande a corrigé une adresse ou un numéro par lequel celle-ci cherche : si c’est la même personne, "
        "notez sa demande sous le nouveau",
        en="another request corrected an address or number that this one looks for: if it is the same person, write their "
        "request down under the new one",
    ),
    "dictated": Text(
        fr="code à dicter au téléphone, demandé", en="code to dictate on the telephone, asked for"
    ),
    "question-tried": Text(
        fr="question de la carte : réponse donnée", en="question of the map: answer given"
    ),
    "question-right": Text(fr="la réponse convient", en="the answer fits"),
    "question-wrong": Text(fr="la réponse ne convient pas", en="the answer does not fit"),
    "copy-asked": Text(fr="copie demandée à un sous-traitant", en="a processor asked for its copy"),
    "copy-received": Text(fr="copie d’un sous-traitant arrivée", en="copy of a processor came"),
    "copy-nothing": Text(fr="un sous-traitant ne tient rien", en="a processor holds nothing"),
    "copy-refused": Text(fr="un sous-traitant refuse sa copie", en="a processor refuses its copy"),
    "copy-left": Text(
        fr="réponse décidée sans la copie d’un sous-traitant",
        en="answer decided without the copy of a processor",
    ),
    "copy-reminded": Text(fr="sous-traitant relancé pour sa copie", en="processor reminded of its copy"),
    "copies-read": Text(fr="copies des sous-traitants regardées", en="copies of processors looked at"),
    "files-read": Text(fr="fichiers regardés", en="files looked at"),
    "texts-read": Text(fr="textes libres relus", en="free texts read"),
    "corrected": Text(fr="corrections proposées", en="corrections proposed"),
    "directives": Text(fr="directives de la personne trouvées", en="the person’s directives found"),
    "no-directives": Text(fr="aucune directive de la personne", en="no directives of the person"),
    "directives-ended": Text(
        fr="directives révoquées ou remplacées depuis : plus rien n’en est fait",
        en="directives revoked or replaced since: nothing of them is done any more",
    ),
    "entrusted": Text(fr="copie destinée à la personne de confiance", en="copy for the trusted person"),
    "told": Text(fr="destinataire prévenu", en="recipient told"),
    "recipient-answered": Text(fr="un destinataire a répondu", en="a recipient answered"),
    "lift-told": Text(fr="fin de la limitation annoncée", en="end of the restriction told"),
    "lift-planned": Text(fr="levée de la limitation proposée", en="end of the restriction proposed"),
    "lift-failed": Text(
        fr="la levée n’est pas entière : elle sera proposée de nouveau",
        en="not all of it was lifted: the end will be proposed again",
    ),
    "refused-since": Text(
        fr="refusée à la main, en tout ou en partie, après la réponse : pour la refaire, notez-la de nouveau",
        en="refused by hand, in whole or in part, after the answer: to do it, write it down again",
    ),
    "lift-waiting": Text(
        fr="limitation levée où un programme le peut ; à la main, une réponse est attendue",
        en="lifted where a program can; by hand, an answer is awaited",
    ),
    "lift-left": Text(
        fr="ce qui a été refusé à la main ne sera plus demandé",
        en="what was refused by hand will not be asked again",
    ),
    "lifted": Text(fr="limitation levée", en="restriction lifted"),
    "reminded": Text(fr="rappel du délai", en="reminder of the deadline"),
    "forgotten": Text(fr="tout a été détruit", en="everything was destroyed"),
}
