"""Where the demo is played: one folder with everything in it, apart from any real data of Garant's."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from garant.cli.output import CommandError
from garant.demo.build import DemoData, build_demo
from garant.policy.text import Text

MARK: Final = ".garant-demo"
"""A file that says that a folder is a demo's, and may be replaced by the next one."""

FOREIGN: Final = (
    "DATABASE_URL", "GARANT_KEYS", "GARANT_KEYS_COMMAND", "GARANT_ARCHIVE", "GARANT_POLICY", "GARANT_MAPS",
)  # fmt: skip
"""Variables of a real installation: the demo must not see them."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's folder: systems, policy, data maps, and Garant's own state."""

    folder: Path
    data: DemoData

    @property
    def policy(self) -> Path:
        return self.folder / "policy"

    @property
    def maps(self) -> Path:
        return self.folder / "maps"

    @property
    def env_file(self) -> Path:
        """A file for the shell: read it, and every command works on the demo."""
        return self.folder / "env"

    def database(self, system: str) -> Path:
        return next(one.database for one in self.data.systems if one.key == system)


def set_stage(folder: Path, *, as_of: date, people: int) -> Stage:
    """Build the demo in `folder` and point this process at it; an earlier demo there is replaced.

    Raises:
        CommandError: the folder holds something else.
    """
    _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    for part in ("policy", "maps"):
        shutil.copytree(example() / part, folder / part)
    stage = Stage(folder, build_demo(folder / "systems", as_of=as_of, people=people))
    environment = {"GARANT_HOME": str((folder / "garant").resolve()), **stage.data.environment()}
    stage.env_file.write_text(_shell(environment), encoding="utf-8")
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(environment)
    return stage


def example() -> Path:
    """The reference organisation's policy and maps: beside the sources, or inside the installed package.

    Raises:
        CommandError: neither is there.
    """
    here = Path(__file__).resolve().parent
    for folder in (here.parents[2] / "examples" / "seipra-score", here / "seipra-score"):
        if folder.is_dir():
            return folder
    raise CommandError(
        Text(
            fr="L’exemple de la démonstration n’a pas été installé avec Garant.",
            en="The demo’s example was not installed with Garant.",
        ),
        Text(fr="Lancez-la depuis un clone du dépôt.", en="Run it from a clone of the repository."),
    )


def _clear(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARK).is_file():
        raise CommandError(
            Text(
                fr=f"Le dossier {folder} contient autre chose qu’une démonstration\u202f: il reste tel quel.",
                en=f"The folder {folder} holds something else than a demo: it is left alone.",
            ),
            Text(fr="Choisissez-en un autre.", en="Choose another one."),
        )
    shutil.rmtree(folder)


def _shell(environment: Mapping[str, str]) -> str:
    unset = f"unset {' '.join(FOREIGN)}\n"
    return unset + "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())
