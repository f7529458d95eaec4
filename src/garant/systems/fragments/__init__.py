"""SQL fragments of a data map: parsed, bounded, and rendered for one engine.

A data map is written by a person and may come from elsewhere, so its SQL is not trusted. A fragment is
exactly one SELECT, or one expression; it reads, never writes; it calls only functions that compute; it
reads neither the catalogue nor a clock. It is read in common SQL, and written again by sqlglot for the
engine at hand: no character of the source reaches a system as it stands.

On PostgreSQL an unquoted name is folded to lower case, as PostgreSQL itself does. ``REGEXP_REPLACE``
replaces every occurrence on every engine.
"""

from garant.systems.fragments.columns import ColumnReference
from garant.systems.fragments.facts import Facts
from garant.systems.fragments.grounds import Ground, facts, grounds
from garant.systems.fragments.narrowing import narrowed
from garant.systems.fragments.parsing import Fragment, parse_expression, parse_query
from garant.systems.fragments.words import Dialect, FragmentRefused, Place

__all__ = [
    "ColumnReference",
    "Dialect",
    "Facts",
    "Fragment",
    "FragmentRefused",
    "Ground",
    "Place",
    "facts",
    "grounds",
    "narrowed",
    "parse_expression",
    "parse_query",
]
