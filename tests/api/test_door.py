"""The door of programs: who comes in, how often, what is done once, and how errors are said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import May
from garant.apps.evidence import services as evidence
from garant.apps.tokens import services as tokens
from garant.apps.tokens.access import Needs
from garant.apps.tokens.models import KeptAnswer, Token
from garant.apps.tokens.refusals import TokenRefusedError
from garant.site.api import api
from garant.site.rates import Buckets
from tests.api.conftest import client, token_of
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db

API = "/api/v1/organisations"
PUBLIC = {
    "GET /api/v1/organisations/{organisation}/log/checkpoint",
    "GET /api/v1/organisations/{organisation}/log/tile/{path:place}",
    "GET /api/v1/organisations/{organisation}/opendsr/v2/certificate.pem",
    "GET /api/v1/organisations/{organisation}/opendsr/v2/discovery",
    "POST /api/v1/organisations/{organisation}/opendsr/v2/callbacks",  # signed by whoever answers
}
"""Operations that take no token; a new one is added here with thought."""


def operations() -> Iterator[tuple[str, str, Any]]:
    """Every operation: method, address, and what guards it."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                address = f"/api/v1{prefix}{path}"
                yield operation.methods[0], address, operation.auth_callbacks


def guarded() -> list[tuple[str, str, Any]]:
    """Every operation that takes a right."""
    return [one for one in operations() if f"{one[0]} {one[1]}" not in PUBLIC]


def filled(address: str, organisation: str) -> str:
    """An address with something in each place."""
    address = address.replace("{organisation}", organisation)
    while "{" in address:
        start, end = address.index("{"), address.index("}")
        address = address[:start] + "1" + address[end + 1 :]
    return address


def ask(program: Client, method: str, address: str) -> Any:
    return program.generic(method, address, b"{}", content_type="application/json")


def test_every_operation_needs_a_right() -> None:
    unguarded = {
        f"{method} {address}"
        for method, address, guards in operations()
        if [type(guard) for guard in guards] != [Needs]
    }
    assert unguarded == PUBLIC


def test_a_stranger_is_told_nothing(organisation: str) -> None:
    for method, address, _ in guarded():
        for program in (client(), client("garant_000000000000_" + "x" * 43), client("nonsense")):
            answer = ask(program, method, filled(address, organisation))
            assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (
                401,
                'Bearer realm="garant"',
            ), address
            assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_organisations_token_finds_nothing(organisation: str, neighbour: str) -> None:
    program = client(token_of(neighbour, "dpo"))
    for method, address, _ in guarded():
        if "{organisation}" in address:
            answer = ask(program, method, filled(address, organisation))
            assert answer.status_code == 404, (method, address, answer.content)
    assert [one["key"] for one in program.get(API).json()] == [neighbour]


def test_a_token_that_may_only_see_changes_nothing(organisation: str) -> None:
    program = client(token_of(organisation, "dpo", ["see"]))
    for method, address, (guard,) in guarded():
        if guard.may is not May.SEE:
            answer = ask(program, method, filled(address, organisation))
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:garant:problem:scope-missing"), (
                address
            )


def test_the_right_must_be_the_persons_too(organisation: str) -> None:
    with pytest.raises(TokenRefusedError, match="beyond the person’s: run"):
        token_of(organisation, "auditor", ["see", "run"])
    text = token_of(organisation, "administrator", ["run", "see"])
    user = accounts.ensure_user(f"administrator@{organisation}.example")
    token_of(organisation, "dpo")
    accounts.give(organisation, user, accounts.Habilitation("administrator"), actor="garant")
    other = accounts.ensure_user("other@x.example")
    accounts.give(organisation, other, accounts.Habilitation("administrator"), actor="garant")
    accounts.give(organisation, user, accounts.Habilitation("staff"), actor="garant")
    assert client(text).get(f"{API}/{organisation}").status_code == 200
    assert tokens.recognise(text).granted == {May.SEE}  # pyright: ignore[reportOptionalMemberAccess]
    accounts.take(organisation, user.email, actor="garant")
    assert client(text).get(f"{API}/{organisation}").status_code == 401


def test_a_token_is_shown_once_and_kept_as_a_hash(organisation: str) -> None:
    text = token_of(organisation, "dpo")
    (row,) = seen(Token)
    secret = text.split("_", 2)[2]
    assert secret not in repr(vars(row))
    (entry,) = evidence.records(organisation, kind="token.issued")
    assert entry.payload["token"] == row.key
    assert "@" not in str(entry.payload)


def test_a_token_ends(organisation: str) -> None:
    text = token_of(organisation, "dpo")
    (row,) = seen(Token)
    seen(Token).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert client(text).get(API).status_code == 401
    seen(Token).update(expires_at=row.expires_at)
    assert client(text).get(API).status_code == 200
    assert seen(Token).get().last_used_at is not None
    tokens.revoke(organisation, row.key, actor="dpo")
    assert client(text).get(API).status_code == 401
    with pytest.raises(TokenRefusedError, match="No token in force"):
        tokens.revoke(organisation, row.key, actor="dpo")


@pytest.mark.parametrize(
    ("scopes", "until", "said"),
    [
        ([], None, "Say what the token may do"),
        (["everything"], None, "Unknown right: 'everything'"),
        (["see"], timedelta(days=400), "within 366 days"),
        (["see"], timedelta(days=-1), "on a day to come"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_issued(
    organisation: str, scopes: list[str], until: timedelta | None, said: str
) -> None:
    day = None if until is None else datetime.now(UTC).date() + until
    with pytest.raises(TokenRefusedError, match=said):
        token_of(organisation, "dpo", scopes, until=day)


def test_nobody_acts_for_who_is_nobody(organisation: str) -> None:
    user = accounts.ensure_user("nobody@x.example")
    with pytest.raises(TokenRefusedError, match="has no role"):
        tokens.issue(organisation, user, "x", ["see"], actor="garant")


HOLD = {
    "owner": "Legal",
    "reason": "Dispute about the order of March",
    "activity": "recruitment",
    "until": "2999-01-01",
}


def place(program: Client, organisation: str, key: str, **changes: str) -> Any:
    return program.post(
        f"{API}/{organisation}/holds",
        {**HOLD, **changes},
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def test_what_was_done_under_a_key_is_not_done_again(dpo: Client, organisation: str) -> None:
    first, again = place(dpo, organisation, "k1"), place(dpo, organisation, "k1")
    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    assert len(list(evidence.records(organisation, kind="hold.placed"))) == 1
    other = place(dpo, organisation, "k1", owner="Somebody else")
    assert (other.status_code, other.json()["type"]) == (422, "urn:garant:problem:idempotency-key")
    assert place(dpo, organisation, "k2").status_code == 201
    assert len(list(evidence.records(organisation, kind="hold.placed"))) == 2


def test_what_was_answered_is_sealed_and_gone_after_a_day(dpo: Client, organisation: str) -> None:
    """An invitation's link, a webhook's secret, the people of a request: each is shown once, and was kept in clear."""
    place(dpo, organisation, "k1", reason="A reason that names somebody")
    (row,) = seen(KeptAnswer)
    assert "names somebody" not in row.body
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=23)):
        tokens.forget_old()
        again = place(dpo, organisation, "k1", reason="A reason that names somebody")
        assert (again.headers["Idempotency-Replayed"], again.json()["reason"][-8:]) == ("true", "somebody")
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25)):
        late = place(dpo, organisation, "k1", reason="Another")
        assert (late.status_code, "Idempotency-Replayed" in late.headers) == (201, False)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=50)):
        tokens.forget_old()
        assert not seen(KeptAnswer).exists()


def test_a_refusal_is_given_again_too_and_keys_belong_to_tokens(dpo: Client, organisation: str) -> None:
    refused = place(dpo, organisation, "k1", activity="nothing")
    assert (refused.status_code, "no activity" in refused.json()["detail"]) == (409, True), refused.content
    assert place(dpo, organisation, "k1", activity="nothing").headers["Idempotency-Replayed"] == "true"
    another = client(token_of(organisation, "dpo"))
    assert place(another, organisation, "k1").status_code == 201
    assert place(dpo, organisation, "x" * 201).status_code == 400


def test_an_answer_is_kept_a_day(dpo: Client, organisation: str) -> None:
    place(dpo, organisation, "k1")
    seen(KeptAnswer).update(at=datetime.now(UTC) - timedelta(hours=25))
    place(dpo, organisation, "k2")
    assert [row.key for row in seen(KeptAnswer)] == ["k2"]


def test_pages_follow_one_another_whatever_is_added(dpo: Client, organisation: str) -> None:
    for number in range(5):
        place(dpo, organisation, f"k{number}", reason=f"Dispute number {number}")
    found: list[str] = []
    cursor = ""
    while True:
        page = dpo.get(f"{API}/{organisation}/holds", {"limit": 2, "cursor": cursor}).json()
        found += [one["key"] for one in page["items"]]
        place(dpo, organisation, f"later{len(found)}")
        cursor = page["next"]
        if len(found) >= 5 or cursor is None:
            break
    assert len(found) == len(set(found)) >= 5
    for cursor in ("nonsense", "!!!", "é"):
        lost = dpo.get(f"{API}/{organisation}/holds", {"cursor": cursor})
        assert (lost.status_code, lost.json()["type"]) == (400, "urn:garant:problem:cursor")


def test_every_character_of_a_policy_comes_in_as_it_was_sent(dpo: Client, organisation: str) -> None:
    """Beyond the first 65,536, a character was refused as a control character; and a break within a line must not fold."""
    path = f"{API}/{organisation}/policy-versions"
    document = dpo.get(f"{path}/1/document").json()["document"]
    words = "Vos données \U0001f512, et rien d\u2028’autre\x85 \U00020000"
    document["notice"]["introduction"] = {"fr": words, "en": words}
    made = dpo.post(path, {"document": document}, content_type="application/json")
    assert made.status_code == 201, made.content
    kept = dpo.get(f"{path}/{made.json()['key']}/document").json()["document"]
    assert kept == document


def test_a_version_is_approved_beside_what_it_was_read_with(dpo: Client, organisation: str) -> None:
    """Two programs approve one after the other: the second had read it beside what the first one replaced."""
    path = f"{API}/{organisation}/policy-versions"
    document = dpo.get(f"{path}/1/document").json()["document"]
    document["notice"]["introduction"] = {"fr": "Autrement.", "en": "Otherwise."}
    author = client(token_of(organisation, "dpo-delegate"))
    made = author.post(path, {"document": document}, content_type="application/json").json()
    standing = [one["key"] for one in dpo.get(path).json()["items"] if one["state"] == "published"]
    assert author.post(f"{path}/2/submit").status_code == 200
    for against, status in ((["v-another"], 409), (standing, 200)):
        said = {"digest": made["digest"], "against": against}
        approved = dpo.post(f"{path}/2/approve", said, content_type="application/json")
        assert approved.status_code == status, approved.content


def test_what_has_not_changed_is_not_sent_again(dpo: Client, organisation: str) -> None:
    first = dpo.get(f"{API}/{organisation}/policy-versions/1/document")
    again = dpo.get(
        f"{API}/{organisation}/policy-versions/1/document", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("GET", "/api/v1/nothing", b"", 404),
        ("GET", "/api/v2", b"", 404),
        ("DELETE", "/api/v1/organisations", b"", 405),
        ("POST", "/api/v1/organisations/{}/holds", b"{", 400),
        ("POST", "/api/v1/organisations/{}/holds", b"{}", 422),
        ("POST", "/api/v1/organisations/{}/holds", b"x" * 2_000_001, 413),
        ("GET", "/api/v1/organisations/{}/policy-versions/99", b"", 404),
        ("GET", "/api/v1/organisations/{}/policy-versions/%00", b"", 400),
        ("GET", "/api/v1/organisations/{}/holds?limit=1000", b"", 422),
        ("GET", "/api/v1/organisations/{}/tasks/none", b"", 404),
    ],
)
def test_every_error_is_a_problem(
    dpo: Client, organisation: str, method: str, address: str, body: bytes, status: int
) -> None:
    answer = dpo.generic(method, address.format(organisation), body, content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    said = answer.json()
    assert (said["status"], bool(said["title"])) == (status, True)


def test_a_problem_is_said_in_the_language_asked_for(organisation: str) -> None:
    french = client("", **{"Accept-Language": "fr"}).get(API).json()
    assert french["title"] == "Jeton absent ou sans effet"
    assert client().get(API).json()["title"] == "Token missing or of no effect"


@pytest.mark.parametrize("kind", ["token", "address", "refused"])
def test_who_asks_too_often_is_told_when_to_come_back(
    organisation: str, kind: str, limited: Callable[[str, int], None]
) -> None:
    limited(kind, 3)
    program = client(token_of(organisation, "dpo") if kind != "refused" else "nonsense")
    answers = [program.get(API) for _ in range(5)]
    assert [one.status_code for one in answers][-1] == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert answers[-1].json()["type"] == "urn:garant:problem:rate"


def test_a_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    buckets = Buckets(per_minute=60, burst=2)
    assert [buckets.take("a", 0.0) for _ in range(3)] == [0, 0, 1]
    assert buckets.take("b", 0.0) == 0
    assert buckets.take("a", 0.5) == 1
    assert buckets.take("a", 1.0) == 0


def test_no_cookie_is_set_and_nothing_is_kept_by_caches(dpo: Client) -> None:
    answer = dpo.get(API)
    assert (dict(answer.cookies), answer.headers["Cache-Control"]) == ({}, "no-store")


def test_what_nobody_foresaw_is_not_told(
    dpo: Client, organisation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("garant.apps.replays.services.length", broken)
    dpo.raise_request_exception = False
    answer = dpo.get(f"{API}/{organisation}/suppression-list")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert b"secret" not in answer.content


def test_an_answer_says_how_long_it_is(organisation: str) -> None:
    """A connection is kept for the next question: whoever asks must know where an answer ends."""
    program = client(token_of(organisation, "dpo"))
    for path in (f"/{organisation}/promises", f"/{organisation}/nothing"):
        answer = program.get(f"{API}{path}")
        assert answer.headers["Content-Length"] == str(len(answer.content))
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
