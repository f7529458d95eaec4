"""Django's settings. Defaults are the safe ones; an installation changes them by environment variables.

GARANT_HOME   the data folder
GARANT_KEYS   the folder of the secret keys; GARANT_KEYS_COMMAND fetches them instead
GARANT_ARCHIVE   the folder of the intermediate archives
GARANT_MAPS   the folder of the data maps, with a folder per organisation
DATABASE_URL  PostgreSQL instead of SQLite
GARANT_URL    the address people type; anything but this machine itself must be https
GARANT_SECRET_KEY, GARANT_HOSTS, GARANT_PROXY, GARANT_MFA, GARANT_ZONE, GARANT_SMTP, GARANT_OIDC   for the site

docs/reference/settings.md says what each one takes.
"""

import os
import secrets
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.functional import lazy

from garant.ledger import KeyMissingError, key_source
from garant.site import environment, paths
from garant.site.databases import database

GARANT_HOME = paths.home()
GARANT_KEYS = paths.keys_folder()
GARANT_WITNESSES = GARANT_HOME / "checkpoints"
GARANT_MAPS = paths.maps_folder()
GARANT_URL = environment.url()
GARANT_MFA_REQUIRED = environment.second_factor_required()
GARANT_ZONE = os.environ.get("GARANT_ZONE", "").strip() or "Europe/Paris"
_SECURE = GARANT_URL.startswith("https://")


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
ALLOWED_HOSTS = environment.hosts(GARANT_URL)
CSRF_TRUSTED_ORIGINS = [GARANT_URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "garant.site",
    "garant.apps.organisations",
    "garant.apps.accounts",
    "garant.apps.evidence",
    "garant.apps.policies",
    "garant.apps.notices",
    "garant.apps.register",
    "garant.apps.holds",
    "garant.apps.replays",
    "garant.apps.oppositions",
    "garant.apps.promises",
    "garant.apps.permissions",
    "garant.apps.tasks",
    "garant.apps.jobs",
    "garant.apps.controls",
    "garant.apps.archives",
    "garant.apps.backups",
    "garant.apps.tokens",
    "garant.apps.webhooks",
    "garant.apps.clients",
    "garant.apps.mails",
    "garant.apps.rights",
    "garant.apps.deliveries",
    "garant.apps.installation",
    "garant.apps.exchanges",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "garant.site.middleware.HeadersMiddleware",
    "garant.site.middleware.PublicMiddleware",
    "garant.site.programs.ApiMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "garant.site.middleware.LanguageMiddleware",
    "garant.site.middleware.OnlySentMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "garant.site.urls"
WSGI_APPLICATION = "garant.site.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [paths.PACKAGE / "site" / "templates"],  # before allauth's own
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "garant.site.context.site",
            ],
            "builtins": ["garant.site.templatetags.words", "django.templatetags.static"],
        },
    }
]
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), GARANT_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "site_cache"}}

GARANT_API_RATES = {
    "token": (600, 120),
    "ask": (180_000, 6_000),
    "address": (1200, 240),
    "refused": (30, 20),
}
"""Requests a minute, and at once: of a token, of a token that asks “may I?”, of an address, of an address whose
tokens open nothing."""

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = _SECURE
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    paths.PACKAGE / "site" / "static",
    paths.PACKAGE
    / "publish"
    / "notice"
    / "static",  # one style for the notice, here and in a file of its own
]
WHITENOISE_MAX_AGE = 3600
GARANT_STATIC = GARANT_HOME / "static"
_COLLECTED = (GARANT_STATIC / "staticfiles.json").is_file()
STATIC_ROOT = GARANT_STATIC if _COLLECTED else None  # until `garant serve` gathers them, each where it is
WHITENOISE_USE_FINDERS = not _COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # the page of an activity with many purposes
DATA_UPLOAD_MAX_NUMBER_FILES = 600  # a policy's folder has 500 files at most

CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "garant.site.views.out_of_date"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.behind_proxy() else None
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: for the QR code of a second factor, made by the server
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *environment.oidc_origins()],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},  # CNIL, délibération 2022-100
    }
]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/o/"
ACCOUNT_ADAPTER = "garant.apps.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "garant.apps.accounts.single_sign_on.SocialAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody is written to who has no account here
PASSWORD_RESET_TIMEOUT = 3600  # seconds
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Garant"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE
USERSESSIONS_TRACK_ACTIVITY = True
SOCIALACCOUNT_PROVIDERS = environment.oidc_providers()
if SOCIALACCOUNT_PROVIDERS:  # loading it takes every command a while: only where it is used
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
SOCIALACCOUNT_LOGIN_ON_GET = False

DEFAULT_FROM_EMAIL = environment.sender(urlsplit(GARANT_URL).hostname or "localhost")
globals().update(environment.mail(GARANT_HOME))
