"""Refusals: what Garant will not do, why, and what to do instead, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from garant.policy.text import Text

SHORT = 16
"""Characters of a digest that a message shows."""


class RefusedError(Exception):
    """A service refuses: the message says what was found and expected, the mend what to do."""

    def __init__(self, message: Text, mend: Text) -> None:
        super().__init__(message.en)
        self.message = message
        self.mend = mend


class GivenUpError(RefusedError):
    """What a plan was approved for is not asked any more."""


class RunInterruptedError(Exception):
    """A run stopped before its end and left nothing half done; the same command goes on.

    Carries one sentence without secrets, because durable execution keeps a copy of it.
    """


class PassingError(RunInterruptedError):
    """A lock, a lost server: the same batch is tried again after a while."""


class OtherVersionError(RunInterruptedError):
    """The run was begun by another version of Garant, whose steps are others: it is gone on with from its receipts."""


class RunStoppedError(Exception):
    """Somebody asked the run to stop between two batches; the same command goes on."""


def another_digest(*, found: str, expected: str) -> RefusedError:
    """The digest given is not the plan's."""
    return RefusedError(
        Text(
            fr=f"L’empreinte approuvée ({found[:SHORT]}…) n’est pas celle de ce plan ({expected[:SHORT]}…).",
            en=f"The approved digest ({found[:SHORT]}…) is not this plan’s ({expected[:SHORT]}…).",
        ),
        Text(
            fr="Relisez le plan, puis approuvez l’empreinte qu’il affiche.",
            en="Read the plan again, then approve the digest that it shows.",
        ),
    )


def future_day(as_of: date, *, today: date) -> RefusedError:
    """The plan counts what is due on a day to come, when today's duties may have ended."""
    return RefusedError(
        Text(
            fr=f"Ce plan est fait pour le {as_of:%d/%m/%Y} ; nous sommes le {today:%d/%m/%Y}. "
            "Un jour à venir se regarde, il ne s’exécute pas : les obligations d’aujourd’hui tiennent encore.",
            en=f"This plan is made for {as_of.isoformat()}; today is {today.isoformat()}. "
            "A day to come is for looking only, not for carrying out: today’s duties still hold.",
        ),
        Text(
            fr="Refaites le plan sans --as-of, relisez-le et approuvez sa nouvelle empreinte.",
            en="Make the plan again without --as-of, read it and approve its new digest.",
        ),
    )


def changed_policy(*, found: str, expected: str) -> RefusedError:
    """The policy is not the one the plan was made from."""
    return RefusedError(
        Text(
            fr=f"La politique a changé depuis le plan{_found(found, expected, 'fr')}.",
            en=f"The policy changed since the plan{_found(found, expected, 'en')}.",
        ),
        _PLAN_AGAIN,
    )


def changed_map(system: str, *, found: str | None, expected: str) -> RefusedError:
    """A data map is not the one the plan was made from, or is no longer there."""
    if found is None:
        message = Text(
            fr=f"La carte du système « {system} » a servi au plan et n’est plus là.",
            en=f"The map of system “{system}” served the plan and is no longer there.",
        )
    else:
        message = Text(
            fr=f"La carte du système « {system} » a changé depuis le plan{_found(found, expected, 'fr')}.",
            en=f"The map of system “{system}” changed since the plan{_found(found, expected, 'en')}.",
        )
    return RefusedError(message, _PLAN_AGAIN)


def mapped_since(system: str) -> RefusedError:
    """A plan that answers somebody was made before a system had a map: they may be known there."""
    return RefusedError(
        Text(
            fr=f"Le système « {system} » a une carte depuis que ce plan est fait\u202f: la personne y est peut-être.",
            en=f"System “{system}” has a map since this plan was made: the person may be known there.",
        ),
        _PLAN_AGAIN,
    )


def not_approved(digest: str) -> RefusedError:
    """Nobody approved the plan."""
    return RefusedError(
        Text(
            fr=f"Personne n’a approuvé le plan {digest[:SHORT]}….",
            en=f"Nobody approved plan {digest[:SHORT]}….",
        ),
        Text(
            fr="Approuvez-le : garant apply PLAN --approve EMPREINTE.",
            en="Approve it: garant apply PLAN --approve DIGEST.",
        ),
    )


def already_running(digest: str) -> RefusedError:
    """Another process carries out the same plan right now."""
    return RefusedError(
        Text(
            fr=f"Le plan {digest[:SHORT]}… est déjà en cours d’exécution dans un autre processus.",
            en=f"Plan {digest[:SHORT]}… is already being carried out by another process.",
        ),
        Text(
            fr="Attendez sa fin ; la même commande montrera alors son résultat.",
            en="Wait until it ends; the same command then shows its result.",
        ),
    )


def drifted(details: Text) -> RefusedError:
    """Reality moved further from the plan than its tolerance allows."""
    return RefusedError(
        Text(
            fr=f"La réalité s’est écartée du plan au-delà de sa tolérance : {details.fr}",
            en=f"Reality drifted from the plan beyond its tolerance: {details.en}",
        ),
        _PLAN_AGAIN,
    )


def no_connection(system: str, variable: str) -> RefusedError:
    """The environment variable that a map names is not set."""
    return RefusedError(
        Text(
            fr=f"Système « {system} » : la variable d’environnement {variable} n’est pas définie.",
            en=f"System “{system}”: the environment variable {variable} is not set.",
        ),
        Text(
            fr=f"Définissez-la, par exemple : export {variable}=postgresql://compte@hote/base",
            en=f"Set it, for instance: export {variable}=postgresql://account@host/database",
        ),
    )


def no_folder(system: str, variable: str) -> RefusedError:
    """The variable of a folder of files is not set, or no folder is there."""
    return RefusedError(
        Text(
            fr=f"Système « {system} » : la variable d’environnement {variable} ne désigne aucun dossier lisible.",
            en=f"System “{system}”: the environment variable {variable} names no folder that can be read.",
        ),
        Text(
            fr=f"Indiquez le dossier des fichiers, par exemple : export {variable}=/srv/documents",
            en=f"Say where the files are, for instance: export {variable}=/srv/documents",
        ),
    )


def unknown_system(name: str, *, known: list[str]) -> RefusedError:
    """No data map speaks of that system."""
    return RefusedError(
        Text(
            fr=f"Aucune carte ne parle du système « {name} ».",
            en=f"No data map speaks of system “{name}”.",
        ),
        Text(
            fr=f"Systèmes connus : {', '.join(known)}.",
            en=f"Known systems: {', '.join(known)}.",
        ),
    )


def reserved_system(name: str) -> RefusedError:
    """A map takes the name of the archive."""
    return RefusedError(
        Text(
            fr=f"Une carte se nomme « {name} » : ce nom est celui de l’archive intermédiaire.",
            en=f"A map is named “{name}”: this is the name of the intermediate archive.",
        ),
        Text(fr="Changez la clé system de cette carte.", en="Change the system key of this map."),
    )


def not_the_installation(name: str) -> RefusedError:
    """The map of another organisation leads to Garant's own database."""
    return RefusedError(
        Text(
            fr=f"La carte « {name} » mène à la base de Garant lui-même, qui tient les données de toutes les organisations.",
            en=f"The map “{name}” leads to Garant’s own database, which holds the data of every organisation.",
        ),
        Text(
            fr="Seule l’installation s’en sert : tapez garant own.",
            en="Only the installation uses it: type garant own.",
        ),
    )


def archive_without_rule(rules: Sequence[str]) -> RefusedError:
    """Nothing says when these records are to be destroyed, and a person's among them would be left behind in silence."""
    named = ", ".join(rules)
    return RefusedError(
        Text(
            fr=f"L’archive intermédiaire a des dossiers de règles que la politique n’a plus ({named})\u202f: rien ne dit quand "
            "les détruire, et aucun plan ne se fait.",
            en=f"The intermediate archive has records of rules that the policy has no more ({named}): nothing says when to "
            "destroy them, and no plan is made.",
        ),
        Text(
            fr="Publiez une version de la politique qui a de nouveau ces règles.",
            en="Publish a version of the policy that has these rules again.",
        ),
    )


def archive_locked(path: str) -> RefusedError:
    """The key at hand is not the archive's: what is in it must not be passed over, nor written beside it."""
    return RefusedError(
        Text(
            fr=f"La clé archive qui est ici n’ouvre pas l’archive {path}.",
            en=f"The key archive that is here does not open the archive {path}.",
        ),
        Text(
            fr="Restaurez la bonne clé de votre sauvegarde ; après un remplacement, la nouvelle.",
            en="Restore the right key from your backup; after a replacement, the new one.",
        ),
    )


_PLAN_AGAIN = Text(
    fr="Refaites le plan (garant plan), relisez-le et approuvez sa nouvelle empreinte.",
    en="Make the plan again (garant plan), read it and approve its new digest.",
)


def _found(found: str, expected: str, language: str) -> str:
    if language == "fr":
        return f" (trouvé {found[:SHORT]}…, attendu {expected[:SHORT]}…)"
    return f" (found {found[:SHORT]}…, expected {expected[:SHORT]}…)"


def nothing_published(organisation: str) -> RefusedError:
    """The site works on what is published."""
    return RefusedError(
        Text(
            fr=f"Aucune politique de {organisation} n’est publiée pour aujourd’hui.",
            en=f"No policy of {organisation} is published for today.",
        ),
        Text(fr="Publiez-en une d’abord.", en="Publish one first."),
    )


def no_maps(organisation: str, folder: Path) -> RefusedError:
    """Without maps, no system can be asked."""
    return RefusedError(
        Text(
            fr=f"Aucune carte de données de {organisation} n’est dans {folder}.",
            en=f"No data map of {organisation} is in {folder}.",
        ),
        Text(
            fr="Mettez-y une carte par système (garant map check les vérifie).",
            en="Put one map per system there (garant map check verifies them).",
        ),
    )


def unknown_plan(digest: str) -> RefusedError:
    """No plan of that digest here."""
    return RefusedError(
        Text(
            fr=f"Aucun plan n’a l’empreinte {digest[:SHORT]}… ici.",
            en=f"No plan has the digest {digest[:SHORT]}… here.",
        ),
        Text(fr="Voyez la liste des plans.", en="See the list of plans."),
    )


def unknown_run(key: str) -> RefusedError:
    """No run of that key here."""
    return RefusedError(
        Text(
            fr=f"Aucune exécution n’a la clé {key[:SHORT]} ici.", en=f"No run has the key {key[:SHORT]} here."
        ),
        Text(fr="Voyez la liste des plans.", en="See the list of plans."),
    )


def of_a_request(number: str) -> RefusedError:
    """The plan answers somebody's request: approved by itself, it would run and the request wait for ever."""
    return RefusedError(
        Text(fr=f"Ce plan répond à la demande {number}.", en=f"This plan answers request {number}."),
        Text(
            fr="Approuvez-le sur la page de la demande, qui suit ce qu’il devient et répond à la personne.",
            en="Approve it on the page of the request, which follows what becomes of it and answers the person.",
        ),
    )


def given_up(digest: str) -> GivenUpError:
    """What it was approved for is not asked any more."""
    return GivenUpError(
        Text(
            fr=f"Le plan {digest[:12]} a été abandonné depuis son approbation\u202f: rien n’en est fait.",
            en=f"Plan {digest[:12]} was given up after it was approved: nothing of it is done.",
        ),
        Text(
            fr="La page de la demande dit pourquoi\u202f; ce qui reste à faire s’y planifie.",
            en="The page of the request says why; what is left to do is planned there.",
        ),
    )


def asked_since(request: str, other: str) -> GivenUpError:
    """Whoever is to be erased asked for something that the erasure would take from them."""
    return GivenUpError(
        Text(
            fr=f"Depuis l’approbation de la demande {request}, la même personne a demandé autre chose, que l’effacement lui "
            f"ôterait ({other}) : rien n’est fait.",
            en=f"Since the request {request} was approved, the same person asked for something else, which the erasure would "
            f"take from them ({other}): nothing is done.",
        ),
        Text(
            fr="Répondez d’abord à cette autre demande, ou approuvez le nouveau plan en écrivant pourquoi.",
            en="Answer that other request first, or approve the new plan and write why.",
        ),
    )


def still_restricted() -> RefusedError:
    """Something else restricts, since the plan was made, what the plan would let go of."""
    return RefusedError(
        Text(
            fr="Une demande en cours, ou une limitation exécutée sans demande, porte sur des données que ce plan "
            "remettrait en usage.",
            en="A request in force restricts data that this plan would put back into use, or a restriction carried out "
            "without a request does.",
        ),
        Text(
            fr="Refaites le plan : il les laissera de côté jusqu’à ce qu’elle prenne fin.",
            en="Make the plan again: it will leave them aside until that ends.",
        ),
    )


def came_back() -> RefusedError:
    """A record that was gone is there: its restriction would have ended with the mark still on."""
    return RefusedError(
        Text(
            fr="Une fiche que ce plan disait disparue est de nouveau dans son système.",
            en="A record that this plan said was gone is in its system again.",
        ),
        _PLAN_AGAIN,
    )


def same_eyes() -> RefusedError:
    """Who made a plan does not approve it."""
    return RefusedError(
        Text(
            fr="Vous avez fait ce plan : une autre personne doit l’approuver.",
            en="You made this plan: somebody else must approve it.",
        ),
        Text(
            fr="Demandez-le à une personne habilitée, ou levez la règle des quatre yeux dans les réglages.",
            en="Ask an authorised person, or lift the four-eyes rule in the settings.",
        ),
    )


def not_ended(key: str) -> RefusedError:
    """A certificate is of what is over."""
    return RefusedError(
        Text(fr=f"L’exécution {key} n’est pas terminée.", en=f"The run {key} has not ended."),
        Text(fr="Reprenez-la d’abord.", en="Resume it first."),
    )


def can_go_on(key: str) -> RefusedError:
    """Only a run that can neither go on nor end by itself is ended by somebody."""
    return RefusedError(
        Text(
            fr=f"L’exécution {key} n’est pas arrêtée pour de bon.",
            en=f"The run {key} does not stand still for good.",
        ),
        Text(fr="Reprenez-la, ou relisez sa page.", en="Resume it, or read its page again."),
    )


def no_reason() -> RefusedError:
    """Whoever ends what was approved says why."""
    return RefusedError(
        Text(fr="Il manque la raison.", en="The reason is missing."),
        Text(fr="Écrivez-la, sans y nommer personne.", en="Write it, and name nobody in it."),
    )
