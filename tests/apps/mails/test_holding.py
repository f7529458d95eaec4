"""After a restore no letter goes twice: those that waited in the backup are kept until somebody has read, and decides."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from garant.apps.backups.services import reading, unread
from garant.apps.evidence import services as evidence
from garant.apps.mails import holding, services
from garant.apps.mails.models import Mail
from garant.apps.promises.refusals import RefusedError
from garant.apps.scoping import scoped
from tests.apps.mails.conftest import letter
from tests.apps.mails.test_outbox import go
from tests.servers.smtp import Postbox

pytestmark = pytest.mark.django_db
ABOUT = "request/R-2026-0001"


def send(organisation: str, kind: str = "acknowledged") -> str:
    return services.send(organisation, "a@b.example", letter(kind), about=ABOUT)


def state_of(organisation: str, key: str) -> str:
    with scoped(organisation):
        return str(Mail.objects.get(key=key).state)


def put_back(installation: Path) -> None:
    unread.flag(installation, "ab" * 32)
    unread.note_restored()


def test_what_waited_in_the_backup_does_not_go_by_itself(
    demo: str, postbox: Postbox, installation: Path
) -> None:
    notice, code = send(demo), send(demo, "code")
    put_back(installation)
    assert [key for key, _ in services.due().values()] == [code]
    assert not services.deliver(notice, 0)  # durable execution may bring an attempt of before
    assert go() == [True]
    since = send(demo)  # what is received and answered since goes on
    assert go() == [True]
    assert [message["Message-ID"] for message in postbox.taken] == [
        f"<{key}@garant.example>" for key in (code, since)
    ]
    assert [one.key for one in holding.held(demo)] == [notice]


def test_who_has_not_read_lets_nothing_go(demo: str, postbox: Postbox, installation: Path) -> None:
    notice = send(demo)
    put_back(installation)
    with pytest.raises(RefusedError, match="read what Garant forgot"):
        reading.let_letters_go(demo, {notice}, actor="ann")
    unread.acknowledge(demo, missing=None, actor="ann")
    assert services.due() == {}
    assert reading.let_letters_go(demo, {notice}, actor="ann") == (1, 0)
    assert go() == [True]
    assert len(postbox.taken) == 1


def test_what_is_not_let_go_ends_and_the_ledger_says_who_decided(
    demo: str, postbox: Postbox, installation: Path
) -> None:
    one, two = send(demo), send(demo)
    before = set(services.due())
    put_back(installation)
    unread.acknowledge(demo, missing=None, actor="ann")
    reading.let_letters_go(demo, {two}, actor="ann")
    assert not before & set(services.due())  # an attempt of before that found nothing to do is not this one
    assert go() == [False, True]
    assert (state_of(demo, one), state_of(demo, two)) == ("lost", "sent")
    (decided,) = evidence.records(demo, kind="letters.let-go")
    assert decided.payload == {"going": 1, "kept_back": 1}
    assert decided.actor == evidence.person(demo, "ann")
    assert reading.let_letters_go(demo, {one}, actor="ann") == (0, 0)
    assert len(list(evidence.records(demo, kind="letters.let-go"))) == 1


def test_a_letter_kept_for_days_is_not_given_up_for_it(
    demo: str, postbox: Postbox, installation: Path
) -> None:
    notice = send(demo)
    put_back(installation)
    long_ago = datetime.now(UTC) - timedelta(days=9)
    with scoped(demo):
        Mail.objects.update(written_at=long_ago, until=long_ago + services.GIVEN_UP, due_at=long_ago)
    unread.acknowledge(demo, missing=None, actor="ann")
    reading.let_letters_go(demo, {notice}, actor="ann")
    assert go() == [True]


def test_a_database_put_back_by_other_means_keeps_them_too(
    demo: str, postbox: Postbox, installation: Path
) -> None:
    """The ledger does not have the checkpoint that lies beside it: a worker that starts sends nothing."""
    notice = send(demo)
    copy = installation / "checkpoints" / demo
    copy.parent.mkdir(exist_ok=True)
    origin, size, _, *rest = evidence.checkpoint(demo).encode().decode().split("\n")
    copy.write_text("\n".join([origin, size, b64encode(bytes(32)).decode(), *rest]), "utf-8")
    unread.notice()
    assert services.due() == {}
    assert [one.key for one in holding.held(demo)] == [notice]
    unread.notice()
    assert len(list(evidence.records(demo, kind="garant.restored"))) == 1


def test_what_is_forgotten_meanwhile_is_kept_no_longer(
    demo: str, installation: Path, postbox: Postbox
) -> None:
    send(demo)
    put_back(installation)
    services.forget(demo, ABOUT)
    assert holding.held(demo) == []
    unread.acknowledge(demo, missing=None, actor="ann")
    assert reading.let_letters_go(demo, set(), actor="ann") == (0, 0)
