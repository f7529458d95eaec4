"""Whoever writes maps made a slip in one: the pages of the others are as they were, and say where the slip is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from garant.apps.controls import systems
from garant.site import health
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def maps(company: str, settings: Any, tmp_path: Path) -> Path:
    """The maps of the company, of which recruitment's says what no map can say."""
    shutil.copytree(settings.GARANT_MAPS, tmp_path / "slipped")
    settings.GARANT_MAPS = str(tmp_path / "slipped")
    folder = tmp_path / "slipped" / company
    text = (folder / "recruitment.yaml").read_text(encoding="utf-8")
    (folder / "recruitment.yaml").write_text(text + "\ntabels: {}\n", encoding="utf-8")
    return folder


def test_each_system_is_shown_and_the_slip_told(company: str, maps: Path) -> None:
    technician = sign_in("technicien@demo.example")
    page = technician.get(f"/o/{company}/systems/").content.decode()
    assert re.findall(r'<span class="digest">([^<]*)</span>', page) == ["crm", "maintenance", "recruitment"]
    assert page.count("la carte ne peut pas servir") == 1
    assert "<code>recruitment.yaml:" in page
    assert page.count("Essayer") == 2
    assert "correspond au catalogue" in technician.post(f"/o/{company}/systems/crm/test/").content.decode()
    assert technician.post(f"/o/{company}/systems/recruitment/test/").status_code == 404
    told = [one.text.en for one in health.remarks() if one.grade is health.Grade.WRONG]
    assert [one.partition(" cannot be used")[0] for one in told if "map" in one] == [
        f"{company_name(company)}: the map recruitment.yaml"
    ]


def test_somebody_is_given_only_what_was_meant(company: str, maps: Path) -> None:
    """Nothing ticked is everything: whoever cannot tick a system would give them all."""
    page = sign_in("administratrice@demo.example").get(f"/o/{company}/people/").content.decode()
    assert re.findall(r'name="systems" value="([^"]*)"', page) == ["crm", "maintenance", "recruitment"]


def test_a_folder_without_maps_has_none(company: str, maps: Path) -> None:
    for one in maps.iterdir():
        one.unlink()
    assert systems.mapped(company) == []
    page = sign_in("technicien@demo.example").get(f"/o/{company}/systems/").content.decode()
    assert f"Aucune carte dans {maps}" in page


def company_name(company: str) -> str:
    """As the doctor calls it."""
    from garant.apps.organisations import services as organisations

    return next(one.name for one in organisations.listing() if one.key == company)
