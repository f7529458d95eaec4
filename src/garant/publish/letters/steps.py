"""Letters to the person while a request is under way."""

from __future__ import annotations

from garant.publish.letters.blocks import Block, Items, Link, Say, Typed
from garant.publish.letters.speech import Speaker

Letter = tuple[str, list[Block]]
"""A subject and what follows it."""


def acknowledged(to: Speaker) -> Letter:
    """The request is received (art. 12(3))."""
    return to.tell(
        f"Votre demande {to.number} est bien reçue", f"Your request {to.number} has been received"
    ), [
        to.about,
        to.say(
            f"Nous vous répondrons au plus tard le {to.day(to.facts.due)}. Si la demande est complexe, ce délai peut "
            "être prolongé de deux mois : nous vous le dirions avant cette date, avec nos raisons.",
            f"We will answer by {to.day(to.facts.due)} at the latest. If the request is complex, this may be put off "
            "by two months: we would tell you so before that date, with our reasons.",
        ),
        *_followed(to),
        to.say("La démarche est gratuite.", "This is free of charge."),
    ]


def _followed(to: Speaker) -> list[Block]:
    if to.facts.link is None:
        return []
    return [Link(to.tell("Suivre votre demande :", "Follow your request:"), to.facts.link)]


def code(to: Speaker) -> Letter:
    """A code, for once; its subject, which a locked telephone shows, does not hold it."""
    return to.tell("Votre code de confirmation", "Your confirmation code"), [
        to.say(
            "Saisissez ce code sur la page de votre demande :", "Type this code on the page of your request:"
        ),
        Typed(to.facts.code or ""),
        to.say(
            f"Il sert une seule fois, pendant {to.facts.minutes} minutes.",
            f"It works once, for {to.facts.minutes} minutes.",
        ),
        to.say(
            "Vous n’avez rien demandé ? Ne faites rien : sans ce code, il ne se passera rien. Ne le donnez à personne.",
            "You asked for nothing? Do nothing: without this code, nothing will happen. Give it to nobody.",
        ),
    ]


def awaiting(to: Speaker) -> Letter:
    """Something is asked of the person, and the clock stands still."""
    return to.tell(
        f"Votre demande {to.number} : il nous manque quelque chose",
        f"Your request {to.number}: something is missing",
    ), [
        to.about,
        to.say("Pour vous répondre, nous avons besoin de ceci :", "To answer you, we need this:"),
        Items(tuple(map(to.its, to.facts.awaited))),
        *to.reasons(),
        *([Link(to.tell("Répondre ici :", "Answer here:"), to.facts.link)] if to.facts.link else []),
        to.say(
            "Le délai de réponse reprend dès que nous l’avons reçu.",
            "The time we have to answer goes on as soon as we have received it.",
        ),
        to.say(
            f"Sans nouvelles de vous le {to.day(to.facts.until)}, nous fermerons cette demande. Vous pourrez en faire "
            "une autre à tout moment.",
            f"If we have not heard from you by {to.day(to.facts.until)}, we will close this request. You may make "
            "another at any time.",
        )
        if to.facts.until
        else Say(""),
    ]


def extended(to: Speaker) -> Letter:
    """The answer is put off, and why (art. 12(3))."""
    return to.tell(
        f"Votre demande {to.number} : notre réponse prendra plus de temps",
        f"Your request {to.number}: our answer will take longer",
    ), [
        to.about,
        to.say(
            f"Nous devions vous répondre au plus tard le {to.day(to.facts.was_due)}. Nous le ferons au plus tard le "
            f"{to.day(to.facts.due)}. Voici pourquoi :",
            f"We were to answer by {to.day(to.facts.was_due)} at the latest. We will do so by {to.day(to.facts.due)} "
            "at the latest. This is why:",
        ),
        *to.reasons(),
        to.say(
            "L’article 12, paragraphe 3, du RGPD permet de prolonger le délai d’un mois de deux autres mois, quand "
            "les demandes sont complexes ou nombreuses.",
            "Article 12(3) of the GDPR allows the period of one month to be extended by two further months where "
            "requests are complex or numerous.",
        ),
        *to.recourse(),
    ]


def withdrawn(to: Speaker) -> Letter:
    """The person changed their mind."""
    return to.tell(f"Votre demande {to.number} est retirée", f"Your request {to.number} is withdrawn"), [
        to.about,
        to.say(
            "Vous l’avez retirée : nous ne ferons rien de plus. Ce que vous nous aviez envoyé pour elle est détruit. "
            "Vous pourrez en faire une autre à tout moment.",
            "You withdrew it: we will do nothing more. What you had sent us for it is destroyed. You may make another "
            "at any time.",
        ),
    ]


def abandoned(to: Speaker) -> Letter:
    """No answer came."""
    return to.tell(f"Votre demande {to.number} est fermée", f"Your request {to.number} is closed"), [
        to.about,
        to.say(
            "Nous n’avons pas reçu ce que nous vous avions demandé, et ne pouvons pas aller plus loin. Ce que vous "
            "nous aviez envoyé est détruit. Vous pourrez faire une autre demande à tout moment.",
            "We have not received what we had asked you for, and cannot go any further. What you had sent us is "
            "destroyed. You may make another request at any time.",
        ),
        *to.recourse(),
    ]


def package_ready(to: Speaker) -> Letter:
    """The person's data wait for them behind a link that opens once."""
    return to.tell(
        f"{to.data.capitalize()} sont prêtes (demande {to.number})",
        f"{to.data.capitalize()} are ready (request {to.number})",
    ), [
        to.about,
        *_not_sent(to),
        Link(
            to.tell(f"{to.data.capitalize()} sont ici :", f"{to.data.capitalize()} are here:"),
            to.facts.link or "",
        ),
        to.say(
            f"Le lien sert une seule fois, jusqu’au {to.day(to.facts.until)}. Après, le fichier est détruit. "
            "Ne transmettez ce lien à personne.",
            f"The link works once, until {to.day(to.facts.until)}. After that the file is destroyed. "
            "Do not pass this link on.",
        ),
        _inside(to),
        *to.copies(),
        *to.recourse(),
    ]


def _inside(to: Speaker) -> Say:
    """What to open: a package of a portability is for machines, and has no page."""
    if to.facts.right == "portability":
        return to.say(
            "Ces fichiers sont faits pour être repris par un autre service. Pour les lire vous-même, ouvrez avec un tableur "
            "ceux du dossier csv.",
            "These files are made for another service to take over. To read them yourself, open those in the folder csv "
            "with a spreadsheet.",
        )
    return to.say(
        f"Dans le fichier, ouvrez d’abord index.html : {to.data} s’y lisent dans un navigateur, sans connexion.",
        f"In the file, open index.html first: it shows {to.data} in a browser, without a connection.",
    )


def _not_sent(to: Speaker) -> list[Block]:
    """Where they were to go to another organisation, and it cannot be done (art. 20(2))."""
    if not to.facts.recipients:
        return []
    name = to.facts.recipients[0]
    return [
        to.say(
            f"Nous n’avons pas pu les transmettre directement à {name} : ce n’est pas techniquement possible "
            "(article 20(2) du RGPD). Vous pouvez les lui remettre vous-même.",
            f"We could not transmit them directly to {name}: it is not technically feasible (article 20(2) of the "
            "GDPR). You can hand them over yourself.",
        )
    ]


def form_ready(to: Speaker) -> Letter:
    """The page on which the person sees and corrects their data."""
    return to.tell(f"Corriger {to.data} (demande {to.number})", f"Correct {to.data} (request {to.number})"), [
        to.about,
        Link(
            to.tell(f"Voir {to.data} et les corriger :", f"See {to.data} and correct them:"),
            to.facts.link or "",
        ),
        to.say(
            f"Le lien est personnel et sert jusqu’au {to.day(to.facts.until)}. Rien ne change avant que nous ayons "
            "regardé vos corrections.",
            f"The link is yours alone and works until {to.day(to.facts.until)}. Nothing changes before we have looked "
            "at your corrections.",
        ),
    ]
