"""What the tasks room will not do, why, and what to do instead, in both languages."""

from __future__ import annotations

from garant.policy.text import Text


class RefusedError(Exception):
    """A service refuses: the message says what was found and expected, the mend what to do."""

    def __init__(self, message: Text, mend: Text) -> None:
        super().__init__(message.en)
        self.message = message
        self.mend = mend


_SIGN_AGAIN = Text(
    fr="Signez de nouveau\u202f: garant task sign TÂCHE --outcome … --key CLÉ --out RÉPONSE",
    en="Sign again: garant task sign TASK --outcome … --key KEY --out ANSWER",
)


def unknown_task(key: str) -> RefusedError:
    """No task has that key."""
    return RefusedError(
        Text(
            fr=f"Aucune tâche n’a la clé «\u202f{key[:60]}\u202f» ici.",
            en=f"No task has the key “{key[:60]}” here.",
        ),
        Text(fr="Voyez-les\u202f: garant task list", en="See them: garant task list"),
    )


def already_answered(key: str) -> RefusedError:
    """A task is answered once."""
    return RefusedError(
        Text(fr=f"La tâche {key} a déjà sa réponse.", en=f"Task {key} has its answer already."),
        Text(
            fr="Si elle était fausse, refaites un plan\u202f: une nouvelle tâche corrige l’ancienne.",
            en="If it was wrong, make a new plan: a new task corrects the old one.",
        ),
    )


def left_without_reason(left: int, found: int) -> RefusedError:
    """Something of what was found was not treated, and nobody says why."""
    return RefusedError(
        Text(
            fr=f"{left} sur {found} n’ont pas été traités\u202f: dites pourquoi. La tâche n’est alors faite qu’en partie.",
            en=f"{left} of {found} were not treated: say why. The task is then done in part.",
        ),
        Text(
            fr="Ajoutez --reason (sans nommer personne), ou ne comptez dans --found que ce qui était à traiter\u202f: ni ce "
            "qu’une suspension garde, ni ce qu’une obligation fait garder.",
            en="Add --reason (name nobody), or count in --found only what was to be treated: neither what a hold keeps, nor what "
            "an obligation makes you keep.",
        ),
    )


def answer_malformed() -> RefusedError:
    """The file is not a signed answer."""
    return answer_unfit(
        "Ce fichier n’est pas une réponse signée, ou il a été changé depuis.",
        "This file is not a well-formed signed answer, or it was changed since.",
    )


def answer_unfit(fr: str, en: str) -> RefusedError:
    """The parts of an answer do not go together."""
    return RefusedError(Text(fr=fr, en=en), _SIGN_AGAIN)


def other_question(key: str) -> RefusedError:
    """The answer is to another statement than the one that was asked."""
    return RefusedError(
        Text(
            fr=f"Cette réponse n’est pas à ce qui a été demandé (tâche {key}).",
            en=f"This answer is not to what was asked (task {key}).",
        ),
        Text(
            fr=f"Donnez à la personne la question d’ici\u202f: garant task show {key} --out TÂCHE",
            en=f"Give the person the question from here: garant task show {key} --out TASK",
        ),
    )


def signature_refused(system: str) -> RefusedError:
    """The known key did not sign, or its signature is false."""
    return RefusedError(
        Text(
            fr=f"La signature n’est pas celle de la clé connue pour «\u202f{system}\u202f»\u202f: la réponse n’est pas reçue.",
            en=f"The signature is not that of the key known for “{system}”: the answer is not accepted.",
        ),
        _SIGN_AGAIN,
    )


def no_key(system: str) -> RefusedError:
    """No public key is known for the system."""
    return RefusedError(
        Text(
            fr=f"Aucune clé publique n’est connue pour «\u202f{system}\u202f»\u202f: rien ne vérifierait la réponse.",
            en=f"No public key is known for “{system}”: nothing would verify the answer.",
        ),
        Text(
            fr=f"La personne tape garant task key FICHIER --name NOM\u202f; puis ici\u202f: garant task trust {system} CLÉ",
            en=f"The person types garant task key FILE --name NAME; then here: garant task trust {system} KEY",
        ),
    )


def key_malformed(what: str) -> RefusedError:
    """Not a public key."""
    return RefusedError(
        Text(fr="Ce n’est pas une clé publique.", en=f"This is not a public key: {what}"),
        Text(
            fr="Écrivez-la telle que garant task key l’affiche\u202f: nom+empreinte+Base64.",
            en="Write it as garant task key shows it: name+hash+Base64.",
        ),
    )


def key_file_unreadable(path: str) -> RefusedError:
    """Not a private key file."""
    return RefusedError(
        Text(fr=f"{path} ne contient pas une clé de réponse.", en=f"{path} does not hold an answer key."),
        Text(
            fr="Créez-en une\u202f: garant task key FICHIER --name NOM",
            en="Make one: garant task key FILE --name NAME",
        ),
    )


def task_file_unreadable(path: str) -> RefusedError:
    """Not a task file."""
    return RefusedError(
        Text(fr=f"{path} n’est pas une tâche de Garant.", en=f"{path} is not a task of Garant."),
        Text(
            fr="Obtenez-la\u202f: garant task show CLÉ --out FICHIER",
            en="Get it: garant task show KEY --out FILE",
        ),
    )
