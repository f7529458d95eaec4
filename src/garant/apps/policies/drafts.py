"""Drafts: begun, imported, saved, given up."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.db import transaction

from garant.apps.organisations import services as organisations
from garant.apps.policies import refusals
from garant.apps.policies.documents import written
from garant.apps.policies.entries import PolicyDiscarded, PolicyDrafted
from garant.apps.policies.models import State, Version
from garant.apps.policies.reading import find
from garant.apps.policies.writing import alone, enter, keep, locked, now
from garant.policy import Policy, digest_of, load_policy
from garant.policy.document import Organisation


def import_folder(folder: Path, *, actor: str, organisation: str | None = None) -> Version:
    """A draft of the policy in a folder of YAML files, whose organisation is made where it is not here yet.

    Raises:
        UnusablePolicy: the folder holds no policy.
        RefusedError: it is not the policy of `organisation`.
    """
    return import_document(load_policy(folder).document, actor=actor, organisation=organisation)


def import_document(document: Policy, *, actor: str, organisation: str | None = None) -> Version:
    """A draft of a whole policy; the draft that says the same already, where there is one.

    Raises RefusedError when it is not the policy of `organisation`.
    """
    of = document.organisation
    if organisation is not None and of.key != organisation:
        raise refusals.another_organisation(of.key, organisation)
    with transaction.atomic():
        organisations.ensure_organisation(of.key, of.name, of.time_zone)
        with organisations.scoped(of.key):
            same = Version.objects.filter(state=State.DRAFT, digest=digest_of(document)).first()
        return same or _begun(document, "", actor)


def begin_draft(organisation: str, *, actor: str) -> Version:
    """A draft with nothing in it yet but whose policy it is."""
    of = organisations.organisation(organisation)
    whose = Organisation(key=of.key, name=of.name, time_zone=of.time_zone)
    with transaction.atomic():
        return _begun(Policy(organisation=whose), "", actor)


def new_draft(organisation: str, from_version: str, *, actor: str) -> Version:
    """A draft that begins as a copy of another version. Raises RefusedError for one that is not there."""
    base = find(organisation, from_version)
    with transaction.atomic():
        return _begun(base.policy, base.key, actor)


def save_draft(organisation: str, key: str, document: Policy, *, revision: int, actor: str) -> Version:
    """Put `document` in the place of what the draft said.

    Raises RefusedError when the version is no draft, belongs to somebody else's policy, or was changed since
    `revision` was read.
    """
    if document.organisation.key != organisation:
        raise refusals.another_organisation(document.organisation.key, organisation)
    with transaction.atomic(), organisations.scoped(organisation):
        version = locked(key, State.DRAFT)
        if version.revision != revision:
            raise refusals.overtaken(version.number, version.saved_by)
        version.document, version.digest = written(document), digest_of(document)
        version.saved_at, version.saved_by, version.consequences = now(), actor, None
        keep(version)
    return version


def discard(organisation: str, key: str, *, actor: str, revision: int | None = None) -> None:
    """Give a draft up: it is removed, and the ledger says so.

    Raises RefusedError when it is no draft, or was changed since `revision` was read, where one is named.
    """
    with transaction.atomic(), organisations.scoped(organisation):
        alone(organisation, actor)
        version = locked(key, State.DRAFT)
        if revision is not None and version.revision != revision:
            raise refusals.overtaken(version.number, version.saved_by)
        entry = PolicyDiscarded(version=version.key, number=version.number, digest=version.digest)
        enter(version, actor, entry)
        version.delete()


def _begun(document: Policy, base: str, actor: str) -> Version:
    organisation = document.organisation.key
    with organisations.scoped(organisation):
        alone(organisation, actor)  # two drafts never take one number
        last = Version.objects.select_for_update().first()
        at = now()
        version = Version.objects.create(
            key=f"v-{secrets.token_hex(4)}",
            organisation=organisation,
            number=(last.number if last else 0) + 1,
            document=written(document),
            digest=digest_of(document),
            base=base,
            created_at=at,
            created_by=actor,
            saved_at=at,
            saved_by=actor,
        )
        entry = PolicyDrafted(
            version=version.key, number=version.number, digest=version.digest, base=base or None
        )
        enter(version, actor, entry)
    return version
