"""`garant may`, as somebody types it."""

from __future__ import annotations

import pytest

from garant.apps.permissions import knowing
from garant.apps.promises.opening.published import maps_folder
from garant.cli import application
from tests.site.conftest import company, demo, demo_systems, installation, site

__all__ = ["company", "demo", "demo_systems", "installation", "site"]


@pytest.mark.django_db
def test_asked_told_and_counted(
    company: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    knowing.forget_looks()

    def garant(*arguments: str) -> tuple[int, str]:
        code = application.run(["--language", "en", "may", *arguments, "--organisation", company])
        return code, "".join(capsys.readouterr())

    hiring = ("--identity", "email=anna@demo.example", "--purpose", "recruitment/hiring")
    assert garant("ask", *hiring) == (
        1,
        "no · No consent is recorded for this purpose. (RGPD, art. 6(1)(a))\n",
    )
    assert garant("look")[0] == 0
    assert garant("consent", *hiring, "--given")[0] == 0
    assert garant("ask", *hiring) == (0, "yes · The person gave their consent. (RGPD, art. 6(1)(a))\n")
    assert garant("restrict", *hiring[:2])[0] == 0
    support = (*hiring[:2], "--purpose", "customer-relationship/support")
    assert garant("ask", *support)[0] == 1
    assert garant("restrict", *hiring[:2], "--lift")[0] == 0
    assert garant("ask", *support)[0] == 0
    assert "recruitment/hiring" in garant("counts")[1]


@pytest.mark.django_db
def test_in_python(company: str) -> None:
    from garant.may import may

    assert may(company, {"email": "anna@demo.example"}, "recruitment/hiring").code == "consent-missing"


@pytest.mark.django_db
def test_a_map_that_was_not_looked_at_is_told(company: str, capsys: pytest.CaptureFixture[str]) -> None:
    (maps_folder(company) / "erp.yaml").write_text("system: erp\n", "utf-8")
    code = application.run(["--language", "en", "may", "look", "--organisation", company])
    said = " ".join("".join(capsys.readouterr()).split())
    assert (code, "Systems looked at: 3." in said) == (1, True)
    assert "erp.yaml was not looked at: this map cannot be used." in said
