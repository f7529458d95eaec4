"""A key that is given to somebody else between the commit of a batch and its receipt, while its process is dead."""

from __future__ import annotations

import pytest

from garant.engine.planning.subject import plan_subject
from garant.engine.running.regiven import Remembering
from tests.engine.support.archives import BETWEEN, Vault, archiving_shop
from tests.engine.support.crashes import Run
from tests.engine.support.running import Notebook, retention
from tests.engine.support.shop import AS_OF, OLD, RECENT, Shop
from tests.engine.test_blocked import CONTRACT
from tests.engine.test_replay import KEY
from tests.support.again import again


def given_away(shop: Shop, number: int, at: str = RECENT) -> None:
    """The system deletes whoever is left under this key, and gives it to somebody of whom as much is known."""
    shop.database.run(
        f"DELETE FROM note WHERE res_id = {number}",
        f"DELETE FROM interaction WHERE contact_id = {number}",
        f"DELETE FROM contact WHERE id = {number}",
    )
    shop.people(number, at=at, name=f"M{number}", email=f"m{number}@x.example", phone=f"+3390000000{number}")


def marks(run: Run) -> set[str]:
    """What the journal says of whom the run erased: their rows as they were."""
    return {was for counts in run.journal.written.values() for _, was, _ in counts.get("marks", ())}


@pytest.mark.parametrize("kind", ["erasure", "retention"])
@pytest.mark.parametrize("seam", ["after prepare", "after commit"])
def test_who_was_erased_is_remembered_though_their_key_is_somebody_elses(
    shop: Shop, kind: str, seam: str
) -> None:
    """A backup that brings them back is recognised; whoever has the key stays, and nothing is claimed that is not known."""
    shop.people(1, at=OLD).people(9, at=RECENT)
    asked = {"email": "n1@x.example"}
    plan = (
        retention(shop.policy, shop.system(), AS_OF)
        if kind == "retention"
        else plan_subject(shop.policy, shop.system(), asked, "erasure", as_of=AS_OF)
    )
    run = Run(plan, shop.policy, shop.system(), marking_key=KEY)
    assert not run.go(seam)
    written = marks(run)
    given_away(shop, 1)
    assert run.go()
    remembers = shop.database.name != "postgresql" or seam == "after commit"
    assert marks(run) == (written if remembers else set()), "PostgreSQL knows that it was not done"
    assert shop.ids("contact") == [1, 9]
    (receipt,) = run.receipts.values()
    known = shop.database.name == "postgresql" and seam == "after commit"
    assert (receipt.recovered, receipt.counts["roots"]) == (known, int(known))
    assert not (kind == "erasure" and run.verification and run.verification.verified), "staff has to look"


def test_of_several_the_others_tell(shop: Shop) -> None:
    """One of two keys is somebody else's: the rows of the other say that it was done."""
    shop.people(1, 2, at=OLD)
    run = Run(shop.plan(), shop.policy, shop.system(), marking_key=KEY)
    assert not run.go("after commit")
    written = marks(run)
    given_away(shop, 1)
    assert run.go()
    (receipt,) = run.receipts.values()
    assert (receipt.recovered, receipt.counts["roots"]) == (True, 2)
    assert marks(run) == written
    assert shop.ids("contact") == [1]


def test_nor_do_they_tell_more_than_they_know(shop: Shop) -> None:
    """One of two keys is somebody else's, and the transaction was lost: the other is erased now."""
    shop.people(1, 2, at=OLD)
    run = Run(shop.plan(), shop.policy, shop.system(), marking_key=KEY)
    assert not run.go("after prepare")
    given_away(shop, 1)
    assert run.go()
    (receipt,) = run.receipts.values()
    assert (receipt.recovered, receipt.counts["roots"]) == (False, 1)
    assert shop.ids("contact") == [1]


def test_killed_again_and_again_it_goes_on_saying_so(shop: Shop) -> None:
    shop.people(1, at=OLD)
    run = Run(shop.plan(), shop.policy, shop.system(), marking_key=KEY)
    assert not run.go("after commit")
    written = marks(run)
    given_away(shop, 1)
    for seam in ("after prepare", "after commit"):
        run.go(seam)
        assert marks(run) == written
    assert run.go()
    assert marks(run) == written


@pytest.mark.parametrize("seam", ["after prepare", again("after commit")])
def test_a_batch_that_is_split_since_goes_on_saying_so(shop: Shop, seam: str) -> None:
    """All three keys are given away, and the newcomers are due too; something nobody mapped refers to one of them."""
    shop.database.run(CONTRACT.format(""))
    shop.people(1, 2, 3, at=OLD)
    run = Run(shop.plan(), shop.policy, shop.system(), marking_key=KEY)
    assert not run.go("after commit")
    written = marks(run)
    for number in (1, 2, 3):
        given_away(shop, number, at=OLD)
    shop.add("contract", {"contact_id": 2})
    if seam:
        run.go(seam, 2)
    assert run.go()
    if shop.database.name != "postgresql":  # which knows what was done, and does nothing again
        assert sum(one["roots"] for one in run.blocked()) == 1
        assert shop.ids("contact") == [2]
    assert written <= marks(run)


def test_what_was_archived_of_them_is_kept(shop: Shop, vault: Vault) -> None:
    """Their rows have left the system, and the archive alone has them: the newcomer's rows are no sign that they stayed."""
    archiving_shop(shop).people(1, at=BETWEEN)
    run = Run(
        retention(shop.policy, vault.systems(shop), AS_OF), shop.policy, vault.systems(shop), marking_key=KEY
    )
    assert not run.go("after commit")
    given_away(shop, 1)
    assert run.go()
    found = [vault.rows(record)["contact"][0]["email"] for record in vault.records()]
    assert found == ["n1@x.example"]
    assert shop.ids("contact") == [1]
    assert marks(run) == set(), "what is archived is not on the list"


def test_what_is_written_of_other_batches_is_left_as_it_is() -> None:
    notebook = Notebook()
    journal = Remembering(notebook, "b", [("key", "row", None)], ["email"])
    journal.prepare("ba", {"rows": [1]})
    journal.prepare("b", {"rows": [2], "marks": [["other", "row", None]]})
    assert journal.prepared("ba") == {"rows": [1]}
    assert journal.prepared("b") == {
        "rows": [2],
        "marks": [["key", "row", None], ["other", "row", None]],
        "marked_by": ["email"],
    }
