"""Text in the two languages Garant speaks: French first, English second."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["fr", "en"]

LANGUAGES: tuple[Language, ...] = get_args(Language)


class Text(BaseModel):
    """The same words in French and in English.

    An empty translation is allowed here and reported by a check, so that a policy can be written in
    one language first and translated afterwards.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    fr: str = Field(default="", description="In French.", json_schema_extra={"x-fr": "En français."})
    en: str = Field(default="", description="In English.", json_schema_extra={"x-fr": "En anglais."})

    def say(self, language: Language) -> str:
        """The words in `language`, or in the other one where the translation is missing."""
        wanted, other = (self.fr, self.en) if language == "fr" else (self.en, self.fr)
        return wanted or other

    def missing(self) -> tuple[Language, ...]:
        """The languages in which nothing, or only blanks, is written."""
        words: dict[Language, str] = {"fr": self.fr, "en": self.en}
        return tuple(language for language in LANGUAGES if not words[language].strip())
