"""Records that had the mark of a restriction before it: its end, whoever's, leaves them so."""

from __future__ import annotations

from typing import Any

from garant.apps.permissions.models import BEFORE, Fact
from tests.apps.rights.conftest import Letters, ask_system, change_system, post, unhurried
from tests.apps.seen import seen
from tests.cli.test_requests_in_force import Garant, garant, lifted, restricted
from tests.cli.test_restricted_and_gone import archived, asked
from tests.cli.test_restricted_is_told import answers, approved, in_process, usable
from tests.site.conftest import company, demo, demo_systems, installation, site

__all__ = ["company", "demo", "demo_systems", "garant", "installation", "post", "site", "unhurried"]
pytestmark = in_process


def kept() -> int:
    """How many columns are remembered to have been so."""
    return seen(Fact).filter(kind=BEFORE).count()


def test_at_a_terminal(company: str, garant: Garant, settings: Any) -> None:
    was, other = usable(company, 2)
    change_system("GARANT_DEMO_CRM", "UPDATE person SET archived = 1 WHERE id = ?", was[0])
    for one in (was, other):
        code, said = approved(garant, *asked(company, settings, f"email={one[1]}"))
        assert (code, "has this mark already" in said) == (0, one is was), said
        assert garant(*asked(company, settings, f"email={one[1]}"))[0] == 0, "once more changes nothing"
    assert [archived(one[0]) for one in (was, other)] == [1, 1]
    assert kept() == 1
    for one in (was, other):
        code, said = approved(garant, *asked(company, settings, f"email={one[1]}"), "--lift")
        assert (code, "was there already" in said) == (0, one is was), said
        assert "restricted" not in answers(company, one)
    assert [archived(one[0]) for one in (was, other)] == [1, 0]
    code, said = approved(garant, *asked(company, settings, f"email={was[1]}"), "--lift")
    assert (code, "keeps it" in said, archived(was[0])) == (0, True, 1), "nothing restricts them: " + said
    assert kept() == 0, "nothing is remembered once nothing restricts"


def test_of_a_terminal_and_a_request_the_first_knows(
    company: str, garant: Garant, settings: Any, post: Letters
) -> None:
    """The second finds the mark of the first, and its end, which is the last, takes it off; not what was there before both."""
    was, other = usable(company, 2)
    change_system("GARANT_DEMO_CRM", "UPDATE person SET archived = 1 WHERE id = ?", was[0])
    for one in (was, other):
        assert approved(garant, *asked(company, settings, f"email={one[1]}"))[0] == 0
        request = restricted(company, post, one[1])
        assert approved(garant, *asked(company, settings, f"email={one[1]}"), "--lift")[0] == 0
        assert (archived(one[0]), "restricted" in answers(company, one)) == (1, True)
        lifted(company, request)
        assert archived(one[0]) == int(one is was)
        assert "restricted" not in answers(company, one)
    assert kept() == 0
    assert ask_system("GARANT_DEMO_CRM", "SELECT count(*) FROM person WHERE id = ?", was[0]) == [(1,)]


def test_once_more_on_the_same_day(company: str, garant: Garant, settings: Any) -> None:
    """Nothing is to be written in the system, and the plan says what the first one said: it is another all the same."""
    (was,) = usable(company)
    change_system("GARANT_DEMO_CRM", "UPDATE person SET archived = 1 WHERE id = ?", was[0])
    restrict = asked(company, settings, f"email={was[1]}")
    for _ in range(2):
        assert approved(garant, *restrict)[0] == 0
        assert answers(company, was) == ["restricted"] * 3
        assert approved(garant, *restrict, "--lift")[0] == 0
        assert "restricted" not in answers(company, was)
    assert (archived(was[0]), kept()) == (1, 0)
