"""An erasure beside what the same person asked for besides: they are not taken a package, nor what a restriction keeps."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.jobs import kinds
from garant.apps.jobs import services as jobs
from garant.apps.promises import decisions
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.refusals import RequestRefusedError
from garant.apps.rights.words import Method, Outcome, Right
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody, taken, work
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.rights.test_together import known, prospects
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def asked(company: str, right: Right, email: str, phone: str = "", *, identified: bool = True) -> str:
    whom = services.Whom(email=email, name="Jeanne Essai", phone=phone)
    key = services.receive(company, services.Asked(right, whom)).request.key
    if identified:
        services.accept(company, key, Method.KNOWN_CONTACT, actor=DELEGATE)
        work(company, "request-search")
    return key


def read_and_approved(company: str, key: str) -> None:
    whom = services.opened(services.find(company, key))
    if whom is not None and (whom.texts or whom.files):
        services.texts_read(company, key, [], actor=OFFICER)
    services.approve(company, key, actor=OFFICER)


def carried_out(company: str) -> None:
    with suppress(RefusedError):
        work(company, "run")


def days_ago(key: str, days: int) -> None:
    seen(Request).filter(key=key).update(received_on=services.today("demo") - timedelta(days=days))


def despite(company: str) -> list[Any]:
    return [one.payload for one in evidence.records(company, kind="request.despite")]


def test_what_is_asked_to_be_restricted_is_erased_for_a_written_reason_only(
    company: str, post: Letters
) -> None:
    """It was erased by whoever approved first, and nobody was told that the person wanted it kept."""
    email = somebody()
    erasure = asked(company, Right.ERASURE, email)
    unshown = asked(company, Right.RESTRICTION, email, identified=False)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{erasure}/"
    assert "malgré la limitation" not in officer.get(page).content.decode(), "anybody can give their address"
    services.accept(company, unshown, Method.KNOWN_CONTACT, actor=DELEGATE)
    work(company, "request-search")
    shown = officer.get(page).content.decode()
    assert unshown in shown
    assert "Pourquoi effacer malgré la limitation" in shown
    for reason in ("", " \n"):
        with pytest.raises(RequestRefusedError, match=f"request {unshown}"):
            services.approve(company, erasure, despite=reason, actor=OFFICER)
    officer.post(f"{page}approve/", {"reason": "Elle préfère l’effacement : appel du 3."})
    assert services.find(company, erasure).state == "approved"
    assert "appel du 3" in officer.get(page).content.decode()
    (entry,) = despite(company)
    assert entry == {"request": erasure, "restrictions": [unshown], "terminal": False}
    carried_out(company)
    assert known(email) == 0


@pytest.mark.parametrize("right", [Right.ACCESS, Right.RESTRICTION])
def test_what_is_asked_for_after_the_approval_comes_before_the_erasure(
    company: str, post: Letters, right: Right
) -> None:
    """The run had not begun: it erased them, and the package would have said that nothing is held."""
    email = somebody()
    before = known(email)
    erasure = asked(company, Right.ERASURE, email)
    services.approve(company, erasure, actor=OFFICER)
    other = asked(company, right, email)
    carried_out(company)
    assert known(email) == before
    request = services.find(company, erasure)
    assert request.state == "planned"
    assert other in str([step.detail for step in services.story(request).steps if step.kind == "unable"])
    with pytest.raises(RequestRefusedError, match=other):
        services.approve(company, erasure, actor=OFFICER)
    if right == Right.RESTRICTION:
        services.withdraw(company, other, actor=OFFICER)
    else:
        read_and_approved(company, other)
        work(company, "request-package")
        assert services.find(company, other).outcome == Outcome.FULLY
    services.approve(company, erasure, actor=OFFICER)
    work(company, "run")
    assert known(email) == 0


def test_of_many_who_wait_only_whoever_asked_since_is_given_back(company: str, post: Letters) -> None:
    """One run carries them out; one of them asks for their data meanwhile."""
    emails = prospects(3)
    keys = [asked(company, Right.ERASURE, email) for email in emails]
    for key in keys:
        services.approve(company, key, actor=OFFICER)
    asked(company, Right.ACCESS, emails[1])
    for job in taken(company, "run"):
        with suppress(RefusedError):
            kinds.KINDS["run"](job)
    assert [known(email) > 0 for email in emails] == [False, True, False]
    assert services.find(company, keys[1]).state == "planned"


def test_whose_erasure_came_on_a_later_day_has_said_so_themselves(company: str, post: Letters) -> None:
    """Restricted first, erased later: no reason is needed, and staff reads it."""
    email = somebody()
    restriction = asked(company, Right.RESTRICTION, email)
    services.approve(company, restriction, actor=OFFICER)
    work(company, "run")
    services.answer(company, restriction, Outcome.FULLY, actor=OFFICER)
    erasure = asked(company, Right.ERASURE, email)
    with pytest.raises(RequestRefusedError, match=restriction):
        services.approve(company, erasure, actor=OFFICER)
    days_ago(restriction, 3)
    shown = sign_in(OFFICER).get(f"/o/{company}/requests/{erasure}/").content.decode()
    assert "demande la plus récente qui compte" in shown
    services.approve(company, erasure, actor=OFFICER)
    work(company, "run")
    assert known(email) == 0
    assert despite(company) == []


def test_whose_record_another_names_is_not_erased_by_them(company: str, post: Letters) -> None:
    """Two people of one telephone: the erasure of one would have emptied the package of the other."""
    mine, theirs = prospects(2)
    change_system(
        "GARANT_DEMO_CRM", "UPDATE person SET phone = '+33611223344' WHERE email IN (?, ?)", mine, theirs
    )
    assert len(ask_system("GARANT_DEMO_CRM", "SELECT 1 FROM person WHERE phone = '+33611223344'")) == 2
    access = asked(company, Right.ACCESS, theirs)
    erasure = asked(company, Right.ERASURE, mine, "+33611223344")
    with pytest.raises(RequestRefusedError, match=access):
        services.approve(company, erasure, actor=OFFICER)


def test_no_sweep_takes_whom_a_request_keeps(company: str, post: Letters) -> None:
    """Whoever asks that their data be kept for a lawsuit was erased by the sweep of the night; so was who waited for theirs."""
    digest = kinds.propose_today(company, actor=DELEGATE)
    due = next(
        [*one.root_keys()]
        for one in decisions.document(company, digest).selections
        if (one.system, one.root) == ("recruitment", "candidate") and one.due
    )
    rows = ask_system(
        "GARANT_DEMO_RECRUITMENT",
        f"""SELECT min(id), email FROM candidate WHERE email LIKE '%@%'
            GROUP BY lower(email) HAVING count(*) = 1 AND min(id) IN ({", ".join(map(str, due))}) LIMIT 3""",
    )
    (restricts, waits, silent), keys = [email for _, email in rows], [key for key, _ in rows]
    kept = [asked(company, Right.RESTRICTION, restricts), asked(company, Right.ACCESS, waits)]
    swept(company, digest)
    there = ask_system(
        "GARANT_DEMO_RECRUITMENT", f"SELECT id FROM candidate WHERE id IN ({', '.join(map(str, keys))})"
    )
    assert {key for (key,) in there} == {*keys[:2]}, silent
    plan = decisions.document(company, kinds.propose_today(company, actor=DELEGATE))
    said = {
        hold.hold: hold.roots for one in plan.selections for hold in one.holds if one.system == "recruitment"
    }
    assert {key: said.get(key) for key in kept} == dict.fromkeys(kept, 1)
    services.withdraw(company, kept[0], actor=OFFICER)
    services.withdraw(company, kept[1], actor=OFFICER)
    plan = decisions.document(company, kinds.propose_today(company, actor=DELEGATE))
    again = {key for one in plan.selections if one.system == "recruitment" for key in one.root_keys()}
    assert again >= {*keys[:2]}


def swept(company: str, digest: str) -> None:
    with open_published(company) as workspace:
        known_as = {"policy_digest": workspace.policy.digest, "map_digests": workspace.map_digests}
        decisions.approve(company, digest, actor=OFFICER, **known_as)
    jobs.want(company, "run", {"plan": digest}, actor=OFFICER)
    work(company, "run")


@pytest.mark.parametrize("right", [Right.RESTRICTION, Right.RECTIFICATION])
def test_nobody_is_told_that_what_was_erased_meanwhile_is_kept(
    company: str, post: Letters, right: Right
) -> None:
    """Erased for a written reason; the other request was then answered “we keep your data, and do not use them”."""
    email = somebody()
    erasure, other = asked(company, Right.ERASURE, email), asked(company, right, email)
    if right == Right.RECTIFICATION:
        wanted = [{"kind": "email", "was": email, "becomes": "autre@essai.example"}]
        services.correct(company, other, wanted, actor=OFFICER)
    services.approve(company, erasure, despite="Elle l’a dit au téléphone.", actor=OFFICER)
    work(company, "run")
    services.approve(company, other, actor=OFFICER)
    carried_out(company)
    services.approve(company, other, actor=OFFICER)  # planned anew: about nobody
    work(company, "run")
    with pytest.raises(RequestRefusedError, match="not there"):
        services.answer(company, other, Outcome.FULLY, actor=OFFICER)
    services.answer(company, other, Outcome.REFUSED, ground="nothing-held", actor=OFFICER)
    assert "restricted" not in post.kinds(other)
