"""The demo's remote maintenance: clients' people, tickets, consents and image sequences.

Proportions: 24 % of client firms have left, half of them more than five years ago; of the image
sequences, 35 % lie there for more than a month, and one in six of the others outlived the repair
it was received for.
"""

from __future__ import annotations

from typing import Final

from garant.demo import words
from garant.demo.crm import NEVER
from garant.demo.dice import Calendar, Sheets
from garant.demo.people import Crowd, Person
from garant.demo.recruitment import Store

LEFT: Final = 24
"""Out of a hundred."""
OVERDUE: Final = 12
OVERDUE_IMAGES: Final = 35
REPAIRED: Final = 0.16
REPAIRED_ELSEWHERE: Final = 0.5
"""Chances that a ticket led to an intervention, with an image and without."""


def fill(people: int, calendar: Calendar, seed: str, store: Store) -> Sheets:
    """Every row of the system, in memory; files go through ``store``."""
    writer = _Writer(Crowd(f"{seed}/maintenance", calendar), store)
    number = left = 0
    while left < people:
        left += writer.client(number, min(people - left, 1 + number % 5))
        number += 1
    return writer.sheets


class _Writer:
    def __init__(self, crowd: Crowd, store: Store) -> None:
        self.sheets = Sheets()
        self.crowd = crowd
        self.dice = crowd.dice
        self.calendar = crowd.calendar
        self.store = store
        self.images = 0

    def client(self, number: int, size: int) -> int:
        """A client firm, its people and their tickets; gives back how many people."""
        firm = self.crowd.firm()
        ended = self._end_of_contract(number)
        start = (ended or 0) + self.dice.between(300, 2500)
        people = [self.crowd.person(firm.domain) for _ in range(size)]
        client = self.sheets.add(
            "client", firm.name, firm.form, firm.address.zip, firm.address.city,
            f"TM{number + 1:05d}", self.calendar.day(start), self._ends(ended),
            ", ".join(person.full for person in people),
        )  # fmt: skip
        for person in people:
            contact = self._contact(client, person, firm.address.city, start)
            for _ in range(self.dice.upto(4)):
                self._ticket(client, contact, person, self.dice.between(ended or 0, start))
            if ended is None and self.dice.chance(0.6):
                ago = self._silence_of_image(start)
                self._image(self._ticket(client, contact, person, ago, REPAIRED), ago)
        return size

    def _end_of_contract(self, number: int) -> int | None:
        term = self.calendar.ago(years=5)
        if number < 3:
            return (term, term + 1, term - 1)[number]
        share = number * 43 % 100
        if share < OVERDUE:
            return term + self.dice.between(2, 1500)
        return self.dice.between(30, term - 30) if share < LEFT else None

    def _ends(self, ended: int | None) -> str | None:
        if ended is not None:
            return self.calendar.day(ended)
        open_ends = (None, NEVER, self.calendar.day(-self.dice.between(30, 900)))
        return self.dice.pick(open_ends)

    def _contact(self, client: int, person: Person, town: str, start: int) -> int:
        return self.sheets.add(
            "client_contact", client, person.civility, person.first, person.last, person.full,
            person.email, person.phone, self.dice.pick(words.JOBS), town,
            int(self.dice.chance(0.1)), self.crowd.instant(start),
        )  # fmt: skip

    def _ticket(
        self, client: int, contact: int, person: Person, ago: int, repaired: float = REPAIRED_ELSEWHERE
    ) -> int:
        closed = max(0, ago - self.dice.upto(20))
        number = f"T{len(self.sheets.rows['ticket']) + 1:06d}"
        description = self.crowd.say(words.SUMMARIES, person.full)
        ticket = self.sheets.add(
            "ticket", number, client, contact, person.full, person.email,
            self.dice.pick(words.TICKET_SUBJECTS), description,
            "closed" if closed else "open", self.crowd.instant(ago),
            self.crowd.instant(closed) if closed else None,
        )  # fmt: skip
        comment = f"Rappelé {person.full}, pas de réponse."
        when = self.crowd.instant(closed)
        technician = self.dice.pick(words.AUTHORS)
        self.sheets.add("ticket_history", ticket, when, technician, "closed", comment)
        if self.dice.chance(repaired):
            self._intervene(ticket, contact, person, ago, technician)
        return ticket

    def _intervene(self, ticket: int, contact: int, person: Person, ago: int, technician: str) -> None:
        """The client's person agrees first; then the workstation is taken over."""
        post = f"POSTE-{self.dice.between(1, 40):02d}"
        minute = self.dice.between(480, 900)
        given = self.calendar.instant(ago, minute)
        ended = self.calendar.instant(ago, minute + self.dice.between(10, 120))
        consent = self.sheets.add("control_consent", ticket, contact, person.full, post, given, None)
        report = f"Prise en main de {post} en présence de {person.full}. Réindexation, contrôle."
        self.sheets.add("intervention", ticket, consent, technician, "remote", given, ended, report)

    def _silence_of_image(self, start: int) -> int:
        """Days since a sequence was received: the edges first, then the promised proportion."""
        term = self.calendar.ago(months=1)
        self.images += 1
        if self.images < 3:
            return term + self.images - 1
        late = self.images * OVERDUE_IMAGES % 100 < OVERDUE_IMAGES
        return term + self.dice.between(2, min(700, start - term)) if late else self.dice.upto(term - 1)

    def _image(self, ticket: int, ago: int) -> None:
        """A sequence received for the repair; some clients send the very same one twice."""
        vehicle = f"Bus {self.dice.between(100, 480)}"
        content = f"sequence {self.images // 10 if self.images % 10 == 1 else self.images}"
        key = self.store(b"\x00\x00\x00\x18ftypmp42" + content.encode() * 20)
        self.sheets.add(
            "image_sequence", ticket, vehicle, self.dice.pick(("avant", "porte 2", "salle")),
            self.dice.pick(words.TOWNS)[0], int(self.dice.chance(0.3)), f"{vehicle}.mp4", key,
            self.crowd.instant(ago + self.dice.upto(6)), self.crowd.instant(ago),
        )  # fmt: skip
