"""What a Fides dataset file says: its published form, of which only what Garant understands is named.

Keys that are not named here are kept aside by pydantic (`model_extra`), to be listed as losses.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Said(BaseModel):
    """A part of a dataset; unknown keys are kept, to be told."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @property
    def unknown(self) -> dict[str, Any]:
        """The keys that Garant does not know, with what they say."""
        return {key: value for key, value in (self.model_extra or {}).items() if value is not None}


class Reference(Said):
    """Another field that holds the same values; the direction says which of both is read first."""

    dataset: str
    field: str
    direction: Literal["from", "to"] | None = None


class Masking(Said):
    """How Fides would mask this field, whatever its policy says."""

    strategy: str
    configuration: dict[str, Any] | None = None


class FieldMeta(Said):
    """What Fides needs to know of a field to walk to it and to change it."""

    identity: str | None = None
    primary_key: bool | None = None
    references: list[Reference] | None = None
    data_type: str | None = None
    length: int | None = None
    read_only: bool | None = None
    masking_strategy_override: Masking | None = None


class DatasetField(Said):
    """A field: a column, or part of a nested document."""

    name: str
    description: str | None = None
    data_categories: list[str] | None = None
    fides_meta: FieldMeta | None = None
    fidesops_meta: FieldMeta | None = None
    fields: list[DatasetField] | None = None

    @property
    def meta(self) -> FieldMeta:
        """The instructions, under their present name or their former one."""
        return self.fides_meta or self.fidesops_meta or FieldMeta()


class CollectionMeta(Said):
    """The order in which Fides reads and erases, and what it leaves alone."""

    after: list[str] | None = None
    erase_after: list[str] | None = None
    skip_processing: bool | None = None
    masking_strategy_override: Masking | None = None


class Collection(Said):
    """A collection: a table."""

    name: str
    description: str | None = None
    data_categories: list[str] | None = None
    fides_meta: CollectionMeta | None = None
    fidesops_meta: CollectionMeta | None = None
    fields: list[DatasetField] = Field(min_length=1)

    @property
    def meta(self) -> CollectionMeta:
        """The instructions, under their present name or their former one."""
        return self.fides_meta or self.fidesops_meta or CollectionMeta()


class Namespace(Said):
    """Where in the server the tables are."""

    schema_: str | None = Field(default=None, alias="schema")


class DatasetMeta(Said):
    """Instructions for the whole dataset."""

    after: list[str] | None = None
    namespace: Namespace | None = None


class Dataset(Said):
    """One dataset: a system."""

    fides_key: str
    name: str | None = None
    description: str | None = None
    organization_fides_key: str | None = None
    data_categories: list[str] | None = None
    fides_meta: DatasetMeta | None = None
    fidesops_meta: DatasetMeta | None = None
    collections: list[Collection] = Field(min_length=1)

    @property
    def meta(self) -> DatasetMeta:
        """The instructions, under their present name or their former one."""
        return self.fides_meta or self.fidesops_meta or DatasetMeta()


class DatasetFile(Said):
    """A file: one dataset or several."""

    dataset: list[Dataset] = Field(min_length=1)
