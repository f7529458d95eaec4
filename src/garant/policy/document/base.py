"""What every part of a policy document is made of."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints

KEY_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
URL_PATTERN: Final = r"^https://[^\s<>\"]+$"
COUNTRY_PATTERN: Final = r"^[A-Z]{2}$"

Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN, max_length=64)]
"""A stable name, in kebab-case: other parts of the policy, data maps and the ledger refer to it."""

Keys = tuple[Key, ...]

Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""A name, a reference or an address: one line, the same in every language."""

Url = Annotated[str, StringConstraints(pattern=URL_PATTERN, max_length=2000)]
"""A public web address, over https."""

CountryCode = Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]
"""A country, in two letters (ISO 3166-1 alpha-2)."""


def said(fr: str, en: str) -> Any:
    """Describe a field in both languages: editors, the reference and the messages use it."""
    return Field(description=en, json_schema_extra={"x-fr": fr})


class Model(BaseModel):
    """A part of the document: it takes no unknown field, coerces nothing and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Keyed(Model):
    """A part written under a key in a section of the document, and which knows that key."""

    _key: str = PrivateAttr(default="")

    @property
    def key(self) -> str:
        """The key under which this part stands in its section."""
        return self._key

    def known_as(self, key: str) -> None:
        """Tell the part its key, once, when its section has been read."""
        self._key = key
