"""Adding, removing and moving in a form: done on what it says, before anything is saved."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from copy import deepcopy
from typing import Any, cast

from garant.apps.policies.editor.pages import Content, Page, kind_of
from garant.apps.policies.editor.reading import Sent, inside, steps_of
from garant.policy.anatomy import Slot, slots
from garant.policy.document.base import Model
from garant.policy.text import Language

_LONGEST_KEY = 64


class Refused(Exception):
    """A button that leads nowhere: the page was changed by hand."""


def act(page: Page, content: Content, do: str, sent: Sent, language: Language) -> tuple[Content, str]:
    """Do what a button says (`add:…`, `remove:…`, `up:…`) to what a page says; and the name of what it touched.

    Raises Refused for a button that the page does not have.
    """
    verb, _, name = do.partition(":")
    made = deepcopy(content)
    slot = _slot_at(page, made, steps_of(name))
    match verb:
        case "add":
            return made, _add(made, slot, name, sent, language)
        case "remove":
            _remove(made, steps_of(name))
            return made, name.rpartition(".")[0]
        case "up":
            _up(made, steps_of(name))
            return made, name.rpartition(".")[0]
        case _:
            raise Refused(do)


def new_entry(
    slot: Slot, label: str, taken: Collection[str], tag: str, language: Language
) -> tuple[str, Content]:
    """A new entry of a map, and its key: made of its name, and free."""
    if slot.choices:
        return label, {}
    content: Content = {slot.tag: tag} if slot.tag else {}
    kind = kind_of(slot, content)
    fields = slots(kind)
    if "label" in fields:
        content["label"] = {language: label} if label else {}
    elif "name" in fields and fields["name"].form == "line":
        content["name"] = label
    return _free_key(label, taken), content


def _free_key(label: str, taken: Collection[str]) -> str:
    plain = unicodedata.normalize("NFKD", label.replace("’", " ")).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: _LONGEST_KEY - 4].strip("-") or "nouveau"
    numbered = (f"{key}-{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(one for one in numbered if one not in taken)


def _slot_at(page: Page, content: Content, way: Sequence[str]) -> Slot:
    """The field that a way of a page leads to, or whose entry it leads to. Raises Refused."""
    kind: type[Model] | None = page.kind(content)
    slot: Slot | None = None
    inner: Any = content
    for step in way:
        if kind is not None:
            slot = slots(kind).get(step)
        if slot is None:
            raise Refused(".".join(way))
        inner = inside(inner, (step,))
        entered = kind is None or slot.form == "part"
        written = cast(Content, inner) if isinstance(inner, dict) else {}
        kind = kind_of(slot, written) if entered and slot.parts else None
    if slot is None:
        raise Refused(".".join(way))
    return slot


def _add(content: Content, slot: Slot, name: str, sent: Sent, language: Language) -> str:
    """A blank part, entry or text; the name of what was added."""
    *above, last = steps_of(name)
    around = inside(content, above)
    if not isinstance(around, dict):
        raise Refused(name)
    holder = cast(Content, around)
    chosen = sent.one(f"{name}.new")
    if slot.form == "part":
        holder[last] = {slot.tag: chosen} if slot.tag else {}
        return name
    if slot.form in {"texts", "parts"}:
        entries = cast(list[Any], holder.setdefault(last, []))
        entries.append({})
        return f"{name}.{len(entries) - 1}"
    if slot.form == "map":
        entries = cast(Content, holder.setdefault(last, {}))
        if slot.choices and (chosen not in slot.choices or chosen in entries):
            raise Refused(name)
        key, entry = new_entry(slot, chosen, entries, "", language)
        entries[key] = entry
        return f"{name}.{key}"
    raise Refused(name)


def _remove(content: Content, way: Sequence[str]) -> None:
    *above, last = way
    around = inside(content, above)
    if isinstance(around, dict):
        cast(Content, around).pop(last, None)
    elif isinstance(around, list) and last.isdecimal() and int(last) < len(cast(list[Any], around)):
        del around[int(last)]


def _up(content: Content, way: Sequence[str]) -> None:
    *above, last = way
    around = inside(content, above)
    if isinstance(around, list) and last.isdecimal() and 0 < int(last) < len(cast(list[Any], around)):
        place = int(last)
        around[place - 1], around[place] = around[place], around[place - 1]
    elif isinstance(around, dict):
        entries = cast(Content, around)
        keys = list(entries)
        if last in entries and keys.index(last) > 0:
            place = keys.index(last)
            keys[place - 1], keys[place] = keys[place], keys[place - 1]
            ordered = {key: entries[key] for key in keys}
            entries.clear()
            entries.update(ordered)
