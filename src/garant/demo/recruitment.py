"""The demo's recruitment: candidates, their files, their interviews, and those who were hired.

Proportions: 62 % of candidates were refused, of whom 30 % have been silent for more than two
years; 8 % were hired; the others are still in the running. One refused candidate in twelve has
another application alive, and nobody may erase that person.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

from garant.demo import words
from garant.demo.dice import Calendar, Sheets
from garant.demo.people import Crowd, Person

REFUSED: Final = 62
"""Out of a hundred."""
HIRED: Final = 8
OVERDUE: Final = 30
STILL_ALIVE_EVERY: Final = 12
KEPT_EVERY: Final = 3
"""One CV in so many was uploaded twice: to the candidate and to the application."""

Store = Callable[[bytes], str]
"""Keeps a file and gives back the key under which it lies."""

BROCHURE: Final = "Lettre type de l'agence d'intérim Calimbre : un profil sérieux.".encode()
"""One file, attached to the applications of many people."""


def fill(people: int, calendar: Calendar, seed: str, store: Store) -> Sheets:
    """Every row of the system, in memory; files go through ``store``."""
    writer = _Writer(Crowd(f"{seed}/recruitment", calendar), store)
    writer.vacancies(max(4, people // 60))
    for number in range(people):
        writer.candidate(number)
    writer.name_interviewed()
    return writer.sheets


class _Writer:
    def __init__(self, crowd: Crowd, store: Store) -> None:
        self.sheets = Sheets()
        self.crowd = crowd
        self.dice = crowd.dice
        self.calendar = crowd.calendar
        self.store = store
        self.term = self.calendar.ago(years=2)
        self.refused = 0
        self.seen: deque[tuple[int, Person, int, int]] = deque(maxlen=12)

    def vacancies(self, count: int) -> None:
        for _ in range(count):
            opened = self.dice.between(60, 2200)
            self.sheets.add(
                "vacancy", self.dice.pick(words.TRADES), self.dice.pick(words.TOWNS)[0],
                self.calendar.day(opened), self.calendar.day(opened - 50),
            )  # fmt: skip

    def candidate(self, number: int) -> None:
        person = self.crowd.person()
        fate = number * 41 % 100
        stage = "refused" if fate < REFUSED else "hired" if fate < REFUSED + HIRED else "live"
        silence = self._silence(number, stage)
        first = silence + self.dice.between(5, 120)
        card = self._card(person, first)
        application = self._application(card, person, stage, first, silence)
        self._files(card, application, person, first)
        self._exchange(card, application, person, first, silence)
        if stage == "hired":
            self._employee(card, person, silence)
        if stage == "refused" and number % STILL_ALIVE_EVERY == 7:
            self._application(card, person, "live", silence, silence)

    def _silence(self, number: int, stage: str) -> int:
        """Days since the last contact; the first refused candidates sit on the edge."""
        if number < 3:
            return (self.term, self.term + 1, self.term - 1)[number]
        if stage == "live":
            return self.dice.upto(90)
        self.refused += stage == "refused"
        late = stage == "refused" and self.refused * OVERDUE % 100 < OVERDUE
        return self.term + self.dice.between(2, 1300) if late else self.dice.upto(self.term - 10)

    def _card(self, person: Person, ago: int) -> int:
        dice = self.dice
        where = self.crowd.address()
        made = self.crowd.instant(ago)
        withdrawn = self.crowd.instant(dice.upto(ago)) if dice.chance(0.03) else None
        return self.sheets.add(
            "candidate", person.civility, person.first, person.last, person.full, person.email,
            person.mobile or person.phone, where.street, where.zip, where.city,
            self.calendar.day(dice.between(7300, 20000)),
            dice.pick(("célibataire", "mariée", "pacsé", None)), dice.upto(4),
            dice.pick(("B", "B, D", None)), dice.pick(words.DIPLOMAS), made,
            None if dice.chance(0.05) else made, withdrawn,
        )  # fmt: skip

    def _application(self, card: int, person: Person, stage: str, first: int, silence: int) -> int:
        dice = self.dice
        vacancy = dice.upto(len(self.sheets.rows["vacancy"])) + 1
        live = dice.pick(("new", "interview", "offer"))
        refused = self.crowd.instant(silence) if stage == "refused" else None
        return self.sheets.add(
            "application", card, vacancy, person.full, person.email,
            live if stage == "live" else stage, self.crowd.instant(first), refused,
            self.crowd.ip_address(),
            self.crowd.say(words.COVER_LETTERS, person.full),
        )  # fmt: skip

    def _files(self, card: int, application: int, person: Person, ago: int) -> None:
        text = (
            f"Curriculum vitæ de {person.full}, {person.email}, {person.phone}. "
            f"{self.dice.pick(words.DIPLOMAS)}. Centres d'intérêt : randonnée, chorale."
        )
        key = self.store(b"%PDF-1.4\n% " + text.encode() + b"\n%%EOF\n")
        name = f"CV {person.full}.pdf"
        added = self.crowd.instant(ago)
        kind = "application/pdf"
        self.sheets.add("document", "application", application, name, kind, key, text, added)
        if self.dice.upto(KEPT_EVERY) == 0:
            self.sheets.add("document", "candidate", card, name, kind, key, text, added)
        if self.dice.chance(0.2):
            shared = self.store(BROCHURE)
            self.sheets.add(
                "document", "application", application, "lettre.txt", "text/plain", shared,
                BROCHURE.decode(), added,
            )  # fmt: skip

    def _exchange(self, card: int, application: int, person: Person, first: int, silence: int) -> None:
        self._message(application, person, first, "in")
        self._message(application, person, silence, "out")
        if self.dice.chance(0.35):
            self._interview(card, person, self.dice.between(silence, first))
        self.seen.append((card, person, silence, first))
        if self.dice.chance(0.2):
            old = f"{person.email.partition('@')[0]}@ancien.example"
            self.sheets.add("candidate_history", card, self.crowd.instant(first), "email", old, person.email)

    def _message(self, application: int, person: Person, ago: int, direction: str) -> None:
        sender = person.email if direction == "in" else "recrutement@seipra-score.example"
        body = f"Bonjour {person.full}, merci de votre message. À bientôt."
        when = self.crowd.instant(ago)
        subject = "Votre candidature"
        self.sheets.add("message", application, direction, sender, subject, body, when)

    def _interview(self, card: int, person: Person, ago: int) -> None:
        """Alone or in a group: a group gathers candidates whose terms differ."""
        met = [who for who in self.seen if who[2] <= ago <= who[3]][:2]
        summary = f"Entretien avec {person.full} : bon contact 👍"
        kind = "group" if met else "single"
        meeting = self.sheets.add(
            "interview", None, kind, "salle Oze", self.crowd.instant(ago), summary, None
        )
        for number, who in ((card, person), *((other[0], other[1]) for other in met)):
            remarks = f"{who.full} s'exprime clairement ; à revoir sur l'électronique."
            self.sheets.add("interview_candidate", meeting, number, who.full, remarks)

    def name_interviewed(self) -> None:
        """Copy the candidates' names into their interviews."""
        names: dict[int, list[str]] = defaultdict(list)
        for row in self.sheets.rows["interview_candidate"]:
            names[int(row[1] or 0)].append(str(row[3]))
        self.sheets.rows["interview"] = [
            (*row[:6], ", ".join(names[int(row[0] or 0)])) for row in self.sheets.rows["interview"]
        ]

    def _employee(self, card: int, person: Person, ago: int) -> None:
        """Hired: the number is shaped like a real one, with a sex digit that nobody bears."""
        dice = self.dice
        number = f"9 {dice.between(60, 99)} {dice.between(1, 12):02d} 99 999 {dice.upto(1000):03d}"
        left = self.calendar.day(dice.upto(ago)) if ago and dice.chance(0.2) else None
        self.sheets.add("employee", card, person.full, number, self.calendar.day(ago), left)
