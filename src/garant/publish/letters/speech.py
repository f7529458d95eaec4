"""Sentences that several letters share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from garant.policy.text import Language, Text
from garant.publish import words
from garant.publish.letters.blocks import Block, Items, Say
from garant.publish.letters.facts import Done, Kept, LetterFacts
from garant.publish.letters.rights import ARTICLES, TITLES, the_right

CNIL: Final = "https://www.cnil.fr/fr/plaintes"
"""Where a complaint is made."""
NARROW: Final = "\u202f"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Facts, and the language in which they are told."""

    facts: LetterFacts
    language: Language

    def tell(self, fr: str, en: str) -> str:
        """Words of our own."""
        return fr if self.language == "fr" else en

    def say(self, fr: str, en: str) -> Say:
        """A paragraph of our own."""
        return Say(self.tell(fr, en))

    def its(self, text: Text) -> str:
        """Words of the policy, or of the list of grounds."""
        return text.say(self.language).strip()

    def day(self, on: date | None) -> str:
        """A date."""
        return words.day(on, self.language) if on else "—"

    @property
    def right(self) -> str:
        """What was asked for."""
        if not self.facts.right:
            return ""
        return the_right(self.facts.right, self.language, for_other=self.facts.for_other)

    def of(self, own: str, other: str) -> str:
        """Words to the person themselves, or to whoever asks for somebody else."""
        return other if self.facts.for_other else own

    @property
    def data(self) -> str:
        """Whose data: “your data”, where the person asks."""
        return self.tell(self.of("vos données", "les données"), self.of("your data", "the data"))

    @property
    def title(self) -> str:
        """The same, as staff name it, with where it is written."""
        if self.facts.right is None:
            return ""
        return f"{self.its(TITLES[self.facts.right])} ({self.its(ARTICLES[self.facts.right])})"

    @property
    def number(self) -> str:
        """The number of the request, which stays with its mark."""
        return self.tell(f"n°{NARROW}{self.facts.number}", f"no.{NARROW}{self.facts.number}")

    @property
    def about(self) -> Say:
        """Which request the letter is about."""
        fr = f"Votre demande {self.number}"
        en = f"Your request {self.number}"
        if self.facts.right:
            fr, en = f"{fr} concerne {self.right}", f"{en} is about {self.right}"
        if self.facts.received:
            fr, en = (
                f"{fr}. Nous l’avons reçue le {self.day(self.facts.received)}",
                f"{en}. We received it on {self.day(self.facts.received)}",
            )
        return self.say(f"{fr}.", f"{en}.")

    def decided(self) -> list[Block]:
        """What the person decided, for a time to come."""
        return self._listed("Voici ce que vous avez décidé :", "This is what you decided:", self.facts.done)

    def done(self) -> list[Block]:
        """What was done, and where; by programs, and by hand."""
        return [
            *self._listed("Voici ce qui a été fait :", "This is what was done:", self.facts.done),
            *self._listed(
                "Voici où en est ce qui se fait à la main :",
                "This is how what is seen to by hand stands:",
                self.facts.by_hand,
            ),
        ]

    def _listed(self, fr: str, en: str, some: Sequence[Done]) -> list[Block]:
        items = tuple(
            self.tell(
                f"{self.its(one.where)} : {self.its(one.what)}",
                f"{self.its(one.where)}: {self.its(one.what)}",
            )
            for one in some
        )
        return [self.say(fr, en), Items(items)] if items else []

    def copies(self) -> list[Block]:
        """For each processor, whether its copy is there; where one is not, what the person can do (art. 28(4), 77, 79)."""
        if not self.facts.copies:
            return []
        items = tuple(
            self.tell(
                f"{self.its(one.who)} : {self.its(one.what)}", f"{self.its(one.who)}: {self.its(one.what)}"
            )
            + (f" {one.reason}" if one.reason else "")
            for one in self.facts.copies
        )
        told: list[Block] = [
            self.say(
                "Nous avons demandé leur copie à ceux qui traitent des données pour nous :",
                "We asked those who process data for us for their copy:",
            ),
            Items(items),
        ]
        if any(one.missing for one in self.facts.copies):
            told.append(
                self.say(
                    "Nous répondons d’eux. Vous pouvez nous redemander ce qui manque, par une nouvelle demande ; si nous ne "
                    "l’obtenons pas, vous pouvez vous plaindre à la CNIL ou saisir la justice.",
                    "We answer for them. You can ask us again for what is missing, by a new request; if we do not obtain it, "
                    "you can complain to the CNIL or go to court.",
                )
            )
        return told

    def kept(self) -> list[Block]:
        """What stays, until when, and why."""
        if not self.facts.kept:
            return []
        told: list[Block] = [
            self.say(
                "Voici ce qui reste, jusqu’à quand, et pourquoi :", "This is what stays, until when, and why:"
            ),
            Items(tuple(map(self._stays, self.facts.kept))),
        ]
        if any(one.until for one in self.facts.kept):
            told.append(
                self.say(
                    "Ce qui a une date est effacé après elle, sans que vous ayez à le redemander.",
                    "What has a date is erased after it: you do not need to ask again.",
                )
            )
        return told

    def _stays(self, one: Kept) -> str:
        what = self.its(one.what)
        why = f" ({self.its(one.article)})" if one.article else ""
        if one.until is None:
            return self.tell(f"{what} : sans date de fin{why}", f"{what}: with no end date{why}")
        return self.tell(
            f"{what} : jusqu’au {self.day(one.until)}{why}", f"{what}: until {self.day(one.until)}{why}"
        )

    def told(self) -> list[Block]:
        """Whom else it was told to (GDPR art. 19)."""
        if not self.facts.recipients:
            return []
        return [
            self.say(
                "Nous avons prévenu ceux qui avaient reçu ces données :",
                "We told those who had received these data:",
            ),
            Items(self.facts.recipients),
        ]

    def reasons(self) -> list[Block]:
        """What staff wrote to this person."""
        return [Say(reason) for reason in self.facts.reasons]

    def recourse(self) -> list[Block]:
        """Whom to turn to (GDPR art. 12(4), 77 and 79)."""
        first = (
            self.say(
                f"Si cette réponse ne vous convient pas, vous pouvez nous écrire : {self.facts.contact}.",
                f"If this answer does not satisfy you, you may write to us: {self.facts.contact}.",
            )
            if self.facts.contact
            else Say("")
        )
        return [
            first,
            self.say(
                f"Vous pouvez aussi adresser une réclamation à la CNIL, sur {CNIL} ou par courrier (3 place de Fontenoy, "
                "TSA 80715, 75334 Paris Cedex 07), et saisir la justice (articles 77 et 79 du RGPD).",
                f"You may also lodge a complaint with the CNIL, at {CNIL} or by post (3 place de Fontenoy, TSA 80715, "
                "75334 Paris Cedex 07, France), and go to court (articles 77 and 79 of the GDPR).",
            ),
        ]
