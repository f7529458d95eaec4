"""What the room of requests will not do, why, and what to do instead, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from garant.ledger import LedgerError
from garant.policy.text import Text
from garant.publish import words


class RequestRefusedError(LedgerError):
    """A request cannot be made, or moved, as asked."""


class RequestUnknownError(LedgerError):
    """No request has this number here."""


def _refused(fr: str, en: str) -> RequestRefusedError:
    return RequestRefusedError(fr=fr, en=en)


def unknown(key: str) -> RequestUnknownError:
    """No such request in this organisation."""
    return RequestUnknownError(
        fr=f"Aucune demande ne porte le numéro {key[:20]!r}.", en=f"No request has the number {key[:20]!r}."
    )


def not_now(key: str, state: Text) -> RequestRefusedError:
    """Its state does not allow it."""
    return _refused(
        f"La demande {key} est «\u202f{state.fr}\u202f»\u202f: cela ne peut plus, ou pas encore, se faire. "
        "Relisez sa page\u202f: elle a pu changer entre-temps.",
        f"The request {key} is “{state.en}”: this cannot be done any more, or not yet. "
        "Read its page again: it may have changed meanwhile.",
    )


def no_address() -> RequestRefusedError:
    """Nobody could be answered."""
    return _refused(
        "Donnez une adresse électronique entière, comme nom@exemple.fr.",
        "Give a whole e-mail address, such as name@example.org.",
    )


def not_offered() -> RequestRefusedError:
    """No such right."""
    return _refused("Ce droit n’existe pas ici.", "There is no such right here.")


def unknown_purpose() -> RequestRefusedError:
    """The policy has no such purpose."""
    return _refused("La politique n’a pas cet usage.", "The policy has no such use.")


def no_reason() -> RequestRefusedError:
    """A decision that the person will read gives its reasons."""
    return _refused(
        "Écrivez la raison\u202f: la personne la lira.", "Write the reason: the person will read it."
    )


def to_come(day: date, today: date) -> RequestRefusedError:
    """Time runs from the day a request came: it came already."""
    return _refused(
        f"Le {words.day(day, 'fr')} est à venir\u202f; nous sommes le {words.day(today, 'fr')}. Écrivez le jour où la demande "
        "est arrivée.",
        f"{words.day(day, 'en')} is to come; today is {words.day(today, 'en')}. Write the day on which the request came.",
    )


def no_wish() -> RequestRefusedError:
    """Directives say what becomes of the data; nobody chooses that for the person."""
    return _refused(
        "Dites ce que les données deviendront\u202f: des directives qui n’en disent rien ne s’enregistrent pas.",
        "Say what will become of the data: directives that say nothing of it are not registered.",
    )


def own_yes() -> RequestRefusedError:
    """Anybody may fill in the form in somebody's name."""
    return _refused(
        "Ces directives ne sont pas venues par un courrier ou un appel que vous auriez noté\u202f: seule "
        "la personne les confirme, sur sa page, "
        "par le lien de notre lettre et le code. Si vous en tenez d’autres d’un courrier signé, notez-les.",
        "These directives came by no letter or call that you wrote down: only their author confirms them, on "
        "their own page, by the link of our "
        "letter and the code. If you hold others in a signed letter, write those down.",
    )


def no_trusted() -> RequestRefusedError:
    """A copy that is to be handed over needs somebody to hand it to."""
    return _refused(
        "Donnez l’adresse électronique de la personne de confiance\u202f: sans elle, nous ne saurions pas à qui "
        "remettre la copie.",
        "Give the e-mail address of the person trusted: without it, we could not tell to whom to hand the copy.",
    )


def no_reply() -> RequestRefusedError:
    """Time does not go on for an empty page."""
    return _refused(
        "Écrivez votre réponse\u202f: le délai attend encore.", "Write your answer: time still stands still."
    )


def another_wish() -> RequestRefusedError:
    """What the page showed is not what is asked any more."""
    return _refused(
        "Ces directives ont changé depuis que la page est ouverte\u202f: relisez-les, puis confirmez.",
        "These directives have changed since the page was opened: read them again, then confirm.",
    )


def no_words() -> RequestRefusedError:
    """Nothing else in the letter would say what came of it."""
    return _refused(
        "Écrivez l’explication\u202f: rien d’autre, dans la lettre, ne dira à la personne ce qui a été décidé.",
        "Write the explanation: nothing else in the letter will tell the person what was decided.",
    )


def no_outcome() -> RequestRefusedError:
    """Nothing is granted because nobody chose."""
    return _refused(
        "Choisissez l’issue\u202f: satisfaite, en partie ou refusée.",
        "Choose the outcome: granted, in part or refused.",
    )


def no_method() -> RequestRefusedError:
    """Nobody is known because nobody chose."""
    return _refused("Choisissez ce que la personne a montré.", "Choose what the person showed.")


def no_mandate() -> RequestRefusedError:
    """To know who writes does not show that they may act for somebody else (GDPR art. 12(2))."""
    return _refused(
        "Cette personne écrit pour une autre\u202f: savoir qui elle est ne suffit pas. Demandez-lui par «\u202fDemander une "
        "précision\u202f» son mandat, son livret de famille ou un acte de notoriété, puis dites qu’elle l’a présenté.",
        "This person writes for somebody else: knowing who they are is not enough. Ask them, by “Ask the person”, for "
        "their mandate, family record or certificate of inheritance, then say that it was shown.",
    )


def no_doubt() -> RequestRefusedError:
    """A document is asked for on reasonable doubt only, which is written down (GDPR art. 12(6))."""
    return _refused(
        "Une pièce d’identité ne se demande que pour un doute raisonnable\u202f: écrivez lequel.",
        "An identity document may be asked for on reasonable doubt only: write which.",
    )


def unknown_ground() -> RequestRefusedError:
    """A refusal rests on a ground of the law."""
    return _refused(
        "Choisissez un motif de refus que la loi prévoit pour ce droit.",
        "Choose a ground of refusal that the law provides for this right.",
    )


def read_first() -> RequestRefusedError:
    """Others may be named in the sentences of a package (GDPR art. 15(4))."""
    return _refused(
        "Le paquet contient des textes libres ou des fichiers. Relisez-les d’abord : d’autres personnes peuvent y être.",
        "The package holds free texts or files. Read them first: other people may be named there.",
    )


def answered_enough() -> RequestRefusedError:
    """No more guesses."""
    return _refused(
        "Trop de réponses ont été données. Une personne vous écrira si elle a besoin d’autre chose.",
        "Too many answers were given. A person will write to you if they need anything else.",
    )


def other_code() -> RequestRefusedError:
    """Wrong, old, used: all alike."""
    return _refused(
        "Ce code ne convient pas\u202f: il est faux, déjà utilisé ou trop ancien. Rien n’est changé.",
        "This code does not fit: it is wrong, already used or too old. Nothing has changed.",
    )


def called_enough() -> RequestRefusedError:
    """Nobody's telephone rings all day."""
    return _refused(
        "Ce numéro a été assez appelé aujourd’hui.",
        "This number was called often enough today.",
    )


def no_such_value() -> RequestRefusedError:
    """Corrected is what is held, value by value."""
    return _refused(
        "Cette valeur n’est plus celle que nous avons. Relisez ce qui est écrit, et corrigez de nouveau.",
        "This is no longer the value that we hold. Read what is written again, and correct it anew.",
    )


def unverified() -> RequestRefusedError:
    """What was carried out could not be verified: it cannot be told as done."""
    return _refused(
        "L’exécution n’a pas été vérifiée\u202f: la réponse ne peut pas dire que tout est fait. Ouvrez l’exécution\u202f: "
        "elle dit ce qui reste, et où.",
        "The run was not verified: the answer cannot say that everything is done. Open the run: it says what is left, "
        "and where.",
    )


def not_carried_out() -> RequestRefusedError:
    """Something was found, and nothing was changed."""
    return _refused(
        "Rien n’a encore été changé\u202f: la réponse ne peut pas dire que c’est fait. Faites exécuter le plan d’abord, ou "
        "choisissez «\u202fRefusée\u202f» avec un motif.",
        "Nothing has been changed yet: the answer cannot say that it is done. Have the plan carried out first, or choose "
        "“Refused” with a ground.",
    )


def nobody_there() -> RequestRefusedError:
    """Nobody was found to correct or set aside: they were erased meanwhile, or left."""
    return _refused(
        "Le plan exécuté ne concernait plus personne : ces données ne sont plus là, et la réponse dirait qu’on les garde. "
        "Répondez « Refusée », avec le motif que rien n’est détenu.",
        "The plan that was carried out was about nobody any more: these data are not there, and the answer would say that they "
        "are kept. Answer “Refused”, on the ground that nothing is held.",
    )


def by_hand_first() -> RequestRefusedError:
    """Somebody who works a system by hand has not answered yet."""
    return _refused(
        "Une personne n’a pas encore répondu pour un système tenu à la main\u202f: attendez-la, ou répondez "
        "«\u202fen partie\u202f».",
        "Somebody has not answered yet for a system worked by hand: wait for them, or answer “in part”.",
    )


def not_searched() -> RequestRefusedError:
    """Nobody looked yet."""
    return _refused("Les systèmes n’ont pas encore été regardés.", "The systems have not been looked at yet.")


def still_running() -> RequestRefusedError:
    """Its plan is being carried out."""
    return _refused(
        "Le plan est en cours d’exécution\u202f: attendez sa fin.",
        "The plan is being carried out: wait for its end.",
    )


def extended_already() -> RequestRefusedError:
    """Once is all."""
    return _refused("Le délai a déjà été prolongé.", "The time was extended already.")


def too_late_to_extend(day: date) -> RequestRefusedError:
    """The first month is over."""
    return _refused(
        f"Une prolongation s’annonce dans le premier délai, qui a fini le {words.day(day, 'fr')}.",
        f"An extension is told within the first period, which ended on {words.day(day, 'en')}.",
    )


def same_eyes() -> RequestRefusedError:
    """Four eyes."""
    return _refused(
        "Vous avez proposé ce plan\u202f: une autre personne doit l’approuver.",
        "You proposed this plan: somebody else must approve it.",
    )


def told_before() -> RequestRefusedError:
    """Before, not on the day (GDPR art. 18(3))."""
    return _refused(
        "La personne le sait avant que la limitation prenne fin\u202f: choisissez un jour à venir.",
        "The person is told before the restriction ends: choose a day to come.",
    )


def planned_anew() -> RequestRefusedError:
    """Nobody approves what is no longer so."""
    return _refused(
        "D’autres demandes limitent ces données, ou ne les limitent plus, depuis que ce plan est fait\u202f: en voici un autre, "
        "à relire et à approuver.",
        "Other requests restrict these data, or no longer do, since this plan was made: here is another, to be read and "
        "approved.",
    )


def planned_on_the_new() -> RequestRefusedError:
    """Nobody approves what was planned on a policy or a map that is another one now."""
    return _refused(
        "La politique, ou la carte d’un système, a changé depuis que ce plan est fait\u202f: en voici un autre, à relire et à "
        "approuver.",
        "The policy, or the map of a system, has changed since this plan was made: here is another, to be read and approved.",
    )


def unknown_recipient() -> RequestRefusedError:
    """The policy names everybody who receives data."""
    return _refused(
        "La politique n’a pas ce destinataire, ou il a déjà été prévenu.",
        "The policy has no such recipient, or they were told already.",
    )


def hand_first() -> RequestRefusedError:
    """The directives ask for a copy before anything goes."""
    return _refused(
        "Les directives demandent une copie d’abord\u202f: remettez le paquet avant d’effacer.",
        "The directives ask for a copy first: hand the package over before erasing.",
    )


def package_first(key: str) -> RequestRefusedError:
    """The same person waits for what would be erased."""
    return _refused(
        f"La même personne attend encore le paquet de la demande {key}\u202f: ce qui serait effacé n’y serait plus. "
        "Remettez-le d’abord, ou répondez à cette demande.",
        f"The same person still waits for the package of the request {key}: what is erased would not be in it. "
        "Hand it over first, or answer that request.",
    )


def restricted_first(numbers: Sequence[str], terminal: bool) -> RequestRefusedError:
    """What is restricted is stored, and nothing else is done with it (GDPR art. 18(2)): not erased either."""
    fr, en = _restricting(numbers, terminal)
    return _refused(
        f"Ces données sont limitées, ou leur limitation est demandée ({fr}) : la personne peut vouloir qu’on les garde. "
        "Répondez d’abord à cette demande ou levez la limitation, ou demandez à la personne ce qu’elle veut ; si l’effacement "
        "doit se faire quand même, écrivez pourquoi.",
        f"These data are restricted, or their restriction is asked for ({en}): the person may want them kept. Answer that "
        "request first or end the restriction, or ask the person what they want; if the erasure is to be carried out all the "
        "same, write why.",
    )


def _restricting(numbers: Sequence[str], terminal: bool) -> tuple[str, str]:
    named = ", ".join(numbers)
    alone = ("une limitation exécutée au terminal", "a restriction carried out at a terminal")
    fr = [*([f"demande {named}"] if numbers else []), *([alone[0]] if terminal else [])]
    en = [*([f"request {named}"] if numbers else []), *([alone[1]] if terminal else [])]
    return " et ".join(fr), " and ".join(en)


def not_trusted() -> RequestRefusedError:
    """Only whom the directives name receives anything."""
    return _refused(
        "Les directives ne confient rien à cette adresse.", "The directives entrust nothing to this address."
    )


def held_already() -> RequestRefusedError:
    """What is held is corrected, not added."""
    return _refused(
        "Nous avons déjà cette valeur : il n’y a rien à ajouter.",
        "We have that value already: there is nothing to add.",
    )


def nothing_to_correct() -> RequestRefusedError:
    """A rectification says what is right."""
    return _refused("Écrivez au moins une valeur juste.", "Write at least one right value.")


def not_weighed() -> RequestRefusedError:
    """An objection to a legitimate interest is weighed before it is answered."""
    return _refused("Cette opposition n’a pas encore été pesée.", "This objection has not been weighed yet.")


def no_consent() -> RequestRefusedError:
    """Nothing goes to others without the person's own word."""
    return _refused(
        "Dites à qui vos données vont, et cochez la case qui l’accepte.",
        "Say where your data go, and tick the box that agrees.",
    )


def not_taken_file(fr: str, en: str) -> RequestRefusedError:
    """A file that harms, or that is not what it says."""
    return _refused(
        f"Ce fichier n’est pas pris\u202f: {fr}. Faites-le renvoyer en JSON, CSV, texte, PDF, image ou archive ZIP.",
        f"This file is not taken: {en}. Have it sent again as JSON, CSV, text, PDF, an image or a ZIP archive.",
    )


def file_size(most: int) -> RequestRefusedError:
    """Nothing, or too much."""
    return _refused(
        f"Ce fichier est vide, ou dépasse {most // 1024**2} Mio.",
        f"This file is empty, or exceeds {most // 1024**2} MiB.",
    )


def no_room() -> RequestRefusedError:
    """The disk is full."""
    return _refused("La place manque pour ce fichier.", "There is no room for this file.")


def too_many_files(most: int) -> RequestRefusedError:
    """Nobody looks at so many."""
    return _refused(
        f"Un sous-traitant remet {most} fichiers au plus\u202f: faites-en une archive ZIP.",
        f"A processor hands over {most} files at most: make a ZIP archive of them.",
    )


def unknown_processor() -> RequestRefusedError:
    """The policy names every processor."""
    return _refused(
        "La politique n’a pas ce sous-traitant, ou sa copie lui a déjà été demandée.",
        "The policy has no such processor, or it was asked for its copy already.",
    )


def not_asked() -> RequestRefusedError:
    """It was not asked, or has answered."""
    return _refused(
        "Rien n’est attendu de ce sous-traitant\u202f: demandez-lui d’abord sa copie, ou relisez ce qu’il a répondu.",
        "Nothing is expected of this processor: ask it for its copy first, or read what it answered.",
    )


def copies_awaited(names: Text) -> RequestRefusedError:
    """The person receives what processors hold, or is told why not."""
    return _refused(
        f"Une copie est attendue de\u202f: {names.fr}. Attendez-la, ou décidez de répondre sans elle, avec une raison.",
        f"A copy is expected from: {names.en}. Wait for it, or decide to answer without it, with a reason.",
    )


def copies_unread() -> RequestRefusedError:
    """Others may be named there (GDPR art. 15(4))."""
    return _refused(
        "Regardez d’abord les fichiers que les sous-traitants ont remis\u202f: d’autres personnes peuvent y être.",
        "Look at the files that processors handed over first: other people may be in them.",
    )
