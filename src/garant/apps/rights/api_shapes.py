"""What programs send and receive about requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints, model_validator

from garant.apps.rights import services
from garant.apps.rights.words import check_correction

Line = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]
RightName = Literal[
    "access", "rectification", "erasure", "objection", "restriction", "portability", "post-mortem", "consent",
    "human-review",
]  # fmt: skip


class RequestOut(Schema):
    """A request; never who asks."""

    key: str = Field(description="the number that the person quotes")
    right: str
    purpose: str
    channel: str
    capacity: str
    language: str
    state: str
    outcome: str
    ground: str
    received_on: date
    due_on: date
    late: bool
    waiting: bool = Field(description="whether the person is waited for: the clock stands")
    extended: bool
    identified_by: str
    plan: str
    ended_at: datetime | None
    forget_on: date | None
    forgotten_at: datetime | None


class RequestsOut(Schema):
    """A page of requests, the most pressing first."""

    items: list[RequestOut]
    next: str | None


class SearchOut(Schema):
    """What one system holds about the person, in numbers."""

    system: str
    places: int
    rows: int
    tables: list[dict[str, Any]]
    problem: dict[str, str]
    at: datetime


class BesideOut(Schema):
    """What whoever would be erased asked for besides."""

    request: str = Field(description="its number; `terminal` for a restriction carried out at a terminal")
    right: str = Field(
        description="`access` or `portability`: hand the package over first; `restriction`: write why the data are erased"
    )
    first: bool = Field(
        description="the same person asked for it on an earlier day than for their erasure: no reason is needed"
    )


class StoryOut(RequestOut):
    """A request, what was found where, and what happened to it."""

    searches: list[SearchOut]
    steps: list[dict[str, Any]]
    recipients: list[dict[str, Any]]
    beside: list[BesideOut] = Field(
        description="of an erasure that waits for its approval, what stands beside it"
    )


class ApproveIn(Schema):
    """What an approval may need besides."""

    despite: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = Field(
        default="", description="of an erasure: why it is carried out although the data are restricted"
    )


class WrittenOut(Schema):
    """What was written besides the first."""

    at: datetime
    way: str = Field(
        description="`form`, `api`, `mail`, `letter`, `call`, or `page`: the page of the request"
    )
    unsure: bool = Field(description="nobody showed it to be theirs: it is not searched by")
    question: str = Field(default="", description="what it answers")
    said: dict[str, Any] = Field(
        description="`name`, `phone`, `number`, `message`, `values`, `notes` (a wish)"
    )


class PersonOut(Schema):
    """Who asks, and what they wrote; each look is an entry of the ledger."""

    name: str
    email: str
    phone: str
    about: dict[str, str]
    message: str
    values: list[dict[str, str]]
    besides: list[WrittenOut] = Field(
        description="the same request sent again with something else, additions"
    )


class CorrectionIn(Schema):
    """One value that is wrong, and the right one. An address is written on four lines or more (street, postcode, town,
    country code or nothing), a name in parts on two (given name, family name)."""

    kind: Literal["name", "email", "phone", "names", "address"]
    was: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")] = Field(
        default="", description="the value that is wrong; only cells that hold it change"
    )
    becomes: Line
    every: bool = Field(
        default=False, description="replace every value of the kind, whatever it is, instead of one"
    )

    added: bool = Field(
        default=False, description="the value is missing: it goes where there is an empty place for it"
    )

    @model_validator(mode="after")
    def _one_way(self) -> CorrectionIn:
        check_correction(self.kind, self.was, self.becomes, every=self.every, added=self.added)
        return self

    def written(self) -> dict[str, str]:
        """As a request holds it."""
        return services.as_held(self.kind, self.was, self.becomes, added=self.added)


class TextsOut(Schema):
    """The free texts of a package to come, others masked where they are known."""

    read: bool
    more: bool = Field(description="a system holds more texts than are here; they go as well")
    texts: list[dict[str, Any]]
    files: list[dict[str, Any]] = Field(
        description="the files that rows name; those that are `out` do not go"
    )


class NamesIn(Schema):
    """The names of other people that somebody found in the texts."""

    names: list[Line] = Field(default_factory=list[str], max_length=200)
    left_out: list[int] = Field(
        default_factory=list[int],
        max_length=10_000,
        description="positions, from 0, of the files that concern other people and do not go",
    )


class RequestIn(Schema):
    """A request that a program hands over."""

    right: RightName
    name: Line
    email: Line
    phone: Line = ""
    message: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    capacity: Literal["self", "agent", "parent", "heir"] = "self"
    about: dict[Literal["name", "email", "phone"], Line] = Field(
        default_factory=dict, description="for somebody else: that person"
    )
    corrections: list[CorrectionIn] = Field(
        default_factory=list[CorrectionIn],
        max_length=40,
        description="for a rectification: what is wrong, and right",
    )
    wish: Literal["", "erase", "hand", "keep"] = Field(
        default="",
        description="for one’s own directives (`post-mortem`, `self`): what becomes of the data; needed there",
    )
    trusted_name: Line = ""
    trusted_email: Line = Field(
        default="", description="whom the person trusts with it; needed where it is `hand`"
    )
    purpose: Line = Field(default="", description="`activity/purpose`; none for all direct marketing")
    language: Literal["fr", "en"] = "fr"
    known: bool = Field(
        default=False,
        description="the caller knows the person already, by an account that is theirs: no code is asked for",
    )


class ReasonIn(Schema):
    """Words that the person will read."""

    reason: Words


class WeighIn(ReasonIn):
    """An objection weighed, in writing."""

    stops: bool = Field(description="whether the use stops")


class IdentityIn(Schema):
    """By what somebody showed who they are."""

    method: Literal["known-contact", "question", "mandate", "document"]
    doubt: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")] = Field(
        default="", description="for a document: the reasonable doubt"
    )


class AnswerIn(Schema):
    """The answer."""

    outcome: Literal["fully", "partly", "refused"]
    ground: Line = Field(default="", description="of what is refused, from the closed list")
    reason: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = ""
