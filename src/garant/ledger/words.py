"""What the ledger says to people, in French and in English."""

from typing import Literal, NamedTuple

Language = Literal["fr", "en"]


class Text(NamedTuple):
    """The same sentence in both languages."""

    fr: str
    en: str

    def to(self, language: Language) -> str:
        """The sentence in one language."""
        return self.fr if language == "fr" else self.en


class LedgerError(Exception):
    """Something a person must read: `text` holds it in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        """Take the sentence in both languages; the English one is the exception's own message."""
        self.text = Text(fr, en)
        super().__init__(en)
