"""What may be wrong with an installation, looked at one thing after the other."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from garant.policy.text import Text

FREE: Final = 1_000_000_000
"""Bytes below which the disk is said to be nearly full."""
STUCK: Final = timedelta(minutes=5)
"""How long a job waits before its worker is said to be missing."""


class Grade(StrEnum):
    """How grave a remark is."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at: how it is, and what to do."""

    grade: Grade
    text: Text


def fine(fr: str, en: str) -> Remark:
    """Nothing to do."""
    return Remark(Grade.FINE, Text(fr=fr, en=en))


def warning(fr: str, en: str) -> Remark:
    """It works, and should be better."""
    return Remark(Grade.WARNING, Text(fr=fr, en=en))


def wrong(fr: str, en: str) -> Remark:
    """It does not work."""
    return Remark(Grade.WRONG, Text(fr=fr, en=en))


def remarks() -> Iterator[Remark]:
    """Look at everything; a look that fails is a remark itself."""
    for look in LOOKS:
        try:
            found = list(look())
            yield from found
            if look is _database and any(one.grade is Grade.WRONG for one in found):
                return  # nothing that follows could be asked
        except Exception as error:
            name = look.__name__.strip("_")
            yield wrong(f"{name} : {type(error).__name__}", f"{name}: {type(error).__name__}")


def _version() -> Iterator[Remark]:
    said = f"Garant {metadata.version('garant')}, Python {platform.python_version()}"
    yield fine(said, said)


def _folder() -> Iterator[Remark]:
    from django.conf import settings

    home = Path(settings.GARANT_HOME)
    if not os.access(home, os.W_OK):
        yield wrong(f"{home} n’est pas accessible en écriture.", f"{home} cannot be written to.")
        return
    if home.stat().st_mode & 0o077:
        yield warning(
            f"{home} est lisible par d’autres : chmod 700 {home}",
            f"{home} is readable by others: chmod 700 {home}",
        )
    free = shutil.disk_usage(home).free
    if free < FREE:
        yield warning(
            f"Il reste {free // 1_000_000} Mo sur le disque de {home}.",
            f"{free // 1_000_000} MB left on the disk of {home}.",
        )
    yield fine(f"Les données sont dans {home}.", f"The data are in {home}.")


def _keys() -> Iterator[Remark]:
    from django.conf import settings

    from garant.ledger import KeyMissingError, key_source

    source = key_source(settings.GARANT_KEYS, os.environ)
    try:
        for name in ("ledger-signature", "subject-commitments", "session"):
            source.read(name)
    except KeyMissingError as missing:
        yield wrong(missing.text.fr, missing.text.en)
        return
    inside = Path(settings.GARANT_KEYS).is_relative_to(settings.GARANT_HOME)
    if inside and not os.environ.get("GARANT_KEYS_COMMAND"):
        yield warning(
            "Les clés sont dans le dossier des données : gardez-les ailleurs (GARANT_KEYS), et sauvegardez-les à part.",
            "The keys are in the data folder: keep them elsewhere (GARANT_KEYS), and back them up apart.",
        )
    else:
        yield fine("Les clés sont à part des données.", "The keys are apart from the data.")


def _database() -> Iterator[Remark]:
    from django.db import connection

    from garant.site.setup import NotReadyError, ready

    try:
        ready()
    except NotReadyError as error:
        yield wrong(error.text.fr, error.text.en)
        return
    yield fine(
        f"La base répond et est à jour ({connection.vendor}).",
        f"The database answers and is up to date ({connection.vendor}).",
    )


def _address() -> Iterator[Remark]:
    from django.conf import settings

    address = settings.GARANT_URL
    if urlsplit(address).scheme == "http":
        yield warning(
            f"Le site ne répond que sur cette machine ({address}). Pour d’autres : GARANT_URL=https://… derrière un mandataire.",
            f"The site answers on this machine only ({address}). For others: GARANT_URL=https://… behind a proxy.",
        )
    else:
        yield fine(f"Le site répond à {address}.", f"The site answers at {address}.")
    if not settings.GARANT_MFA_REQUIRED:
        yield warning(
            "Le second facteur n’est pas imposé (GARANT_MFA).",
            "The second factor is not imposed (GARANT_MFA).",
        )


def _letters() -> Iterator[Remark]:
    from django.conf import settings

    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        yield warning(
            "Aucun serveur d’envoi (GARANT_SMTP) : les lettres vont dans le dossier outbox.",
            "No outgoing mail server (GARANT_SMTP): letters go to the folder outbox.",
        )
        return
    from garant.apps.mails import services as mails

    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    why = mails.unreachable()
    if why is not None:
        yield wrong(
            f"Le serveur d’envoi {host}:{port} ne prend pas de lettres : {why.fr}",
            f"The mail server {host}:{port} takes no letters: {why.en}",
        )
        return
    yield fine(f"Le serveur d’envoi {host} répond.", f"The mail server {host} answers.")
    if mails.overdue():
        yield warning(
            "Des lettres attendent depuis plus d’une heure.", "Letters have waited for over an hour."
        )


def _mailboxes() -> Iterator[Remark]:
    from garant.apps.mails import mailbox
    from garant.apps.organisations import services as organisations
    from garant.site.environment import SettingError, mailboxes

    try:
        boxes = mailboxes()
    except SettingError as error:
        yield wrong(str(error), str(error))
        return
    known = set(organisations.keys())
    for box in boxes:
        if box.organisation not in known:
            yield wrong(
                f"GARANT_IMAP : aucune organisation n’a la clé {box.organisation}.",
                f"GARANT_IMAP: no organisation has the key {box.organisation}.",
            )
        elif (why := mailbox.unreachable(box)) is not None:
            yield wrong(
                f"La boîte de {box.organisation} ne se lit pas : {why.fr}",
                f"The mailbox of {box.organisation} cannot be read: {why.en}",
            )
        else:
            yield fine(
                f"La boîte de {box.organisation} se lit.", f"The mailbox of {box.organisation} can be read."
            )


def _worker() -> Iterator[Remark]:
    from garant.apps.jobs import services

    since = services.oldest_waiting()
    if since is not None and datetime.now(UTC) - since > STUCK:
        yield wrong(
            "Un travail attend depuis plus de cinq minutes : lancez garant work (garant serve le fait aussi).",
            "A job has waited for over five minutes: run garant work (garant serve does it too).",
        )
    else:
        yield fine("Aucun travail n’attend.", "No job is waiting.")


def _organisations() -> Iterator[Remark]:
    from garant.apps.controls import services as controls
    from garant.apps.controls import systems
    from garant.apps.organisations import services as organisations
    from garant.apps.policies import services as policies

    for one in organisations.listing():
        if policies.published(one.key) is None:
            yield warning(f"{one.name} : aucune politique publiée.", f"{one.name}: no policy published.")
            continue
        if controls.unseen([one.key]):
            yield warning(
                f"{one.name} : personne n’a pu regarder ses promesses depuis deux jours ; la page des travaux dit pourquoi.",
                f"{one.name}: nobody has been able to look at its promises for two days; the page of jobs says why.",
            )
        mapped = systems.mapped(one.key)
        if not mapped:
            yield warning(f"{one.name} : aucune carte de données.", f"{one.name}: no data map.")
        unusable = [system for system in mapped if system.problems]
        for system in unusable:
            found = system.problems[0]
            yield wrong(
                f"{one.name} : la carte {found.file} ne peut pas servir : {found.message.fr}",
                f"{one.name}: the map {found.file} cannot be used: {found.message.en}",
            )
        missing = [system.variable for system in mapped if not system.set and not system.problems]
        if missing:
            names = ", ".join(missing)
            yield wrong(
                f"{one.name} : variables absentes : {names}", f"{one.name}: variables missing: {names}"
            )
        elif mapped and not unusable:
            several = "s" if len(mapped) > 1 else ""
            yield fine(
                f"{one.name} : {len(mapped)} système{several} relié{several}.",
                f"{one.name}: {len(mapped)} system{several} mapped.",
            )


def _ledgers() -> Iterator[Remark]:
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations import services as organisations

    for one in organisations.listing():
        evidence.verify_database(one.key)
    yield fine("Les registres de preuves se vérifient.", "The ledgers verify.")


def _own() -> Iterator[Remark]:
    from garant.apps.controls import services as controls
    from garant.apps.installation import services as installation
    from garant.apps.policies import services as policies
    from garant.site.own import INSTALLATION

    if not installation.is_prepared():
        yield warning(
            "Ce que Garant garde lui-même n’a pas de politique : garant own POLICY",
            "What Garant itself keeps has no policy: garant own POLICY",
        )
        return
    if found := installation.undecided():
        yield wrong(
            f"Garant garde des données que sa carte ignore : {', '.join(found)}",
            f"Garant keeps data that its map does not know: {', '.join(found)}",
        )
    if policies.published(INSTALLATION) is None:
        yield warning(
            "La politique de l’installation n’est pas publiée.",
            "The policy of the installation is not published.",
        )
        return
    broken = controls.board(INSTALLATION).counts["broken"]
    if broken:
        yield warning(
            f"Garant rompt {broken} de ses propres promesses : /o/{INSTALLATION}/",
            f"Garant breaks {broken} of its own promises: /o/{INSTALLATION}/",
        )
    else:
        yield fine(
            "Garant ne rompt aucune de ses propres promesses.", "Garant breaks none of its own promises."
        )


LOOKS: Final[tuple[Callable[[], Iterator[Remark]], ...]] = (
    _version,
    _folder,
    _keys,
    _database,
    _address,
    _letters,
    _mailboxes,
    _worker,
    _organisations,
    _ledgers,
    _own,
)
