"""What a duty is judged by stays where somebody else leaves: the check, held to what the rows say."""

import sqlite3
from itertools import product

import pytest

from garant.systems.checks import static
from garant.systems.fragments import FragmentRefused, facts
from tests.systems.example_map import example_map, example_policy

KEPT = "keeps: {call: {row: true}}, why: {}"
CALLS = "SELECT c.client_id AS key, c.day AS at FROM call c"


def found(
    *, goes: str = "", read: str = CALLS, part: str = "event", over: str = "", do: str = "delete"
) -> list[tuple[str, str]]:
    """What the check says of a duty on clients that calls are read for, which go with an agent, in the map so changed."""
    when = f", when: {goes!r}" if goes else ""
    own = "SELECT id AS key, ended AS at FROM client"
    role, dated = (read, own) if part == "role" else ("SELECT id AS key FROM client", read)
    loaded = example_map(
        f"""
roots: {{agent: {{table: agent, key: id}}}}
roles: {{client: {{query: {role!r}}}, agent: {{root: agent, query: SELECT id AS key FROM agent}}}}
events:
  last:
    - {{root: client, type: date, query: {dated!r}}}
    - {{root: agent, type: date, query: 'SELECT id AS key, hired AS at FROM agent'}}
  call: [{{root: agent, type: date, query: 'SELECT agent_id AS key, day AS at FROM call'}}]
tables:
  agent: {{key: id, links: [{{root: agent, column: id}}]}}
  meeting: {{key: id, links: [{{root: agent, column: agent_id{when if "meeting" in goes else ""}}}]}}
  call:
    key: id
    links:
      - {{root: client, column: client_id}}
      - {{root: agent, column: agent_id{when if "meeting" not in goes else ""}}}
    columns: {{day: {{category: correspondence, erase: blank}}}}
dispositions:
  erase-agent: {{root: agent, actions: [{{table: call, do: {do}}}, {{table: agent, do: delete}}]}}
identities: {{number: [{{root: agent, query: 'SELECT id AS key FROM agent WHERE number = :identity'}}]}}
duties: [{{rule: invoices, root: client, role: client, event: last, {KEPT}}}]
""",
        over,
    )
    told = static.check_map(loaded, example_policy())
    return [(one.severity, one.message.en) for one in told if one.code == "GAR540"]


TOLD = [("warning", "The rows of “call”, by which the duty says until when, go with “agent”.")]

GOING = [
    "",
    "kind = 'agent'",
    "kind IN ('agent', 'both')",
    "'both' = kind",
    "client_id IS NULL",
    "NOT client_id IS NULL",
    "(kind = 'agent' AND NOT client_id IS NULL)",
    "kind = 'agent' AND kind = 'both'",
    "COALESCE(kind, '') NOT IN ('client', 'both')",
    "EXISTS (SELECT 1 FROM site s WHERE s.id = call.site_id AND s.kind = 'agent')",
    "NOT EXISTS (SELECT 1 FROM site s WHERE s.id = call.site_id)",
]
READ = [
    "",
    "c.kind = 'client'",
    "c.kind IN ('client', 'both')",
    "COALESCE(c.kind, '') NOT IN ('agent', 'both')",
    "NOT c.kind IN ('agent')",
    "c.agent_id IS NULL",
    "c.kind = 'client' OR c.kind = 'agent'",
    "c.agent_id = c.client_id",
    "EXISTS (SELECT 1 FROM site s WHERE s.id = c.site_id AND s.kind = 'client')",
    "NOT EXISTS (SELECT 1 FROM site s WHERE s.id = c.site_id)",
]


def world() -> sqlite3.Connection:
    """Every call there can be, each of one client and of one agent, of both, or of nobody."""
    base = sqlite3.connect(":memory:")
    base.executescript(
        "CREATE TABLE site (id, kind); INSERT INTO site VALUES (1, 'client'), (2, 'agent');"
        "CREATE TABLE call (id INTEGER PRIMARY KEY, client_id, agent_id, kind, site_id, day DEFAULT '2020-01-01');"
    )
    rows = product((1, None), (1, None), ("client", "agent", "both", "else", None), (1, 2, None))
    base.executemany("INSERT INTO call (client_id, agent_id, kind, site_id) VALUES (?, ?, ?, ?)", rows)
    return base


@pytest.mark.parametrize(("goes", "read"), list(product(GOING, READ)))
def test_the_check_says_what_the_rows_say(goes: str, read: str) -> None:
    """Of each call by itself: was it read for the client, and does it go with the agent? OR is not looked into."""
    lost = world().execute(
        f"SELECT COUNT(*) FROM call c WHERE client_id IS NOT NULL AND ({read or 'TRUE'}) AND id IN"
        f" (SELECT id FROM call WHERE agent_id IS NOT NULL AND ({goes or 'TRUE'}))"
    )
    where = f" WHERE {read}" if read else ""
    told, true = bool(found(goes=goes, read=CALLS + where)), bool(lost.fetchone()[0])
    assert told >= true
    assert told == true or " OR " in read


def test_a_row_on_the_way_says_it() -> None:
    """Calls of the meetings of an agent go; those of the meetings of a client are read."""
    through = "tables: {call: {links: [{root: client, column: client_id}, {parent: meeting, column: meeting_id}]}}\n"
    mine = f"{CALLS} JOIN meeting m ON m.id = c.meeting_id WHERE m.kind = 'client'"
    other = f"{CALLS} JOIN meeting m ON m.id = c.other_id WHERE m.kind = 'client'"
    outer = f"{CALLS} LEFT JOIN meeting m ON m.id = c.meeting_id AND m.kind = 'client'"
    goes = "meeting.kind = 'agent'"
    assert found(goes=goes, read=mine, over=through) == []
    assert found(goes=goes, read=other, over=through) == TOLD
    assert found(goes=goes, read=outer, over=through) == TOLD


def test_of_a_table_that_is_named_twice_nothing_is_sure() -> None:
    twice = f"{CALLS} JOIN call d ON d.client_id = c.client_id WHERE d.kind = 'client'"
    assert found(goes="kind = 'agent'", read=twice) == TOLD


@pytest.mark.parametrize(
    "read",
    [
        """
        SELECT x.id AS key, q.day AS at FROM client x
        JOIN (SELECT c.client_id AS who, c.day AS day FROM call c WHERE c.kind = 'KIND'
              UNION ALL SELECT t.client_id, t.closed FROM ticket t) q ON q.who = x.id
        """,
        """
        WITH q AS (SELECT c.client_id AS who, c.day AS day FROM call c WHERE c.kind = 'KIND')
        SELECT q.who AS key, q.day AS at FROM q
        """,
        """
        SELECT t.client_id AS key, t.closed AS at FROM ticket t
        UNION SELECT c.client_id, c.day FROM call c WHERE c.kind = 'KIND'
        """,
        """
        SELECT t.id AS key, t.ended AS at FROM client t
        WHERE t.id IN (SELECT c.client_id FROM call c WHERE c.kind = 'KIND')
        """,
        """
        SELECT t.id AS key, t.ended AS at FROM client t
        WHERE t.ended IS NULL OR EXISTS (SELECT 1 FROM call c WHERE c.client_id = t.id AND c.kind = 'KIND')
        """,
    ],
    ids=["derived", "with", "union", "in", "exists-or"],
)
def test_each_select_is_read_by_itself(read: str) -> None:
    assert found(goes="kind = 'agent'", read=read.replace("KIND", "client")) == []
    assert found(goes="kind = 'agent'", read=read.replace("KIND", "agent")) == TOLD


def test_what_is_read_is_changed_or_stays() -> None:
    told = "call.day, which says until when, is changed with “agent”."
    assert found(do="treat") == [("warning", told)]
    assert found(do="treat", read="SELECT c.client_id AS key, c.seen AS at FROM call c") == []
    assert found(read="SELECT id AS key, ended AS at FROM client") == []


def test_a_role_is_there_for_the_row_of_the_other_root_itself() -> None:
    """Once a document ends, nobody is held for it any more; what hangs on it is another matter."""
    assert found(part="role", read="SELECT a.client_id AS key FROM agent a") == []
    assert found(part="role", read="SELECT c.client_id AS key FROM call c") != []


def duty(rule: str, event: str, keeps: str = "call: {row: true}") -> str:
    first = f"{{rule: invoices, root: client, role: client, event: last, {KEPT}}}"
    return f"duties: [{first}, {{rule: {rule}, root: agent, role: agent, event: {event}, keeps: {{{keeps}}}, why: {{}}}}]\n"


def test_the_other_root_has_a_duty_that_keeps_them_as_long() -> None:
    assert found(over=duty("invoices", "last")) == []
    assert found(over=duty("invoices", "call")) == []  # counted from the calls too
    assert found(over=duty("customers", "last")) == TOLD  # five years, not ten
    assert found(over=duty("nothing", "last")) == TOLD
    assert found(over=duty("invoices", "hired").replace("hired", "never")) == TOLD
    assert found(over=duty("invoices", "last", "agent: {row: true}")) == TOLD
    assert found(over=duty("invoices", "last", "call: {row: false, columns: [day]}")) == TOLD


def test_a_seal_of_the_other_root_keeps_them() -> None:
    sealed = duty("x", "x").replace(
        "rule: x, root: agent, role: agent, event: x", "seal: true, root: agent, role: agent"
    )
    assert found(over=sealed) == []


def test_nobody_asks_for_the_other_root_and_its_term_is_as_long() -> None:
    unasked = "identities: {number: null}\n"
    promise = "promises: [{rule: RULE, role: agent, event: last, dispositions: erase-agent}]\n"
    assert found(over=unasked + promise.replace("RULE", "invoices")) == []
    assert found(over=unasked + promise.replace("RULE", "customers")) == TOLD
    assert found(over=promise.replace("RULE", "invoices")) == TOLD


def test_nobody_asks_for_the_other_root_whose_roles_say_which_rows_go() -> None:
    """An agent without a client goes; what is read of agents is read of those who have one."""
    read = "SELECT a.client_id AS key, a.hired AS at FROM agent a"
    assert found(read=read) != []
    role = "roles: {agent: {query: 'SELECT a.id AS key FROM agent a WHERE a.client_id IS ROLE'}}\n"
    promise = "promises: [{rule: customers, role: agent, event: last, dispositions: erase-agent}]\n"
    unasked = "identities: {number: null}\n" + promise
    assert found(read=read, over=unasked + role.replace("ROLE", "NULL")) == []
    assert found(read=read, over=unasked + role.replace("IS ROLE", "> 0")) != []
    assert found(read=read, over=unasked + role.replace("IS ROLE", "=")) == []  # no query: said elsewhere
    assert found(read=read, over=unasked.replace("role: agent", "role: nobody")) == []


def test_what_is_wrong_itself_is_said_elsewhere() -> None:
    assert found(goes="kind = ") == []
    assert found(over="tables: {call: {links: [{parent: call, column: id}]}}\n") == []


def test_facts_are_of_queries() -> None:
    with pytest.raises(FragmentRefused):
        facts("DELETE FROM call")
    (one,) = facts("SELECT c.id AS key FROM call c WHERE c.kind = 'a' AND 1 = c.size AND c.size > 2")
    assert one.texts == {("call", "kind"): {"a"}}
    assert one.present == {("call", "kind"), ("call", "size"), ("call", "id")}
