"""A habilitation to some activities and systems: no page names another one.

The policy and the maps of the made-up company are given names that stand nowhere else, so that a page that holds one
tells of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.models import Membership
from garant.apps.accounts.roles import GRANTED, RIGHTS, May, Role
from garant.apps.accounts.services import Habilitation
from garant.apps.controls import services as controls
from garant.apps.holds import services as holds
from garant.apps.jobs import services as jobs
from garant.apps.jobs.kinds import propose_today
from garant.apps.policies import services as policies
from garant.apps.promises import decisions
from garant.apps.promises.models import Batch, Run
from garant.apps.promises.opening.published import open_published
from garant.apps.scoping import scoped
from garant.apps.tokens import services as tokens
from garant.demo import site as demo_site
from garant.ledger import LedgerError
from tests.site.conftest import TOMORROW, sign_in
from tests.site.test_access import STAFF
from tests.support.again import again

pytestmark = pytest.mark.django_db

OFFICER, DELEGATE = (one.email for one in demo_site.ACCOUNTS[:2])
WHO = "partial@demo.example"
ACTIVITIES = ("customer-relationship", "recruitment", "remote-maintenance", "technical-development")
SYSTEMS = ("crm", "maintenance", "recruitment")
PROSE = {"maintenance"}
"""Keys that are words of sentences too: only their labels tell."""


@pytest.fixture
def world(company: str) -> str:
    """The company, with telling names, a look, a plan carried out and another that waits, holds and jobs."""
    for path in Path(django_settings.GARANT_MAPS, company).glob("*.yaml"):
        label = f'label: {{fr: "Système {path.stem}-zqs", en: "System {path.stem}-zqs"}}'
        path.write_text(re.sub(r"^label: .*$", label, path.read_text(), count=1, flags=re.MULTILINE))
    current = policies.published(company)
    assert current is not None
    named = {
        key: one.model_copy(
            update={"label": one.label.model_copy(update={"fr": f"{key}-zqa", "en": f"{key}-zqa"})}
        )
        for key, one in current.policy.activities.items()
    }
    document = current.policy.model_copy(update={"activities": named})
    made = policies.import_document(document, actor=DELEGATE, organisation=company)
    policies.submit(company, made.key, actor=DELEGATE)
    policies.approve(company, made.key, digest=made.digest, actor=OFFICER)
    policies.publish(company, made.key, on=policies.today(company), actor=OFFICER)
    ran(company, propose_today(company, actor="garant"))
    policies.new_draft(company, made.key, actor=DELEGATE)
    with open_published(company) as workspace:
        for activity in ACTIVITIES:
            asked = holds.Asked("Direction", "Litige", until=TOMORROW, activity=activity)
            holds.place(workspace.policy, workspace.sources, asked, actor="garant")
    propose_today(company, actor="garant")
    controls.look(company)
    jobs.ask(company, "look", actor="garant")
    stuck = jobs.ask(company, "plan", actor="garant")
    jobs.begin(stuck.key)
    jobs.report(company, stuck.key, {"words": "crm · recruitment · maintenance"})
    return company


def ran(organisation: str, digest: str) -> None:
    """A run of a plan with a receipt for each of its parts, as it stands before it is verified."""
    plan, now = decisions.find(organisation, digest), datetime.now(UTC)
    with scoped(organisation):
        run = Run.objects.create(key=digest[:16], plan=plan, actor="garant", batch_size=9, started_at=now)
        for number, one in enumerate(plan.summary["parts"], start=1):
            receipt = {"system": one["system"], "rule": one["rule"], "roots": one["due"], "tables": []}
            Batch.objects.create(
                run=run, key=f"{number:03}/0001", state="applied", receipt=receipt, written_at=now
            )


def filled(organisation: str) -> dict[str, list[str]]:
    """What may stand in an address, by the name of its part and the room."""
    with scoped(organisation):
        members = [str(pk) for pk in Membership.objects.values_list("pk", flat=True)]
    board = controls.board(organisation)
    return {
        "promises:key": [one.promise for _, _, standings in board.articles for one in standings],
        "plans:digest": [one.digest for one in decisions.listing(organisation)],
        "runs:key": [one.key for one in decisions.runs(organisation)],
        "jobs:key": [one.key for one in jobs.recent(organisation)],
        "holds:key": [one.key for one in holds.listing(organisation)],
        "systems:name": list(SYSTEMS),
        "register:activity": list(ACTIVITIES),
        "register:form": ["ods", "csv"],
        "policy:number": ["1", "2"],
        "policy:page": ["activities", "retention"],
        "policy:key": ["recruitment", "prospects"],
        "ledger:index": ["0", "5"],
        "people:member": members,
    }


def addresses(organisation: str) -> list[str]:
    """Every address of staff with everything that may stand in it."""
    known = filled(organisation)
    found: list[str] = []
    for route in STAFF:
        room = route.split("/")[2] if route.count("/") > 2 else ""
        choices = [list(_choices(part, organisation, room, known)) for part in route.split("/")]
        found += ["/" + "/".join(parts) for parts in product(*choices)]
    return found


def _choices(part: str, organisation: str, room: str, known: dict[str, list[str]]) -> Iterator[str]:
    if part == "<slug:organisation>":
        yield organisation
    elif part.startswith("<"):
        yield from known.get(f"{room}:{part.strip('<>').partition(':')[2]}", ["any"])
    else:
        yield part


def needles(activities: tuple[str, ...], systems: tuple[str, ...]) -> re.Pattern[str]:
    """The names of what is not covered."""
    out_activities = [one for one in ACTIVITIES if activities and one not in activities]
    out_systems = [one for one in SYSTEMS if systems and one not in systems]
    covered = {*(activities or ACTIVITIES), *(systems or SYSTEMS)}
    names = [f"{one}-zqa" for one in out_activities] + [f"{one}-zqs" for one in out_systems]
    names += [one for one in {*out_activities, *out_systems} - PROSE if one not in covered]
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])")


def asked(client: Client, address: str) -> tuple[int, str]:
    """What an address answers."""
    answer = client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body.decode(errors="replace")


def given(organisation: str, role: str, activities: tuple[str, ...], systems: tuple[str, ...]) -> Client:
    until = TOMORROW if role == "auditor" else None
    wanted = Habilitation(role, until, activities, systems)
    accounts.give(organisation, accounts.ensure_user(WHO), wanted, actor="garant")
    return sign_in(WHO)


Part = tuple[tuple[str, ...], tuple[str, ...]]
"""The activities and the systems that a habilitation is to."""
PARTS: list[Part] = [
    ((), ("crm",)),
    (("recruitment",), ()),
    ((), ("maintenance", "recruitment")),
    (("customer-relationship",), ("crm",)),
    (("remote-maintenance",), ("recruitment",)),
    (("customer-relationship", "recruitment"), ()),
    (("technical-development",), ("maintenance",)),
]
ROLES = ("staff", "dpo", "auditor", "technician", "dpo-delegate", "administrator")


def test_what_is_about_the_whole_takes_a_habilitation_to_the_whole(company: str) -> None:
    client = given(company, "administrator", ("recruitment",), ())
    for page in ("policy/", "ledger/", "ledger/export/", "requests/", "settings/webhooks/"):
        assert client.get(f"/o/{company}/{page}").status_code == 403, page
    assert "Politique" not in client.get(f"/o/{company}/").content.decode().split("<main")[0]
    controls.look(company)
    mended = "/policy/"  # where instructions are written down: open to who sees the whole
    page = f"/o/{company}/promises/measure.testing/"
    assert (mended in sign_in(OFFICER).get(page).content.decode().split("<main")[1]) > (
        mended in client.get(page).content.decode().split("<main")[1]
    )
    assert client.post(f"/o/{company}/people/", {"email": "z@demo.example", "role": "dpo"}).status_code == 403
    assert client.post(f"/o/{company}/settings/", {"look_hour": "3"}).status_code == 403
    user = accounts.ensure_user(WHO)
    with pytest.raises(LedgerError, match="does not open the API"):
        tokens.issue(company, user, "t", ["see"], actor=WHO)
    accounts.give(company, user, Habilitation("staff"), actor="garant")
    _, text = tokens.issue(company, user, "t", ["see"], actor=WHO)
    assert tokens.recognise(text) is not None
    accounts.give(company, user, Habilitation("staff", None, ("recruitment",)), actor="garant")
    assert tokens.recognise(text) is None


@pytest.mark.parametrize("parts", [PARTS[:3], again(PARTS[3:])], ids=["three", "others"])
def test_what_a_habilitation_to_a_part_shows(
    world: str, django_assert_num_queries: Any, parts: list[Part]
) -> None:
    """One company for all of it: making it takes longer than looking."""
    with django_assert_num_queries(2) as asked:
        lines = decisions.listing(world)
    the_list_of_plans_reads_no_document(world, lines, [one["sql"] for one in asked.captured_queries])
    no_page_names_what_is_not_covered(world, parts)
    the_needles_are_there_for_who_sees_everything(world)
    a_plan_is_one_decision(world)


def no_page_names_what_is_not_covered(world: str, parts: list[Part]) -> None:
    officer = sign_in(OFFICER)
    walked = [one for one in addresses(world) if asked(officer, one)[0] != 405]
    told: list[str] = []
    opened: set[str] = set()
    for activities, systems in parts:
        role = ROLES[PARTS.index((activities, systems)) % len(ROLES)]
        client, hidden = given(world, role, activities, systems), needles(activities, systems)
        for address in walked:
            status, body = asked(client, address)
            assert status < 500, address
            if status != 200:
                continue
            opened.update(address.split("/")[3:4])
            named = set(hidden.findall(body)) - {address.rstrip("/").split("/")[-1]}
            told += [f"{role} {activities} {systems}: {address} names {one}" for one in named]
    assert told == [], "\n".join(told[:40])
    assert {
        "",
        "promises",
        "plans",
        "runs",
        "jobs",
        "holds",
        "systems",
        "register",
        "people",
        "settings",
    } <= opened


def the_needles_are_there_for_who_sees_everything(world: str) -> None:
    """The walk would find them: whoever covers everything reads every name."""
    client, every = sign_in(OFFICER), needles(("none",), ("none",))
    read = "".join(
        client.get(f"/o/{world}/{page}").content.decode()
        for page in ("", "plans/", "systems/", "register/", "holds/")
    )
    assert {f"{one}-zqa" for one in ACTIVITIES} | {f"{one}-zqs" for one in SYSTEMS} <= set(
        every.findall(read)
    )


def a_plan_is_one_decision(world: str) -> None:
    """Who sees a part of it reads that part's numbers, and neither approves nor carries it out."""
    digest = decisions.listing(world)[0].digest
    whole = {one["system"]: one["due"] for one in decisions.find(world, digest).summary["parts"]}
    assert len(whole) > 1
    officer = given(world, "dpo", (), ("crm",))
    page = f"/o/{world}/plans/{digest}/"
    shown = officer.get(page).content.decode()
    assert "hors de votre habilitation" in shown
    assert "Approuver et exécuter" not in shown
    assert officer.post(f"{page}approve/").status_code == 403
    assert officer.post(f"{page}run/").status_code == 403
    run = decisions.runs(world)[0].key
    assert officer.get(f"/o/{world}/runs/{run}/").status_code == 200
    assert officer.get(f"/o/{world}/runs/{run}/certificate/").status_code == 403
    assert given(world, "dpo", ("technical-development",), ("recruitment",)).get(page).status_code == 404
    assert given(world, "dpo", ACTIVITIES, SYSTEMS).post(f"{page}run/").status_code == 302  # sees all of it


def the_list_of_plans_reads_no_document(world: str, lines: list[Any], asked: list[str]) -> None:
    assert '"document"' not in "".join(asked)
    by_hand = [one.document["selections"] for one in (decisions.find(world, line.digest) for line in lines)]
    assert [line.people for line in lines] == [sum(one["due"] for one in parts) for parts in by_hand]
    assert [line.rows for line in lines] == [
        sum(action["deleted"] + action["treated"] for one in parts for action in one["actions"])
        for parts in by_hand
    ]


def test_a_manager_of_a_part_manages_nobody(site: str) -> None:
    accounts.give(
        site, accounts.ensure_user("only@demo.example"), Habilitation("administrator"), actor="garant"
    )
    part = Habilitation("administrator", None, ("recruitment",))
    accounts.give(site, accounts.ensure_user("other@demo.example"), part, actor="garant")
    with pytest.raises(LedgerError, match="Nobody would be left"):
        accounts.take(site, "only@demo.example", actor="garant")
    with pytest.raises(LedgerError, match="Nobody would be left"):
        accounts.give(site, accounts.ensure_user("only@demo.example"), part, actor="garant")


def test_every_right_has_words() -> None:
    assert set(RIGHTS) == set(May)
    assert set(GRANTED) == set(Role)
