"""The journal of a run on Garant's own database goes with the transaction that it is about; nobody else's map leads here."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.apps.promises.opening.workspace import open_workspace
from garant.apps.promises.refusals import RefusedError
from garant.demo.stage import example
from garant.ledger.keys import KeyFolder
from tests.own.tenant import Tenant


def test_what_is_written_down_was_committed_and_what_is_not_was_not(house: Tenant) -> None:
    house.ask("fill", name="journal")
    house.ask("run", digest=house.ask("propose")["digest"])
    assert house.ask("journal") == ["False", "True", "garant: the batch 999/1 was committed meanwhile"]


@pytest.mark.parametrize(
    "lines",
    [
        "use: garant\nsystem: mine\n",
        "use: garant\nsystem: mine\nconnection: {env: GARANT_OTHER}\n",
    ],
)
def test_another_organisation_cannot_map_the_database_that_holds_the_data_of_all(
    tmp_path: Path, lines: str
) -> None:
    (tmp_path / "mine.yaml").write_text(lines)
    with (
        pytest.raises(RefusedError, match="Garant’s own database"),
        open_workspace(example() / "policy", tmp_path, KeyFolder(tmp_path / "keys")),
    ):
        pytest.fail("it was opened")
