"""Letters to others than the person: staff, recipients of the data, people who are given an account."""

from __future__ import annotations

from garant.policy.text import Text
from garant.publish import words
from garant.publish.letters.blocks import Items, Link, Say, Typed
from garant.publish.letters.speech import Speaker
from garant.publish.letters.steps import Letter

_DAYS = Text(fr="jour", en="day"), Text(fr="jours", en="days")


def _days(to: Speaker) -> str:
    return to.its(words.counted(abs(to.facts.days or 0), *_DAYS))


def reminder(to: Speaker) -> Letter:
    """To whoever handles a request: how long is left."""
    return to.tell(f"Demande {to.number} : il reste {_days(to)}", f"Request {to.number}: {_days(to)} left"), [
        to.say(
            f"Demande {to.number} : {to.title}. Il faut y répondre au plus tard le {to.day(to.facts.due)}.",
            f"Request {to.number}: {to.title}. It must be answered by {to.day(to.facts.due)} at the latest.",
        ),
        *([Link(to.tell("L’ouvrir :", "Open it:"), to.facts.link)] if to.facts.link else []),
    ]


def escalation(to: Speaker) -> Letter:
    """To the data protection officer: a request is late, or about to be."""
    late = (to.facts.days or 0) < 0
    subject = (
        to.tell(f"Demande {to.number} : {_days(to)} de retard", f"Request {to.number}: {_days(to)} late")
        if late
        else to.tell(
            f"Demande {to.number} : il ne reste que {_days(to)}",
            f"Request {to.number}: only {_days(to)} left",
        )
    )
    return subject, [
        to.say(
            f"Demande {to.number} : {to.title}. Le dernier jour pour y répondre est le {to.day(to.facts.due)}.",
            f"Request {to.number}: {to.title}. The last day to answer it is {to.day(to.facts.due)}.",
        ),
        to.say(
            "La promesse de répondre à temps n’est plus tenue : le tableau de bord le montre.",
            "The promise to answer in time is broken: the dashboard shows it.",
        )
        if late
        else Say(""),
        *([Link(to.tell("L’ouvrir :", "Open it:"), to.facts.link)] if to.facts.link else []),
    ]


_MESSAGES = Text(fr="message attend", en="message waits"), Text(fr="messages attendent", en="messages wait")


def arrivals(to: Speaker) -> Letter:
    """To whoever answers requests: messages of the mailbox that nobody has looked at."""
    waiting = to.its(words.counted(to.facts.count or 0, *_MESSAGES))
    return to.tell(f"{waiting} une décision", f"{waiting} for a decision"), [
        to.say(
            f"Dans la boîte de {to.facts.organisation}, le plus ancien est arrivé le {to.day(to.facts.received)}. "
            "S’il s’agit d’une demande, le délai de réponse court depuis ce jour.",
            f"In the mailbox of {to.facts.organisation}, the oldest arrived on {to.day(to.facts.received)}. If it is a "
            "request, the time to answer runs from that day.",
        ),
        *([Link(to.tell("Les ouvrir :", "Open them:"), to.facts.link)] if to.facts.link else []),
    ]


def mailbox_away(to: Speaker) -> Letter:
    """To whoever answers requests: nobody sees what people write."""
    day, why = to.day(to.facts.received), to.its(to.facts.awaited[0])
    return to.tell("La boîte ne se lit pas", "The mailbox cannot be read"), [
        to.say(
            f"Garant ne lit plus la boîte de {to.facts.organisation} depuis le {day}\u202f: {why}. Les demandes qui y "
            "arrivent n’apparaissent pas, et leur délai de réponse court. Regardez la boîte vous-même, et prévenez "
            "qui administre Garant.",
            f"Garant has not read the mailbox of {to.facts.organisation} since {day}: {why}. Requests that arrive there "
            "do not appear, and the time to answer them runs. Look into the mailbox yourself, and tell whoever runs Garant.",
        ),
        *(
            [Link(to.tell("Les messages déjà pris :", "The messages already taken:"), to.facts.link)]
            if to.facts.link
            else []
        ),
    ]


_TOLD = {
    "erasure": Text(
        fr="a obtenu l’effacement de ses données. Merci d’effacer celles que vous tenez de nous, et leurs copies.",
        en="has had their data erased. Please erase those you have from us, and their copies.",
    ),
    "rectification": Text(
        fr="a fait corriger ses données. Merci de corriger celles que vous tenez de nous.",
        en="has had their data corrected. Please correct those you have from us.",
    ),
    "restriction": Text(
        fr="a obtenu que ses données ne soient plus utilisées. Merci de garder celles que vous tenez de nous sans "
        "vous en servir.",
        en="has had the use of their data restricted. Please keep those you have from us without using them.",
    ),
    "objection": Text(
        fr="s’oppose à l’usage de ses données. Merci de ne plus utiliser celles que vous tenez de nous.",
        en="objects to the use of their data. Please no longer use those you have from us.",
    ),
}


def told_recipient(to: Speaker) -> Letter:
    """To whoever received the data: do the same, and say so (art. 19, and 28(3)(e) for a processor)."""
    asked = _TOLD.get(str(to.facts.right), _TOLD["erasure"])
    return to.tell(
        f"Une personne exerce ses droits (demande {to.number} de {to.facts.organisation})",
        f"A person exercises their rights (request {to.number} of {to.facts.organisation})",
    ), [
        to.say(
            f"Vous avez reçu de {to.facts.organisation} des données sur une personne qui {asked.fr}",
            f"You received data from {to.facts.organisation} about a person who {asked.en}",
        ),
        *([to.say("On la trouve ainsi :", "They are found by:")] if to.facts.identities else []),
        Items(to.facts.identities),
        *to.reasons(),
        to.say(
            f"Merci de nous dire ce qui est fait, au plus tard le {to.day(to.facts.due)}. Le RGPD nous demande de vous "
            "prévenir (article 19).",
            f"Please tell us what is done, by {to.day(to.facts.due)} at the latest. The GDPR has us tell you "
            "(article 19).",
        ),
        *([Link(to.tell("Répondre ici :", "Answer here:"), to.facts.link)] if to.facts.link else []),
    ]


def recipient_silent(to: Speaker) -> Letter:
    """To the data protection officer: a recipient that was told has not said what it did (art. 19)."""
    name = to.facts.recipients[0] if to.facts.recipients else ""
    return to.tell(
        f"Demande {to.number} : {name} n’a pas répondu", f"Request {to.number}: {name} has not answered"
    ), [
        to.say(
            f"{name} devait dire ce qui est fait, au plus tard le {to.day(to.facts.due)}. Nous l’avons relancé, sans "
            "réponse. Le tableau de bord montre cette promesse comme rompue.",
            f"{name} was to say what is done, by {to.day(to.facts.due)} at the latest. We reminded it, and had no "
            "answer. The dashboard shows this promise as broken.",
        ),
        *([Link(to.tell("L’ouvrir :", "Open it:"), to.facts.link)] if to.facts.link else []),
    ]


def copy_asked(to: Speaker) -> Letter:
    """To a processor: hand over what you hold about this person (GDPR art. 28(3)(e))."""
    portable = str(to.facts.right) == "portability"
    return to.tell(
        f"Remettre la copie des données d’une personne (demande {to.number} de {to.facts.organisation})",
        f"Hand over the copy of a person’s data (request {to.number} of {to.facts.organisation})",
    ), [
        to.say(
            f"Vous traitez des données pour {to.facts.organisation}. Une personne demande "
            + ("à emporter les siennes" if portable else "à recevoir les siennes")
            + ". On la trouve ainsi :",
            f"You process data for {to.facts.organisation}. A person asks "
            + ("to take theirs with them" if portable else "to receive theirs")
            + ". They are found by:",
        ),
        Items(to.facts.identities),
        to.say(
            f"Merci de nous envoyer, au plus tard le {to.day(to.facts.due)}, tout ce que vous tenez sur elle : un fichier JSON, "
            "CSV ou PDF, ou une archive ZIP. Si vous ne tenez rien, dites-le-nous.",
            f"Please send us, by {to.day(to.facts.due)} at the latest, everything that you hold about them: a JSON, CSV or PDF "
            "file, or a ZIP archive. If you hold nothing, tell us so.",
        ),
        to.say(
            f"Envoyez-le par un canal sûr, sous le numéro {to.facts.number}, à : {to.facts.contact}.",
            f"Send it by a safe channel, under the number {to.facts.number}, to: {to.facts.contact}.",
        )
        if to.facts.contact
        else Say(""),
        to.say(
            "Notre contrat et le RGPD vous demandent cette aide (article 28(3)(e)). Ne répondez pas à la personne : c’est "
            "nous qui le faisons.",
            "Our contract and the GDPR ask you for this help (article 28(3)(e)). Do not answer the person: we do.",
        ),
    ]


def copy_silent(to: Speaker) -> Letter:
    """To the data protection officer: a processor has not handed its copy over."""
    name = to.facts.recipients[0] if to.facts.recipients else ""
    return to.tell(
        f"Demande {to.number} : {name} n’a pas remis sa copie",
        f"Request {to.number}: {name} has not handed its copy over",
    ), [
        to.say(
            f"{name} devait remettre sa copie des données de la personne, au plus tard le {to.day(to.facts.due)}. Notre délai "
            "pour répondre court toujours : insistez auprès de lui, ou répondez sans sa copie, avec une raison que la personne "
            "lira.",
            f"{name} was to hand over its copy of the person’s data, by {to.day(to.facts.due)} at the latest. Our time to "
            "answer goes on: press it, or answer without its copy, with a reason that the person will read.",
        ),
        *([Link(to.tell("L’ouvrir :", "Open it:"), to.facts.link)] if to.facts.link else []),
    ]


def refused_since(to: Speaker) -> Letter:
    """To the data protection officer: what a person was told is still to be done by hand will not be, or not all of it."""
    return to.tell(
        f"Demande {to.number} : refusée à la main depuis la réponse",
        f"Request {to.number}: refused by hand since the answer",
    ), [
        to.say(
            "La personne a eu sa réponse, qui disait ce qui restait à faire à la main. Ceci a depuis été refusé, ou fait en "
            "partie seulement :",
            "The person had their answer, which said what was still to be done by hand. This has since been refused, or done "
            "in part only:",
        ),
        Items(to.facts.recipients),
        to.say(
            "Personne ne le lui a dit. Voyez pourquoi avec qui s’en occupe ; puis inscrivez la demande de nouveau, ou dites à "
            "la personne ce qui ne sera pas fait, et pourquoi (RGPD, article 12(4)).",
            "Nobody has told them. See why with whoever takes care of it; then write the request down again, or tell the person "
            "what will not be done, and why (GDPR, article 12(4)).",
        ),
        *([Link(to.tell("L’ouvrir :", "Open it:"), to.facts.link)] if to.facts.link else []),
    ]


def invitation(to: Speaker) -> Letter:
    """An account on this site."""
    role = to.its(to.facts.role) if to.facts.role else ""
    return to.tell(
        f"Une invitation de {to.facts.organisation}", f"An invitation from {to.facts.organisation}"
    ), [
        to.say(
            f"{to.facts.organisation} vous ouvre un compte sur Garant, qui tient sa politique de protection des données."
            + (f" Votre rôle : {role}." if role else ""),
            f"{to.facts.organisation} opens an account for you on Garant, which keeps its data protection policy."
            + (f" Your role: {role}." if role else ""),
        ),
        Link(
            to.tell("Accepter, et choisir un mot de passe :", "Accept, and choose a password:"),
            to.facts.link or "",
        ),
        to.say(
            f"Le lien sert une seule fois, jusqu’au {to.day(to.facts.until)}. Si vous n’attendiez pas cette invitation, "
            "ne faites rien.",
            f"The link works once, until {to.day(to.facts.until)}. If you did not expect this invitation, do nothing.",
        ),
    ]


def forgotten_password(to: Speaker) -> Letter:
    """A new password, for whoever holds the mailbox."""
    return to.tell("Choisir un nouveau mot de passe", "Choose a new password"), [
        Link(to.tell("Choisissez-le ici :", "Choose it here:"), to.facts.link or ""),
        to.say(
            f"Le lien sert une seule fois, pendant {to.facts.minutes} minutes. Si vous n’avez rien demandé, ne faites "
            "rien : votre mot de passe reste le même.",
            f"The link works once, for {to.facts.minutes} minutes. If you asked for nothing, do nothing: your password "
            "stays the same.",
        ),
    ]


def trial(to: Speaker) -> Letter:
    """A letter that shows that letters arrive."""
    return to.tell("Lettre d’essai de Garant", "A trial letter from Garant"), [
        to.say(
            "Les lettres de cette installation arrivent : voici celle qu’on vous a envoyée pour le voir.",
            "The letters of this installation arrive: this one was sent to you to see it.",
        ),
        Typed(to.facts.code or "OK"),
    ]
