"""The shape of `data.json`, published: what a machine that receives a package may count on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

ADDRESS: Final = "/.well-known/garant/package-1.json"
"""Where every installation publishes the schema."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackageText(_Model):
    """The same words in French and in English."""

    fr: str
    en: str


class PackageField(_Model):
    """One column of a table."""

    name: Annotated[str, Field(description="As the system names it: the name of the property in each row.")]
    label: Annotated[PackageText, Field(description="As people say it.")]
    category: Annotated[str | None, Field(description="The data category of the policy.")]
    masked: Annotated[bool, Field(description="It speaks of other people, and is not shown.")]


class PackageTable(_Model):
    """Rows of one table of one system."""

    system: str
    system_label: PackageText
    root: Annotated[str, Field(description="What the rows hang on.")]
    name: str
    label: PackageText
    fields: list[PackageField]
    rows: Annotated[
        list[dict[str, Any]],
        Field(description="Dates in ISO 8601, bytes in hexadecimal, decimals as text; null for nothing."),
    ]


class PackageActivity(_Model):
    """What art. 15(1) tells of one activity: tables of a register’s sheet, each row a list of cells, each cell lines."""

    key: str
    title: PackageText
    parts: dict[str, list[list[list[PackageText]]]]


class PackageProcessor(_Model):
    """Who processes data for the organisation, and what came of asking for its copy (GDPR art. 28(3)(e))."""

    key: str
    label: PackageText
    outcome: Annotated[
        Literal["received", "nothing", "refused", "left"],
        Field(description="left: the organisation answers without it, and says why."),
    ]
    what: Annotated[PackageText, Field(description="The same, as people say it.")]
    reason: str
    files: Annotated[list[str], Field(description="Where in the package what it sent is, as it sent it.")]


class Package(_Model):
    """A person’s data, under the number of their request."""

    format: Literal["garant-package/1"]
    kind: Annotated[Literal["access", "portability"], Field(description="GDPR art. 15, or art. 20.")]
    request: Annotated[str, Field(description="The number of the request that the data answer.")]
    organisation: str
    made_at: datetime
    activities: Annotated[list[PackageActivity], Field(description="Art. 15(1); empty for portability.")]
    tables: list[PackageTable]
    processors: Annotated[
        list[PackageProcessor],
        Field(
            default_factory=list[PackageProcessor],
            description="Those that were asked for their copy; packages made before November 2026 have no such list.",
        ),
    ]


def package_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `data.json`."""
    made = Package.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:garant:package-1",
        **made,
        "title": "garant-package/1",
    }
