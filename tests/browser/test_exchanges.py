"""The pages of exchanges, for everybody; and a person who takes their data to another organisation, without a script."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect

from garant.apps.accounts import services as accounts
from garant.apps.accounts.roles import Role
from garant.apps.accounts.services import Habilitation
from garant.apps.exchanges import services
from garant.apps.organisations import services as organisations
from garant.apps.rights import services as rights
from tests.apps.rights.conftest import somebody, unhurried
from tests.browser.chromium import Eyes
from tests.browser.walking import OFFICER, Walk
from tests.site.conftest import sign_in

__all__ = ["unhurried"]
pytestmark = pytest.mark.django_db(transaction=True)
KEEPER = "gardienne@voisine.example"
AGREE = ("J’accepte que mes données lui soient transmises", "I agree that my data are transmitted to it")
TRANSMIT = ("Transmettre à cette organisation", "Transmit to this organisation")
SIGNED = ("en a signé l’accusé de réception", "signed for them")


def away(deed: Any) -> Any:
    """Do something away from the loop that playwright runs in this thread."""

    def done() -> Any:
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(done).result()


def deliver() -> int:
    at = datetime.now(UTC) + timedelta(seconds=2)
    return sum(services.attempt(name) for name in services.gather(at))


@pytest.fixture
def there(company: str, eyes: Eyes, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Another organisation on the same site, each linked with the other."""
    monkeypatch.setenv("GARANT_WEBHOOKS", "private")
    settings.GARANT_URL = eyes.address
    there = organisations.create_organisation("voisine", "Voisine", "Europe/Paris").key
    keeper = accounts.ensure_user(KEEPER)
    accounts.give(there, keeper, Habilitation(Role.DPO), actor="garant")
    sender = services.link(there, services.Link("Seipra", eyes.address, ["sender"]), actor=KEEPER)
    token = services.issue(there, sender.key, keeper, actor=KEEPER)
    asked = services.Link("Voisine", services.base(there), ["receiver"], token=token)
    away(lambda: services.link(company, asked, actor=OFFICER))
    return there


def test_a_person_takes_their_data_elsewhere(pages: Eyes, company: str, there: str, browser: Browser) -> None:
    officer = sign_in(OFFICER)
    (peer,) = services.listing(company, "receiver")
    (language,) = pages.languages
    for path in ("settings/exchanges/", f"settings/exchanges/{peer.key}/"):
        pages.assert_accessible(f"/o/{company}/{path}", client=officer)
    services.confirm(company, peer.key, actor=OFFICER)

    walk = Walk(browser, pages, company, language)
    number = walk.ask("portability", away(somebody))
    walk.work("request-search")
    english = language == "en"
    page = walk.page
    page.reload()
    page.get_by_role("combobox").select_option(label="Voisine")
    page.get_by_label(AGREE[english]).check()
    walk.see("transmit-asked", page)
    page.get_by_role("button", name=TRANSMIT[english]).click()
    away(lambda: rights.texts_read(company, number, [], actor=OFFICER))
    away(lambda: rights.approve(company, number, actor=OFFICER))
    walk.work("request-package")
    assert away(deliver) == 1
    page.reload()
    expect(page.get_by_text(SIGNED[english])).to_be_visible()
    walk.see("transmit-signed", page)
    mine = page.url.removeprefix(pages.address)
    walk.end()
    pages.assert_accessible(mine)
    pages.assert_accessible(f"/o/{company}/settings/exchanges/{peer.key}/", client=officer)
    pages.assert_accessible(f"/o/{there}/packages/", client=sign_in(KEEPER))
