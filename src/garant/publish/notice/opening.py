"""Sections 1 to 4: foreword, words, principles, and who answers for the data."""

from __future__ import annotations

from typing import Final

from garant.policy.document import Contact, ControllerActivity, JointController, Term
from garant.policy.text import Text
from garant.publish.notice.document import Block, Entries, Entry, Line, Paragraph, Section
from garant.publish.notice.speech import Speech

_TERMS: Final[dict[str, tuple[Text, Text]]] = {
    "personal-data": (
        Text(fr="Donnée personnelle", en="Personal data"),
        Text(
            fr="Une information sur une personne que l’on peut reconnaître, par son nom ou par recoupement.",
            en="Information about a person who can be recognised, by name or by putting things together.",
        ),
    ),
    "processing": (
        Text(fr="Traitement", en="Processing"),
        Text(
            fr="Ce que l’on fait d’une donnée : la recueillir, la garder, la lire, la transmettre, l’effacer.",
            en="What is done with data: collecting, keeping, reading, passing on, erasing.",
        ),
    ),
    "controller": (
        Text(fr="Responsable du traitement", en="Controller"),
        Text(
            fr="Celui qui décide pourquoi et comment les données sont traitées.",
            en="Whoever decides why and how data are processed.",
        ),
    ),
    "processor": (
        Text(fr="Sous-traitant", en="Processor"),
        Text(
            fr="Celui qui traite des données pour un responsable, et comme celui-ci le demande.",
            en="Whoever processes data for a controller, as the controller asks.",
        ),
    ),
}
"""The words that a notice cannot do without, where the policy explains none (GDPR art. 4)."""


def foreword(speech: Speech) -> Section:
    """Section 1: what this is, and the law that frames it."""
    notice, say = speech.policy.notice, speech.say
    blocks: list[Block] = []
    if notice.introduction:
        blocks.append(Paragraph(text=say(notice.introduction)))
    if speech.policy.organisation.mission:
        mission = Entry(
            title=speech.tell("Notre activité", "What we do"),
            lines=speech.line(speech.policy.organisation.mission),
        )
        blocks.append(Entries(style="terms", entries=(mission,)))
    if notice.related:
        blocks.append(
            Entries(
                label=speech.tell("À lire avec cette page", "To read with this page"),
                entries=tuple(Entry(title=say(text)) for text in notice.related),
            )
        )
    return Section(
        number="1",
        id="section.foreword",
        title=speech.tell("Avant-propos", "Foreword"),
        answer=speech.tell(
            "Vos données restent les vôtres. Voici ce que nous en faisons.",
            "Your data remain yours. Here is what we do with them.",
        ),
        blocks=tuple(blocks),
        references=tuple(Line(text=say(text)) for text in notice.legal_framework),
    )


def glossary(speech: Speech) -> Section:
    """Section 2: the words explained."""
    terms = tuple(_term(speech, term) for term in speech.policy.notice.glossary.values()) or tuple(
        Entry(id=f"term.{key}", title=speech.say(label), lines=speech.line(definition))
        for key, (label, definition) in _TERMS.items()
    )
    return Section(
        number="2",
        id="section.glossary",
        title=speech.tell("Lexique", "The words we use"),
        answer=speech.tell(
            "Quelques mots de la loi, expliqués simplement.", "A few words of the law, plainly explained."
        ),
        blocks=(Entries(style="terms", entries=terms),),
        references=(Line(text=speech.tell("RGPD, art. 4", "GDPR, art. 4")),),
    )


def principles(speech: Speech) -> Section:
    """Section 3: the principles of art. 5, as the organisation says them."""
    entries = tuple(
        Entry(id=f"principle.{each.key}", title=speech.name_of(each), lines=speech.line(each.statement))
        for each in speech.policy.notice.principles.values()
    )
    block: Block = Entries(style="terms", entries=entries)
    if not entries:
        block = Paragraph(
            text=speech.tell(
                "La loi pose des principes. Ils valent pour tout ce qui suit.",
                "The law sets principles. They hold for all that follows.",
            )
        )
    return Section(
        number="3",
        id="section.principles",
        title=speech.tell("Nos principes", "Our principles"),
        answer=speech.tell(
            "La loi pose des règles. Nous les suivons.", "The law sets rules. We follow them."
        ),
        blocks=(block,),
        references=(Line(text=speech.tell("RGPD, art. 5", "GDPR, art. 5")),),
    )


def responsible(speech: Speech) -> Section:
    """Section 4: who answers for the data, as controller and as processor."""
    blocks = [*_controller(speech), *_joint(speech), *_processor(speech)]
    references = [speech.tell("RGPD, art. 4(7), 13(1)(a) et 24", "GDPR, art. 4(7), 13(1)(a) and 24")]
    if speech.policy.processor_activities:
        references.append(speech.tell("RGPD, art. 28", "GDPR, art. 28"))
    return Section(
        number="4",
        id="section.responsible",
        title=speech.tell("Qui est responsable ?", "Who is responsible?"),
        answer=_responsible_answer(speech),
        blocks=tuple(blocks),
        references=tuple(Line(text=text) for text in references),
    )


def _term(speech: Speech, term: Term) -> Entry:
    return Entry(id=f"term.{term.key}", title=speech.name_of(term), lines=speech.line(term.definition))


def _responsible_answer(speech: Speech) -> str:
    policy, name = speech.policy, speech.name
    if not policy.processor_activities:
        return speech.tell(f"{name} répond de vos données.", f"{name} answers for your data.")
    if not policy.controller_activities:
        return speech.tell(
            f"{name} travaille pour ses clients, et selon leurs instructions.",
            f"{name} works for its clients, as they instruct.",
        )
    return speech.tell(
        f"{name} répond de vos données, pour son compte ou pour celui de ses clients.",
        f"{name} answers for your data, on its own behalf or for its clients.",
    )


def _controller(speech: Speech) -> list[Block]:
    organisation = speech.policy.organisation
    lines = [Line(text=organisation.name)] if organisation.trade_name else []
    if organisation.registration:
        lines.append(Line(text=organisation.registration))
    if organisation.address:
        lines.append(Line(text=speech.address(organisation.address)))
    if organisation.contact:
        lines += speech.contact(organisation.contact)
    if organisation.website:
        lines.append(Line(text=organisation.website, href=organisation.website))
    entries = [Entry(title=speech.name, lines=tuple(lines))]
    if organisation.head:
        entries.append(_reached(speech, "Représentant légal", "Legal representative", organisation.head))
    if organisation.representative:
        entries.append(
            _reached(
                speech,
                "Représentant dans l’Union européenne",
                "Representative in the European Union",
                organisation.representative,
            )
        )
    blocks: list[Block] = [Entries(style="terms", entries=tuple(entries))]
    if activities := speech.policy.controller_activities:
        blocks.append(
            Paragraph(
                text=speech.tell(
                    "Pour les activités qui suivent, nous décidons du but et des moyens. Nous en répondons.",
                    "For the activities below, we decide the purpose and the means. We answer for them.",
                )
            )
        )
        blocks.append(Entries(entries=tuple(_activity(speech, each.key) for each in activities)))
    return blocks


def _reached(speech: Speech, fr: str, en: str, contact: Contact) -> Entry:
    return Entry(title=speech.tell(fr, en), lines=speech.contact(contact))


def _activity(speech: Speech, key: str) -> Entry:
    return Entry(title=speech.activity(key), href=f"#activity.{key}")


def _joint(speech: Speech) -> list[Block]:
    entries = tuple(
        _joint_controller(speech, activity, joint)
        for activity in speech.policy.controller_activities
        for joint in activity.joint_controllers
    )
    label = speech.tell("Responsables avec nous", "Responsible with us")
    return [Entries(style="terms", label=label, entries=entries)] if entries else []


def _joint_controller(speech: Speech, activity: ControllerActivity, joint: JointController) -> Entry:
    lines = (*speech.contact(joint.contact), *speech.line(joint.essence))
    return Entry(title=speech.activity(activity.key), lines=lines, tag="art. 26")


def _processor(speech: Speech) -> list[Block]:
    activities = speech.policy.processor_activities
    if not activities:
        return []
    return [
        Paragraph(
            text=speech.tell(
                "Pour celles-ci, nos clients décident. Nous suivons leurs instructions écrites, "
                "et rien de plus.",
                "For these, our clients decide. We follow their written instructions, and nothing more.",
            )
        ),
        Entries(entries=tuple(_activity(speech, each.key) for each in activities)),
    ]
