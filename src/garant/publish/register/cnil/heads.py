"""The head of the list sheet: the organisation, its representative, its data protection officer."""

from typing import Final

from garant.policy import Text

from .edits import Edits
from .record import Person, Register, same

_FIELDS: Final = ("name", "first_name", "company", "phone", "email")
_ADDRESS: Final = ("street", "postal_code", "city")


def heads(edits: Edits, before: Register, after: Register) -> None:
    """Write what was changed about the three of them."""
    for name, fr, en in (
        ("controller", "responsable de l’organisme", "head of the organisation"),
        ("representative", "représentant dans l’Union", "representative in the Union"),
        ("dpo", "délégué à la protection des données", "data protection officer"),
    ):
        edits.where = Text(fr=f"Liste des traitements, {fr}", en=f"List of processing, {en}")
        _person(edits, name, getattr(before, name), getattr(after, name))


def _person(edits: Edits, who: str, old: Person, new: Person) -> None:
    for name in _FIELDS:
        was, said = str(getattr(old, name)), str(getattr(new, name))
        if same(was, said):
            continue
        place = _place(edits, who, name)
        if not said and place == ("organisation", "name"):
            edits.lost(was, "une organisation a un nom", "an organisation has a name")
        else:
            edits.put(place, said or None, was)
    was = tuple(str(getattr(old, name)) for name in _ADDRESS)
    said = tuple(str(getattr(new, name)) for name in _ADDRESS)
    if [one.split() for one in was] != [one.split() for one in said]:
        _address(edits, who, " ".join(filter(None, was)), said)


def _place(edits: Edits, who: str, name: str) -> tuple[str, ...]:
    """Where it is written: what the head of the organisation does not say is said by the organisation."""
    if who != "controller":
        return ("organisation", who, name)
    if edits.has("organisation", "head", name) or name in {"first_name", "company"}:
        return ("organisation", "head", name)
    return ("organisation", name) if name == "name" else ("organisation", "contact", name)


def _address(edits: Edits, who: str, before: str, said: tuple[str, ...]) -> None:
    place: tuple[str, ...] = ("organisation", who)
    if who == "controller":
        place = (
            ("organisation", "head") if edits.has("organisation", "head", "address") else ("organisation",)
        )
    around = edits.part(*place)
    text = " ".join(filter(None, said))
    if not text:
        around.pop("address", None)
    elif not all(said):
        edits.lost(
            text,
            "une adresse a une voie, un code postal et une ville",
            "an address has a street, a postal code and a city",
        )
        return
    else:
        around["address"] = {**around.get("address", {}), **dict(zip(_ADDRESS, said, strict=True))}
    edits.changed(before, text)
