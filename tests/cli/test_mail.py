"""`garant mail`: one letter tried at once, the mailbox read at once."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.mails.models import Mail
from tests.apps.mails.conftest import demo, installation, postbox
from tests.apps.seen import seen
from tests.servers.smtp import Postbox

__all__ = ["demo", "installation", "postbox"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.cli.state.ready", lambda: None)


def test_a_letter_is_tried_and_forgotten(demo: str, postbox: Postbox, settings: Any, capsys: Any) -> None:
    from garant.cli.commands import mail
    from garant.cli.exits import Exit

    assert mail.try_out("a@b.example", demo) == Exit.OK
    (message,) = postbox.taken
    assert "Garant" in message["Subject"]
    assert seen(Mail).get().sealed is None
    postbox.answers = [("RCPT", "550 no such user")]
    assert mail.try_out("a@b.example", demo) == Exit.FINDINGS
    settings.EMAIL_PORT = 1
    assert mail.try_out("a@b.example", demo) == Exit.FINDINGS
    said = capsys.readouterr().out
    assert "n’est pas partie" in said or "has not gone" in said


def test_without_a_mailbox_there_is_nothing_to_fetch(demo: str, capsys: Any) -> None:
    from garant.cli.commands import mail
    from garant.cli.exits import Exit

    assert mail.fetch() == Exit.OK
    assert "Organisation" in capsys.readouterr().out
