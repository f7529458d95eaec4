"""The demo's site: the reference organisation as it is on the first day, before anything was erased.

It has a folder of its own, ``site`` in the demo's: its systems, its keys, its ledger. :func:`build` runs in a process of
its own, because the story before it has another installation's settings.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from garant.demo.build import build_demo
from garant.demo.stage import FOREIGN, example
from garant.site.own import INSTALLATION

ORGANISATION: Final = "seipra-score"
PASSWORD: Final = "demonstration-garant"  # noqa: S105 - printed on the screen: everything here is made up


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the demo."""

    email: str
    name: str
    role: str
    days: int | None = None
    """Calendar days until its last day, for a role that ends."""


ACCOUNTS: Final = (
    Account("deleguee@demo.example", "Camille Déléguée", "dpo"),
    Account("adjointe@demo.example", "Noor Adjointe", "dpo-delegate"),
    Account("technicien@demo.example", "Sacha Technicien", "technician"),
    Account("administratrice@demo.example", "Alix Administratrice", "administrator"),
    Account("inspectrice@demo.example", "Dominique Inspectrice", "auditor", days=30),
)


def environment(folder: Path, port: int) -> dict[str, str]:
    """The variables under which the demo's site runs."""
    systems = {
        name: value
        for name, value in os.environ.items()
        if name not in FOREIGN and not name.startswith("GARANT_DEMO_")
    }
    return {
        **systems,
        **json.loads((folder / "systems.json").read_text(encoding="utf-8")),
        **settings(folder, port),
    }


def settings(folder: Path, port: int) -> dict[str, str]:
    """What is said to Garant itself."""
    home = (folder / "garant").resolve()
    return {
        "GARANT_HOME": str(home),
        "GARANT_URL": f"http://127.0.0.1:{port}",
        "GARANT_MFA": "optional",
        "GARANT_MAPS": str(home / "maps"),
    }


def prepare(folder: Path, *, as_of: date, people: int, port: int) -> None:
    """Build the systems, then the installation, in another process. Raises CalledProcessError."""
    data = build_demo(folder / "systems", as_of=as_of, people=people)
    (folder / "systems.json").write_text(json.dumps(data.environment()), encoding="utf-8")
    (folder / "garant").mkdir(mode=0o700)
    shutil.copytree(example() / "policy", folder / "policy")
    shutil.copytree(example() / "maps", folder / "garant" / "maps" / ORGANISATION)
    known = environment(folder, port)
    chosen = {**data.environment(), **settings(folder, port)}
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in chosen.items())
    (folder / "env").write_text("".join(lines), encoding="utf-8")
    subprocess.run(  # noqa: S603 - Garant's own interpreter and module
        [sys.executable, "-m", "garant.demo.site", str(folder)], check=True, env=known
    )


def build(folder: Path) -> None:
    """The installation: its keys, the policy published, the people, a first look and the plan of the night."""
    from garant.site import setup

    setup.prepare()
    from garant.apps.controls import services as controls
    from garant.apps.evidence import services as evidence
    from garant.apps.jobs.kinds import propose_today

    evidence.create_keys()
    publish(folder / "policy")
    open_accounts()
    keep_itself(folder / "policy")
    controls.look(ORGANISATION)
    propose_today(ORGANISATION, actor="garant")


def publish(folder: Path) -> None:
    """Written by the delegate, approved by the officer, in force from today."""
    from garant.apps.policies import services as policies
    from garant.apps.policies.reading import today

    officer, delegate = ACCOUNTS[0].email, ACCOUNTS[1].email
    version = policies.import_folder(folder, actor=delegate)
    policies.submit(ORGANISATION, version.key, actor=delegate)
    policies.approve(ORGANISATION, version.key, digest=version.digest, actor=officer)
    policies.publish(ORGANISATION, version.key, on=today(ORGANISATION), actor=officer)


def keep_itself(folder: Path) -> None:
    """What Garant itself keeps, under the policy that comes with it, in the company's name; looked at once."""
    from garant.apps.accounts import services as accounts
    from garant.apps.controls import services as controls
    from garant.apps.installation import services as installation
    from garant.apps.policies import services as policies
    from garant.apps.policies.reading import today
    from garant.policy.loader import load_policy

    officer, delegate, administrator = (ACCOUNTS[place] for place in (0, 1, 3))
    installation.prepare(load_policy(folder).document.organisation, actor=delegate.email)
    (draft,) = policies.versions(INSTALLATION)
    policies.submit(INSTALLATION, draft.key, actor=delegate.email)
    policies.approve(INSTALLATION, draft.key, digest=draft.digest, actor=officer.email)
    policies.publish(INSTALLATION, draft.key, on=today(INSTALLATION), actor=officer.email)
    for one in (officer, delegate, administrator):
        user = accounts.ensure_user(one.email, one.name)
        accounts.give(INSTALLATION, user, accounts.Habilitation(one.role), actor="garant")
    controls.look(INSTALLATION)


def open_accounts() -> None:
    """The people of the demo, each in their role; the state of the promises is public."""
    from garant.apps.accounts import services as accounts
    from garant.apps.organisations import services as organisations
    from garant.apps.policies.reading import today

    for one in ACCOUNTS:
        user = accounts.ensure_user(one.email, one.name)
        accounts.set_password(user, PASSWORD)
        until = today(ORGANISATION) + timedelta(days=one.days) if one.days is not None else None
        accounts.give(ORGANISATION, user, accounts.Habilitation(one.role, until), actor="garant")
    organisations.configure(ORGANISATION, shows_state=True, actor="garant")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
