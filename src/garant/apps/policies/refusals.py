"""What the room of policies will not do, why, and what to do instead, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from garant.apps.promises.refusals import SHORT, RefusedError
from garant.policy.text import Text

__all__ = ["RefusedError"]

_STATES = {
    "draft": Text(fr="un brouillon", en="a draft"),
    "in-review": Text(fr="en relecture", en="in review"),
    "approved": Text(fr="approuvée", en="approved"),
    "published": Text(fr="publiée", en="published"),
}


def _plain(message_fr: str, message_en: str, mend_fr: str, mend_en: str) -> RefusedError:
    return RefusedError(Text(fr=message_fr, en=message_en), Text(fr=mend_fr, en=mend_en))


def unknown_version(name: str) -> RefusedError:
    """No version has that key or number here."""
    return _plain(
        f"Aucune version «\u202f{name[:60]}\u202f» de cette politique.",
        f"No version “{name[:60]}” of this policy.",
        "Voyez-les\u202f: garant policy list",
        "See them: garant policy list",
    )


def wrong_state(number: int, found: str, wanted: str) -> RefusedError:
    """What is asked is asked of versions in another state."""
    is_, must = _STATES[found], _STATES[wanted]
    return _plain(
        f"La version {number} est {is_.fr}\u202f; il faut pour cela qu’elle soit {must.fr}.",
        f"Version {number} is {is_.en}; for this it has to be {must.en}.",
        "Une version est écrite, soumise, approuvée par une autre personne, puis publiée, dans cet ordre.",
        "A version is written, submitted, approved by another person, then published, in this order.",
    )


def published_for_good(number: int) -> RefusedError:
    """A published version stays as it is."""
    return _plain(
        f"La version {number} est publiée\u202f: elle ne change plus.",
        f"Version {number} is published: it does not change any more.",
        "Commencez un nouveau brouillon à partir d’elle.",
        "Begin a new draft from it.",
    )


def overtaken(number: int, by: str) -> RefusedError:
    """Somebody else saved meanwhile."""
    return _plain(
        f"La version {number} a été modifiée entre-temps par {by}\u202f; rien n’a été écrasé.",
        f"Version {number} was changed meanwhile by {by}; nothing was overwritten.",
        "Rechargez la page, reportez vos changements, puis enregistrez.",
        "Load the page again, make your changes there, then save.",
    )


def another_organisation(found: str, expected: str) -> RefusedError:
    """The document is somebody else's policy."""
    return _plain(
        f"Cette politique est celle de «\u202f{found}\u202f», pas de «\u202f{expected}\u202f».",
        f"This policy is that of “{found}”, not of “{expected}”.",
        "Vérifiez la clé organisation.key, ou choisissez l’autre organisation.",
        "Check the key organisation.key, or choose the other organisation.",
    )


def errors_left(number: int, errors: Sequence[Text]) -> RefusedError:
    """The checks find errors."""
    more = Text(
        fr=f" (et {len(errors) - 1} autres)" if len(errors) > 1 else "",
        en=f" (and {len(errors) - 1} more)" if len(errors) > 1 else "",
    )
    return _plain(
        f"La version {number} contient des erreurs. {errors[0].fr}{more.fr}",
        f"Version {number} holds errors. {errors[0].en}{more.en}",
        "Corrigez-les, puis soumettez-la de nouveau.",
        "Mend them, then submit it again.",
    )


def left_hanging(number: int, errors: Sequence[Text], mend: Text) -> RefusedError:
    """The version would leave behind, or let go of, what hangs on its keys."""
    more = len(errors) - 1
    return RefusedError(
        Text(
            fr=errors[0].fr + (f" (et {more} de plus pour la version {number})" if more else ""),
            en=errors[0].en + (f" (and {more} more for version {number})" if more else ""),
        ),
        mend,
    )


def undone(number: int, since: int) -> RefusedError:
    """Another version was published since this one was approved: what it would change of that one, nobody reviewed."""
    return _plain(
        f"La version {since} a été publiée depuis que la version {number} est approuvée\u202f: personne n’a relu ce que celle-ci "
        "en changerait.",
        f"Version {since} was published since version {number} was approved: nobody has reviewed what this one would change of "
        "it.",
        "Renvoyez-la avec cette raison\u202f: soumise de nouveau, elle se compare à ce qui est publié.",
        "Send it back for this reason: submitted again, it is compared with what is published.",
    )


def published_meanwhile(number: int) -> RefusedError:
    """Something else is published since whoever approves read it: what this one changes of it, they have not read."""
    return _plain(
        f"Ce qui est publié a changé depuis que vous avez lu la version {number}\u202f: elle n’y change plus la même chose.",
        f"What is published has changed since you read version {number}: it does not change the same any more.",
        "Relisez ce qu’elle change maintenant, puis approuvez-la.",
        "Read what it changes now, then approve it.",
    )


def nothing_new(number: int) -> RefusedError:
    """It says what the version in force says already."""
    return _plain(
        f"La version {number} ne change rien à la politique en vigueur.",
        f"Version {number} changes nothing in the policy in force.",
        "Modifiez-la d’abord, ou abandonnez le brouillon.",
        "Change it first, or give the draft up.",
    )


def same_person(number: int) -> RefusedError:
    """Four eyes: whoever submitted cannot approve."""
    return _plain(
        f"Vous avez soumis la version {number}\u202f: une autre personne doit l’approuver.",
        f"You submitted version {number}: another person has to approve it.",
        "Demandez à un collègue habilité de la relire.",
        "Ask an entitled colleague to review it.",
    )


def no_reason() -> RefusedError:
    """A version goes back with a reason."""
    return _plain(
        "Une version revient à l’état de brouillon avec une raison.",
        "A version goes back to being a draft with a reason.",
        "Dites en une phrase ce qui doit changer.",
        "Say in a sentence what has to change.",
    )


def no_reason_to_unpublish() -> RefusedError:
    """A publication is withdrawn with a reason."""
    return _plain(
        "Une publication se retire avec une raison.",
        "A publication is withdrawn with a reason.",
        "Dites en une phrase ce qui n’allait pas.",
        "Say in a sentence what was wrong.",
    )


def begun(number: int, first: date) -> RefusedError:
    """It has been in force, and people could rely on it."""
    return _plain(
        f"La version {number} est en vigueur depuis le {first:%d/%m/%Y}\u202f: elle ne se retire plus.",
        f"Version {number} has been in force since {first.isoformat()}: it is not withdrawn any more.",
        "Commencez un nouveau brouillon à partir d’elle.",
        "Begin a new draft from it.",
    )


def others_rest_on_it(number: int, other: int) -> RefusedError:
    """What the other announces was held against what this one says."""
    return _plain(
        f"La version {other}, publiée depuis, s’appliquera avec la version {number} ou après elle\u202f: ce dont il a fallu "
        "prévenir a été compté à partir d’elle.",
        f"Version {other}, published since, applies with version {number} or after it: what people had to be told was "
        "counted from it.",
        f"Retirez d’abord la publication de la version {other}, puis publiez-la de nouveau.",
        f"Withdraw the publication of version {other} first, then publish it again.",
    )


def no_such_notice(number: int) -> RefusedError:
    """None that counts."""
    return _plain(
        f"Cette annonce n’est pas de la version {number}, ou elle a déjà été corrigée.",
        f"This notice is not of version {number}, or was corrected already.",
        "Rechargez la page, puis corrigez celle qui compte.",
        "Load the page again, then correct the one that counts.",
    )


def that_day_already(on: date) -> RefusedError:
    """Nothing to correct."""
    return _plain(
        f"L’annonce est déjà notée au {on:%d/%m/%Y}.",
        f"The notice is recorded on {on.isoformat()} already.",
        "Donnez le jour où elle est vraiment partie.",
        "Give the day on which it really went out.",
    )


def another_digest(found: str, expected: str) -> RefusedError:
    """What is approved is not what the version says."""
    return _plain(
        f"L’empreinte donnée ({found[:SHORT]}…) n’est pas celle de cette version ({expected[:SHORT]}…).",
        f"The digest given ({found[:SHORT]}…) is not that of this version ({expected[:SHORT]}…).",
        "Relisez la version, puis approuvez l’empreinte qu’elle affiche.",
        "Read the version again, then approve the digest that it shows.",
    )


def no_such_day() -> RefusedError:
    """Nothing begins on a day that nobody named."""
    return _plain(
        "Le jour manque, ou ne se lit pas\u202f: rien n’a été fait.",
        "The day is missing, or cannot be read: nothing was done.",
        "Écrivez-le ainsi\u202f: 2027-01-31.",
        "Write it so: 2027-01-31.",
    )


def past_day(on: date, today: date) -> RefusedError:
    """A promise does not begin before it is made."""
    return _plain(
        f"Le {on:%d/%m/%Y} est passé\u202f; nous sommes le {today:%d/%m/%Y}. Une politique ne s’applique pas "
        "avant d’être publiée.",
        f"{on.isoformat()} is over; today is {today.isoformat()}. A policy does not apply before it is published.",
        "Choisissez aujourd’hui ou un jour à venir.",
        "Choose today or a day to come.",
    )


def notice_to_come(on: date, today: date) -> RefusedError:
    """Nobody has been told tomorrow."""
    return _plain(
        f"Le {on:%d/%m/%Y} est à venir\u202f; nous sommes le {today:%d/%m/%Y}. On note qui a été prévenu après coup.",
        f"{on.isoformat()} is to come; today is {today.isoformat()}. Who was told is recorded afterwards.",
        "Revenez quand l’annonce sera partie.",
        "Come back when the notice has gone out.",
    )


def notice_without_proof() -> RefusedError:
    """How they were told, and what shows it."""
    return _plain(
        "Une annonce dit par quel moyen elle est partie et ce qui le prouve.",
        "A notice says by what means it went out and what shows it.",
        "Donnez le moyen (courriel, lettre, bandeau du site…) et la preuve (adresse d’un document, référence).",
        "Give the means (e-mail, letter, banner on the site…) and the evidence (address of a document, reference).",
    )


def not_told(changes: Sequence[Text]) -> RefusedError:
    """The policy promises to tell people beforehand, and nobody was told."""
    return _plain(
        f"Les personnes concernées doivent être prévenues avant\u202f: {_listed(changes, 'fr')}.",
        f"The people concerned have to be told beforehand: {_listed(changes, 'en')}.",
        "Prévenez-les, notez-le ici avec sa preuve, puis publiez.",
        "Tell them, record it here with its evidence, then publish.",
    )


def too_soon(on: date, earliest: date, changes: Sequence[Text]) -> RefusedError:
    """The delay that the policy promises has not run on that day."""
    return _plain(
        f"Le {on:%d/%m/%Y} est trop tôt\u202f: le délai de prévenance promis court encore. "
        f"Ce qui est annoncé\u202f: {_listed(changes, 'fr')}.",
        f"{on.isoformat()} is too soon: the notice that was promised has not run out. "
        f"What is announced: {_listed(changes, 'en')}.",
        f"Publiez pour le {earliest:%d/%m/%Y} au plus tôt.",
        f"Publish for {earliest.isoformat()} at the earliest.",
    )


def _listed(changes: Sequence[Text], language: str) -> str:
    return "\u202f; ".join(c.fr for c in changes) if language == "fr" else "; ".join(c.en for c in changes)


def no_files() -> RefusedError:
    """Nothing that could be a policy was sent."""
    return _plain(
        "Aucun fichier .yaml n’a été envoyé.",
        "No .yaml file was sent.",
        "Choisissez les fichiers du dossier de la politique, ou un zip qui les contient.",
        "Choose the files of the policy’s folder, or a zip that holds them.",
    )


def too_much() -> RefusedError:
    """More than a policy may be."""
    return _plain(
        "Ces fichiers sont trop nombreux ou trop lourds pour une politique (500 fichiers, 4 Mio).",
        "These files are too many or too large for a policy (500 files, 4 MiB).",
        "N’envoyez que les fichiers .yaml de la politique.",
        "Send only the .yaml files of the policy.",
    )


def broken_zip() -> RefusedError:
    """The zip cannot be read."""
    return _plain(
        "Ce zip ne se lit pas\u202f: il est abîmé, ou chiffré.",
        "This zip cannot be read: it is damaged, or encrypted.",
        "Refaites-le à partir du dossier de la politique.",
        "Make it again from the policy’s folder.",
    )


def no_maps(folder: object) -> RefusedError:
    """Without maps, no system can be asked what a version would change."""
    return _plain(
        f"Aucune carte de données dans {folder}\u202f: aucun système ne peut répondre.",
        f"No data map in {folder}: no system can answer.",
        "Mettez-y une carte par système (garant map check les vérifie).",
        "Put one map per system there (garant map check verifies them).",
    )
