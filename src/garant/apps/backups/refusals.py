"""What backups refuse, and how they say so."""

from __future__ import annotations

from garant.apps.backups.entries import Reason
from garant.apps.promises.refusals import RefusedError
from garant.policy.text import Text


class BackupRefusedError(RefusedError):
    """A backup that cannot be made, used or put back here; nothing was changed."""

    def __init__(self, reason: Reason, message: Text, mend: Text) -> None:
        super().__init__(message, mend)
        self.reason: Reason = reason


def no_recipient() -> BackupRefusedError:
    """Nobody could open it."""
    return BackupRefusedError(
        "unreadable",
        Text(
            fr="Une sauvegarde est chiffrée\u202f: il faut dire pour quelle clé.",
            en="A backup is encrypted: say for which key.",
        ),
        Text(
            fr="Créez une clé, gardée ailleurs\u202f: garant backup --new-key FICHIER\u202f; "
            "puis --recipient age1…, ou GARANT_BACKUP_RECIPIENTS.",
            en="Make a key, kept elsewhere: garant backup --new-key FILE; "
            "then --recipient age1…, or GARANT_BACKUP_RECIPIENTS.",
        ),
    )


def bad_recipient(text: str) -> BackupRefusedError:
    """Not a public key of age."""
    return BackupRefusedError(
        "unreadable",
        Text(
            fr=f"«\u202f{text[:80]}\u202f» n’est pas une clé publique age.",
            en=f"“{text[:80]}” is not a public key of age.",
        ),
        Text(fr="Attendu\u202f: age1 et 58 caractères.", en="Expected: age1 and 58 characters."),
    )


def bad_identity(path: str) -> BackupRefusedError:
    """Not a secret key of age."""
    return BackupRefusedError(
        "unreadable",
        Text(
            fr=f"{path} ne contient pas de clé secrète age.",
            en=f"{path} holds no secret key of age.",
        ),
        Text(
            fr="Attendu\u202f: une ligne AGE-SECRET-KEY-1…, comme l’écrit garant backup --new-key.",
            en="Expected: a line AGE-SECRET-KEY-1…, as garant backup --new-key writes it.",
        ),
    )


def no_identity() -> BackupRefusedError:
    """The secret key was not named."""
    return BackupRefusedError(
        "unreadable",
        Text(
            fr="Ouvrir une sauvegarde demande sa clé secrète.",
            en="Opening a backup needs its secret key.",
        ),
        Text(
            fr="Nommez son fichier\u202f: --identity FICHIER, ou GARANT_BACKUP_IDENTITY.",
            en="Name its file: --identity FILE, or GARANT_BACKUP_IDENTITY.",
        ),
    )


def unreadable(why: str) -> BackupRefusedError:
    """Cut short, changed, for another key, or not a backup at all."""
    return BackupRefusedError(
        "unreadable",
        Text(
            fr=f"Cette sauvegarde ne se lit pas en entier ({why}).",
            en=f"This backup cannot be read whole ({why}).",
        ),
        Text(
            fr="Elle est coupée, changée, ou chiffrée pour une autre clé\u202f: prenez-en une autre, ou l’autre clé.",
            en="It is cut short, changed, or encrypted for another key: take another one, or the other key.",
        ),
    )


def foreign_keys(names: list[str]) -> BackupRefusedError:
    """The keys of the installation that was backed up are not here."""
    listed = ", ".join(names)
    return BackupRefusedError(
        "foreign-keys",
        Text(
            fr=f"Les clés de cette sauvegarde ne sont pas ici\u202f: {listed}. Sans elles, rien de ce qui est "
            "chiffré ne s’ouvre et le registre ne se signe plus.",
            en=f"The keys of this backup are not here: {listed}. Without them nothing that is encrypted opens, "
            "and the ledger is signed no more.",
        ),
        Text(
            fr="Remettez d’abord le dossier des clés de ce jour-là (GARANT_KEYS), gardé à part.",
            en="First put the folder of keys of that day back (GARANT_KEYS), which is kept apart.",
        ),
    )


def not_empty(place: str) -> BackupRefusedError:
    """Restoring would overwrite an installation."""
    return BackupRefusedError(
        "scratch",
        Text(
            fr=f"{place} n’est pas vide\u202f: une restauration n’écrase rien.",
            en=f"{place} is not empty: a restore overwrites nothing.",
        ),
        Text(
            fr="Mettez l’installation de côté, ou restaurez ailleurs avec --into DOSSIER.",
            en="Set the installation aside, or restore elsewhere with --into DIR.",
        ),
    )


def other_database(found: str, expected: str) -> BackupRefusedError:
    """A dump of one database does not go into another kind."""
    return BackupRefusedError(
        "scratch",
        Text(
            fr=f"Cette sauvegarde est celle d’une base {found}\u202f; DATABASE_URL mène à {expected}.",
            en=f"This backup is of a {found} database; DATABASE_URL leads to {expected}.",
        ),
        Text(
            fr="Nommez une base vide du même genre dans DATABASE_URL, ou ôtez DATABASE_URL pour SQLite.",
            en="Name an empty database of the same kind in DATABASE_URL, or unset DATABASE_URL for SQLite.",
        ),
    )


def counts_differ(table: str, found: int | None, expected: int) -> BackupRefusedError:
    """What was put back is not what was counted."""
    return BackupRefusedError(
        "counts",
        Text(
            fr=f"La table {table} a {found} lignes\u202f; la sauvegarde en annonçait {expected}.",
            en=f"Table {table} has {found} rows; the backup said {expected}.",
        ),
        Text(fr="Prenez une autre sauvegarde.", en="Take another backup."),
    )


def ledger_differs(organisation: str) -> BackupRefusedError:
    """The ledger that was put back is not the one that was signed, or not a beginning of today's."""
    return BackupRefusedError(
        "ledger",
        Text(
            fr=f"Le registre restauré de {organisation} n’est pas celui qui a été sauvegardé.",
            en=f"The restored ledger of {organisation} is not the one that was backed up.",
        ),
        Text(
            fr="Prenez une autre sauvegarde\u202f; gardez celle-ci pour qui enquêtera.",
            en="Take another backup; keep this one for whoever investigates.",
        ),
    )


def examination_failed(said: Text) -> BackupRefusedError:
    """The restored installation did not wake, or its ledger does not verify."""
    return BackupRefusedError(
        "ledger",
        Text(
            fr=f"L’installation restaurée ne se vérifie pas\u202f: {said.fr}",
            en=f"The restored installation does not verify: {said.en}",
        ),
        Text(fr="Prenez une autre sauvegarde.", en="Take another backup."),
    )


def tool_missing(tool: str) -> BackupRefusedError:
    """PostgreSQL's own programs are not here."""
    return BackupRefusedError(
        "scratch",
        Text(fr=f"{tool} n’est pas installé ici.", en=f"{tool} is not installed here."),
        Text(
            fr="Installez les programmes clients de PostgreSQL (postgresql-client), de la version du serveur ou au-dessus.",
            en="Install PostgreSQL’s client programs (postgresql-client), of the server’s version or above.",
        ),
    )


def tool_failed(tool: str, why: str) -> BackupRefusedError:
    """PostgreSQL's own program refused."""
    return BackupRefusedError(
        "scratch",
        Text(fr=f"{tool} a refusé\u202f: {why}", en=f"{tool} refused: {why}"),
        Text(
            fr="Vérifiez le compte de DATABASE_URL et la version de ses programmes.",
            en="Check the account of DATABASE_URL and the version of its programs.",
        ),
    )


def no_scratch(why: str) -> BackupRefusedError:
    """The server gives no database to try it in."""
    return BackupRefusedError(
        "scratch",
        Text(
            fr=f"Le serveur ne donne pas de base d’essai\u202f: {why}",
            en=f"The server gives no database for the drill: {why}",
        ),
        Text(
            fr="Donnez au compte le droit d’en créer\u202f: ALTER ROLE … CREATEDB.",
            en="Let the account create one: ALTER ROLE … CREATEDB.",
        ),
    )


def no_backup(folder: str) -> BackupRefusedError:
    """There is nothing to try."""
    return BackupRefusedError(
        "unreadable",
        Text(fr=f"Aucune sauvegarde dans {folder}.", en=f"No backup in {folder}."),
        Text(fr="Faites-en une\u202f: garant backup", en="Make one: garant backup"),
    )


def already_backing_up() -> BackupRefusedError:
    """Another process is at it."""
    return BackupRefusedError(
        "scratch",
        Text(
            fr="Une autre sauvegarde est en cours.",
            en="Another backup is being made.",
        ),
        Text(fr="Attendez qu’elle finisse, puis recommencez.", en="Wait until it ends, then type it again."),
    )


def no_such_key() -> RefusedError:
    """Nobody says whom they trust."""
    return RefusedError(
        Text(fr="Une clé publique ne se lit pas.", en="A public key cannot be read."),
        Text(
            fr="Attendu\u202f: nom+empreinte+base64, une par ligne, comme l’écrit garant keys show. Prenez celle qui est gardée "
            "avec l’export.",
            en="Expected: name+hash+base64, one a line, as garant keys show writes it. Take the one that is kept with the "
            "export.",
        ),
    )


def not_verified(fr: str, en: str) -> RefusedError:
    """What does not hold says nothing."""
    return RefusedError(
        Text(fr=f"Cet export ne se vérifie pas. {fr}", en=f"This export does not verify. {en}"),
        Text(
            fr="Envoyez le fichier .zip que «\u202fgarant ledger export\u202f» a écrit, et la clé publique de ce registre.",
            en="Send the .zip file that “garant ledger export” wrote, and the public key of that ledger.",
        ),
    )


def tells_nothing() -> RefusedError:
    """Who compares with what is no newer learns nothing of what was forgotten."""
    return RefusedError(
        Text(
            fr="Cet export n’a rien que ce registre n’ait pas\u202f: il date d’avant la sauvegarde, ou il a été fait ici depuis. "
            "Il ne dit pas ce qui fut oublié.",
            en="This export has nothing that this ledger has not: it is from before the backup, or was made here since. It "
            "does not tell what was forgotten.",
        ),
        Text(
            fr="Prenez le dernier export gardé ailleurs, fait après la sauvegarde. S’il n’en existe aucun, reprenez sans "
            "export\u202f: vous en répondez.",
            en="Take the last export kept elsewhere, made after the backup. Where there is none, go on without an export: you "
            "answer for it.",
        ),
    )


def read_first() -> RefusedError:
    """Which letters had gone is told by what was forgotten."""
    return RefusedError(
        Text(
            fr="Personne n’a encore dit avoir lu ce que Garant a oublié\u202f: les lettres restent retenues.",
            en="Nobody has said yet that they read what Garant forgot: the letters stay kept.",
        ),
        Text(
            fr="Lisez-le d’abord\u202f: Réglages, Sauvegardes\u202f; ou garant ledger since.",
            en="Read it first: Settings, Backups; or garant ledger since.",
        ),
    )


def not_shown() -> RefusedError:
    """Nobody attests of what they did not see."""
    return RefusedError(
        Text(
            fr="Cette comparaison ne vous a pas été montrée ici depuis moins d’une heure.",
            en="This comparison was not shown to you here within the hour.",
        ),
        Text(fr="Comparez de nouveau, et lisez.", en="Compare again, and read."),
    )


def nothing_waits() -> RefusedError:
    """Somebody was faster."""
    return RefusedError(
        Text(fr="Rien n’attend plus d’être lu.", en="Nothing waits to be read any more."),
        Text(fr="Il n’y a rien à faire.", en="There is nothing to do."),
    )


def no_export() -> RefusedError:
    """Nothing to compare with."""
    return RefusedError(
        Text(
            fr="Aucun export n’est choisi, ou il dépasse 512 Mo.",
            en="No export is chosen, or it is over 512 MB.",
        ),
        Text(
            fr="Choisissez le fichier .zip\u202f; au-delà, «\u202fgarant ledger since\u202f» le lit sur le serveur.",
            en="Choose the .zip file; beyond that, “garant ledger since” reads it on the server.",
        ),
    )
