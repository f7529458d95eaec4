"""A page of the editor, opened, changed, checked and saved: between what a browser sends and the draft."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, cast

from garant.apps.policies import refusals
from garant.apps.policies.drafts import save_draft
from garant.apps.policies.editor import (
    PAGES,
    Held,
    Mention,
    Message,
    Node,
    Page,
    Sent,
    act,
    forget,
    form_of,
    hold,
    mentions,
    message_of,
    new_entry,
    read_page,
)
from garant.apps.policies.editor.pages import Content
from garant.apps.policies.editor.references import place_of
from garant.apps.policies.models import Version
from garant.apps.policies.reading import today
from garant.policy import Policy, Text
from garant.policy.anatomy import referred
from garant.policy.places import Place
from garant.policy.text import Language

_SECTIONS = ("data", "subjects", "events", "activities", "purposes", "recipients", "processors", "receivers")


@dataclass(frozen=True, slots=True)
class Spot:
    """What is being edited: a version, a page, and one of its entries where it has several."""

    version: Version
    page: Page
    key: str = ""

    @property
    def place(self) -> Place:
        """Where it stands in the document."""
        return (self.page.section, self.key) if self.page.entries else (self.page.section,)

    @property
    def seen(self) -> str:
        """A mark of what is saved there now, by which it is known whether somebody saved it meanwhile; none where nothing is."""
        part = _content(self.version).get(self.page.section)
        part = (part or {}).get(self.key) if self.page.entries else part
        return "" if part is None else hashlib.sha256(json.dumps(part).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Edited:
    """A page as it is shown."""

    spot: Spot
    form: Node
    new: bool = False
    """Nothing of it is saved yet."""
    errors: int = 0
    here: str = ""
    """The name of what was just added or changed."""
    mentions: tuple[Mention, ...] = ()
    """Who refers to what was just removed."""
    saved: Version | None = None

    @property
    def total(self) -> int:
        """How much there is to look at on the page."""
        return sum(len(node.messages) for node in self.form.every)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a page's list."""

    key: str
    label: Text
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A page in the list of parts: what it holds, and how much is to be mended there."""

    page: Page
    entries: tuple[Entry, ...]
    written: bool
    errors: int
    warnings: int


def overview(version: Version) -> list[Overview]:
    """Every part of a version, with what is to be mended in each."""
    held = hold(_content(version), today(version.organisation))
    return [_overview(version, page, held) for page in PAGES]


def listed(version: Version, page: Page) -> Overview:
    """One part, entry by entry."""
    return _overview(version, page, hold(_content(version), today(version.organisation)))


def open_page(spot: Spot, *, label: str = "", tag: str = "", language: Language = "fr") -> Edited | None:
    """A page as it is saved, or a new entry called `label`; none for an entry that is not there."""
    whole = _content(spot.version)
    section = cast(Content, whole.get(spot.page.section, {}))
    if not spot.page.entries:
        return _edited(spot, section, whole, new=spot.page.section not in whole)
    if spot.key in section:
        return _edited(spot, section[spot.key], whole)
    if not label:
        return None
    _, content = new_entry(spot.page.slot, label, section, tag, language)
    return _edited(spot, content, whole, new=True, quiet=True)


def heading(spot: Spot) -> Text:
    """What a page is called: the label of its entry, else the title of its part."""
    if not spot.key:
        return spot.page.title
    one = getattr(spot.version.policy, spot.page.section).get(spot.key)
    return spot.page.title if one is None else _label(one, spot.key)


def key_for(spot: Spot, label: str, language: Language) -> str:
    """A free key for a new entry of a page."""
    section = cast(Content, _content(spot.version).get(spot.page.section, {}))
    return new_entry(spot.page.slot, label, section, "", language)[0]


def change_page(spot: Spot, sent: Sent, do: str, language: Language) -> Edited:
    """A page after one of its buttons, before it is saved. Raises Refused for a button that is not there."""
    content, whole = read_page(spot.page, sent), _content(spot.version)
    if do in {"", "check", "refresh"}:
        return _edited(spot, content, whole)
    made, here = act(spot.page, content, do, sent, language)
    gone = place_of(spot.place, do.partition(":")[2]) if do.startswith("remove:") else ()
    who = tuple(mentions(spot.version.policy, gone)) if gone else ()
    return _edited(spot, made, whole, here=here, mentions=who)


def save_page(spot: Spot, sent: Sent, *, revision: int, actor: str, seen: str = "") -> Edited:
    """Save what a page says; where it does not fit, nothing is saved and the page says why beside each field.

    What others saved elsewhere in the version stays.

    Args:
        spot: the page.
        sent: its form.
        revision: the version's, as the page was read.
        actor: who saves.
        seen: the spot's mark, as the page was read.

    Raises RefusedError when the version is no draft, or when this part of it was changed meanwhile.
    """
    if revision != spot.version.revision and seen != spot.seen:
        raise refusals.overtaken(spot.version.number, spot.version.saved_by)
    edited = _edited(spot, read_page(spot.page, sent), _content(spot.version))
    if edited.errors:
        return edited
    whole = _with(_content(spot.version), spot, read_page(spot.page, sent))
    document = Policy.model_validate_json(json.dumps(whole), strict=True)
    of = spot.version
    saved = save_draft(of.organisation, of.key, document, revision=of.revision, actor=actor)
    return Edited(spot, edited.form, saved=saved)


def who_mentions(spot: Spot) -> list[Mention]:
    """Who refers to an entry."""
    return mentions(spot.version.policy, spot.place)


def may_go(spot: Spot) -> bool:
    """Whether what is edited is there, and may be taken out: an entry, or a part that a policy can do without."""
    section = _content(spot.version).get(spot.page.section)
    return section is not None and (spot.key in section if spot.page.entries else not spot.page.slot.required)


def delete_page(spot: Spot, *, revision: int, actor: str, everywhere: bool = False) -> Version:
    """Take an entry or a part out of the draft and, `everywhere`, the mentions that can go with it; others stay, to be mended.

    Raises RefusedError as saving does.
    """
    whole = _content(spot.version)
    if everywhere:
        for mention in who_mentions(spot):
            if not mention.stays:
                forget(whole, mention.place, spot.key)
    if spot.page.entries:
        whole[spot.page.section].pop(spot.key, None)
    else:
        whole.pop(spot.page.section, None)
    document = Policy.model_validate_json(json.dumps(whole), strict=True)
    return save_draft(spot.version.organisation, spot.version.key, document, revision=revision, actor=actor)


def to_mend(version: Version) -> list[tuple[Place, Message]]:
    """Everything to be mended in a version, errors first, each with its place."""
    held = hold(_content(version), today(version.organisation))
    return [(place, message_of(found)) for place, found in dict.fromkeys(held.found)]


def _edited(
    spot: Spot,
    content: Content,
    whole: Content,
    *,
    new: bool = False,
    quiet: bool = False,
    here: str = "",
    mentions: tuple[Mention, ...] = (),
) -> Edited:
    """The page, with what is to be mended; a new entry is not reproached with being empty."""
    held = hold(_with(whole, spot, content), today(spot.version.organisation))
    known = held.policy or spot.version.policy
    labels: Any = {section: referred(known, section) for section in _SECTIONS}
    found = [] if quiet else held.below(spot.place)
    form = form_of(spot.page, content, labels, found)
    errors = 0 if held.policy else max(1, len(found))
    return Edited(spot, form, new=new, errors=errors, here=here, mentions=mentions)


def _with(whole: Content, spot: Spot, content: Content) -> Content:
    made = dict(whole)
    if spot.page.entries:
        made[spot.page.section] = {**cast(Content, whole.get(spot.page.section, {})), spot.key: content}
    else:
        made[spot.page.section] = content
    return made


def _content(version: Version) -> Content:
    return cast(Content, json.loads(version.document))


def _overview(version: Version, page: Page, held: Held) -> Overview:
    part = getattr(version.policy, page.section)
    entries = tuple(
        Entry(key, _label(one, key), *_counted(held, (page.section, key)))
        for key, one in _entries(page, part)
    )
    written = page.section in json.loads(version.document)
    return Overview(page, entries, written, *_counted(held, (page.section,)))


def _entries(page: Page, part: Any) -> list[tuple[str, Any]]:
    return list(part.items()) if page.entries else []


def _label(part: Any, key: str) -> Text:
    label = getattr(part, "label", None) or getattr(part, "statement", None)
    return label if label is not None and (label.fr or label.en) else Text(fr=key, en=key)


def _counted(held: Held, place: Place) -> tuple[int, int]:
    severities = [one.severity for _, one in held.below(place)]
    return severities.count("error"), severities.count("warning")
