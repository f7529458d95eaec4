"""A restored installation, woken in a process of its own: upgraded, its ledgers verified.

`python -m garant.apps.backups.examination` answers one JSON document, and leaves with 1 where something is wrong.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from garant.apps.backups import refusals
from garant.apps.backups.bundle import Ledger
from garant.ledger import LedgerError
from garant.policy.text import Text

_MINUTES = 60
_NOTE = "note"


def examine(home: Path, keys: Path, url: str, *, archive: Path) -> dict[str, Ledger]:
    """Wake the installation of a folder and let it verify itself; the heads of its ledgers. Raises BackupRefusedError."""
    answer = _ask(home, keys, url, archive)
    return {key: Ledger.model_validate(one) for key, one in answer.items()}


def note(home: Path, keys: Path, url: str, *, archive: Path) -> None:
    """Have the installation of a folder write down that it was restored. Raises BackupRefusedError."""
    _ask(home, keys, url, archive, _NOTE)


def _ask(home: Path, keys: Path, url: str, archive: Path, what: str = "") -> dict[str, Any]:
    environment = {
        **os.environ,
        "GARANT_HOME": str(home),
        "GARANT_KEYS": str(keys),
        "GARANT_ARCHIVE": str(archive),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "garant.site.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "garant.apps.backups.examination"],
        input=what,
        capture_output=True,
        env=environment,
        text=True,
        check=False,
        timeout=60 * _MINUTES,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {"fr": f"code {done.returncode}", "en": f"exit {done.returncode}"}
    if done.returncode:
        raise refusals.examination_failed(Text(fr=answer["fr"], en=answer["en"]))
    return answer


def _answer() -> dict[str, Any]:
    from garant.site import setup

    setup.prepare()
    if sys.stdin.read() == _NOTE:
        from garant.apps.backups import unread

        unread.note_restored()
        return {}
    from garant.apps.evidence import services as evidence
    from garant.apps.organisations import services as organisations

    known = organisations.keys()
    for key in known:
        evidence.verify_database(key)
    heads = {key: evidence.unsigned_head(key) for key in known}
    return {key: {"size": head.size, "root": head.root.hex()} for key, head in heads.items()}


def main() -> int:
    """Answer on standard output."""
    try:
        json.dump(_answer(), sys.stdout)
    except LedgerError as error:
        json.dump({"fr": error.text.fr, "en": error.text.en}, sys.stdout)
        return 1
    except Exception as error:
        from garant.apps.promises.opening.discretion import brief

        said = f"{type(error).__name__}: {brief(error)}"
        json.dump({"fr": said, "en": said}, sys.stdout)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
