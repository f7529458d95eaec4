"""The workspace of an organisation as the site opens it: the policy in force, its maps, its systems."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from garant.apps.policies import services as policies
from garant.apps.promises import refusals
from garant.apps.promises.opening.workspace import Workspace, open_workspace
from garant.ledger.keys import key_source
from garant.policy.loader import LoadedPolicy


def maps_folder(organisation: str) -> Path:
    """Where the data maps of an organisation are."""
    return Path(settings.GARANT_MAPS) / organisation


def policy_in_force(organisation: str) -> LoadedPolicy:
    """The policy published for today.

    Raises:
        RefusedError: none is.
    """
    found = policies.in_force(organisation)
    if found is None:
        raise refusals.nothing_published(organisation)
    return found


@contextmanager
def open_published(
    organisation: str,
    *,
    only: Sequence[str] = (),
    policy: LoadedPolicy | None = None,
    those_there: bool = False,
) -> Iterator[Workspace]:
    """Open the policy in force, where it was not just read, and the systems of an organisation.

    Raises:
        RefusedError: no policy is published, or no map is in the organisation's folder.
        UnusableDocument, SystemUnreachable: as :func:`open_workspace` does.
    """
    loaded = policy or policy_in_force(organisation)
    folder = maps_folder(organisation)
    if not folder.is_dir():
        raise refusals.no_maps(organisation, folder)
    keys = key_source(settings.GARANT_KEYS, os.environ)
    with open_workspace(loaded, folder, keys, only=only, those_there=those_there) as workspace:
        yield workspace


@contextmanager
def open_planned(organisation: str, planned: Mapping[str, Any]) -> Iterator[Workspace]:
    """Open the systems that a plan is about (its ``map_digests``); one whose map was taken away since is not there, and the
    plan is refused as one whose map changed.

    Raises:
        RefusedError, UnusableDocument, SystemUnreachable: as :func:`open_published` does.
    """
    with open_published(organisation, only=sorted(planned), those_there=True) as workspace:
        yield workspace
