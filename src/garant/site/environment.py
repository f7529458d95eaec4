"""What the environment says to the site, read once. docs/reference/settings.md is written from SETTINGS."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from garant.policy.text import Text

SETTINGS: Final[dict[str, Text]] = {
    "GARANT_HOME": Text(
        fr="Dossier des données de Garant. Par défaut .garant ici s’il existe, sinon le dossier de données de l’utilisateur.",
        en="Garant’s data folder. By default .garant here where it exists, else the user’s data folder.",
    ),
    "GARANT_KEYS": Text(
        fr="Dossier des clés secrètes. Par défaut keys dans le dossier des données ; mettez-le ailleurs.",
        en="Folder of the secret keys. By default keys in the data folder; keep it elsewhere.",
    ),
    "GARANT_KEYS_COMMAND": Text(
        fr="Commande qui donne une clé par son nom, au lieu d’un dossier.",
        en="Command that gives a key by its name, instead of a folder.",
    ),
    "GARANT_ARCHIVE": Text(
        fr="Dossier des archives intermédiaires.", en="Folder of the intermediate archives."
    ),
    "GARANT_MAPS": Text(
        fr="Dossier des cartes de données, avec un dossier par organisation, nommé de sa clé. "
        "Par défaut maps dans le dossier des données.",
        en="Folder of the data maps, with a folder per organisation, named by its key. "
        "By default maps in the data folder.",
    ),
    "DATABASE_URL": Text(
        fr="Base de Garant : postgresql://… ; SQLite dans le dossier des données sans elle.",
        en="Garant’s database: postgresql://…; without it, SQLite in the data folder.",
    ),
    "GARANT_BACKUP_RECIPIENTS": Text(
        fr="Clés publiques age pour qui les sauvegardes sont chiffrées, séparées par des espaces.",
        en="Public keys of age that backups are encrypted for, separated by spaces.",
    ),
    "GARANT_BACKUP_IDENTITY": Text(
        fr="Fichier de la clé secrète age qui ouvre les sauvegardes ; pour garant restore et garant drill.",
        en="File of the secret key of age that opens backups; for garant restore and garant drill.",
    ),
    "GARANT_WEBHOOKS": Text(
        fr="private : les webhooks peuvent appeler cette machine et son réseau. Ils ne le peuvent pas par défaut.",
        en="private: webhooks may call this machine and its network. They may not by default.",
    ),
    "GARANT_TOKEN": Text(
        fr="Jeton d’accès, pour garant --server.",
        en="Access token, for garant --server.",
    ),
    "GARANT_URL": Text(
        fr="Adresse du site telle qu’on la tape. Hors de cette machine, elle commence par https://.",
        en="The site’s address as people type it. Beyond this machine, it begins with https://.",
    ),
    "GARANT_HOSTS": Text(
        fr="Autres noms sous lesquels le site répond, séparés par des virgules.",
        en="Other names under which the site answers, separated by commas.",
    ),
    "GARANT_PROXY": Text(
        fr="1 : un mandataire (nginx, Caddy) termine le TLS et dit X-Forwarded-Proto.",
        en="1: a proxy (nginx, Caddy) ends TLS and says X-Forwarded-Proto.",
    ),
    "GARANT_SECRET_KEY": Text(
        fr="Clé des sessions ; sans elle, celle du dossier des clés.",
        en="Key of the sessions; without it, that of the keys’ folder.",
    ),
    "GARANT_MFA": Text(
        fr="optional : le second facteur n’est pas imposé. Il l’est par défaut.",
        en="optional: the second factor is not imposed. It is by default.",
    ),
    "GARANT_ZONE": Text(
        fr="Fuseau horaire des pages ; Europe/Paris par défaut.",
        en="Time zone of the pages; Europe/Paris by default.",
    ),
    "GARANT_SMTP": Text(
        fr="Serveur d’envoi : smtp://utilisateur:motdepasse@hôte:587 (STARTTLS) ou smtps://…@hôte:465. "
        "Sans lui, les lettres vont dans outbox, dans le dossier des données.",
        en="Outgoing mail: smtp://user:password@host:587 (STARTTLS) or smtps://…@host:465. "
        "Without it, letters go to outbox, in the data folder.",
    ),
    "GARANT_SENDER": Text(fr="Expéditeur des lettres.", en="Sender of the letters."),
    "GARANT_IMAP": Text(
        fr="Boîtes où les personnes écrivent, une par organisation, séparées par des espaces : "
        "organisation=imaps://utilisateur:motdepasse@hôte/INBOX. Avec ?then=delete, ce qui est pris y est effacé.",
        en="Mailboxes that people write to, one per organisation, separated by spaces: "
        "organisation=imaps://user:password@host/INBOX. With ?then=delete, what is taken is deleted there.",
    ),
    "GARANT_OIDC": Text(
        fr="Fournisseur d’identité (OpenID Connect) : https://client:secret@hôte/chemin ; la connexion du site y renvoie.",
        en="Identity provider (OpenID Connect): https://client:secret@host/path; sign-in offers it.",
    ),
}
"""Every variable that an installation may set, and what it is for."""

_LOOPBACK: Final = {"127.0.0.1", "localhost", "[::1]", "::1"}


class SettingError(ValueError):
    """A variable that the site cannot use; the message names it and never repeats its value."""


def _read(name: str, environment: Mapping[str, str] | None = None) -> str:
    return (os.environ if environment is None else environment).get(name, "").strip()


def url(environment: Mapping[str, str] | None = None) -> str:
    """The site's address without a trailing slash. Raises SettingError: http beyond this machine."""
    named = _read("GARANT_URL", environment).rstrip("/") or "http://127.0.0.1:8000"
    parts = urlsplit(named)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise SettingError(
            "GARANT_URL: expected https://host, or http://127.0.0.1:port on this machine alone"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise SettingError("GARANT_URL: beyond this machine the address must begin with https://")
    return named


def hosts(address: str, environment: Mapping[str, str] | None = None) -> list[str]:
    """The names under which the site answers."""
    own = urlsplit(address).hostname or ""
    also = [host.strip() for host in _read("GARANT_HOSTS", environment).split(",") if host.strip()]
    local = ["127.0.0.1", "localhost", "[::1]"] if own in _LOOPBACK else []
    return [own, *also, *(name for name in local if name != own)]


def behind_proxy(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a proxy ends TLS in front of the site."""
    return _read("GARANT_PROXY", environment) == "1"


def second_factor_required(environment: Mapping[str, str] | None = None) -> bool:
    """Whether staff must have a second factor; yes unless said otherwise."""
    return _read("GARANT_MFA", environment) != "optional"


def sender(host: str, environment: Mapping[str, str] | None = None) -> str:
    """Whom letters come from."""
    return _read("GARANT_SENDER", environment) or f"Garant <garant@{host}>"


def mail(home: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Django's settings for letters. Raises SettingError."""
    named = _read("GARANT_SMTP", environment)
    if not named:
        folder = home / "outbox"
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": folder,
        }
    parts = urlsplit(named)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingError("GARANT_SMTP: expected smtp://user:password@host:port or smtps://…")
    asked = parse_qs(parts.query).get("tls", [""])[0]
    beyond = parts.hostname not in _LOOPBACK
    starttls = parts.scheme == "smtp" and (asked == "starttls" or (beyond and asked != "none"))
    if parts.username and beyond and parts.scheme == "smtp" and not starttls:
        raise SettingError("GARANT_SMTP: a password does not leave this machine without TLS")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": starttls,
        "EMAIL_TIMEOUT": 20,
    }


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where people write to an organisation."""

    organisation: str
    host: str
    port: int
    encrypted: bool
    """TLS from the first byte."""
    local: bool
    """On this machine: no TLS is asked for."""
    user: str
    password: str
    folder: str
    delete: bool
    """What was read is deleted there."""


def mailboxes(environment: Mapping[str, str] | None = None) -> list[Mailbox]:
    """The mailboxes that people write to. Raises SettingError."""
    found = [_mailbox(one) for one in _read("GARANT_IMAP", environment).split()]
    if len({one.organisation for one in found}) < len(found):
        raise SettingError("GARANT_IMAP: an organisation has one mailbox")
    return found


def _mailbox(named: str) -> Mailbox:
    organisation, _, address = named.partition("=")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username or not organisation:
        raise SettingError("GARANT_IMAP: expected organisation=imaps://user:password@host:port/folder")
    encrypted = parts.scheme == "imaps"
    return Mailbox(
        organisation=organisation,
        host=parts.hostname,
        port=port or (993 if encrypted else 143),
        encrypted=encrypted,
        local=parts.hostname in _LOOPBACK,
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        delete=parse_qs(parts.query).get("then") == ["delete"],
    )


def oidc_providers(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """allauth's settings for the identity provider. Raises SettingError."""
    named = _read("GARANT_OIDC", environment)
    if not named:
        return {}
    parts = urlsplit(named)
    if parts.scheme != "https" or not parts.hostname or not parts.username or not parts.password:
        raise SettingError("GARANT_OIDC: expected https://client:secret@host/path")
    server = f"https://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
    app = {
        "provider_id": "company",
        "name": "SSO",
        "client_id": unquote(parts.username),
        "secret": unquote(parts.password),
        "settings": {"server_url": server},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def oidc_origins(environment: Mapping[str, str] | None = None) -> list[str]:
    """Where a sign-in form may lead: the identity provider, if there is one."""
    parts = urlsplit(_read("GARANT_OIDC", environment))
    return [f"https://{parts.hostname}"] if parts.hostname else []
