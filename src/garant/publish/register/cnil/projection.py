"""A policy as the template would say it: in French, one record for each activity as controller."""

from collections.abc import Iterable, Iterator
from typing import Final

from garant.policy.document import (
    Address,
    Category,
    Contact,
    ControllerActivity,
    Policy,
    Processor,
    Recipient,
    RetentionRule,
    SubjectCategory,
)
from garant.policy.text import Text

from ...countries import country
from ...words import fate_of, kept_for
from ..phrases import sooner
from . import vocabulary as words
from .record import SEPARATOR, Line, Person, Record, Register, Row, item, one_line, said_day
from .vocabulary import DATA_ROWS, row_of, word_for

_SHEET: Final = 31
"""Characters that the name of a sheet may have, in every spreadsheet."""


def projected(policy: Policy) -> Register:
    """What the template shows of the policy. It never fails: what has no label is shown by its key."""
    records = tuple(
        _record(policy, activity, number) for number, activity in enumerate(policy.controller_activities, 1)
    )
    return Register(
        controller=_controller(policy),
        representative=_person(policy.organisation.representative),
        dpo=_person(policy.organisation.dpo, company=True),
        lines=tuple(map(line_of, records)),
        records=records,
    )


def line_of(record: Record) -> Line:
    """The line of the list sheet that a record calls for."""
    return Line(
        name=record.name,
        reference=record.reference,
        created=record.created,
        updated=record.updated,
        purpose=record.purposes[0].cells[0] if record.purposes else "",
        sensitive="Oui" if record.sensitive else "Non",
    )


def shown(text: Text | None, key: str) -> str:
    """The French words on one line, or the key where there are none."""
    return item(text.say("fr")) if text is not None and item(text.say("fr")) else key


def rules_of(policy: Policy, activity: ControllerActivity, categories: Iterable[str]) -> list[RetentionRule]:
    """The retention rules of the activity that concern any of the categories, or a part of one."""
    tree = policy.data_categories
    wanted = tuple(categories)

    def concerns(rule: RetentionRule) -> bool:
        return not rule.data or any(
            tree.covers(one, other) or tree.covers(other, one) for one in rule.data for other in wanted
        )

    return [rule for rule in policy.retention.values() if activity.key in rule.activities and concerns(rule)]


def categories_of(activity: ControllerActivity) -> tuple[str, ...]:
    """All data of the activity and of its purposes, each once."""
    everything = [*activity.data, *(key for purpose in activity.purposes.values() for key in purpose.data)]
    return tuple(dict.fromkeys(everything))


def retention_line(policy: Policy, rule: RetentionRule) -> str:
    """A rule on one line: whose data, how long, then what becomes of them."""
    who = [_label(policy.subject_categories.get(key), key) for key in rule.subjects]
    what = [_label(policy.data_categories.get(key), key) for key in rule.data]
    head = ", ".join(who) + (f" ({', '.join(what)})" if what else "")
    fate = f", puis {fate_of(rule).fr}" if rule.fate and rule.phases else ""
    length = kept_for(policy, rule).fr + sooner(policy, rule).fr
    return one_line(f"{head.strip() or 'Toutes les données'} : {length}{fate}")


def _record(policy: Policy, activity: ControllerActivity, number: int) -> Record:
    gathered = _gathered(policy, activity)
    return Record(
        sheet=_sheet_name(shown(activity.label, activity.key), number),
        key=activity.key,
        name=shown(activity.label, activity.key),
        reference=one_line(activity.reference or "") or activity.key,
        created=said_day(activity.created),
        updated=said_day(activity.updated),
        actors=tuple(_actors(policy, activity)),
        purposes=tuple(
            Row((shown(one.label, one.key), *filter(None, (item(d.say("fr")) for d in one.details))), one.key)
            for one in activity.purposes.values()
        ),
        data={
            row: tuple(Row((_datum(policy, key),), key) for key in gathered.get(row, ())) for row in DATA_ROWS
        },
        retention={row: _retention(policy, activity, gathered.get(row, ())) for row in DATA_ROWS},
        people=tuple(_people(policy, activity)),
        recipients=tuple(_recipients(policy, activity)),
        measures=tuple(_measures(policy, activity)),
        transfers=tuple(_transfers(policy, activity)),
    )


def _sheet_name(label: str, number: int) -> str:
    safe = "".join(" " if one in "[]*?:/\\'" else one for one in label)
    return one_line(f"Fiche {number} - {one_line(safe)}"[:_SHEET])


def _gathered(policy: Policy, activity: ControllerActivity) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for key in categories_of(activity):
        rows.setdefault(row_of(policy, key).key, []).append(key)
    return rows


def _datum(policy: Policy, key: str) -> str:
    return _label(policy.data_categories.get(key), key).replace(SEPARATOR.strip(), ",")


def _label(part: Category | Recipient | Processor | None, key: str) -> str:
    return shown(part.label if part is not None else None, key)


def _retention(policy: Policy, activity: ControllerActivity, keys: Iterable[str]) -> tuple[Row, ...]:
    categories = tuple(keys)
    if not categories:
        return ()
    return tuple(
        Row((retention_line(policy, rule),), rule.key) for rule in rules_of(policy, activity, categories)
    )


def _people(policy: Policy, activity: ControllerActivity) -> Iterator[Row]:
    everyone = [*activity.subjects, *(key for one in activity.purposes.values() for key in one.subjects)]
    for key in dict.fromkeys(everyone):
        category = policy.subject_categories.get(key)
        details = one_line(category.description.say("fr")) if category and category.description else ""
        yield Row((_type_of(policy, category), _label(category, key), details), key)


def _type_of(policy: Policy, category: SubjectCategory | None) -> str:
    lineage = policy.subject_categories.lineage(category.key) if category is not None else ()
    found = (word_for(one.key, words.PEOPLE, "") for one in lineage)
    return next(filter(None, found), words.OTHER_PEOPLE)


def _recipients(policy: Policy, activity: ControllerActivity) -> Iterator[Row]:
    everyone = [*activity.recipients, *(key for one in activity.purposes.values() for key in one.recipients)]
    for key in dict.fromkeys(everyone):
        known = policy.recipients.get(key)
        kind = "partner" if known is not None and known.kind == "public-authority" else known and known.kind
        yield Row((word_for(kind or "other", words.RECIPIENTS, "Autre"), _label(known, key)), key)
    for key in dict.fromkeys(activity.processors):
        yield Row((words.PROCESSORS, _label(policy.processors.get(key), key)), key)


def _measures(policy: Policy, activity: ControllerActivity) -> Iterator[Row]:
    for key, measure in policy.measures.items():
        if not measure.activities or activity.key in measure.activities:
            yield Row(
                (word_for(measure.kind, words.MEASURES, "Autres mesures"), shown(measure.label, key)), key
            )


def _transfers(policy: Policy, activity: ControllerActivity) -> Iterator[Row]:
    for key, transfer in policy.transfers.items():
        if transfer.activities and activity.key not in transfer.activities:
            continue
        receiver = policy.recipients.get(transfer.to) or policy.processors.get(transfer.to)
        guard = transfer.safeguard
        yield Row(
            (
                _label(receiver, transfer.to),
                country(transfer.country).fr,
                word_for(guard.kind, words.SAFEGUARDS, "") if guard else "",
                guard.document or "" if guard else "",
            ),
            key,
        )


def _actors(policy: Policy, activity: ControllerActivity) -> Iterator[Row]:
    whole = policy.organisation
    yield _actor("Responsable du traitement", whole.contact, whole.name, whole.address)
    dpo = whole.dpo
    yield _actor("Délégué à la protection des données", dpo, _full_name(dpo), dpo and dpo.address)
    yield _actor("Société du DPO, si externe", None, dpo.company if dpo else None, None)
    guardian = whole.representative
    yield _actor("Représentant", guardian, _full_name(guardian), guardian and guardian.address)
    for joint in activity.joint_controllers:
        contact = joint.contact
        yield _actor("Responsable(s) conjoint(s)", contact, _full_name(contact), contact.address)


def _actor(role: str, contact: Contact | None, name: str | None, address: Address | None) -> Row:
    where = (
        (address.street, address.postal_code, address.city, country(address.country).fr)
        if address
        else ("", "", "", "")
    )
    reach = (contact.phone or "", contact.email or "") if contact else ("", "")
    return Row((role, *map(one_line, (name or "", *where, *reach))))


def _full_name(contact: Contact | None) -> str:
    if contact is None:
        return ""
    return " ".join(filter(None, (contact.first_name, contact.name))) or (
        contact.role.say("fr") if contact.role else ""
    )


def _controller(policy: Policy) -> Person:
    whole = policy.organisation
    head, contact = whole.head or Contact(), whole.contact or Contact()
    return _person(
        head.model_copy(
            update={
                "name": head.name or whole.name,
                "address": head.address or whole.address,
                "phone": head.phone or contact.phone,
                "email": head.email or contact.email,
            }
        )
    )


def _person(contact: Contact | None, *, company: bool = False) -> Person:
    if contact is None:
        return Person()
    address = contact.address
    return Person(
        name=one_line(contact.name or (contact.role.say("fr") if contact.role else "")),
        first_name=one_line(contact.first_name or ""),
        company=one_line(contact.company or "") if company else "",
        street=one_line(address.street) if address else "",
        postal_code=one_line(address.postal_code) if address else "",
        city=one_line(address.city) if address else "",
        phone=one_line(contact.phone or ""),
        email=one_line(contact.email or ""),
    )
