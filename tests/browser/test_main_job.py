"""Someone new, on the demo's own site: from the first broken promise to a certificate that verifies.

The site is served and worked for real, in processes of their own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from pikepdf import Pdf
from playwright.sync_api import Browser, Page, expect

from garant.demo import site as demo_site
from garant.demo.build import SMALLEST
from garant.ledger import InclusionProof, VerifierKey
from tests.servers.process import free_port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo's site, served by granian with its worker, until the module ends."""
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    demo_site.prepare(folder, as_of=datetime.now(UTC).date(), people=SMALLEST, port=port)
    environment = demo_site.environment(folder, port) | {"GARANT_LANGUAGE": "fr"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-c", "from garant.cli import main; main()", "serve", "--port", str(port)]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(f"http://127.0.0.1:{port}/health", folder / "serve.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(log.read_text())


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    context = browser.new_context(locale="fr-FR", base_url=served)
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    yield opened
    context.close()


def test_from_a_broken_promise_to_its_proof(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_role("link", name="Se connecter").first.click()
    page.locator("#id_login").fill(demo_site.ACCOUNTS[0].email)
    page.locator("#id_password").fill(demo_site.PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="SEIPRA Score").first.click()
    expect(page.get_by_role("heading", name="À réparer d’abord")).to_be_visible()

    page.get_by_role("link", name="Prospects").first.click()
    expect(page.get_by_text("rompue").first).to_be_visible()
    page.get_by_role("link", name="Plans").first.click()
    page.locator("tbody th a").first.click()
    page.get_by_role("button", name="Approuver et exécuter exactement ce plan").click()

    expect(page.get_by_text("vérifiée")).to_be_visible(timeout=90_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Certificat et preuve").click()
    path = tmp_path / "certificate.zip"
    download.value.save_as(path)
    with ZipFile(path) as bundle:
        assert json.loads(bundle.read("certificate.json"))["state"] == "kept"
        proof = InclusionProof.from_json(bundle.read("proof.json"))
        printed = Pdf.open(BytesIO(bundle.read("certificate.pdf")))
    assert printed.Root.MarkInfo.Marked
    page.goto("/o/seipra-score/ledger/")
    page.get_by_text("Vérifier hors ligne").click()
    keys = [VerifierKey.parse(text) for text in page.locator("details code").all_inner_texts()]
    assert proof.verify(keys)

    page.get_by_role("link", name="Promesses").first.click()
    expect(page.get_by_role("link", name="Prospects")).to_have_count(1)  # no longer among those to mend
    row = page.get_by_role("row").filter(has_text="Prospects")
    expect(row.get_by_text("rompue")).to_have_count(0)
    expect(row.get_by_text("sans date lisible")).to_be_visible()  # those are never guessed about


def test_a_look_is_followed_without_a_script(browser: Browser, served: str) -> None:
    context = browser.new_context(locale="fr-FR", base_url=served, java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/account/login/?next=/o/seipra-score/")
    opened.locator("#id_login").fill(demo_site.ACCOUNTS[1].email)
    opened.locator("#id_password").fill(demo_site.PASSWORD)
    opened.get_by_role("button", name="Continuer").click()
    opened.get_by_role("button", name="Regarder maintenant").click()
    opened.wait_for_url("**/o/seipra-score/", timeout=60_000)
    context.close()
