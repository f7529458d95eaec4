"""The mailbox and the letters, as staff see them."""

from __future__ import annotations

from garant.apps.mails import inbox, mailbox
from garant.apps.mails.imap import Letter
from tests.browser.chromium import Eyes
from tests.site.conftest import Persona
from tests.site.test_mail import WHEN


def test_pages_of_the_mailbox(pages: Eyes, site: str, persona: Persona) -> None:
    raw = b"From: Jeanne <jeanne@exemple.example>\r\nSubject: Mes donnees\r\n\r\nBonjour.\r\n"
    mailbox.take(site, 1, Letter(1, WHEN, raw, False))
    (draft,) = inbox.drafts(site)
    officer = persona("dpo")
    for page in ("mail/", f"mail/{draft.key}/", "mail/letters/"):
        pages.assert_accessible(f"/o/{site}/{page}", client=officer)
