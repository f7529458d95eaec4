"""Which language Garant speaks: `--language`, else GARANT_LANGUAGE, else LANG, else French."""

from __future__ import annotations

import os
from collections.abc import Sequence

from garant.policy.text import LANGUAGES, Language, Text

_DEFAULT: Language = "fr"
_current: Language = _DEFAULT
_BOTH = "\x1f"


class UnknownLanguageError(Exception):
    """A language was asked for that Garant does not speak."""


def both(fr: str, en: str) -> str:
    """Write a help text once in both languages; :func:`one` keeps the wanted one."""
    return f"{fr}{_BOTH}{en}"


def one(words: str, language: Language) -> str:
    """Keep one language of a text made by :func:`both`; other texts are left alone."""
    if _BOTH not in words:
        return words
    fr, en = words.split(_BOTH)
    return fr if language == "fr" else en


def speak(language: Language) -> None:
    """Set the language of this process."""
    global _current  # noqa: PLW0603 - one process, one user, one language
    _current = language


def spoken() -> Language:
    """Give the language of this process."""
    return _current


def say(fr: str, en: str) -> str:
    """Give the words in the language of this process."""
    return fr if _current == "fr" else en


def say_text(text: Text) -> str:
    """Give a bilingual text in the language of this process."""
    return text.say(_current)


def plural(number: int, fr: tuple[str, str], en: tuple[str, str]) -> str:
    """Give a number with its noun; French counts zero as singular."""
    if _current == "fr":
        return f"{count(number)} {fr[0] if number < 2 else fr[1]}"
    return f"{count(number)} {en[0] if number == 1 else en[1]}"


def count(number: int) -> str:
    """Write a number with the thousands separator of the language."""
    return f"{number:,}".replace(",", "\u202f" if _current == "fr" else ",")


def choose(arguments: Sequence[str]) -> tuple[Language, list[str]]:
    """Take `--language` out of the arguments, wherever it stands, and choose.

    Raises:
        UnknownLanguageError: the option names another language.
    """
    rest: list[str] = []
    asked: str | None = None
    pending = iter(arguments)
    for argument in pending:
        if argument == "--":
            rest += [argument, *pending]
        elif argument == "--language":
            asked = next(pending, "")
        elif argument.startswith("--language="):
            asked = argument.partition("=")[2]
        else:
            rest.append(argument)
    return (_from_environment() if asked is None else _known(asked)), rest


def _known(asked: str) -> Language:
    for language in LANGUAGES:
        if language == asked:
            return language
    raise UnknownLanguageError(asked)


def _from_environment() -> Language:
    for name in ("GARANT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")[:2].lower()
        for language in LANGUAGES:
            if language == value:
                return language
    return _DEFAULT
