"""Letters that answer a request."""

from __future__ import annotations

from garant.publish.letters.blocks import Block, Items, Link, Say
from garant.publish.letters.speech import Speaker
from garant.publish.letters.steps import Letter


def answered(to: Speaker) -> Letter:
    """Done, as it was asked."""
    return to.tell(f"Votre demande {to.number} est satisfaite", f"Your request {to.number} is granted"), [
        to.about,
        *to.done(),
        *to.reasons(),
        *to.copies(),
        *to.kept(),
        *to.told(),
        *_ending(to),
    ]


def _ending(to: Speaker) -> list[Block]:
    """Where something stays, the ways to contest it; else whom to ask."""
    if to.facts.kept:
        return to.recourse()
    return [
        to.say(
            f"Une question ? Écrivez-nous : {to.facts.contact}.",
            f"A question? Write to us: {to.facts.contact}.",
        )
        if to.facts.contact
        else Say("")
    ]


def partly(to: Speaker) -> Letter:
    """Done in part; what is not, and why."""
    return to.tell(
        f"Votre demande {to.number} est satisfaite en partie", f"Your request {to.number} is granted in part"
    ), [
        to.about,
        *to.done(),
        *_ground(to),
        *to.reasons(),
        *to.copies(),
        *to.kept(),
        *to.told(),
        *to.recourse(),
    ]


def refused(to: Speaker) -> Letter:
    """Not done: on what ground, and whom to turn to (art. 12(4))."""
    return to.tell(f"Votre demande {to.number} : notre refus", f"Your request {to.number}: our refusal"), [
        to.about,
        to.say("Nous ne pouvons pas y donner suite.", "We cannot act on it."),
        *_ground(to),
        *to.reasons(),
        *to.copies(),
        *to.kept(),
        *to.recourse(),
    ]


def _ground(to: Speaker) -> list[Block]:
    if to.facts.ground is None:
        return []
    words, source = to.its(to.facts.ground.words), to.its(to.facts.ground.source)
    return [to.say(f"Notre raison : {words} ({source}).", f"Our reason: {words} ({source}).")]


def corrected(to: Speaker) -> Letter:
    """The data are right now, everywhere (art. 16)."""
    return to.tell(
        f"{to.data.capitalize()} sont corrigées (demande {to.number})",
        f"{to.data.capitalize()} are corrected (request {to.number})",
    ), [
        to.about,
        *to.done(),
        *to.reasons(),
        *to.told(),
        *_ending(to),
    ]


def restricted(to: Speaker) -> Letter:
    """The data are kept and used no more (art. 18)."""
    return to.tell(
        f"{to.data.capitalize()} ne sont plus utilisées (demande {to.number})",
        f"{to.data.capitalize()} are no longer used (request {to.number})",
    ), [
        to.about,
        to.say(
            f"{to.data.capitalize()} sont mises de côté : nous les gardons, sans nous en servir. Seuls "
            f"{to.of('votre accord', 'l’accord de la personne')}, la défense d’un droit en justice, la protection d’une "
            "autre personne ou un intérêt public important permettraient de les utiliser (article 18, paragraphe 2, du "
            "RGPD).",
            f"{to.data.capitalize()} are set apart: we keep them and do not use them. Only "
            f"{to.of('your consent', 'the person’s consent')}, a legal claim, the protection of another person or an "
            "important public interest would allow their use (article 18(2) of the GDPR).",
        ),
        *to.done(),
        *to.reasons(),
        *to.told(),
        to.say(
            "Nous vous préviendrons avant que cette limitation prenne fin.",
            "We will tell you before this restriction ends.",
        ),
        *_ending(to),
    ]


def lifted(to: Speaker) -> Letter:
    """The restriction ends; the person is told before (art. 18(3))."""
    return to.tell(
        f"La limitation {to.of('de vos données', 'des données')} prend fin (demande {to.number})",
        f"The restriction of {to.data} ends (request {to.number})",
    ), [
        to.about,
        to.say(
            f"{to.data.capitalize()} avaient été mises de côté. Cette limitation prendra fin le "
            f"{to.day(to.facts.until)}. Voici pourquoi :",
            f"{to.data.capitalize()} had been set apart. This restriction will end on {to.day(to.facts.until)}. This is "
            "why:",
        ),
        *to.reasons(),
        *to.recourse(),
    ]


def objected(to: Speaker) -> Letter:
    """The data are no longer used for these purposes (art. 21)."""
    return to.tell(
        f"{to.of('Votre opposition', 'L’opposition')} est prise en compte (demande {to.number})",
        f"{to.of('Your', 'The')} objection takes effect (request {to.number})",
    ), [
        to.about,
        to.say(
            f"{to.data.capitalize()} ne servent plus à ceci :",
            f"{to.data.capitalize()} no longer serve this:",
        ),
        Items(tuple(map(to.its, to.facts.purposes))),
        to.say(
            f"Pour nous en souvenir, nous gardons une empreinte de {to.of('votre adresse', 'l’adresse')} dans une liste "
            "d’opposition, qui ne sert à rien d’autre.",
            f"To remember it, we keep a fingerprint of {to.of('your', 'the')} address in an opposition list, which serves "
            "nothing else.",
        ),
        *to.reasons(),
        *to.kept(),
        *to.told(),
        *_ending(to),
    ]


def consent_withdrawn(to: Speaker) -> Letter:
    """What rested on consent has stopped (art. 7(3))."""
    return to.tell(
        f"{to.of('Votre', 'Le')} consentement est retiré (demande {to.number})",
        f"{to.of('Your', 'The')} consent is withdrawn (request {to.number})",
    ), [
        to.about,
        to.say(
            f"Nous avons arrêté ce qui reposait sur {to.of('votre', 'cet')} accord :",
            f"We have stopped what rested on {to.of('your', 'this')} consent:",
        ),
        Items(tuple(map(to.its, to.facts.purposes))),
        to.say(
            f"Ce qui a été fait avant, avec {to.of('votre', 'cet')} accord, reste licite.",
            f"What was done before, with {to.of('your', 'this')} consent, remains lawful.",
        ),
        *to.done(),
        *to.reasons(),
        *to.kept(),
        *to.told(),
        *_ending(to),
    ]


def transmitted(to: Speaker) -> Letter:
    """The data went to another organisation (art. 20(2))."""
    return to.tell(
        f"{to.data.capitalize()} sont transmises (demande {to.number})",
        f"{to.data.capitalize()} are transmitted (request {to.number})",
    ), [
        to.about,
        to.say("Nous les avons remises, chiffrées, à :", "We handed them over, encrypted, to:"),
        Items(to.facts.recipients),
        to.say(
            "Nous avons un accusé de réception signé. Notre copie n’est pas effacée pour autant : c’est une autre "
            "demande, que vous pouvez nous faire.",
            "We have a signed receipt. This does not erase our copy: that is another request, which you may make.",
        ),
        *to.copies(),
        *_ending(to),
    ]


def directive_registered(to: Speaker) -> Letter:
    """What is to become of the data after death (art. 85)."""
    return to.tell(
        f"Vos directives sont enregistrées ({to.number})", f"Your directives are registered ({to.number})"
    ), [
        to.say(
            f"Vos directives sur le sort de vos données après votre mort portent le numéro {to.facts.number}. "
            "Conservez cette lettre, et dites à une personne de confiance qu’elle existe.",
            f"Your directives on what becomes of your data after your death have the number {to.facts.number}. "
            "Keep this letter, and tell someone you trust that it exists.",
        ),
        *to.decided(),
        *to.reasons(),
        *(
            [
                Link(
                    to.tell("Les relire, les changer, les révoquer :", "Read, change or revoke them:"),
                    to.facts.link,
                )
            ]
            if to.facts.link
            else []
        ),
        to.say(
            "Vous pouvez les changer ou les révoquer à tout moment (article 85 de la loi Informatique et Libertés).",
            "You may change or revoke them at any time (article 85 of the French data protection act).",
        ),
    ]


def directive_revoked(to: Speaker) -> Letter:
    """They are no more."""
    return to.tell(
        f"Vos directives sont révoquées ({to.number})", f"Your directives are revoked ({to.number})"
    ), [
        to.say(
            f"Vos directives {to.number} n’ont plus d’effet, et leur texte est détruit.",
            f"Your directives {to.number} no longer have any effect, and their text is destroyed.",
        )
    ]
