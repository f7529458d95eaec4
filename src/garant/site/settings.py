"""Django's settings. Defaults are the safe ones; an installation changes them by environment variables.

GARANT_HOME   the data folder
GARANT_KEYS   the folder of the secret keys; GARANT_KEYS_COMMAND fetches them instead
GARANT_ARCHIVE   the folder of the intermediate archives
DATABASE_URL  PostgreSQL instead of SQLite
GARANT_SECRET_KEY, GARANT_HOSTS   for the site
"""

import os
import secrets
from functools import cache

from django.utils.functional import lazy

from garant.ledger import KeyMissingError, key_source
from garant.site import paths
from garant.site.databases import database

GARANT_HOME = paths.home()
GARANT_KEYS = paths.keys_folder()
GARANT_WITNESSES = GARANT_HOME / "checkpoints"


@cache
def _secret_key() -> str:
    """The session key, fetched when first used; before `garant init` a passing one, which signs nothing
    lasting."""
    named = os.environ.get("GARANT_SECRET_KEY", "")
    if named:
        return named
    try:
        return key_source(GARANT_KEYS, os.environ).read("session").hex()
    except KeyMissingError:
        return secrets.token_urlsafe(48)


SECRET_KEY = lazy(_secret_key, str)()
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("GARANT_HOSTS", "").split(",") if host]

INSTALLED_APPS = [
    "garant.apps.organisations",
    "garant.apps.evidence",
    "garant.apps.policies",
    "garant.apps.holds",
    "garant.apps.replays",
    "garant.apps.oppositions",
    "garant.apps.promises",
    "garant.apps.tasks",
    "garant.apps.archives",
]
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), GARANT_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français"), ("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True

CSRF_COOKIE_SECURE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = True
X_FRAME_OPTIONS = "DENY"
