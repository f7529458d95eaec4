"""The reference pages, written from the code, in French and in English: keys, diagnostics, commands, ledger entries.

`scripts/docs` writes them; a test compares what is committed with what would be written.
"""

from scripts.reference.entries import all_kinds
from scripts.reference.keys import keys, merged
from scripts.reference.pages import PAGES, all_rules, place, written

__all__ = ["PAGES", "all_kinds", "all_rules", "keys", "merged", "place", "written"]
