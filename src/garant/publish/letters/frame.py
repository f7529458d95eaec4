"""An organisation's own opening and closing sentences: a closed list of names in braces, and no other syntax."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Final

from garant.policy.text import LANGUAGES, Language, Text
from garant.publish import words
from garant.publish.letters.facts import Frame, LetterFacts
from garant.publish.letters.rights import the_right

PLACEHOLDERS: Final[dict[str, Text]] = {
    "organisation": Text(fr="le nom de l’organisation", en="the organisation’s name"),
    "number": Text(fr="le numéro de la demande", en="the number of the request"),
    "right": Text(fr="le droit demandé", en="the right asked for"),
    "received": Text(fr="le jour de la demande", en="the day of the request"),
}
"""What a sentence may name, and nothing else."""

LONGEST: Final = 1200
"""Characters of a sentence of one's own."""


class FrameRefusedError(ValueError):
    """A sentence of one's own that cannot be used, in words."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def check(frame: Frame) -> None:
    """Raise FrameRefusedError unless every sentence is plain words and names of the list."""
    for sentence in (frame.opening, frame.closing):
        for language in LANGUAGES:
            _parts(sentence.fr if language == "fr" else sentence.en)


def _parts(sentence: str) -> list[tuple[str, str | None]]:
    """A sentence as words and names."""
    if len(sentence) > LONGEST:
        raise FrameRefusedError(
            Text(
                fr=f"Une phrase a plus de {LONGEST} caractères.",
                en=f"A sentence has more than {LONGEST} characters.",
            )
        )
    try:
        found = list(Formatter().parse(sentence))
    except ValueError:
        raise _braces() from None
    for _, name, form, conversion in found:
        if name is not None and (name not in PLACEHOLDERS or form or conversion):
            listed = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            raise FrameRefusedError(
                Text(
                    fr=f"{{{name[:30]}}} n’est pas connu. Ce qui l’est\u202f: {listed}.",
                    en=f"{{{name[:30]}}} is not known. What is: {listed}.",
                )
            )
    return [(literal, name) for literal, name, _, _ in found]


def _braces() -> FrameRefusedError:
    return FrameRefusedError(
        Text(
            fr="Une accolade n’est pas fermée, ou pas ouverte. Pour en écrire une\u202f: {{ ou }}.",
            en="A brace is not closed, or not opened. To write one: {{ or }}.",
        )
    )


def filled(sentence: Text, facts: LetterFacts, language: Language) -> str:
    """A sentence with what it names. Raises FrameRefusedError."""
    known = _known(facts, language)
    parts = _parts(sentence.say(language))
    return "".join(literal + (known[name] if name else "") for literal, name in parts).strip()


def _known(facts: LetterFacts, language: Language) -> Mapping[str, str]:
    nothing = "—"
    return {
        "organisation": facts.organisation,
        "number": facts.number or nothing,
        "right": the_right(facts.right, language, for_other=facts.for_other) if facts.right else nothing,
        "received": words.day(facts.received, language) if facts.received else nothing,
    }
