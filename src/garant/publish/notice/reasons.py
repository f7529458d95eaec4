"""Section 6: why, on which ground and for how long, one activity after the other; then every retention rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garant.policy.document import (
    Activity,
    ControllerActivity,
    DataCategory,
    LegalBasis,
    ProcessorActivity,
    Purpose,
    RetentionRule,
    SpecialCondition,
    SubjectCategory,
)
from garant.policy.document.tree import Tree
from garant.policy.text import Text
from garant.publish import words
from garant.publish.notice.document import Block, Cell, Entries, Entry, Line, Paragraph, Row, Section, Table
from garant.publish.notice.speech import Speech

_LETTERS: Final[dict[SpecialCondition, str]] = dict(zip(words.CONDITIONS, "abcdefghij", strict=True))


def reasons(speech: Speech) -> Section:
    """Section 6: the big table, activity by activity, then how long data are kept."""
    policy = speech.policy
    parts = [
        _activity(speech, f"6.{place}", activity)
        for place, activity in enumerate(policy.activities.values(), 1)
    ]
    if policy.retention:
        parts.append(_retention(speech, f"6.{len(parts) + 1}"))
    answer = speech.tell("Chaque donnée sert un but précis.", "All data serve a stated purpose.")
    if policy.retention:
        answer += speech.tell(" Chaque durée a une fin.", " Every period has an end.")
    return Section(
        number="6",
        id="section.reasons",
        title=speech.tell("Pourquoi, et pour combien de temps ?", "Why, and for how long?"),
        answer=answer,
        sections=tuple(parts),
        references=(
            Line(
                text=speech.tell(
                    "RGPD, art. 6, 13(1)(c) et (d), 13(2)(a)", "GDPR, art. 6, 13(1)(c) and (d), 13(2)(a)"
                )
            ),
        ),
    )


def _activity(speech: Speech, number: str, activity: Activity) -> Section:
    blocks: list[Block] = []
    if isinstance(activity, ControllerActivity):
        blocks += _purposes(speech, activity)
    else:
        blocks += _services(speech, activity)
    blocks += _facts(speech, activity)
    blocks += (Paragraph(text=speech.say(note)) for note in activity.notes)
    return Section(
        number=number,
        id=f"activity.{activity.key}",
        title=speech.name_of(activity),
        answer=speech.say(activity.description) if activity.description else "",
        blocks=tuple(blocks),
    )


def _columns(speech: Speech) -> tuple[str, ...]:
    if speech.language == "fr":
        return ("Ce que nous faisons", "Données", "Fondement", "Durée")
    return ("What we do", "Data", "Ground", "Period")


def _purposes(speech: Speech, activity: ControllerActivity) -> Iterator[Table]:
    if not activity.purposes:
        return
    rows = tuple(
        Row(
            id=f"purpose.{activity.key}.{purpose.key}",
            cells=(
                Cell(lines=tuple(_reason(speech, purpose))),
                _data_cell(speech, activity.data_of(purpose)),
                Cell(lines=tuple(_basis(speech, purpose.legal_basis))),
                _periods(speech, _rules(speech, activity, purpose)),
            ),
        )
        for purpose in activity.purposes.values()
    )
    caption = speech.tell("Pourquoi\u202f: ", "Why: ") + speech.name_of(activity)
    yield Table(caption=caption, columns=_columns(speech), rows=rows)


def _services(speech: Speech, activity: ProcessorActivity) -> Iterator[Block]:
    clients = speech.listed(speech.say(client.label) for client in activity.clients.values())
    said = speech.tell(
        "Nous agissons pour le compte de nos clients. Ils restent responsables de ces données.",
        "We act on behalf of our clients. They remain the controllers of these data.",
    )
    yield Paragraph(text=said)
    operations = tuple(Line(text=speech.say(text)) for text in activity.operations)
    row = Row(
        cells=(
            Cell(lines=operations or (Line(text=speech.name_of(activity)),)),
            _data_cell(speech, activity.data),
            Cell(lines=tuple(_basis(speech, activity.legal_basis, article=False))),
            _periods(speech, _rules(speech, activity, None)),
        )
    )
    caption = speech.tell("Pour nos clients\u202f: ", "For our clients: ") + speech.name_of(activity)
    yield Table(caption=caption, columns=_columns(speech), rows=(row,))
    entries: list[Entry] = []
    if clients:
        entries.append(Entry(title=speech.tell("Nos clients", "Our clients"), lines=(Line(text=clients),)))
    if activity.instructions:
        lines = tuple(Line(text=speech.say(each.statement)) for each in activity.instructions)
        entries.append(Entry(title=speech.tell("Leurs instructions", "Their instructions"), lines=lines))
    if activity.sub_processor_notice:
        before = words.period(activity.sub_processor_notice)
        said = speech.tell(
            f"Nous prévenons nos clients {before.fr} avant.", f"We tell our clients {before.en} before."
        )
        title = speech.tell("Un nouveau sous-traitant", "A new sub-processor")
        entries.append(Entry(title=title, lines=(Line(text=said),)))
    if activity.client_duties:
        lines = tuple(Line(text=speech.say(duty)) for duty in activity.client_duties)
        entries.append(Entry(title=speech.tell("Ce qui leur revient", "What is theirs to do"), lines=lines))
    if entries:
        yield Entries(style="terms", entries=tuple(entries))


def _reason(speech: Speech, purpose: Purpose) -> Iterator[Line]:
    yield Line(text=speech.name_of(purpose))
    for detail in purpose.details:
        yield Line(text=speech.say(detail), quiet=True)
    if purpose.subjects:
        who = speech.subjects(purpose.subjects)
        yield Line(text=speech.tell(f"Personnes : {who}", f"People: {who}"), quiet=True)
    if purpose.recipients:
        who = speech.listed(
            speech.name_of(speech.policy.recipients[key])
            for key in purpose.recipients
            if key in speech.policy.recipients
        )
        yield Line(text=speech.tell(f"Transmis à : {who}", f"Passed on to: {who}"), quiet=True)
    if purpose.direct_marketing:
        said = speech.tell("Vous pouvez dire non à tout moment.", "You may say no at any time.")
        yield Line(text=said, quiet=True)
    yield from _warnings(speech, purpose)


def _warnings(speech: Speech, purpose: Purpose) -> Iterator[Line]:
    """What a person must be told of expressly: profiling, automated decisions, protected data."""
    if purpose.profiling:
        yield Line(text=speech.tell("Nous établissons un profil.", "We build a profile."), quiet=True)
    if decision := purpose.automated_decision:
        said = speech.tell("Une machine décide seule (art. 22).", "A machine decides alone (art. 22).")
        yield Line(text=said, quiet=True)
        for text in (decision.logic, decision.consequences, decision.human_review):
            yield from speech.quiet(text)
    if special := purpose.special_ground:
        why = speech.say(words.CONDITIONS[special.condition])
        article = f"art. 9(2)({_LETTERS[special.condition]})"
        said = speech.tell(f"Données sensibles : {why} ({article}).", f"Special data: {why} ({article}).")
        yield Line(text=said, quiet=True)
        yield from speech.quiet(special.reason)
    for text in (purpose.nir_ground, purpose.offences_ground):
        yield from speech.quiet(text)


def _data_cell(speech: Speech, keys: tuple[str, ...]) -> Cell:
    tree = speech.policy.data_categories
    lines: list[Line] = []
    for key in keys:
        line = tree.lineage(key)
        root = line[-1].key if line else key
        lines.append(Line(text=speech.data(key), href=f"#data.{root}"))
    return Cell(lines=tuple(lines))


def _basis(speech: Speech, basis: LegalBasis | None, *, article: bool = True) -> Iterator[Line]:
    if basis is None:
        yield Line(text=speech.tell("Non précisé", "Not stated"))
        return
    yield Line(text=speech.say(words.ground(basis)))
    for text in words.ground_details(basis):
        yield Line(text=speech.say(text), quiet=True)
    if article:
        yield Line(text=speech.say(words.ground_article(basis)), quiet=True)


def _periods(speech: Speech, rules: list[RetentionRule]) -> Cell:
    if not rules:
        return Cell(lines=(Line(text=speech.tell("Non précisée", "Not stated")),))
    return Cell(lines=tuple(Line(text=speech.name_of(rule), href=f"#retention.{rule.key}") for rule in rules))


def _rules(speech: Speech, activity: Activity, purpose: Purpose | None) -> list[RetentionRule]:
    """The rules that say how long some of these data, of some of these people, are kept."""
    data, subjects = activity.data, activity.subjects
    if purpose is not None and isinstance(activity, ControllerActivity):
        data, subjects = activity.data_of(purpose), activity.subjects_of(purpose)
    policy = speech.policy
    return [
        rule
        for rule in policy.retention.values()
        if activity.key in rule.activities
        and (not rule.purposes or purpose is None or purpose.key in rule.purposes)
        and _meet(policy.data_categories, rule.data, data)
        and _meet(policy.subject_categories, rule.subjects, subjects)
    ]


def _meet(
    tree: Tree[DataCategory] | Tree[SubjectCategory], some: tuple[str, ...], others: tuple[str, ...]
) -> bool:
    """Whether a category of one list covers one of the other; an empty list is everything."""
    if not some or not others:
        return True
    return any(tree.covers(one, other) or tree.covers(other, one) for one in some for other in others)


def _facts(speech: Speech, activity: Activity) -> Iterator[Entries]:
    """Whose data, where they come from, and who receives them."""
    entries: list[Entry] = []
    if activity.subjects:
        who = Line(text=speech.subjects(activity.subjects))
        entries.append(Entry(title=speech.tell("Qui est concerné", "Who is concerned"), lines=(who,)))
    if isinstance(activity, ControllerActivity) and activity.sources:
        lines = tuple(
            Line(text=speech.say(each.label) if each.label else _source(speech, each.kind))
            for each in activity.sources
        )
        entries.append(
            Entry(title=speech.tell("D’où viennent les données", "Where data come from"), lines=lines)
        )
    lines = _receivers(speech, activity)
    if lines:
        entries.append(Entry(title=speech.tell("Qui les reçoit", "Who receives them"), lines=lines))
    if entries:
        yield Entries(style="terms", entries=tuple(entries))


def _receivers(speech: Speech, activity: Activity) -> tuple[Line, ...]:
    policy = speech.policy
    recipients = [
        Line(text=speech.name_of(policy.recipients[key]), href=f"#recipient.{key}")
        for key in activity.recipients
        if key in policy.recipients
    ]
    processors = [
        Line(text=speech.name_of(policy.processors[key]), href=f"#processor.{key}")
        for key in activity.processors
        if key in policy.processors
    ]
    return (*recipients, *processors)


def _source(speech: Speech, kind: str) -> str:
    said = {
        "person": speech.tell("Vous-même", "Yourself"),
        "third-party": speech.tell("Un tiers", "A third party"),
        "public": speech.tell("Une source publique", "A public source"),
        "derived": speech.tell("Un calcul sur vos données", "A computation on your data"),
    }
    return said[kind]


def _retention(speech: Speech, number: str) -> Section:
    columns = ("Quoi", "Combien de temps", "Ensuite", "D’où vient cette durée")
    if speech.language == "en":
        columns = ("What", "How long", "Then", "Where the period comes from")
    table = Table(
        caption=speech.tell("Durées de conservation", "Retention periods"),
        columns=columns,
        rows=tuple(_rule(speech, rule) for rule in speech.policy.retention.values()),
    )
    return Section(
        number=number,
        id="section.retention",
        title=speech.tell("Combien de temps ?", "For how long?"),
        answer=speech.tell(
            "Pas plus longtemps qu’il ne faut. Voici chaque durée, et ce qu’il advient ensuite.",
            "No longer than needed. Here is each period, and what happens next.",
        ),
        blocks=(table,),
        references=(
            Line(text=speech.tell("RGPD, art. 5(1)(e) et 13(2)(a)", "GDPR, art. 5(1)(e) and 13(2)(a)")),
        ),
    )


def _named_purposes(speech: Speech, rule: RetentionRule) -> Iterator[str]:
    for activity, purpose in speech.policy.purposes():
        if activity.key in rule.activities and purpose.key in rule.purposes:
            yield speech.name_of(purpose)


def _rule(speech: Speech, rule: RetentionRule) -> Row:
    what = [Line(text=speech.name_of(rule))]
    if rule.data:
        what.append(Line(text=" · ".join(speech.data(key) for key in rule.data), quiet=True))
    if rule.subjects:
        who = speech.subjects(rule.subjects)
        what.append(Line(text=speech.tell(f"Personnes : {who}", f"People: {who}"), quiet=True))
    if rule.purposes:
        why = speech.listed(_named_purposes(speech, rule))
        what.append(Line(text=speech.tell(f"Finalités : {why}", f"Purposes: {why}"), quiet=True))
    what += (
        Line(text=speech.activity(key), href=f"#activity.{key}", quiet=True)
        for key in rule.activities
        if key in speech.policy.activities
    )
    how_long = [Line(text=speech.say(words.kept_for(speech.policy, rule)))]
    if rule.sooner:
        sooner = words.event(speech.policy, rule.sooner)
        said = speech.tell(f"Plus tôt, dès {sooner.fr}.", f"Sooner, upon {sooner.en}.")
        how_long.append(Line(text=said, quiet=True))
    how_long += speech.quiet(rule.conditions)
    if archive := rule.archive_phase:
        how_long += speech.quiet(archive.access)
        how_long += speech.quiet(archive.reason)
    fate = words.fate_of(rule)
    then = Text(fr=f"Les données sont {fate.fr}.", en=f"The data are {fate.en}.")
    return Row(
        id=f"retention.{rule.key}",
        cells=(
            Cell(lines=tuple(what)),
            Cell(lines=tuple(how_long)),
            Cell(lines=speech.line(then if rule.fate else None)),
            Cell(lines=speech.line(rule.legal_source)),
        ),
    )
