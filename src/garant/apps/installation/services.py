"""The installation as an organisation: the policy and the map that come with Garant for its own database."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, cast

from django.conf import settings

from garant.apps.installation import completeness
from garant.apps.organisations import services as organisations
from garant.apps.policies import services as policies
from garant.policy.document import Organisation, Policy
from garant.policy.loader import load_policy
from garant.policy.text import Text
from garant.policy.yaml_source import Json
from garant.policy.yaml_writing import as_yaml
from garant.site.own import INSTALLATION
from garant.systems.loader import load_maps

MAP: Final = "use: garant\n"
"""The map of the installation: the one that is shipped, to which an operator may add."""
_FILE: Final = "garant.yaml"
_MISSION: Final = Text(
    fr="Tenir les promesses faites aux personnes sur leurs données, et le prouver.",
    en="To keep the promises made to people about their data, and to prove it.",
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the installation has now: a draft of its policy, and its map."""

    version: int
    digest: str
    map: Path
    map_made: bool


def is_prepared() -> bool:
    """Whether the installation has its organisation."""
    return organisations.is_here(INSTALLATION)


def undecided() -> list[str]:
    """The columns of Garant's own database that neither its map nor this version of Garant knows (`table.column`).

    Raises UnusableMap: its map cannot be read.
    """
    data_map = load_maps(Path(settings.GARANT_MAPS) / INSTALLATION)["garant"].map
    found = completeness.undecided(data_map, completeness.catalogue())
    return [f"{table}.{column}" for table, column in found]


def prepare(company: Organisation, *, actor: str) -> Prepared:
    """Make the organisation of the installation, a draft of its policy and its map; again changes nothing.

    Args:
        company: who answers for this installation: its name, address, officer and authority are taken over.
        actor: who asks; somebody else approves the policy.
    """
    draft = policies.import_document(own_policy(company), actor=actor)
    path = Path(settings.GARANT_MAPS) / INSTALLATION / _FILE
    made = not path.exists()
    if made:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(own_map(), encoding="utf-8")
    return Prepared(draft.number, draft.digest, path, made)


def own_map() -> str:
    """The map of this installation: as shipped and, where people sign in through a provider, with those tables."""
    if not settings.SOCIALACCOUNT_PROVIDERS:
        return MAP
    return (resources.files("garant.apps.installation") / "oidc.yaml").read_text(encoding="utf-8")


def own_policy(company: Organisation) -> Policy:
    """What Garant promises about its own data, in the name of a company."""
    whose = company.model_copy(
        update={
            "key": INSTALLATION,
            "name": f"{company.name} (Garant)",
            "trade_name": None,
            "mission": _MISSION,
        }
    )
    content = whose.model_dump(mode="json", exclude_defaults=True)
    with tempfile.TemporaryDirectory() as made, resources.as_file(_shipped()) as shipped:
        folder = Path(made) / "policy"
        shutil.copytree(shipped, folder)
        text = as_yaml({"organisation": cast(Json, content)})
        (folder / "organisation.yaml").write_text(text, encoding="utf-8")
        return load_policy(folder).document


def _shipped() -> Traversable:
    return resources.files("garant.apps.installation") / "policy"
