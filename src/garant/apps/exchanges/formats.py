"""OpenDSR 2 as programs write it: what a request may say, and what is answered.

The standard has three types: access, portability, erasure. The other rights are asked in the same way, under types of
our own that the discovery lists apart, with what they need in `extensions`, under our domain.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from garant.apps.exchanges import refusals
from garant.apps.rights.words import Right, check_correction

VERSION: Final = "2.0"
STANDARD: Final[dict[str, Right]] = {
    "access": Right.ACCESS,
    "portability": Right.PORTABILITY,
    "erasure": Right.ERASURE,
}
EXTENDED: Final[dict[str, Right]] = {
    "rectification": Right.RECTIFICATION,
    "restriction": Right.RESTRICTION,
    "objection": Right.OBJECTION,
    "directives": Right.POST_MORTEM,
}
TYPES: Final[dict[str, Right]] = {**STANDARD, **EXTENDED}
IDENTITIES: Final = {"email": "email", "controller_customer_id": "number", "phone": "phone"}
"""Kinds of identities, and what finds a person here; `phone` is of our extension."""
STANDARD_IDENTITIES: Final = ("email", "controller_customer_id")

Line = Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00-\x1f\x7f]+$")]
Address = Annotated[str, StringConstraints(min_length=8, max_length=500)]


class Identity(BaseModel):
    """By what a person is known."""

    identity_type: Line
    identity_value: Line
    identity_format: Literal["raw", "md5", "sha1", "sha256"] = "raw"

    @field_validator("identity_format")
    @classmethod
    def _in_clear(cls, value: str) -> str:
        if value != "raw":
            raise ValueError(
                f"{value}: the systems here hold identities in clear and are searched by them; a hash finds nobody, "
                "and an answer of “nobody” would be false. Send it raw, as discovery says"
            )
        return value


class Correction(BaseModel):
    """One value that is wrong, and the right one; without the wrong one, every value of the kind, said so."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["name", "email", "phone", "names", "address"]
    was: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")] = ""
    becomes: Annotated[
        str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]+$")
    ]
    every: bool = False
    added: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Correction:
        check_correction(self.kind, self.was, self.becomes, every=self.every, added=self.added)
        return self


class Extension(BaseModel):
    """What the rights that the standard does not have need; under our domain."""

    model_config = ConfigDict(extra="forbid")

    identities: list[Identity] = Field(default_factory=list[Identity], max_length=10)
    corrections: list[Correction] = Field(
        default_factory=list[Correction], max_length=50, description="for a rectification"
    )
    purpose: Line | None = Field(
        default=None, description="for an objection: `activity/purpose`; none for all direct marketing"
    )
    wish: Literal["erase", "hand", "keep"] | None = Field(
        default=None, description="for directives: what the person wished"
    )
    language: Literal["fr", "en"] = "fr"


class Asked(BaseModel):
    """A request, as a controller posts it."""

    subject_request_id: UUID
    subject_request_type: Literal[
        "access", "portability", "erasure", "rectification", "restriction", "objection", "directives"
    ]
    regulation: Literal["gdpr"] = "gdpr"
    subject_identities: list[Identity] = Field(default_factory=list[Identity], max_length=10)
    submitted_time: datetime
    api_version: Annotated[str, StringConstraints(pattern=r"^2(\.[0-9]{1,3})?$")] = VERSION
    status_callback_urls: list[Address] = Field(default_factory=list[Address], max_length=5)
    extensions: dict[str, Any] = Field(default_factory=dict[str, Any], max_length=20)

    def own(self, domain: str) -> Extension:
        """What is said to us, and not to others. Raises MalformedError."""
        try:
            return Extension.model_validate(self.extensions.get(domain, {}))
        except ValidationError as error:
            raise said(error, "extensions.") from None


def read(body: bytes) -> Asked:
    """Read a request. Raises MalformedError: the field, and what is wrong there; never what was written in it."""
    try:
        found = Asked.model_validate_json(body)
    except ValidationError as error:
        raise said(error) from None
    if found.subject_request_id.version != 4:
        raise refusals.malformed(
            "subject_request_id n’est pas un UUID v4", "subject_request_id is no UUID v4"
        )
    if found.submitted_time.tzinfo is None:
        raise refusals.malformed("submitted_time n’a pas de fuseau", "submitted_time has no zone")
    return found


def said(error: ValidationError, before: str = "") -> refusals.MalformedError:
    """What is wrong with a message, without its values: they are somebody's."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = before + ".".join(str(part)[:40] for part in first["loc"])
    return refusals.malformed(
        f"{place or 'corps'}\u202f: {first['msg']}", f"{place or 'body'}: {first['msg']}"
    )


def instant(at: datetime) -> str:
    """RFC 3339, in whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
