"""The demo's customer relations: firms, their people, what was said, sold and invoiced.

Proportions (of the people of the system), fixed so that tests and readers can rely on them:
prospects 50 %, of whom 18 % silent for more than three years; people of customer firms 40 %,
of whom 12 % left more than five years ago; leads without a card 5 %; newsletter readers without
a card 5 %. Some sit exactly on the edge of a term, and a few have no date at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from garant.demo import words
from garant.demo.dice import Calendar, Sheets
from garant.demo.people import Crowd, Firm, Person

PROSPECTS: Final = 0.50
CUSTOMERS: Final = 0.40
LEADS: Final = 0.05
OVERDUE_PROSPECTS: Final = 18
"""Out of a hundred."""
OVERDUE_LEADS: Final = 30
OVERDUE_READERS: Final = 20
LEFT_FIRMS: Final = 26
OVERDUE_FIRMS: Final = 12
LATE_EVENING: Final = 23 * 60 + 30
"""Stored in UTC: already the next day in Paris."""
EDGES: Final = 7
NEVER: Final = "9999-12-31"


def fill(people: int, calendar: Calendar, seed: str) -> Sheets:
    """Every row of the system, in memory."""
    writer = _Writer(Crowd(f"{seed}/crm", calendar))
    writer.edges()
    writer.prospects(round(people * PROSPECTS) - EDGES)
    writer.customers(round(people * CUSTOMERS))
    writer.loose_leads(round(people * LEADS))
    writer.readers(people - round(people * PROSPECTS) - round(people * CUSTOMERS)
                   - round(people * LEADS))  # fmt: skip
    writer.name_attendees()
    return writer.sheets


class _Writer:
    def __init__(self, crowd: Crowd) -> None:
        self.sheets = Sheets()
        self.crowd = crowd
        self.dice = crowd.dice
        self.calendar = crowd.calendar
        self.term = self.calendar.ago(years=3)

        self.met_before: tuple[int, Person, int] | None = None

    # -- prospects ---------------------------------------------------------------------

    def edges(self) -> None:
        """Prospects around the end of their term: noon and late evening; then three undated."""
        firm = self.crowd.firm()
        account = self._account(firm, self.term + 900)
        spots = [(self.term + shift, minute) for shift in (0, 1) for minute in (720, LATE_EVENING)]
        names: list[str] = []
        for ago, minute in spots:
            person = self.crowd.person(firm.domain)
            card = self._card(account, person, firm, ago + 30)
            self._interaction(card, person, ago, minute)
            names.append(person.full)
        for _ in range(EDGES - len(spots)):
            person = self.crowd.person(firm.domain)
            self._card(account, person, firm, None)
            names.append(person.full)
        self._name_contacts(account, names)

    def prospects(self, count: int) -> None:
        silences = self._silences(count, self.term, OVERDUE_PROSPECTS)
        left = count
        while left:
            size = min(left, self.dice.between(1, 4))
            left -= size
            self._prospect_firm([next(silences) for _ in range(size)])

    def _silences(self, count: int, term: int, overdue: int) -> Iterator[int]:
        """Days since the last contact, in the promised proportion."""
        for number in range(count):
            late = number * overdue % 100 < overdue
            yield term + self.dice.between(2, 1500) if late else self.dice.upto(term - 10)

    def _prospect_firm(self, silences: list[int]) -> None:
        firm = self.crowd.firm()
        oldest = max(silences) + self.dice.between(200, 900)
        account = self._account(firm, oldest)
        names: list[str] = []
        for silence in silences:
            person = self.crowd.person(firm.domain)
            first = silence + self.dice.between(10, 600)
            self._last_contact(self._card(account, person, firm, first), person, silence, first)
            names.append(person.full)
        self._name_contacts(account, names)

    def _last_contact(self, card: int, person: Person, silence: int, first: int) -> None:
        """Write the last contact where chance puts it, older traces elsewhere."""
        where = self.dice.upto(100)
        older = self.dice.between(silence, first)
        if where < 62:
            self._interaction(card, person, silence)
        elif where < 76:
            self._meeting(card, person, silence)
        elif where < 90:
            self._lead(card, person, silence)
        else:
            self._quote(card, person, silence)
        if self.dice.chance(0.55):
            self._lead(card, person, first)
        for _ in range(self.dice.upto(4)):
            self._interaction(card, person, self.dice.between(older, first))
        if self.dice.chance(0.3):
            self._mailing(card, self.dice.upto(silence + 1))
        if self.dice.chance(0.15):
            self._subscriber(person, first, older)
        self._remember(card, person, first)

    # -- customers ---------------------------------------------------------------------

    def customers(self, count: int) -> None:
        number = 0
        left = count
        while left:
            size = min(left, self.dice.between(1, 4))
            left -= size
            self._customer_firm(number, size)
            number += 1

    def _customer_firm(self, number: int, size: int) -> None:
        firm = self.crowd.firm()
        ended = self._end_of_relationship(number)
        start = (ended or 0) + self.dice.between(400, 3400)
        account = self._account(firm, start)
        cards = [self._customer_card(account, firm, start, ended) for _ in range(size)]
        self._name_contacts(account, [person.full for _, person in cards])
        card, person = cards[0]
        self._contract(account, card, person, start, ended)
        self._invoices(account, card, person, firm, start, ended or 0)

    def _end_of_relationship(self, number: int) -> int | None:
        term = self.calendar.ago(years=5)
        if number < 3:
            return (term, term + 1, term - 1)[number]
        share = number * 37 % 100
        if share < OVERDUE_FIRMS:
            return term + self.dice.between(2, 2600)
        return self.dice.between(30, term - 60) if share < LEFT_FIRMS else None

    def _customer_card(self, account: int, firm: Firm, start: int, ended: int | None) -> tuple[int, Person]:
        person = self.crowd.person(firm.domain)
        card = self._card(account, person, firm, start)
        last = ended or 0
        for _ in range(self.dice.upto(5)):
            self._interaction(card, person, self.dice.between(last, start))
        if self.dice.chance(0.2):
            self._lead(card, person, start)
            self._quote(card, person, self.dice.between(last, start))
        if self.dice.chance(0.25):
            self._meeting(card, person, self.dice.between(last, start))
        self._remember(card, person, start)
        return card, person

    def _contract(self, account: int, card: int, person: Person, start: int, ended: int | None) -> None:
        number = f"C{len(self.sheets.rows['contract']) + 1:06d}"
        bank = self.crowd.bank_account()
        ends: str | None = None
        if ended is not None:
            ends = self.calendar.day(ended)
        elif self.dice.chance(0.5):
            ends = NEVER if self.dice.chance(0.6) else self.calendar.day(-self.dice.between(30, 900))
        self.sheets.add("contract", number, account, card, person.full, bank, self.calendar.day(start), ends)

    def _invoices(self, account: int, card: int, person: Person, firm: Firm, start: int, end: int) -> None:
        billed = person.full if firm.form == "SARL" else firm.name
        for ago in range(start - self.dice.between(0, 40), end, -365):
            issued = self.calendar.day(ago)
            lines = [self.dice.pick(words.PRODUCTS) for _ in range(self.dice.between(1, 3))]
            total = sum(price for _, price in lines)
            number = f"F{issued[:4]}-{len(self.sheets.rows['invoice']) + 1:06d}"
            paid = self.calendar.day(ago - self.dice.between(5, 60)) if ago > 60 else None
            where = firm.address
            invoice = self.sheets.add(
                "invoice", number, account, card, issued, self.calendar.year_end(ago), billed,
                where.street, where.zip, where.city, total, paid,
            )  # fmt: skip
            for label, price in lines:
                self.sheets.add("invoice_line", invoice, label, 1, price)
            if paid:
                bank = self.crowd.bank_account()
                self.sheets.add("payment", invoice, paid, total, person.full, bank)

    # -- people without a card ---------------------------------------------------------

    def loose_leads(self, count: int) -> None:
        for silence in self._silences(count, self.term, OVERDUE_LEADS):
            self._lead(None, self.crowd.person(), silence)

    def readers(self, count: int) -> None:
        for silence in self._silences(count, self.term, OVERDUE_READERS):
            self._subscriber(self.crowd.person(), silence + self.dice.between(1, 700), silence)

    # -- rows --------------------------------------------------------------------------

    def _account(self, firm: Firm, ago: int) -> int:
        dice = self.dice
        where = firm.address
        siret = f"999{dice.upto(10**6):06d}{dice.upto(10**5):05d}"
        return self.sheets.add(
            "account", firm.name, firm.form, siret, f"FR00{siret[:9]}", where.street, where.zip,
            where.city, self.crowd.bank_account(), None, self.calendar.day(ago),
        )  # fmt: skip

    def _name_contacts(self, account: int, names: list[str]) -> None:
        row = list(self.sheets.rows["account"][account - 1])
        row[9] = ", ".join(names)
        self.sheets.rows["account"][account - 1] = tuple(row)

    def _card(self, account: int, person: Person, firm: Firm, ago: int | None) -> int:
        dice = self.dice
        made = None if ago is None else self.crowd.instant(ago)
        status = "client" if dice.chance(0.4) else "prospect"
        year = int(self.calendar.day(0)[:4]) - dice.between(22, 64) if dice.chance(0.5) else None
        return self.sheets.add(
            "person", account, person.civility, person.first, person.last, person.full,
            person.email, person.phone, person.mobile, dice.pick(words.JOBS), firm.address.city,
            year, status, int(dice.chance(0.08)), made,
            self.crowd.instant(dice.upto(7)),
        )  # fmt: skip

    def _interaction(self, card: int, person: Person, ago: int, minute: int | None = None) -> None:
        kind = self.dice.pick(("call", "email", "demo"))
        summary = self.crowd.say(words.SUMMARIES, person.full)
        author = self.dice.pick(words.AUTHORS)
        self.sheets.add("interaction", card, kind, self.crowd.instant(ago, minute), author, summary)

    def _mailing(self, card: int, ago: int) -> None:
        when = None if self.dice.chance(0.1) else self.crowd.instant(ago)
        self.sheets.add("interaction", card, "mailing", when, "robot", "Lettre d'information")

    def _meeting(self, card: int, person: Person, ago: int) -> None:
        """A meeting, shared with the person written before where it is old news for them."""
        minutes = self.crowd.say(words.SUMMARIES, person.full)
        subject = f"Rendez-vous {person.full}"
        meeting = self.sheets.add("meeting", subject, "visio", self.crowd.instant(ago), minutes, None)
        self.sheets.add("meeting_attendee", meeting, card, person.full, "accepted")
        if self.met_before and self.met_before[2] <= ago:
            other, known, _ = self.met_before
            self.sheets.add("meeting_attendee", meeting, other, known.full, "accepted")
        self.met_before = (card, person, ago)

    def name_attendees(self) -> None:
        """Copy the attendees' names into their meetings, as the calendar of such systems does."""
        names: dict[int, list[str]] = defaultdict(list)
        for row in self.sheets.rows["meeting_attendee"]:
            names[int(row[1] or 0)].append(str(row[3]))
        self.sheets.rows["meeting"] = [
            (*row[:5], ", ".join(names[int(row[0] or 0)])) for row in self.sheets.rows["meeting"]
        ]

    def _lead(self, card: int | None, person: Person, ago: int) -> None:
        message = self.crowd.say(words.SUMMARIES, person.full)
        closed = self.crowd.instant(ago) if self.dice.chance(0.5) else None
        lead = self.sheets.add(
            "lead", card, person.full, None, person.email, person.phone, "site", message,
            self.crowd.instant(ago), closed,
        )  # fmt: skip
        if self.dice.chance(0.1):
            self._note("lead", lead, person, ago)

    def _quote(self, card: int, person: Person, ago: int) -> None:
        label, price = self.dice.pick(words.PRODUCTS)
        count = self.dice.between(1, 20)
        number = f"D{len(self.sheets.rows['quote']) + 1:06d}"
        quote = self.sheets.add(
            "quote", number, card, person.full, self.calendar.day(ago), self.calendar.day(ago - 60),
            "lost", price * count, f"Remis à {person.full} en main propre",
        )  # fmt: skip
        self.sheets.add("quote_line", quote, label, count, price)

    def _subscriber(self, person: Person, ago: int, clicked: int) -> None:
        gone = self.crowd.instant(clicked) if self.dice.chance(0.1) else None
        self.sheets.add(
            "newsletter_subscriber", person.email, person.first, self.crowd.instant(ago), gone,
            self.crowd.instant(clicked),
        )  # fmt: skip

    def _remember(self, card: int, person: Person, ago: int) -> None:
        """The traces nobody thinks of: polymorphic notes and the history of the card."""
        if self.dice.chance(0.25):
            self._note("person", card, person, ago)
        if self.dice.chance(0.3):
            self.sheets.add(
                "person_history", card, self.crowd.instant(ago), person.full,
                f"{person.email.partition('@')[0]}@ancien.example", person.phone, "stagiaire",
            )  # fmt: skip

    def _note(self, kind: str, number: int, person: Person, ago: int) -> None:
        body = self.crowd.say(words.NOTES, person.full)
        author = self.dice.pick(words.AUTHORS)
        self.sheets.add("note", kind, number, author, body, self.crowd.instant(ago))
