"""The first page of whoever looks after the installation: what Garant itself keeps is one click away."""

from __future__ import annotations

from django.test import Client

from garant.apps.accounts import services as accounts
from garant.apps.accounts.services import Habilitation
from garant.apps.organisations import services as organisations
from tests.site.conftest import Persona, sign_in

EMAIL = "administrator@demo.example"


def page(client: Client) -> str:
    return client.get("/o/").content.decode()


def test_an_administrator_is_told_how_to_keep_garant_itself_and_a_technician_is_not(persona: Persona) -> None:
    assert "garant own POLICY" in page(persona("administrator"))
    assert "garant own POLICY" not in page(persona("technician"))
    assert "garant own POLICY" not in page(persona("dpo"))


def test_the_first_page_leads_to_the_promises_of_the_installation_after_those_of_companies(
    persona: Persona,
) -> None:
    persona("administrator")
    organisations.create_organisation("garant", "A first (Garant)", "Europe/Paris")
    accounts.give("garant", accounts.ensure_user(EMAIL), Habilitation("administrator"), actor="garant")
    said = page(sign_in(EMAIL))
    assert said.index('href="/o/demo/"') < said.index('href="/o/garant/"')
    assert "ce que Garant garde lui-même" in said
    assert "garant own POLICY" not in said
    assert "garant own POLICY" not in page(persona("neighbour"))


def test_the_installation_is_not_in_the_way_of_commands_about_the_only_company(site: str) -> None:
    from garant.cli import state

    organisations.create_organisation("garant", "Garant", "Europe/Paris")
    assert state.the_organisation(None) == site
    assert state.the_organisation("garant") == "garant"
