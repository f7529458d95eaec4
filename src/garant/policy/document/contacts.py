"""Who promises, and who can be reached: the organisation, its data protection officer, its authority."""

from typing import Annotated

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from ..periods import time_zone
from ..text import Text
from .base import CountryCode, Key, Line, Model, Url, said


class Address(Model):
    """A postal address."""

    street: Annotated[Line, said("Numéro et voie.", "Number and street.")]
    postal_code: Annotated[Line, said("Code postal, entre guillemets.", "Postal code, between quotes.")]
    city: Annotated[Line, said("Ville.", "City.")]
    country: Annotated[CountryCode, said("Pays, en deux lettres.", "Country, in two letters.")] = "FR"


class Contact(Model):
    """A person, a function or a service, and how to reach it."""

    name: Annotated[
        Line | None, said("Nom de la personne ou du service.", "Name of the person or service.")
    ] = None
    first_name: Annotated[Line | None, said("Prénom, pour une personne.", "First name, for a person.")] = None
    role: Annotated[Text | None, said("Fonction.", "Function.")] = None
    company: Annotated[Line | None, said("Société, si elle est externe.", "Company, when external.")] = None
    email: Annotated[Line | None, said("Adresse électronique.", "E-mail address.")] = None
    phone: Annotated[Line | None, said("Téléphone, entre guillemets.", "Phone number, between quotes.")] = (
        None
    )
    address: Annotated[Address | None, said("Adresse postale.", "Postal address.")] = None
    url: Annotated[Url | None, said("Page de contact.", "Contact page.")] = None

    @property
    def reachable(self) -> bool:
        """Whether at least one way to reach this contact is given."""
        return any((self.email, self.phone, self.address, self.url))


class Authority(Model):
    """The supervisory authority to which people may complain (GDPR art. 13(2)(d), 77)."""

    name: Annotated[Text, said("Nom de l’autorité de contrôle.", "Name of the supervisory authority.")]
    complaint_url: Annotated[
        Url | None, said("Page pour déposer une plainte.", "Page to file a complaint.")
    ] = None
    address: Annotated[Address | None, said("Adresse postale.", "Postal address.")] = None


class Organisation(Model):
    """Whose policy this is (GDPR art. 13(1)(a) and (b), art. 30(1)(a))."""

    key: Annotated[Key, said("Clé stable de l’organisation.", "Stable key of the organisation.")]
    name: Annotated[Line, said("Dénomination sociale.", "Legal name.")]
    trade_name: Annotated[Line | None, said("Nom commercial.", "Trade name.")] = None
    registration: Annotated[
        Line | None, said("SIREN ou numéro de registre.", "Company registration number.")
    ] = None
    country: Annotated[CountryCode, said("Pays d’établissement.", "Country of establishment.")] = "FR"
    time_zone: Annotated[
        Line,
        said(
            "Fuseau horaire IANA\u202f: les durées finissent avec le jour, là.",
            "IANA time zone: periods end with the day there.",
        ),
    ]
    address: Annotated[Address | None, said("Siège.", "Registered office.")] = None
    contact: Annotated[Contact | None, said("Contact général.", "General contact.")] = None
    website: Annotated[Url | None, said("Site internet.", "Website.")] = None
    head: Annotated[Contact | None, said("Représentant légal.", "Legal representative.")] = None
    representative: Annotated[
        Contact | None, said("Représentant dans l’Union (art. 27).", "Representative in the Union (art. 27).")
    ] = None
    dpo: Annotated[
        Contact | None, said("Délégué à la protection des données.", "Data protection officer.")
    ] = None
    authority: Annotated[
        Authority | None, said("Autorité de contrôle compétente.", "Competent supervisory authority.")
    ] = None
    mission: Annotated[
        Text | None,
        said("Ce que fait l’organisation, en une phrase.", "What the organisation does, in a sentence."),
    ] = None

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, name: str) -> str:
        try:
            time_zone(name)
        except ValueError:
            said = {
                "fr": "un fuseau horaire IANA, comme Europe/Paris",
                "en": "an IANA time zone, such as Europe/Paris",
            }
            raise PydanticCustomError("time_zone", "{en}", said) from None
        return name
