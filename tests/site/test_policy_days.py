"""A day that was wrong, put right on the pages of the policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from garant.apps.policies import services
from garant.policy import load_policy
from tests.apps.policies.support import changed
from tests.conftest import ROOT
from tests.site.conftest import Persona

pytestmark = pytest.mark.django_db


def test_withdrawn_and_corrected(site: str, persona: Persona) -> None:
    def ours(content: dict[str, Any]) -> None:
        content["organisation"]["key"] = site
        content["activities"]["remote-maintenance"]["sub_processor_notice"] = "P1M"

    def later(content: dict[str, Any]) -> None:
        content["activities"]["remote-maintenance"]["processors"].append("accountant")

    def made(document: Any) -> str:
        one = services.import_document(document, actor="Ana")
        services.submit(site, one.key, actor="Ana")
        return services.approve(site, one.key, digest=one.digest, actor="Boris").key

    today = services.today(site)
    first = changed(load_policy(ROOT / "examples" / "seipra-score" / "policy").document, ours)
    services.publish(site, made(first), on=today, actor="Boris")
    key = made(changed(first, later))
    day = today - timedelta(days=90)
    services.record_notice_given(site, key, channel="Courriel", on=day, evidence="Envoi", actor="Ana")
    services.publish(site, key, on=today + timedelta(days=1), actor="Boris")

    dpo, page = persona("dpo"), f"/o/{site}/policy/2/"
    version = services.find(site, "2")
    assert 'value="correct-notice"' in dpo.get(f"{page}review/").content.decode()
    (notice,) = services.notices(version)
    corrected = {"do": "correct-notice", "notice": notice.pk, "on": today.isoformat()}
    said = dpo.post(f"{page}do/", corrected, follow=True).content.decode()
    assert "Le jour de l’annonce est corrigé." in said
    assert "Corrigé" in said
    assert "Retirez sa publication" in dpo.get(page).content.decode()
    for nobody in ("stranger", "neighbour"):
        persona(nobody).post(f"{page}do/", {"do": "unpublish", "reason": "x"})
    assert services.find(site, "2").published
    said = dpo.post(f"{page}do/", {"do": "unpublish", "reason": "Jour faux"}, follow=True).content.decode()
    assert "La publication est retirée" in said
    assert "Jour faux" in said
    assert services.find(site, "2").state == "approved"
