"""Policies as rows hold them: JSON without defaults, its parts in the order in which they were written."""

from __future__ import annotations

import json
from functools import lru_cache

from garant.policy import LoadedPolicy, Policy, Position, digest_of
from garant.policy.places import Positions


def written(policy: Policy) -> str:
    """A policy as JSON; with its keys sorted, this is what its digest is taken of."""
    content = policy.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=64)
def read(document: str) -> Policy:
    """The policy that :func:`written` wrote. It never changes: the same is given each time."""
    return Policy.model_validate_json(document, strict=True)


def loaded(policy: Policy, file: str = "policy") -> LoadedPolicy:
    """A policy that stands in no file, as the engine and the checks take it."""
    return LoadedPolicy(policy, Positions({(): Position(file)}, {}), digest_of(policy))


@lru_cache(maxsize=64)
def loaded_once(document: str, file: str) -> LoadedPolicy:
    """The same of a document that :func:`written` wrote; read once for all the jobs and pages that need it."""
    return loaded(read(document), file)
