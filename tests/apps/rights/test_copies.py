"""What processors hold, by the hands of staff: asked by letter, brought in, looked at, left out, or answered without."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.deliveries import vault
from garant.apps.mails import services as mails
from garant.apps.policies import services as policies
from garant.apps.rights import services
from garant.apps.rights.models import Collected, Copy
from garant.apps.rights.words import CopyState, Outcome
from garant.apps.scoping import scoped
from garant.demo.stage import example
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER, asked
from tests.apps.rights.test_packages import received
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def accountant(company: str, tmp_path: Path) -> str:
    """The accounting firm, which keeps a copy and has an address, in the policy in force."""
    before = "    own_copy: false # il écrit dans nos livres"
    more = "    contact: {name: Claire Compte, email: claire@compta.example}\n    own_copy: true #"
    published(company, tmp_path, before, more)
    return "accountant"


def published(company: str, tmp_path: Path, before: str, after: str) -> None:
    """The example policy with another word about who shares data, in force."""
    folder = tmp_path / "policy"
    shutil.copytree(example() / "policy", folder)
    sharing = folder / "sharing.yaml"
    assert before in sharing.read_text()
    sharing.write_text(sharing.read_text().replace(before, after))
    version = policies.import_folder(folder, actor=DELEGATE)
    policies.submit(company, version.key, actor=DELEGATE)
    policies.approve(company, version.key, digest=version.digest, actor=OFFICER)
    policies.publish(company, version.key, on=policies.today(company), actor=OFFICER)


def page(company: str, key: str) -> str:
    return f"/o/{company}/requests/{key}/"


def brought(
    officer: Any, company: str, key: str, name: str = "fiche.csv", content: bytes = b"nom;ville\n"
) -> Any:
    sent = {"answer": "file", "file": SimpleUploadedFile(name, content)}
    return officer.post(f"{page(company, key)}copies/accountant/", sent, follow=True).content.decode()


def ready(company: str, key: str) -> None:
    whom = services.opened(services.find(company, key))
    if whom is not None and (whom.texts or whom.files):
        services.texts_read(company, key, [], actor=OFFICER)


def sent_to(company: str, to: str) -> list[Any]:
    return [one for one in seen_letters(company) if one.to == to]


def seen_letters(company: str) -> list[Any]:
    from garant.apps.mails.models import Mail

    with scoped(company):
        abouts = set(Mail.objects.values_list("about", flat=True))
    return [one for about in sorted(filter(None, abouts)) for one in mails.of(company, about)]


def test_staff_brings_in_what_a_processor_sent(company: str, accountant: str, post: Letters) -> None:
    request, mine = asked(company, post, "access", somebody())
    (letter,) = sent_to(company, "claire@compta.example")
    assert "Remettre la copie" in letter.subject
    assert "Jeanne Essai" in letter.text
    officer = sign_in(OFFICER)
    shown = officer.get(page(company, request.key)).content.decode()
    assert "Écrire ce qu&#x27;il a répondu" in shown or "Écrire ce qu’il a répondu" in shown
    assert "Ce fichier n’est pas pris" in brought(officer, company, request.key, "a.exe", b"MZ")
    assert "C’est fait" in brought(officer, company, request.key)
    brought(officer, company, request.key, "autre.csv", b"colleague\n")
    first, second = seen(Copy).all()
    officer.get(f"{page(company, request.key)}files/{first.key}/")
    officer.post(f"{page(company, request.key)}copies-read/", {"out": [second.key]})
    assert "regarde avant qu’elle parte" in Client().get(mine).content.decode()
    ready(company, request.key)
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    with received(post.last("package_ready")["link"]) as package:
        inside = [name for name in package.namelist() if name.startswith("processors/")]
        assert inside == ["processors/accountant/fiche.csv"]
        assert package.read(inside[0]) == b"nom;ville\n"
    assert "concerne d’autres personnes (1)" in Client().get(mine).content.decode()
    assert "pas pris" not in brought(officer, company, request.key)  # too late: nothing is expected any more
    assert seen(Copy).count() == 2


def test_staff_sees_of_whom_nothing_is_asked_because_nothing_says(
    company: str, tmp_path: Path, post: Letters
) -> None:
    published(company, tmp_path, "    own_copy: false # il écrit dans nos livres", "    #")
    request, _ = asked(company, post, "access", somebody())
    shown = sign_in(OFFICER).get(page(company, request.key)).content.decode()
    assert "rien ne leur est demandé\u202f: Notre cabinet d’expertise comptable.<" in shown


def test_strangers_and_readers_do_not_touch_copies(company: str, accountant: str, post: Letters) -> None:
    request, _ = asked(company, post, "access", somebody())
    reader = "lectrice@demo.example"
    accounts.give(company, accounts.ensure_user(reader), Habilitation(Role.STAFF), actor="garant")
    officer = sign_in(OFFICER)
    brought(officer, company, request.key)
    copy, at = seen(Copy).get().key, page(company, request.key)
    for visitor in (Client(), sign_in(reader)):
        assert visitor.get(f"{at}files/{copy}/").status_code in (302, 403, 404)
        assert visitor.post(f"{at}copies/accountant/", {"answer": "nothing"}).status_code in (302, 403, 404)
        assert visitor.post(f"{at}copies/accountant/without/", {"reason": "x"}).status_code in (302, 403, 404)
        assert visitor.post(f"{at}copies-read/").status_code in (302, 403, 404)
        assert visitor.post(f"{at}copy-ask/", {"processor": "it-provider"}).status_code in (302, 403, 404)
    assert (seen(Collected).get().state, seen(Copy).get().decided) == ("received", "")
    assert officer.get(f"{at}files/c-0000/").status_code == 404
    assert officer.post(f"{at}copies/accountant/", {"answer": "other"}).status_code == 404


def test_one_that_stays_silent_is_reminded_and_the_officer_answers_without(
    company: str, accountant: str, post: Letters
) -> None:
    request, _ = asked(company, post, "access", somebody())
    ready(company, request.key)
    for days, expected in ((5, 0), (13, 1), (14, 0), (16, 1), (17, 0)):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            assert services.night(company)["copies"] == expected, days
    assert len(sent_to(company, "claire@compta.example")) == 3
    assert [one.kind for one in sent_to(company, OFFICER) if one.kind == "copy_silent"] == ["copy_silent"]
    officer, at = sign_in(OFFICER), page(company, request.key)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=17)):
        officer = sign_in(OFFICER)
        officer.post(f"{at}copies/accountant/without/", {"reason": " "})
        assert seen(Collected).get().state == "asked", "a reason is told"
        sign_in(DELEGATE).post(f"{at}copies/accountant/without/", {"reason": "x"})
        assert seen(Collected).get().state == "asked", "the delegate does not decide it"
        officer.post(f"{at}copies/accountant/without/", {"reason": "Le cabinet ferme en août."})
        services.approve(company, request.key, actor=OFFICER)
        work(company, "request-package")
        (letter,) = [
            one for one in services.sent(services.find(company, request.key)) if one.kind == "package_ready"
        ]
        text = " ".join(letter.text.split())
        assert "il n’a pas remis sa copie à temps" in text
        assert "Le cabinet ferme en août." in text
        assert "vous pouvez vous plaindre à la CNIL" in text
        assert services.find(company, request.key).outcome == "partly"
        with received(post.last("package_ready")["link"]) as package:
            assert "Le cabinet ferme en août." in package.read("index.html").decode()


@pytest.mark.parametrize("end", ["withdrawn", "refused", "partly", "fully"])
def test_no_copy_outlives_its_request_however_it_ends(
    company: str, accountant: str, post: Letters, end: str
) -> None:
    request, _ = asked(company, post, "access", somebody())
    brought(sign_in(OFFICER), company, request.key)
    assert len(list(vault.folder().glob("c-*"))) == 1
    if end == "withdrawn":
        services.withdraw(company, request.key)
    elif end == "refused":
        services.answer(company, request.key, Outcome.REFUSED, ground="excessive", actor=OFFICER)
    elif end == "partly":
        services.answer(company, request.key, Outcome.PARTLY, ground="rights-of-others", actor=OFFICER)
    else:
        services.answer(company, request.key, Outcome.FULLY, reason="Remise en main propre.", actor=OFFICER)
    if end in ("withdrawn", "refused"):
        assert list(vault.folder().glob("c-*")) == [], "at once"
    with time_machine.travel(datetime.now(UTC) + timedelta(days=70)):
        services.night(company)
    assert list(vault.folder().glob("c-*")) == []
    assert seen(Copy).count() == 0


def test_a_file_that_nobody_knows_is_destroyed_a_day_later(
    company: str, accountant: str, post: Letters
) -> None:
    request, _ = asked(company, post, "access", somebody())
    brought(sign_in(OFFICER), company, request.key)
    (known,) = vault.folder().glob("c-*")
    (vault.folder() / "c-stray.age").write_bytes(b"left by a process that died")
    assert services.destroy_stray_copies(datetime.now(UTC) + timedelta(days=2)) == 1
    assert list(vault.folder().glob("c-*")) == [known]


def test_the_person_reads_on_their_page_why_a_copy_is_missing(
    company: str, accountant: str, post: Letters
) -> None:
    request, mine = asked(company, post, "access", somebody())
    services.copy_answered(company, request.key, "accountant", CopyState.REFUSED, actor=OFFICER)
    services.leave_copy(company, request.key, "accountant", "Le cabinet ferme en août.", actor=OFFICER)
    ready(company, request.key)
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    shown = Client().get(mine).content.decode()
    assert "Le cabinet ferme en août." in shown
    assert "Un lien vers les données" in shown


def test_one_more_is_asked_by_a_letter_that_is_printed(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "access", somebody())
    officer, at = sign_in(OFFICER), page(company, request.key)
    assert "Demander sa copie à un sous-traitant" in officer.get(at).content.decode()
    officer.post(f"{at}copy-ask/", {"processor": "it-provider", "email": ""})
    officer.post(f"{at}copy-ask/", {"processor": "it-provider", "email": ""})
    assert (seen(Collected).get().way, seen(Collected).get().state) == ("letter", "asked")
    assert "à imprimer et à poster" in officer.get(at).content.decode()
    officer.post(f"{at}copies/it-provider/", {"answer": "nothing"})
    officer.post(f"{at}copies/it-provider/", {"answer": "refused"})
    assert seen(Collected).get().state == "nothing", "the first answer stays"
    with pytest.raises(LedgerError):
        services.leave_copy(company, request.key, "it-provider", "No need.", actor=OFFICER)
    ready(company, request.key)
    services.approve(company, request.key, actor=OFFICER)
    work(company, "request-package")
    (letter,) = [
        one for one in services.sent(services.find(company, request.key)) if one.kind == "package_ready"
    ]
    assert "il ne tient rien sur vous." in " ".join(letter.text.split())
