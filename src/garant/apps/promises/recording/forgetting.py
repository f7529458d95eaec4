"""Whom a plan is about is dropped from it: once it is carried out, or when nobody will carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from garant.apps.promises.models import Plan
from garant.apps.scoping import scoped


def about_nobody(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What a plan says, without whom it is about."""
    nobody = {"keys": "", "asked": "", "whose": [], "holds": []}
    selections = [{**selection, **nobody} for selection in plan["selections"]]
    asked = [{**task, "identities": {}} for task in plan.get("tasks", [])]
    still = [{**one, "keys": ""} for one in plan.get("still", [])]
    wiped = {"selections": selections, "tasks": asked, "still": still}
    return {**plan, "corrections": {}, "replacements": [], "additions": [], **wiped}


def is_given_up(plan: Plan) -> bool:
    """Whether a plan that answers somebody, and was not carried out, names nobody any more."""
    document = plan.document
    somebody = any(one["due"] for one in document["selections"]) or document.get("tasks")
    return bool(document.get("request") and somebody) and document == about_nobody(document)


def forget_plan(organisation: str, digest: str) -> None:
    """Drop whom a plan that was never carried out is about: it cannot be carried out any more."""
    with scoped(organisation), transaction.atomic():
        plans = Plan.objects.select_for_update(of=("self",))
        plan = plans.filter(digest=digest, run=None, gathered_in=None).first()
        if plan is not None:
            Plan.objects.filter(pk=digest).update(document=about_nobody(plan.document))
