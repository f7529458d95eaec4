"""The versions of a policy, for programs: read, compared, drafted, and moved from draft to published."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from garant.apps.accounts.roles import May
from garant.apps.policies import services
from garant.apps.tokens.access import Needs, who
from garant.policy.diff import Change
from garant.policy.loader import parse_policy
from garant.site.paging import Cursor, Limit, page
from garant.site.problems import sought
from garant.site.words import said

router = Router(tags=["policy"])
_AT = "/{organisation}/policy-versions"

_BREAKS = str.maketrans({one: f"\\u{ord(one):04x}" for one in "\x85\u2028\u2029"})
"""What YAML takes for the end of a line within a text, and JSON does not. The rest is written as it is: YAML does not put the
halves of a character together."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


class VersionOut(Schema):
    """One version, without what it says."""

    key: str
    number: int
    state: str
    digest: str
    base: str
    revision: int
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    published_at: datetime | None
    effective_on: date | None
    reason: str


class VersionsOut(Schema):
    """A page of versions, the latest first."""

    items: list[VersionOut]
    next: str | None


class DocumentOut(Schema):
    """What a version says: a policy as `garant schema` describes it."""

    key: str
    digest: str
    document: dict[str, Any]


class ChangeOut(Schema):
    """One change, in plain words, what weighs most on people first."""

    kind: str
    what: str
    old: str | None
    new: str | None
    weight: str


class DraftIn(Schema):
    """A whole policy, as `garant schema` describes it."""

    document: dict[str, Any]


class DigestIn(Schema):
    """What exactly is approved."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ApprovalIn(DigestIn):
    """What exactly is approved, and beside what it was read."""

    against: list[str] | None = Field(
        default=None,
        max_length=100,
        description="the keys of the versions in force and to come when it was read; refused where others are. Absent: not asked",
    )


class ReasonIn(Schema):
    """Why."""

    reason: Words


class DayIn(Schema):
    """From which day it is in force."""

    on: date = Field(description="in the organisation's time zone; today or later")


@router.get(_AT, auth=Needs(May.SEE), response=VersionsOut, summary="Versions, the latest first")
def versions(request: HttpRequest, organisation: str, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Every version of the policy."""
    return page(services.versions(organisation), lambda one: one.key, cursor, limit)


@router.post(_AT, auth=Needs(May.EDIT_POLICY), response={201: VersionOut}, summary="Draft a version")
def draft(request: HttpRequest, organisation: str, body: DraftIn) -> Any:
    """Keep a draft of a whole policy; the draft that says the same already, where there is one."""
    written = json.dumps(body.document, ensure_ascii=False).translate(_BREAKS)
    loaded = parse_policy(written, "document")
    made = services.import_document(loaded.document, actor=who(request).actor, organisation=organisation)
    return Status(201, made)


@router.get(_AT + "/{version}", auth=Needs(May.SEE), response=VersionOut, summary="One version")
def version(request: HttpRequest, organisation: str, version: str) -> Any:
    """By its key or its number."""
    with sought():
        return services.find(organisation, version)


@router.get(_AT + "/{version}/document", auth=Needs(May.SEE), response=DocumentOut, summary="What it says")
def document(request: HttpRequest, organisation: str, version: str) -> Any:
    """The whole policy of a version; its digest is the version's."""
    with sought():
        found = services.find(organisation, version)
    return {"key": found.key, "digest": found.digest, "document": json.loads(found.document)}


@router.get(
    _AT + "/{version}/changes", auth=Needs(May.SEE), response=list[ChangeOut], summary="What it changes"
)
def changes(
    request: HttpRequest,
    organisation: str,
    version: str,
    since: Annotated[str | None, Field(description="key or number; the version in force unless said")] = None,
) -> Any:
    """What changes from another version to this one, in plain words."""
    with sought():
        new = services.find(organisation, version)
        old = services.find(organisation, since) if since else services.published(organisation)
    return [_change(one) for one in services.changes(old, new)]


@router.post(
    _AT + "/{version}/submit", auth=Needs(May.EDIT_POLICY), response=VersionOut, summary="Ask for a review"
)
def submit(request: HttpRequest, organisation: str, version: str) -> Any:
    """From here on the words stand still."""
    return services.submit(organisation, _key(organisation, version), actor=who(request).actor)


@router.post(
    _AT + "/{version}/approve", auth=Needs(May.APPROVE_POLICY), response=VersionOut, summary="Approve it"
)
def approve(request: HttpRequest, organisation: str, version: str, body: ApprovalIn) -> Any:
    """By another person than who submitted it."""
    key, actor = _key(organisation, version), who(request).actor
    return services.approve(organisation, key, digest=body.digest, actor=actor, against=body.against)


@router.post(
    _AT + "/{version}/reject", auth=Needs(May.APPROVE_POLICY), response=VersionOut, summary="Send it back"
)
def reject(request: HttpRequest, organisation: str, version: str, body: ReasonIn) -> Any:
    """To its author, with a reason: it is a draft again."""
    key = _key(organisation, version)
    return services.reject(organisation, key, reason=body.reason, actor=who(request).actor)


@router.post(
    _AT + "/{version}/withdraw", auth=Needs(May.EDIT_POLICY), response=VersionOut, summary="Take it back"
)
def withdraw(request: HttpRequest, organisation: str, version: str, body: ReasonIn) -> Any:
    """To change it further: it is a draft again."""
    key = _key(organisation, version)
    return services.withdraw(organisation, key, reason=body.reason, actor=who(request).actor)


@router.post(
    _AT + "/{version}/publish", auth=Needs(May.APPROVE_POLICY), response=VersionOut, summary="Publish it"
)
def publish(request: HttpRequest, organisation: str, version: str, body: DayIn) -> Any:
    """For a day; refused while people who were promised to be told beforehand were not."""
    return services.publish(organisation, _key(organisation, version), on=body.on, actor=who(request).actor)


@router.post(
    _AT + "/{version}/unpublish",
    auth=Needs(May.APPROVE_POLICY),
    response=VersionOut,
    summary="Withdraw its publication",
)
def unpublish(request: HttpRequest, organisation: str, version: str, body: ReasonIn) -> Any:
    """Before its day: it is approved again."""
    key = _key(organisation, version)
    return services.unpublish(organisation, key, reason=body.reason, actor=who(request).actor)


def _change(one: Change) -> dict[str, Any]:
    spoken = {name: said(text) if text else None for name, text in (("old", one.old), ("new", one.new))}
    return {"kind": str(one.kind), "what": said(one.subject), "weight": str(one.weight), **spoken}


def _key(organisation: str, version: str) -> str:
    with sought():
        return services.find(organisation, version).key
