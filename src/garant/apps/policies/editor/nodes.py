"""The fields of a form: what stands in each, what may be chosen, what is to be mended beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from garant.apps.policies.editor.pages import Content, Page, kind_of, tags_of
from garant.apps.policies.editor.reading import ROOT
from garant.policy import Diagnostic, Period, Text
from garant.policy.anatomy import Section, Slot, slots
from garant.policy.document.base import Model
from garant.policy.places import Place
from garant.policy.saying import period
from garant.publish.countries import country

_COUNTRIES: Final = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "CH", "GB", "US", "CA", "JP", "KR", "IN", "IL",
    "NZ", "AU", "BR", "AR", "UY", "MA", "TN", "DZ", "SN", "CI", "CM", "MG", "MU", "VN", "TH", "SG", "HK", "TW", "CN",
    "UA", "RS", "TR", "ZA", "AE", "EPO",
)  # fmt: skip
"""Those that policies name most; what else is written stays in the list."""

ANSWERS: Final = {"true": Text(fr="Oui", en="Yes"), "false": Text(fr="Non", en="No")}
"""What may be chosen of what is yes or no; nothing chosen says nothing."""

Labels = Mapping[Section, Mapping[str, Text]]
"""What may be referred to, by section."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to mend, beside the field it concerns."""

    severity: str
    code: str
    text: Text
    mend: Text


@dataclass(frozen=True, slots=True)
class Option:
    """A value that may be chosen."""

    value: str
    label: Text
    chosen: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Node:
    """A field, or a group of fields."""

    name: str
    form: str
    label: Text
    help: Text | None = None
    required: bool = False
    value: Any = None
    options: tuple[Option, ...] = ()
    nodes: tuple[Node, ...] = ()
    tag: str = ""
    """The field that tells its kinds of part apart."""
    key: str = ""
    present: bool = True
    removable: bool = False
    movable: bool = False
    whole: bool = False
    """Nothing more can be added."""
    messages: tuple[Message, ...] = ()

    @property
    def id(self) -> str:
        """Its name as an anchor; keys have no double hyphen."""
        return self.name.replace(".", "--")

    @property
    def every(self) -> Iterator[Node]:
        """This field and all those inside it."""
        yield self
        for node in self.nodes:
            yield from node.every

    @property
    def first(self) -> list[Node]:
        """The fields to show at once: required, filled in, or to be mended."""
        return [node for node in self.nodes if not node.idle]

    @property
    def more(self) -> list[Node]:
        """The others: optional, and empty."""
        return [node for node in self.nodes if node.idle]

    @property
    def spread(self) -> bool:
        """Whether the entries of this list or map are all shown whole: something is said of them, or there is one."""
        return bool(self.messages) or (self.form == "parts" and len(self.nodes) == 1)

    @property
    def fresh(self) -> bool:
        """Whether nothing is written here yet but what it is called."""
        written = [node for node in self.nodes if not node.blank and node.form != "fixed"]
        return not self.faulty and all(node.name.endswith((".label", ".name")) for node in written)

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.nodes and self.value in (None, False, [], {})

    @property
    def idle(self) -> bool:
        """Whether it is optional, blank, and nothing is said of it."""
        return self.blank and not self.required and not self.removable_entry and not self.messages

    @property
    def removable_entry(self) -> bool:
        """Whether it is an entry of a list."""
        return self.removable and self.form in {"text", "entry"}

    @property
    def faulty(self) -> bool:
        """Whether something is to be mended here or inside."""
        return any(node.messages for node in self.every)

    @property
    def at(self) -> str:
        """The name of the list or map that this entry stands in."""
        return self.name.rpartition(".")[0]

    @property
    def above(self) -> str:
        """The anchor of the list or map that this entry stands in."""
        return self.at.replace(".", "--")

    @property
    def rows(self) -> int:
        """Lines of a text field, after what stands in it."""
        words: dict[str, str] = self.value or {}
        longest = max((len(text) for text in words.values()), default=0)
        return min(8, max(1, -(-longest // 55)))

    @property
    def others(self) -> list[Option]:
        """The options not chosen."""
        return [option for option in self.options if not option.chosen]

    @property
    def chosen(self) -> list[Option]:
        """The options chosen."""
        return [option for option in self.options if option.chosen]


def form_of(page: Page, content: Content, labels: Labels, found: Iterable[tuple[Place, Diagnostic]]) -> Node:
    """The form of a page, or of one entry of it: every field, with what is to be mended beside it."""
    maker = _Maker(labels, found)
    nodes = maker.fields(page.kind(content), content, (), fixed=page.slot.tag)
    return Node(ROOT, "page", page.title, nodes=nodes, messages=maker.left())


class _Maker:
    def __init__(self, labels: Labels, found: Iterable[tuple[Place, Diagnostic]]) -> None:
        self._labels = labels
        self._found = [(_steps(place), _beside(one)) for place, one in found]
        self._told: set[int] = set()

    def fields(
        self, kind: type[Model], content: Content, way: tuple[str, ...], fixed: str = ""
    ) -> tuple[Node, ...]:
        """The fields of a part, in the order of the document."""
        return tuple(
            self._node(slot, content.get(name), (*way, name), fixed=name == fixed)
            for name, slot in slots(kind).items()
        )

    def left(self) -> tuple[Message, ...]:
        """What no field has told."""
        return tuple(message for number, (_, message) in enumerate(self._found) if number not in self._told)

    def _node(self, slot: Slot, value: Any, way: tuple[str, ...], *, fixed: bool = False) -> Node:
        name = ".".join((ROOT, *way))
        group = _GROUPS.get(slot.form)
        nodes = group(self, slot, value, way) if group else ()
        form = "fixed" if fixed or (slot.form == "key" and slot.refers is None) else slot.form
        return Node(
            name=name,
            form=form,
            label=slot.label,
            help=hint_of(slot),
            required=slot.required,
            value=_shown(slot, value),
            options=self._options(slot, value),
            tag=slot.tag,
            nodes=nodes,
            present=value is not None,
            removable=slot.form == "part" and not slot.required,
            whole=slot.form == "map" and bool(slot.choices) and set(slot.choices) <= set(value or {}),
            messages=self._messages(way, whole=not group),
        )

    def _messages(self, way: tuple[str, ...], *, whole: bool) -> tuple[Message, ...]:
        """What is said of this place; of a field that holds no others, of all that stands inside it too."""
        told: list[Message] = []
        for number, (place, message) in enumerate(self._found):
            here = place[: len(way)] == way if whole else place == way
            if here and number not in self._told:
                self._told.add(number)
                told.append(message)
        return tuple(told)

    def _options(self, slot: Slot, value: Any) -> tuple[Option, ...]:
        if slot.form == "part" and slot.tag:
            return _choices(tags_of(slot), [cast(Content, value or {}).get(slot.tag)])
        if slot.form == "map" and slot.choices:
            left = {key: words for key, words in slot.choices.items() if key not in (value or {})}
            return _choices(left, [])
        if slot.form in {"choice", "answer"}:
            return _choices(slot.choices or ANSWERS, [_shown(slot, value)])
        if slot.form == "country":
            return _choices({code: country(code) for code in _COUNTRIES}, [_shown(slot, value)])
        if slot.refers is not None:
            keys = [value] if slot.form == "key" else cast(Sequence[Any], value or ())
            return _choices(self._labels[slot.refers], keys)
        return ()

    def _part(self, slot: Slot, value: Any, way: tuple[str, ...]) -> tuple[Node, ...]:
        if value is None:
            return ()
        content = cast(Content, value)
        kind = kind_of(slot, content)
        fields = self.fields(kind, content, way)
        return tuple(one for one in fields if one.name != ".".join((ROOT, *way, slot.tag)))

    def _texts(self, slot: Slot, value: Any, way: tuple[str, ...]) -> tuple[Node, ...]:
        entries = cast(list[Any], value or [])
        return tuple(
            Node(
                name=".".join((ROOT, *way, str(number))),
                form="text",
                label=_numbered(slot.label, number, entries),
                value=entry,
                key=str(number),
                removable=True,
                movable=number > 0,
                messages=self._messages((*way, str(number)), whole=True),
            )
            for number, entry in enumerate(entries)
        )

    def _parts(self, slot: Slot, value: Any, way: tuple[str, ...]) -> tuple[Node, ...]:
        entries = cast(list[Any], value or [])
        return tuple(
            self._entry(
                slot, entry, (*way, str(number)), _numbered(slot.label, number, entries), movable=number > 0
            )
            for number, entry in enumerate(entries)
        )

    def _map(self, slot: Slot, value: Any, way: tuple[str, ...]) -> tuple[Node, ...]:
        entries = cast(Content, value or {})
        return tuple(
            self._entry(slot, entry, (*way, key), _named(slot, key, entry), movable=number > 0)
            for number, (key, entry) in enumerate(entries.items())
        )

    def _entry(self, slot: Slot, entry: Any, way: tuple[str, ...], label: Text, *, movable: bool) -> Node:
        content = cast(Content, entry)
        return Node(
            name=".".join((ROOT, *way)),
            form="entry",
            label=label,
            nodes=self.fields(kind_of(slot, content), content, way),
            key=way[-1],
            removable=True,
            movable=movable,
            messages=self._messages(way, whole=False),
        )


_GROUPS: Final = {
    "part": _Maker._part,
    "texts": _Maker._texts,
    "parts": _Maker._parts,
    "map": _Maker._map,
}


def message_of(found: Diagnostic) -> Message:
    """A diagnostic as it is shown beside a field: to people who do not write YAML."""
    return Message(found.severity, found.code, _in_words(found.message), _in_words(found.mend))


_MISSING_KEY: Final = "GAR021"
_TO_FILL: Final = Text(fr="Ce champ est à remplir.", en="This field is to be filled in.")


def _beside(found: Diagnostic) -> Message:
    """The same where the field is at hand: what is missing is the field itself, which has no key for who reads it."""
    if found.code != _MISSING_KEY:
        return message_of(found)
    return Message(found.severity, found.code, _TO_FILL, Text(fr="", en=""))


_ISO: Final = re.compile(r"\bP(?=\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?\b")


def _in_words(text: Text) -> Text:
    """Periods as one says them, where the message has them as they are written in a file."""
    return Text(
        fr=_ISO.sub(lambda found: period(Period.parse(found.group())).fr, text.fr),
        en=_ISO.sub(lambda found: period(Period.parse(found.group())).en, text.en),
    )


def hint_of(slot: Slot) -> Text | None:
    """What is said of a field beyond its label; nothing that concerns only who writes YAML."""
    if slot.form == "country" or "ISO 8601" in slot.help.fr:
        return None
    fr, en = _rest(slot.help.fr, slot.label.fr), _rest(slot.help.en, slot.label.en)
    return Text(fr=fr, en=en) if fr and en else None


def _rest(sentence: str, label: str) -> str:
    rest = sentence.removeprefix(label).rstrip(".").lstrip("\u202f;:, ").removesuffix("entre guillemets")
    rest = rest.removesuffix("between quotes")
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1]
    return f"{rest[:1].upper()}{rest[1:]}." if rest else ""


def _steps(place: Place) -> tuple[str, ...]:
    return tuple(str(step) for step in place)


def _choices(known: Mapping[str, Text], chosen: Sequence[Any]) -> tuple[Option, ...]:
    """What is chosen first, in its order, unknown or not; then what else may be."""
    keys = [str(one) for one in chosen if one is not None]
    first = [Option(key, known.get(key, Text(fr=key, en=key)), True, key in known) for key in keys]
    return (*first, *(Option(key, label) for key, label in known.items() if key not in keys))


def _numbered(label: Text, number: int, entries: Sequence[Any]) -> Text:
    if len(entries) == 1:
        return label
    return Text(fr=f"{label.fr}, n°\u202f{number + 1}", en=f"{label.en}, no. {number + 1}")


def _named(slot: Slot, key: str, entry: Any) -> Text:
    if slot.choices:
        return slot.choices.get(key, Text(fr=key, en=key))
    content = cast(Content, entry)
    label: Any = content.get("label") or content.get("name")
    if isinstance(label, dict):
        words = cast(dict[str, str], label)
        return Text(fr=words.get("fr", ""), en=words.get("en", ""))
    return Text(fr=str(label or key), en=str(label or key))


def _shown(slot: Slot, value: Any) -> Any:
    """What a field shows: a period in its three numbers, a default where nothing is written."""
    if slot.form == "period":
        return _period(value, slot.default)
    if slot.form == "answer":
        return None if value is None else str(value).lower()
    if value is None and slot.form in {"choice", "country", "number"} and isinstance(slot.default, str | int):
        return slot.default
    return value


def _period(value: Any, default: Any) -> dict[str, int]:
    try:
        found = Period.parse(str(value)) if value is not None else None
    except ValueError:
        found = None
    if found is None:
        found = default if isinstance(default, Period) and value is None else None
    if found is None:
        return {}
    parts = {"years": found.years, "months": found.months, "days": found.days}
    return {unit: number for unit, number in parts.items() if number} or {"days": 0}
