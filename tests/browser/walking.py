"""What a person and the data protection officer do on the pages of requests, in few words and in both languages.

The site is served by the test's own server; jobs are done here and now, as the worker does them. The person's browser
runs no script.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import connections
from playwright.sync_api import Browser, Page, expect

from garant.apps.mails import services as mails
from garant.apps.mails.models import Mail
from garant.apps.organisations.services import scoped
from tests.apps.rights.conftest import ask_system
from tests.apps.rights.conftest import work as jobs_done
from tests.browser.chromium import WIDE, Eyes
from tests.site.conftest import sign_in

WORDS = {
    "exercise": ("Exercer un droit", "Exercise a right"),
    "access": ("Voir mes données", "See my data"),
    "rectification": ("Faire corriger mes données", "Have my data corrected"),
    "erasure": ("Faire effacer mes données", "Have my data erased"),
    "objection": ("Refuser un usage", "Object to a use"),
    "restriction": ("Mettre mes données de côté", "Have my data set aside"),
    "portability": ("Emporter mes données", "Take my data with me"),
    "post-mortem": ("Décider pour après ma mort", "Decide for after my death"),
    "consent": ("Retirer mon accord", "Withdraw my consent"),
    "human-review": ("Faire revoir une décision", "Have a decision looked at again"),
    "name": ("Votre nom", "Your name"),
    "email": ("Votre adresse électronique", "Your e-mail address"),
    "use": ("Quel usage", "Which use"),
    "wish": ("Ce que vos données deviendront", "What will become of your data"),
    "heir": ("Pour une personne décédée", "For a person who died"),
    "else": ("Vous écrivez pour quelqu’un d’autre", "Do you write for somebody else"),
    "late": ("Nom de la personne décédée", "That person’s name"),
    "late-email": ("Son adresse électronique", "Their e-mail address"),
    "send": ("Envoyer la demande", "Send the request"),
    "code": ("Code reçu", "Code received"),
    "confirm": ("Confirmer", "Confirm"),
    "mine": ("Votre demande", "Your request"),
    "granted": ("satisfaite", "granted"),
    "refused": ("refusée", "refused"),
    "phone-of": ("Votre téléphone", "Your telephone"),
    "phone": (r"^Téléphone\s:.*devient", r"^Telephone:.*becomes"),
    "propose": ("Proposer ces corrections", "Propose these corrections"),
    "will": ("Oui, enregistrer ces directives", "Yes, register these directives"),
    "revoke": ("Révoquer ces directives", "Revoke these directives"),
    "revoked": ("Vos directives sont révoquées", "Your directives are revoked"),
    "stays": ("Ce qui reste", "What stays"),
    "approve": ("Approuver et exécuter ce plan", "Approve and carry out this plan"),
    "read": ("J’ai relu ce paquet", "I have read this package"),
    "package": ("Approuver et envoyer le paquet", "Approve and send the package"),
    "answer": ("Répondre", "Answer"),
    "outcome": ("La demande est", "The request is"),
    "ground": ("Motif de ce qui est refusé", "Ground of what is refused"),
    "reason": ("Explication pour la personne", "Explanation for the person"),
    "reply": ("Envoyer la réponse", "Send the answer"),
    "identity": ("Identité", "Identity"),
    "shown": ("La personne a montré à quel titre elle agit par", "The person showed in what capacity by"),
    "accept": ("Accepter l’identité", "Accept the identity"),
    "weigh": ("Peser l’opposition", "Weigh the objection"),
    "weighed": ("Ce qui a été pesé", "What was weighed"),
    "stops": ("L’usage cesse", "The use stops"),
    "tell-lift": ("L’annoncer à la personne", "Tell the person"),
    "ends-on": ("La limitation prend fin le", "The restriction ends on"),
    "why": ("Pourquoi (la personne le lira)", "Why (the person will read it)"),
    "ask-copy": ("Demander sa copie à un sous-traitant", "Ask a processor for its copy"),
    "processor": ("Sous-traitant", "Processor"),
    "ask-its-copy": ("Demander sa copie", "Ask for its copy"),
    "its-file": ("Fichier qu’il a remis", "File that it handed over"),
    "upload": ("Déposer ce fichier", "Upload this file"),
    "looked": ("J’ai regardé ces fichiers", "I have looked at these files"),
    "instead": (r" \(au lieu de «", r" \(instead of “"),
    "street": ("rue, bâtiment", "street, building"),
    "postcode": ("code postal", "postcode"),
    "town": ("ville", "town"),
    "this-part-too": ("Écrivez cette partie aussi", "Write this part as well"),
    "lift": ("Approuver la levée", "Approve that it is lifted"),
}
"""What the pages say: in French, in English."""

OFFICER = "deleguee@demo.example"


class Walk:
    """A person without a script, and an officer, in one language."""

    def __init__(self, browser: Browser, eyes: Eyes, company: str, language: str) -> None:
        self.company, self.language, self.address = company, language, eyes.address
        self._person = browser.new_context(locale=language, java_script_enabled=False, viewport=WIDE)
        self.page = self._person.new_page()
        self._desk = eyes.open("/", client=sign_in(OFFICER), language=language)
        self.visit = self._desk.__enter__()
        self.number = ""

    def end(self) -> None:
        """Nothing went wrong on the officer's pages, and the person's site kept nothing on their machine."""
        assert self._person.cookies() == []
        self._person.close()
        self._desk.__exit__(None, None, None)
        assert self.visit.wrong == []

    def says(self, key: str) -> str:
        return WORDS[key][self.language == "en"]

    def work(self, kind: str) -> None:
        """What the worker does, away from the loop that playwright runs in this thread."""

        def done() -> None:
            try:
                jobs_done(self.company, kind)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as worker:
            worker.submit(done).result()

    def letter(self, kind: str) -> str:
        """The last letter of a kind, as the person reads it."""
        with scoped(self.company):
            return str(mails._words(Mail.objects.filter(kind=kind).latest("written_at"))["text"])

    def link(self, kind: str, piece: str) -> str:
        """Where a link of the last letter of a kind leads, on this server."""
        found = re.search(rf"/p/\S+/{piece}/\S+/", self.letter(kind))
        assert found is not None
        return f"{self.address}{found[0]}"

    def ask(
        self,
        right: str,
        email: str = "jeanne@essai.example",
        *,
        use: str = "",
        late: str = "",
        phone: str = "",
    ) -> str:
        """From the notice to one's own page; gives the number of the request."""
        page = self.page
        page.goto(f"{self.address}/p/{self.company}/{self.language}/")
        page.get_by_role("link", name=self.says("exercise")).click()
        page.get_by_role("link", name=re.compile(self.says(right))).click()
        if late:
            page.get_by_text(self.says("else")).click()
            page.get_by_role("link", name=self.says("heir")).click()
            page.get_by_label(self.says("late"), exact=True).fill("Feu Monsieur Essai")
            page.get_by_label(self.says("late-email")).last.fill(late)
        elif right == "post-mortem":
            page.get_by_label(self.says("wish")).select_option("erase")
        if use:
            page.get_by_label(self.says("use")).select_option(use)
        page.get_by_label(self.says("name"), exact=True).fill("Jeanne Essai")
        page.get_by_label(self.says("email")).first.fill(email)
        if phone:
            page.get_by_label(self.says("phone-of")).fill(phone)
        self.see(f"ask-{right}", page)
        page.get_by_role("button", name=self.says("send")).click()
        code = re.search(r"^ {4}(\d{8})$", self.letter("code"), re.MULTILINE)
        assert code is not None
        page.get_by_label(self.says("code")).fill(code[1])
        page.get_by_role("button", name=self.says("confirm")).click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_contain_text(self.says("mine"))
        self.work("request-search")
        page.reload()
        self.number = re.sub(r".*(R-\w{4}-\w{4}).*", r"\1", heading.inner_text(), flags=re.DOTALL)
        return self.number

    def desk(self) -> Page:
        """The officer opens the request."""
        self.visit.page.goto(f"{self.address}/o/{self.company}/requests/{self.number}/")
        return self.visit.page

    def press(self, *names: str, job: str = "") -> None:
        """The officer opens the request, and presses one button after the other."""
        page = self.desk()
        for name in names:
            page.get_by_role("button", name=self.says(name)).click()
        if job:
            self.work(job)

    def answer(self, outcome: str, *, ground: str = "", reason: str = "") -> None:
        """The officer answers; the person reads it on their page."""
        page = self.desk()
        form = page.locator("form[action$='/answer/']")
        if not form.is_visible():
            page.get_by_text(self.says("answer"), exact=True).click()
        page.get_by_label(self.says("outcome")).select_option(outcome)
        if ground:
            page.get_by_label(self.says("ground")).select_option(ground)
        if reason:
            page.get_by_label(self.says("reason")).fill(reason)
        self.see(f"desk-{self.number}", page)
        page.get_by_role("button", name=self.says("reply")).click()
        self.reads("refused" if outcome == "refused" else "granted")

    def reads(self, word: str) -> None:
        """The person opens their page again."""
        self.page.reload()
        expect(self.page.get_by_text(self.says(word)).first).to_be_visible()
        self.see(f"mine-{self.number}", self.page)

    def see(self, name: str, page: Page) -> None:
        """A picture for whoever wants to look: in the folder that GARANT_PICTURES names."""
        folder = os.environ.get("GARANT_PICTURES")
        if folder:
            page.screenshot(path=Path(folder) / f"{self.language}-{name}.png", full_page=True)


def people(number: int) -> list[str]:
    """Addresses of people whom the customer database knows once, and nothing holds."""
    found: list[Any] = ask_system(
        "GARANT_DEMO_CRM",
        """SELECT p.email FROM person p WHERE p.email LIKE '%@%' AND p.phone IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.account_id = p.account_id)
           AND NOT EXISTS (SELECT 1 FROM contract c WHERE c.account_id = p.account_id)
           AND (SELECT count(*) FROM person q WHERE lower(q.email) = lower(p.email)) = 1
           ORDER BY p.id LIMIT ?""",
        number,
    )
    assert len(found) == number
    return [email for (email,) in found]
