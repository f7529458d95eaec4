"""The form of a rectification: beside each value that is held, the right one; and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django import forms

from garant.apps.rights.each.values import ADDED, KINDS, SINGLE, line, right_value
from garant.apps.rights.forms.form import Form
from garant.apps.rights.receiving.intake import LONGEST, cleaned
from garant.engine.planning.parts import LINES, parts_of
from garant.policy.text import Text
from garant.publish.countries import COUNTRIES
from garant.site.words import said, say

PARTS: Final[Mapping[str, Text]] = {
    "street": Text(fr="rue, bâtiment", en="street, building"),
    "postcode": Text(fr="code postal", en="postcode"),
    "town": Text(fr="ville", en="town"),
    "country": Text(fr="pays, s’il change", en="country, if it changes"),
    "given-name": Text(fr="prénom", en="given name"),
    "family-name": Text(fr="nom", en="family name"),
}


class CorrectForm(Form):
    """Beside each value that is held, the right one, part by part; then what is missing; for staff, also one for all."""

    def __init__(
        self,
        *args: Any,
        now: Sequence[Mapping[str, Any]],
        wanted: Sequence[Mapping[str, str]] = (),
        staff: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self._about: dict[str, dict[str, str]] = {}
        for one in now:
            what = say("{kind} : « {value} » devient", "{kind}: “{value}” becomes").format(
                kind=said(KINDS[one["kind"]]), value=line(one["value"], one["kind"])
            )
            about = {"kind": one["kind"], "was": one["value"]}
            self._ask(f"right-{one['mark']}", about, right_value(wanted, one), what)
        missing = [kind for kind in ADDED if kind != "address" or all(one["kind"] != kind for one in now)]
        for kind in missing if now else ():
            given = next((one["becomes"] for one in wanted if one["kind"] == kind and one.get("added")), "")
            what = say("{kind} à ajouter", "{kind} to add").format(kind=said(KINDS[kind]))
            self._ask(f"add-{kind}", {"kind": kind, "was": "", "added": "1"}, given, what)
        for kind in SINGLE if staff else ():
            whole = (one["becomes"] for one in wanted if one["kind"] == kind and not one["was"])
            what = say("{kind} : remplacer toutes les valeurs par", "{kind}: replace every value by")
            given = next(whole, "") if not any(one.get("added") for one in wanted) else ""
            self._ask(f"all-{kind}", {"kind": kind, "was": ""}, given, what.format(kind=said(KINDS[kind])))

    def _ask(self, name: str, about: dict[str, str], given: str, what: str) -> None:
        """The field of a value, or one for each of its parts."""
        fields: dict[str, Any] = self.fields
        self._about[name] = about
        kind = about["kind"]
        if kind not in LINES:
            fields[name] = _written(kind, given)
            fields[name].label = what
            return
        held = parts_of(kind, given or "\n" * (len(LINES[kind]) - 1))
        for part in LINES[kind]:
            fields[f"{name}-{part}"] = _part(part, held[part])
            fields[f"{name}-{part}"].label = _part_of(said(PARTS[part]), about, what)

    def clean(self) -> dict[str, Any]:
        """An address, or a name in parts, is written with all that makes it one."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, about in self._about.items():
            parts = [part for part in LINES.get(about["kind"], ()) if part != "country"]
            given = [part for part in LINES.get(about["kind"], ()) if data.get(f"{name}-{part}", "").strip()]
            for part in parts if given else ():
                if part not in given:
                    self.add_error(
                        f"{name}-{part}",
                        say("Écrivez cette partie aussi.", "Write this part as well."),
                    )
        return data

    def wanted(self) -> list[dict[str, str]]:
        """What is wrong and what is right; the form is valid."""
        found = [
            {**about, "becomes": self._becomes(name, about["kind"])} for name, about in self._about.items()
        ]
        return [one for one in found if one["becomes"].strip()]

    def _becomes(self, name: str, kind: str) -> str:
        if kind not in LINES:
            return cleaned(kind, self.cleaned_data[name])
        return "\n".join(_cleaned(part, self.cleaned_data[f"{name}-{part}"]) for part in LINES[kind])


def _part_of(part: str, about: Mapping[str, str], what: str) -> str:
    """What to write in the field of a part: what it stands in place of, where something is held."""
    if not about["was"]:
        return say("{what} : {part}", "{what}: {part}").format(what=what, part=part)
    held = line(about["was"], about["kind"])
    begun = f"{part[:1].upper()}{part[1:]}"
    return say("{part} (au lieu de « {held} »)", "{part} (instead of “{held}”)").format(part=begun, held=held)


def _cleaned(part: str, text: str) -> str:
    """A part as it is written; of a street, line by line."""
    lines = [cleaned("name", each) for each in text.splitlines()]
    return "\n".join(filter(None, lines)) if part == "street" else " ".join(lines)


def _written(kind: str, given: str) -> forms.CharField:
    """A field of a kind of value."""
    field: Any = forms.EmailField if kind == "email" else forms.CharField
    return field(max_length=LONGEST[kind], required=False, initial=given)


def _part(part: str, given: str) -> forms.Field:
    if part != "country":
        widget = forms.Textarea(attrs={"rows": 2}) if part == "street" else forms.TextInput()
        return forms.CharField(max_length=LONGEST["name"], required=False, initial=given, widget=widget)
    named: Callable[[Text], str] = said
    known = sorted(((code, named(text)) for code, text in COUNTRIES.items()), key=lambda one: one[1])
    choices = [("", say("le même", "the same")), *known]
    return forms.ChoiceField(choices=choices, required=False, initial=given)
