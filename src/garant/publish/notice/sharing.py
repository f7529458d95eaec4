"""Sections 7 and 10: who has access, and what leaves the European Economic Area."""

from __future__ import annotations

from typing import Final

from garant.policy.adequacy import decision_for
from garant.policy.document import Processor, Recipient, RecipientKind, Safeguard, SafeguardKind, Transfer
from garant.policy.text import Text
from garant.publish import words
from garant.publish.countries import country
from garant.publish.notice.data import absences
from garant.publish.notice.document import Block, Cell, Entries, Entry, Line, Paragraph, Row, Section, Table
from garant.publish.notice.speech import Speech

_GROUPS: Final[dict[RecipientKind, Text]] = {
    "internal-service": Text(fr="Chez nous", en="Within our organisation"),
    "partner": Text(fr="Nos partenaires", en="Our partners"),
    "public-authority": Text(fr="Les autorités publiques", en="Public authorities"),
    "third-country": Text(fr="Hors d’Europe", en="Outside Europe"),
    "other": Text(fr="D’autres destinataires", en="Other recipients"),
}

_SAFEGUARDS: Final[dict[SafeguardKind, tuple[Text, str]]] = {
    "adequacy": (
        Text(fr="La Commission européenne juge ce pays sûr", en="The European Commission finds it adequate"),
        "art. 45(3)",
    ),
    "standard-clauses": (
        Text(fr="Clauses types de la Commission européenne", en="Standard clauses of the Commission"),
        "art. 46(2)(c)",
    ),
    "binding-rules": (
        Text(fr="Règles d’entreprise contraignantes", en="Binding corporate rules"),
        "art. 46(2)(b)",
    ),
    "code-of-conduct": (Text(fr="Code de conduite approuvé", en="Approved code of conduct"), "art. 46(2)(e)"),
    "certification": (Text(fr="Certification approuvée", en="Approved certification"), "art. 46(2)(f)"),
    "public-instrument": (
        Text(fr="Accord entre autorités publiques", en="Instrument between public authorities"),
        "art. 46(2)(a)",
    ),
    "authorised-clauses": (
        Text(fr="Clauses autorisées par l’autorité de contrôle", en="Clauses authorised by the authority"),
        "art. 46(3)(a)",
    ),
    "derogation": (Text(fr="Cas particulier prévu par la loi", en="Specific case allowed by law"), "art. 49"),
}
"""Each safeguard in words, with its place in chapter V of the GDPR."""


def access(speech: Speech) -> Section:
    """Section 7: recipients, processors, and what is promised of both."""
    policy = speech.policy
    blocks: list[Block] = []
    for kind, label in _GROUPS.items():
        chosen = [each for each in policy.recipients.values() if each.kind == kind]
        if chosen:
            entries = tuple(_recipient(speech, each) for each in chosen)
            blocks.append(Entries(label=speech.say(label), entries=entries))
    if policy.processors:
        label = speech.tell("Nos sous-traitants", "Our processors")
        entries = tuple(_processor(speech, each) for each in policy.processors.values())
        blocks.append(Entries(label=label, entries=entries))
    blocks += absences(
        speech,
        "no-sale",
        "no-disclosure-without-consent",
        "no-automated-decision",
        "no-profiling",
        label=speech.tell("Ce que nous ne faisons pas", "What we do not do"),
    )
    return Section(
        number="7",
        id="section.access",
        title=speech.tell("Qui a accès à vos données ?", "Who has access to your data?"),
        answer=_access_answer(speech),
        blocks=tuple(blocks),
        references=(
            Line(text=speech.tell("RGPD, art. 13(1)(e), 22 et 28", "GDPR, art. 13(1)(e), 22 and 28")),
        ),
    )


def transfers(speech: Speech) -> Section:
    """Section 10: the clause, the promise, and each transfer with its safeguard."""
    policy = speech.policy
    blocks: list[Block] = []
    if clause := policy.transfer_clause:
        blocks.append(Paragraph(text=speech.say(clause.statement)))
        if clause.advance_notice:
            before = words.period(clause.advance_notice)
            said = speech.tell(
                f"Nous vous prévenons {before.fr} avant tout nouveau transfert.",
                f"We tell you {before.en} before any new transfer.",
            )
            blocks.append(Paragraph(text=said))
        if clause.notice_channel:
            blocks.append(Paragraph(text=speech.say(clause.notice_channel)))
    blocks += absences(speech, "no-transfer")
    if policy.transfers:
        blocks.append(_transfer_table(speech))
    return Section(
        number="10",
        id="section.transfers",
        title=speech.tell("Vos données quittent-elles l’Europe ?", "Do your data leave Europe?"),
        answer=_transfers_answer(speech),
        blocks=tuple(blocks),
        references=(
            Line(text=speech.tell("RGPD, art. 13(1)(f) et 44 à 49", "GDPR, art. 13(1)(f) and 44 to 49")),
        ),
    )


def _access_answer(speech: Speech) -> str:
    policy = speech.policy
    if not policy.recipients and not policy.processors:
        return speech.tell("Cette politique ne nomme aucun destinataire.", "This policy names no recipient.")
    said = speech.tell("Ceux qui en ont besoin, et que voici.", "Those who need it, and here they are.")
    if any(promise.kind == "no-sale" and not promise.activities for promise in policy.promises.values()):
        said += speech.tell(" Nous ne les vendons pas.", " We do not sell them.")
    return said


def _recipient(speech: Speech, recipient: Recipient) -> Entry:
    lines = [*speech.line(recipient.reason)]
    if recipient.on_request:
        said = speech.tell("Seulement sur demande fondée en droit.", "Only on a lawful request.")
        lines.append(Line(text=said, quiet=True))
    lines += _where(speech, recipient.country)
    return Entry(id=f"recipient.{recipient.key}", title=speech.name_of(recipient), lines=tuple(lines))


def _processor(speech: Speech, processor: Processor) -> Entry:
    title = speech.name_of(processor)
    if processor.name:
        title = f"{title} ({processor.name})"
    lines = [*speech.line(processor.services), *speech.quiet(processor.guarantees)]
    lines += _where(speech, processor.country)
    if known := [key for key in processor.sub_processors if key in speech.policy.processors]:
        others = speech.listed(speech.name_of(speech.policy.processors[key]) for key in known)
        said = speech.tell(f"Fait appel à : {others}.", f"Calls on: {others}.")
        lines.append(Line(text=said, quiet=True))
    return Entry(id=f"processor.{processor.key}", title=title, lines=tuple(lines))


def _where(speech: Speech, code: str | None) -> tuple[Line, ...]:
    """The country, where it is not the organisation's own."""
    if code is None or code == speech.policy.organisation.country:
        return ()
    name = country(code)
    return (Line(text=speech.tell(f"Pays : {name.fr}.", f"Country: {name.en}."), quiet=True),)


def _transfers_answer(speech: Speech) -> str:
    transfers = list(speech.policy.transfers.values())
    if not transfers:
        return speech.tell("Non, aucun transfert n’est prévu.", "No, no transfer is planned.")
    cases = speech.counted(len(transfers), Text(fr="cas", en="case"), Text(fr="cas", en="cases"))
    if all(transfer.safeguard for transfer in transfers):
        return speech.tell(
            f"Oui, dans {cases}, avec une garantie à chaque fois.",
            f"Yes, in {cases}, with a safeguard each time.",
        )
    return speech.tell(f"Oui, dans {cases}.", f"Yes, in {cases}.")


def _transfer_table(speech: Speech) -> Table:
    columns = ("Transfert", "Pays", "Données", "Garantie")
    if speech.language == "en":
        columns = ("Transfer", "Country", "Data", "Safeguard")
    return Table(
        caption=speech.tell("Transferts hors d’Europe", "Transfers outside Europe"),
        columns=columns,
        rows=tuple(_transfer(speech, each) for each in speech.policy.transfers.values()),
    )


def _transfer(speech: Speech, transfer: Transfer) -> Row:
    what = [Line(text=speech.name_of(transfer)), *_receiver(speech, transfer.to)]
    if transfer.starts:
        on = words.day(transfer.starts, speech.language)
        what.append(Line(text=speech.tell(f"À partir du {on}.", f"From {on}."), quiet=True))
    what += (
        Line(text=line.text, href=line.href, quiet=True)
        for line in speech.activity_links(transfer.activities)
    )
    data = [speech.data(key) for key in transfer.data] or [
        speech.tell("Toutes celles des activités", "All of the activities’")
    ]
    return Row(
        id=f"transfer.{transfer.key}",
        cells=(
            Cell(lines=tuple(what)),
            Cell(lines=(Line(text=speech.say(country(transfer.country))),)),
            Cell(lines=tuple(Line(text=text) for text in data)),
            Cell(lines=tuple(_safeguard(speech, transfer.safeguard, transfer.country))),
        ),
    )


def _receiver(speech: Speech, key: str) -> tuple[Line, ...]:
    policy = speech.policy
    if key in policy.processors:
        return (Line(text=speech.name_of(policy.processors[key]), href=f"#processor.{key}", quiet=True),)
    if key in policy.recipients:
        return (Line(text=speech.name_of(policy.recipients[key]), href=f"#recipient.{key}", quiet=True),)
    return ()


def _safeguard(speech: Speech, safeguard: Safeguard | None, code: str) -> list[Line]:
    if safeguard is None:
        return [Line(text=speech.tell("Non précisée", "Not stated"))]
    said, article = _SAFEGUARDS[safeguard.kind]
    lines = [Line(text=speech.say(said)), *speech.quiet(safeguard.reference)]
    decision = decision_for(code) if safeguard.kind == "adequacy" else None
    if decision:
        reference = decision.reference
        lines.append(Line(text=speech.tell(f"Décision {reference}.", f"Decision {reference}."), quiet=True))
    if safeguard.document:
        text = speech.tell("Obtenir une copie", "Get a copy")
        lines.append(Line(text=text, href=safeguard.document, quiet=True))
    lines.append(Line(text=speech.tell(f"RGPD, {article}", f"GDPR, {article}"), quiet=True))
    return lines
