"""Each kind of entry says whether something is to be done again where a restored Garant has forgotten it."""

from __future__ import annotations

from garant.apps.backups.redo import NOTHING, REDO
from garant.ledger.entries import KINDS


def test_each_kind_of_entry_is_decided_about_once() -> None:
    decided = [*NOTHING, *(kind for redo in REDO for kind in redo.kinds)]
    assert sorted(decided) == sorted(kind for kind in KINDS if not kind.startswith("test."))


def test_what_tells_which_one_is_a_field_of_these_entries() -> None:
    for redo in REDO:
        for field in filter(None, (redo.field, redo.where)):
            assert any(field in KINDS[kind].model_fields for kind in redo.kinds), (field, redo.kinds)
