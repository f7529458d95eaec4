"""Settings are safe by default, and an installation that is not ready says what to type."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.support.forking import Forked


@dataclass(frozen=True)
class Done:
    """What a program said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def variables(home: Path, **environment: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "GARANT_HOME": str(home), **environment}


def run(code: str, home: Path, **environment: str) -> Done:
    strict = f"import warnings; warnings.simplefilter('error')\n{code}"
    process = Forked(strict, (), cwd=home.parent, env=variables(home, **environment))
    out, err = process.communicate(timeout=100)
    return Done(process.returncode, out, err)


def run_in_full(code: str, home: Path) -> Done:
    """The same by a Python that begins with nothing."""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=variables(home), capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def test_an_installation_is_prepared_once_and_then_ready(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ready = "from garant.site.setup import ready; ready()"
    before = run(ready, home)
    assert before.returncode == 1
    assert "NotReadyError: Garant is not set up here" in before.stderr
    assert "garant init" in before.stderr
    prepare = "from garant.site.setup import prepare; prepare(); prepare()"
    assert run_in_full(prepare, home).stderr == ""
    assert run(ready, home).returncode == 0
    assert home.stat().st_mode & 0o077 == 0


def test_an_upgrade_that_is_due_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code = """
from garant.site.setup import prepare, ready
prepare()
from django.core.management import call_command
call_command("migrate", "evidence", "zero", verbosity=0)
ready()
"""
    assert "NotReadyError" in run(code, home).stderr


def test_the_session_key_is_that_of_the_installation(tmp_path: Path) -> None:
    show = "from django.conf import settings; print(settings.SECRET_KEY)"
    settings = {"DJANGO_SETTINGS_MODULE": "garant.site.settings"}
    passing = {run(show, tmp_path, **settings).stdout for _ in range(2)}
    assert len(passing) == 2
    make = "from pathlib import Path; from garant.ledger import KeyFolder; KeyFolder(Path({!r})).create('session')"
    assert run(make.format(str(tmp_path / "keys")), tmp_path).returncode == 0
    lasting = {run(show, tmp_path, **settings).stdout for _ in range(2)}
    assert len(lasting) == 1
    assert not lasting & passing
    assert run(show, tmp_path, **settings, GARANT_SECRET_KEY="named").stdout == "named\n"


def test_no_key_is_fetched_before_it_is_needed(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    wake = "from garant.site.setup import wake; wake()"
    assert run(wake, tmp_path, GARANT_KEYS_COMMAND=f"touch {touched}").returncode == 0
    assert not touched.exists()


def test_defaults_are_safe(tmp_path: Path) -> None:
    code = """
from garant.site.setup import wake
wake()
from django.conf import settings
assert not settings.DEBUG
assert settings.ALLOWED_HOSTS == ["a.example", "b.example"]
for name in ("CSRF_COOKIE_SECURE", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SECURE_SSL_REDIRECT", "USE_TZ"):
    assert getattr(settings, name), name
"""
    done = run(code, tmp_path, GARANT_URL="https://a.example", GARANT_HOSTS="b.example", DEBUG="1")
    assert done.returncode == 0, done.stderr


def test_an_identity_provider_is_offered_where_one_is_named(tmp_path: Path) -> None:
    code = """
from garant.site.setup import prepare
prepare()
from django.test import Client
page = Client(SERVER_NAME="127.0.0.1").get("/account/login/").content.decode()
assert "SSO" in page, page
"""
    named = "https://client:s3cret@sso.example/realms/a"
    done = run(code, tmp_path / "home", GARANT_OIDC=named)
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_migrations_are_those_of_the_models() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
