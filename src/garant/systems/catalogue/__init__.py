"""The live catalogue of a system: its tables, columns, keys, foreign keys, indexes and triggers.

Read in bulk, a few queries whatever the number of tables, and only what a map needs to be held against:
its own tables, those that refer to them, and those whose columns are named as if they did.
"""

from garant.systems.catalogue.model import (
    Catalogue,
    CatalogueColumn,
    CatalogueTable,
    Family,
    ForeignKey,
    Index,
    OnDelete,
)
from garant.systems.catalogue.reading import UnknownEngine, read_catalogue

__all__ = [
    "Catalogue",
    "CatalogueColumn",
    "CatalogueTable",
    "Family",
    "ForeignKey",
    "Index",
    "OnDelete",
    "UnknownEngine",
    "read_catalogue",
]
