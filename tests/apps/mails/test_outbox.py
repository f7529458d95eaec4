"""Letters go once, whatever happens to the server, and are forgotten with what they are about."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.mails import services
from garant.apps.mails.addresses import checked
from garant.apps.mails.models import Mail
from garant.apps.mails.refusals import MailRefusedError
from garant.policy.text import Text
from garant.publish.letters import Frame, FrameRefusedError, Letter
from garant.site import health
from tests.apps.mails.conftest import letter, point
from tests.apps.seen import seen
from tests.servers.smtp import USER, Postbox, certificate, listening

pytestmark = pytest.mark.django_db
ABOUT = "R-2026-0001"


def go(now: datetime | None = None) -> list[bool]:
    """Every attempt that is due, once."""
    return [services.deliver(key, number) for key, number in services.due(now).values()]


def later(**wait: float) -> datetime:
    return datetime.now(UTC) + timedelta(**wait)


def kinds(organisation: str) -> list[str]:
    return [one.kind for one in evidence.records(organisation) if one.kind.startswith("mail.")]


def test_a_letter_goes_once_with_its_own_words(demo: str, postbox: Postbox) -> None:
    key = services.send(demo, "émilie@exemple.example", letter(), about=ABOUT, reply_to="dpo@demo.example")
    assert go() == [True]
    assert go(later(days=9)) == []
    assert not services.deliver(key, 0)
    (message,) = postbox.taken
    assert postbox.envelopes == [("garant@garant.example", ["émilie@exemple.example"])]
    assert message["Message-ID"] == f"<{key}@garant.example>"
    assert (message["Subject"], message["Reply-To"]) == (letter().subject, "dpo@demo.example")
    assert message["Auto-Submitted"] == "auto-generated"
    body, page = message.get_body(("plain",)), message.get_body(("html",))
    assert body is not None
    assert page is not None
    assert body.get_content().replace("\r\n", "\n") == letter().text
    assert page.get_content().replace("\r\n", "\n") == letter().html
    (sent,) = services.of(demo, ABOUT)
    assert (sent.state, sent.to, sent.attempts) == ("sent", "émilie@exemple.example", 1)
    assert kinds(demo) == ["mail.written", "mail.sent"]
    assert "milie" not in repr([one.payload for one in evidence.records(demo)])


def test_without_a_transaction_that_ends_well_nothing_goes(demo: str, postbox: Postbox) -> None:
    def both() -> None:
        with transaction.atomic():
            services.send(demo, "a@b.example", letter(), about=ABOUT)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        both()
    assert services.due() == {}
    assert kinds(demo) == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("mode", ["starttls", "smtps"])
def test_over_tls_with_a_password(
    demo: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    file = certificate(tmp_path)
    with listening(Postbox(), tls=(file, mode)) as box:
        point(settings, box, mode)
        services.send(demo, "a@b.example", letter(), about=ABOUT)
        assert go() == [False], "nobody trusts that server yet"
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert go(later(hours=3)) == [True]
        assert (box.encrypted, box.users) == ([mode == "starttls"], [USER]), (
            "of smtps the server does not know"
        )
        settings.EMAIL_HOST_PASSWORD = "another"
        services.send(demo, "a@b.example", letter(), about=ABOUT)
        assert go() == [False]
        assert [one.state for one in services.of(demo, ABOUT)] == ["sent", "waiting"]
        assert seen(Mail).get(state="waiting").status == 535


def test_the_server_is_away_for_a_day(demo: str, settings: Any) -> None:
    with listening(Postbox()) as box:
        point(settings, box)
        port = box.port
    services.send(demo, "a@b.example", letter(), about=ABOUT)
    waits: list[timedelta] = []
    for _ in range(18):
        (one,) = seen(Mail)
        before = datetime.now(UTC)
        assert go(one.due_at) == [False]
        waits.append(seen(Mail).get().due_at - before)
    assert sum(waits, timedelta()) > timedelta(days=1)
    assert waits == sorted(waits) or max(waits) < timedelta(hours=2, minutes=1)
    with listening(Postbox(), port=port) as box:
        assert go(later(hours=3)) == [True]
        assert len(box.taken) == 1


@pytest.mark.parametrize("on", ["RCPT", "DATA"])
def test_refused_for_now_and_refused_for_ever(demo: str, postbox: Postbox, on: str) -> None:
    services.send(demo, "a@b.example", letter(), about=ABOUT)
    postbox.answers = [(on, "451 4.7.1 greylisted")]
    assert go() == [False]
    assert [(one.state, one.status) for one in services.of(demo, ABOUT)] == [("waiting", 451)]
    assert go() == []
    postbox.answers = [(on, "550 5.1.1 no such user")]
    assert go(later(hours=3)) == [False]
    assert [(one.state, one.status) for one in services.of(demo, ABOUT)] == [("bounced", 550)]
    assert (go(later(days=1)), postbox.taken) == ([], [])
    assert kinds(demo) == ["mail.written", "mail.bounced"]


@pytest.mark.parametrize("on", ["RCPT", "DATA"])
def test_a_server_that_does_not_let_us_is_tried_again(demo: str, postbox: Postbox, on: str) -> None:
    services.send(demo, "a@b.example", letter(), about=ABOUT)
    postbox.answers = [(on, "554 5.7.1 Relay access denied")]
    assert go() == [False]
    assert [(one.state, one.status) for one in services.of(demo, ABOUT)] == [("waiting", 554)]
    assert go(later(hours=3)) == [True]


def test_what_is_true_for_the_shortest_time_goes_first(demo: str, postbox: Postbox) -> None:
    notices = [services.send(demo, "a@b.example", letter(), about=ABOUT) for _ in range(3)]
    code = services.send(demo, "a@b.example", letter(), about=ABOUT, until=later(minutes=15))
    assert [key for key, _ in services.due().values()] == [code, *notices]


def test_it_is_given_up_after_days_or_once_it_is_true_no_more(demo: str, postbox: Postbox) -> None:
    services.send(demo, "a@b.example", letter(), about=ABOUT, until=later(seconds=-1))
    assert go() == [False]
    assert (kinds(demo), postbox.taken) == (["mail.written", "mail.lost"], [])


def test_what_opens_something_is_kept_no_longer_than_until_it_has_gone(demo: str, postbox: Postbox) -> None:
    for kind in ("code", "acknowledged"):
        services.send(demo, "a@b.example", letter(kind), about=ABOUT)
    assert all(
        "secret-part" not in one.text and "482-913" not in one.text for one in services.of(demo, ABOUT)
    )
    assert go() == [True, True]
    assert "482-913" in postbox.raw[0].decode()
    assert "•••" in services.of(demo, ABOUT)[0].text
    assert [services._words(one)["secrets"] for one in seen(Mail)] == [[], []]


def test_forgotten_is_forgotten_and_what_waits_goes_first(demo: str, postbox: Postbox) -> None:
    services.send(demo, "a@b.example", letter(), about=ABOUT)
    go()
    services.send(demo, "a@b.example", letter("withdrawn"), about=ABOUT)
    other = services.send(demo, "c@d.example", letter(), about="R-2026-0002")
    assert services.forget(demo, ABOUT) == 1
    assert [bool(one.sealed) for one in seen(Mail).filter(about=ABOUT)] == [False, True]
    assert go() == [True, True]
    assert len(postbox.taken) == 3
    assert [one.sealed for one in seen(Mail).filter(about=ABOUT)] == [None, None]
    assert {(one.to, one.text) for one in services.of(demo, ABOUT)} == {("", "")}
    assert kinds(demo).count("mail.forgotten") == 1
    assert services.of(demo, "R-2026-0002")[0].key == other
    assert services.of(demo, "R-2026-0002")[0].to == "c@d.example"


def test_sealed_at_rest(demo: str, postbox: Postbox) -> None:
    services.send(demo, "secret.person@b.example", letter(), about=ABOUT)
    row = seen(Mail).values().get()
    assert not any(
        b"secret.person" in bytes(value) for value in row.values() if isinstance(value, bytes | memoryview)
    )
    assert "secret.person" not in repr(row)


def test_a_letter_that_came_back(demo: str, postbox: Postbox) -> None:
    key = services.send(demo, "a@b.example", letter(), about=ABOUT)
    assert not services.bounced(key, 550), "it has not gone yet"
    go()
    assert services.bounced(key, 550)
    assert not services.bounced(key, 550)
    assert not services.bounced("m-nothing", 550)
    assert kinds(demo) == ["mail.written", "mail.sent", "mail.bounced"]


def test_without_a_server_letters_are_files_of_their_owner(demo: str, settings: Any) -> None:
    key = services.send(demo, "a@b.example", letter(), about=ABOUT)
    assert go() == [True]
    file = Path(settings.GARANT_HOME) / "outbox" / f"{key}.eml"
    assert (file.stat().st_mode & 0o777, key.encode() in file.read_bytes()) == (0o600, True)
    services.forget(demo, ABOUT)
    assert not file.exists()


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "@b.example", "a@", "a@b..example", "a b@c.example", "a@b.example\r\nBcc: x@y.example",
        "a@b.example\n", "a@b.example,c@d.example", "<a@b.example>", '"a b"@c.example', "a@[127.0.0.1]",
        "a@b.example\u202e", ".a@b.example", "a..b@c.example", f"{'a' * 65}@b.example", "a@" + "b" * 64 + ".example",
        "a@-b.example", "a;b@c.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_written_to(demo: str, address: str) -> None:
    if address == "a@b.example\n":
        assert checked(address) == "a@b.example", "blanks around it are not of the address"
        return
    with pytest.raises(MailRefusedError) as refused:
        services.send(demo, address, letter(), about=ABOUT)
    assert len(address) < 5 or address not in str(refused.value)


def test_addresses_of_the_world() -> None:
    assert checked("anne@société.example") == "anne@xn--socit-esab.example"
    assert checked("o'neil+tag@b.example") == "o'neil+tag@b.example"


@pytest.mark.parametrize("subject", ["x\r\nBcc: a@b.example", "x\nX: y", "x\x00", "x\u2028y"])
def test_a_header_cannot_be_added(subject: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        Letter(subject, "text", "html")


def test_what_it_is_about_is_a_key(demo: str) -> None:
    with pytest.raises(MailRefusedError):
        services.send(demo, "a@b.example", letter(), about="Jeanne Martin")


def test_an_old_server_and_an_address_beyond_ascii(demo: str, settings: Any) -> None:
    with listening(Postbox(), utf8=False) as box:
        point(settings, box)
        services.send(demo, "émilie@exemple.example", letter(), about=ABOUT)
        services.send(demo, "emilie@société.example", letter(), about=ABOUT)
        assert go() == [False, True]
        assert [one.state for one in services.of(demo, ABOUT)] == ["bounced", "sent"]
        assert box.envelopes[0][1] == ["emilie@xn--socit-esab.example"]


def test_two_workers_try_one_letter_once(demo: str, postbox: Postbox) -> None:
    services.send(demo, "a@b.example", letter(), about=ABOUT)
    ((key, number),) = services.due().values()
    assert [services.deliver(key, number), services.deliver(key, number)] == [True, False]
    assert len(postbox.taken) == 1


def test_the_doctor_says_what_is_wrong_with_mail(
    demo: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> str:
        return "\n".join(one.text.en for one in health._letters())

    file = certificate(tmp_path)
    with listening(Postbox(), tls=(file, "starttls")) as box:
        point(settings, box, "starttls")
        assert "its certificate is not trusted" in said()
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert said().endswith("answers.")
        settings.EMAIL_HOST_PASSWORD = "another"
        assert "password is refused" in said()
    assert "does not answer" in said()
    with listening(Postbox()) as box:
        point(settings, box)
        settings.EMAIL_USE_TLS = True
        assert "does not offer STARTTLS" in said()
        settings.EMAIL_USE_TLS = False
        services.send(demo, "a@b.example", letter(), about=ABOUT)
        assert "waited" not in said()
        seen(Mail).update(written_at=later(hours=-2))
        assert "waited" in said()


def test_an_organisation_has_its_own_sentences(demo: str) -> None:
    assert services.frame(demo) == Frame()
    made = Frame(opening=Text(fr="Merci, {organisation}.", en="Thanks, {organisation}."))
    services.set_frame(demo, made, actor="dpo@demo.example")
    services.set_frame(demo, made, actor="dpo@demo.example")
    assert services.frame(demo) == made
    with pytest.raises(FrameRefusedError):
        services.set_frame(demo, Frame(closing=Text(fr="{x}", en="")), actor="dpo@demo.example")
    assert [one.kind for one in evidence.records(demo)][-1] == "letters.framed"


def test_letters_that_nobody_forgot_are_destroyed_in_the_end(demo: str, postbox: Postbox) -> None:
    services.send(demo, "a@b.example", letter(), about=ABOUT)
    go()
    services.send(demo, "a@b.example", letter(), about="R-2026-0002")
    assert services.forget_old(later(days=399)) == 0
    assert services.forget_old(later(days=401)) == 1
    assert services.forget_old(later(days=401)) == 0
    assert [bool(one.sealed) for one in seen(Mail)] == [False, True]


def test_a_machine_that_dies_after_the_letter_went_sends_the_same_letter(
    demo: str, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise SystemExit

    services.send(demo, "a@b.example", letter(), about=ABOUT)
    with monkeypatch.context() as dying:
        dying.setattr(services, "_end", die)
        with pytest.raises(SystemExit):
            go()
    assert services.of(demo, ABOUT)[0].state == "waiting"
    assert go() == [], "not at once"
    assert go(later(minutes=2)) == [True]
    assert len({message["Message-ID"] for message in postbox.taken}) == 1
    assert len(postbox.taken) == 2


DURABLY = """
import sys, threading, time
from garant.site import setup
setup.prepare()
from garant.apps.evidence import services as evidence
from garant.apps.jobs import worker
from garant.apps.organisations import services as organisations
from garant.apps.mails import services
from garant.publish.letters import Letter
evidence.create_keys()
organisations.create_organisation("demo", "Demo", "Europe/Paris")
services.FIRST = services.timedelta(seconds=1)
services.send("demo", "a@b.example", Letter("Subject", "Text", "<p>Text"), about="R-1")
stop = threading.Event()
thread = threading.Thread(target=worker.work, args=(stop.is_set,))
thread.start()
end = time.monotonic() + 60
while time.monotonic() < end and services.of("demo", "R-1")[0].state == "waiting":
    time.sleep(0.1)
stop.set()
thread.join()
print(services.of("demo", "R-1")[0].state, services.of("demo", "R-1")[0].attempts)
"""


def test_the_worker_sends_it_after_a_refusal(tmp_path: Path) -> None:
    with listening(Postbox(answers=[("RCPT", "451 later")])) as box:
        environment = {
            **os.environ,
            "GARANT_HOME": str(tmp_path / "home"),
            "DATABASE_URL": "",
            "GARANT_SMTP": f"smtp://127.0.0.1:{box.port}",
        }
        done = subprocess.run(
            [sys.executable, "-c", DURABLY], check=False, env=environment, capture_output=True, text=True
        )
    assert (done.returncode, done.stdout) == (0, "sent 2\n"), done.stderr
    assert len(box.taken) == 1
