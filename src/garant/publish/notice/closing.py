"""Sections 9, 11 and 12: how data are protected, the cookies, and the notice itself."""

from __future__ import annotations

from typing import Final

from garant.policy.document import Cookie, CookieCategory, Cookies, Measure, MeasureKind
from garant.policy.text import Text
from garant.publish import words
from garant.publish.notice.document import Block, Cell, Entries, Entry, Line, Paragraph, Row, Section, Table
from garant.publish.notice.speech import Speech

_ICONS: Final[dict[MeasureKind, str]] = {
    "traceability": "trace",
    "software-protection": "shield",
    "backup": "backup",
    "encryption": "key",
    "access-control": "key",
    "processor-control": "relationship",
    "confidentiality": "shield",
    "availability": "backup",
    "training": "people",
    "physical": "home",
    "testing": "test",
    "other": "shield",
}

_WHEN: Final[dict[str, Text]] = {
    "on-arrival": Text(fr="À l’arrivée", en="On arrival"),
    "on-consent": Text(fr="Après votre accord", en="After you agree"),
    "on-request": Text(fr="Si vous le demandez", en="When you ask"),
}


def security(speech: Speech) -> Section:
    """Section 9: the commitment, then each measure."""
    policy = speech.policy
    blocks: list[Block] = []
    if policy.security:
        blocks.append(Paragraph(text=speech.say(policy.security.statement)))
    if policy.measures:
        entries = tuple(_measure(speech, measure) for measure in policy.measures.values())
        blocks.append(Entries(style="tiles", entries=entries))
    if policy.security:
        said = (policy.security.staff, policy.security.limits)
        blocks += (Paragraph(text=speech.say(text)) for text in said if text)
    return Section(
        number="9",
        id="section.security",
        title=speech.tell("Comment vos données sont protégées", "How your data are protected"),
        answer=_security_answer(speech),
        blocks=tuple(blocks),
        references=(Line(text=speech.tell("RGPD, art. 5(1)(f) et 32", "GDPR, art. 5(1)(f) and 32")),),
    )


def cookies(speech: Speech) -> Section:
    """Section 11: the trackers, by category, and how one chooses."""
    said = speech.policy.cookies
    blocks: list[Block] = []
    if said:
        blocks += (Paragraph(text=speech.say(text)) for text in (said.statement,) if text)
        if said.categories:
            entries = tuple(_category(speech, each) for each in said.categories.values())
            blocks.append(Entries(style="tiles", entries=entries))
        blocks += (_items(speech, each) for each in said.categories.values() if each.items)
        blocks += _choice(speech, said)
    return Section(
        number="11",
        id="section.cookies",
        title="Cookies",
        answer=_cookies_answer(speech),
        blocks=tuple(blocks),
        references=(
            Line(text=speech.tell("Loi n° 78-17, art. 82", "French Act no. 78-17, art. 82")),
            Line(text=speech.tell("CNIL, délibération n° 2020-091", "CNIL, délibération no. 2020-091")),
        ),
    )


def update(speech: Speech, digest: str) -> Section:
    """Section 12: how the notice evolves, who wrote it, and by what it is known."""
    notice = speech.policy.notice
    blocks: list[Block] = []
    if notice.update_clause:
        blocks.append(Paragraph(text=speech.say(notice.update_clause)))
    facts: list[tuple[str, str]] = []
    if notice.updated:
        on = words.day(notice.updated, speech.language)
        facts.append((speech.tell("Dernière mise à jour", "Last update"), on))
    if notice.author:
        facts.append((speech.tell("Rédaction", "Written by"), notice.author))
    if notice.version:
        facts.append((speech.tell("Version", "Version"), notice.version))
    facts.append((speech.tell("Empreinte du texte", "Digest of the text"), digest))
    entries = tuple(Entry(title=title, lines=(Line(text=text),)) for title, text in facts)
    blocks.append(Entries(style="terms", entries=entries))
    answer = speech.tell("Cette version n’est pas datée.", "This version carries no date.")
    if notice.updated:
        on = words.day(notice.updated, speech.language)
        answer = speech.tell(f"Ce texte date du {on}.", f"This text dates from {on}.")
    return Section(
        number="12",
        id="section.update",
        title=speech.tell("Mise à jour", "Updates"),
        answer=answer,
        blocks=tuple(blocks),
        references=(Line(text=speech.tell("RGPD, art. 5(2) et 12(1)", "GDPR, art. 5(2) and 12(1)")),),
    )


def _security_answer(speech: Speech) -> str:
    number = len(speech.policy.measures)
    if not number:
        return speech.tell("Protéger vos données est un devoir.", "Protecting your data is a duty.")
    one = Text(fr="mesure protège vos données.", en="measure protects your data.")
    many = Text(fr="mesures protègent vos données.", en="measures protect your data.")
    return speech.counted(number, one, many)


def _measure(speech: Speech, measure: Measure) -> Entry:
    lines = [*speech.line(measure.description)]
    if measure.activities:
        named = speech.listed(speech.activity(key) for key in measure.activities)
        lines.append(Line(text=speech.tell(f"Pour : {named}.", f"For: {named}."), quiet=True))
    if test := measure.test:
        often = words.every(test.every)
        said = speech.tell(f"Éprouvée {often.fr}.", f"Tested {often.en}.")
        if test.last:
            on = words.day(test.last, speech.language)
            said += speech.tell(f" Dernier essai : {on}.", f" Last test: {on}.")
        lines.append(Line(text=said, quiet=True))
    return Entry(
        id=f"measure.{measure.key}",
        title=speech.name_of(measure),
        lines=tuple(lines),
        icon=_ICONS[measure.kind],
    )


def _cookies_answer(speech: Speech) -> str:
    said = speech.policy.cookies
    if said is None or not said.categories:
        return speech.tell("Cette politique n’annonce aucun cookie.", "This policy announces no cookie.")
    asked = [category.consent for category in said.categories.values()]
    if all(asked):
        return speech.tell("Rien sans votre accord.", "Nothing without your consent.")
    if any(asked):
        return speech.tell(
            "Les nécessaires, toujours. Les autres, si vous le voulez.",
            "The necessary ones, always. The others, if you wish.",
        )
    return speech.tell(
        "Seulement des cookies que la loi permet sans votre accord.",
        "Only cookies that the law allows without your consent.",
    )


def _category(speech: Speech, category: CookieCategory) -> Entry:
    tag = speech.tell("Avec votre accord", "With your consent")
    if not category.consent:
        tag = speech.tell("Sans votre accord", "Without your consent")
    return Entry(
        id=f"cookies.{category.key}",
        title=speech.name_of(category),
        lines=(*speech.line(category.description), *speech.quiet(category.exemption)),
        icon="cookie",
        tag=tag,
    )


def _items(speech: Speech, category: CookieCategory) -> Table:
    columns = ("Nom", "À quoi il sert", "Qui le dépose", "Durée", "Quand")
    if speech.language == "en":
        columns = ("Name", "What it is for", "Who sets it", "Lifetime", "When")
    return Table(
        caption=speech.name_of(category),
        columns=columns,
        rows=tuple(_cookie(speech, cookie) for cookie in category.items.values()),
    )


def _cookie(speech: Speech, cookie: Cookie) -> Row:
    lifetime = [speech.tell("Le temps de la visite", "For the visit")]
    if cookie.lifetime:
        lifetime = [speech.say(words.period(cookie.lifetime))]
    if cookie.data_lifetime:
        kept = words.period(cookie.data_lifetime)
        lifetime.append(speech.tell(f"Données gardées {kept.fr}.", f"Data kept {kept.en}."))
    cells = (
        [cookie.name],
        [speech.say(cookie.purpose)],
        [cookie.provider or speech.name],
        lifetime,
        [speech.say(_WHEN[cookie.set_when])],
    )
    return Row(cells=tuple(Cell(lines=tuple(Line(text=text) for text in said)) for said in cells))


def _choice(speech: Speech, said: Cookies) -> list[Block]:
    blocks: list[Block] = []
    if said.banner:
        blocks.append(Paragraph(text=speech.say(said.banner)))
    if any(category.consent for category in said.categories.values()):
        kept = words.period(said.choice_lifetime)
        text = speech.tell(
            f"Nous gardons votre choix {kept.fr}. Vous pouvez en changer quand vous voulez.",
            f"We keep your choice for {kept.en}. You may change it whenever you wish.",
        )
        blocks.append(Paragraph(text=text))
    if said.policy_url:
        text = speech.tell("Notre politique des cookies", "Our cookie policy")
        blocks.append(Paragraph(text=text, href=said.policy_url))
    return blocks
