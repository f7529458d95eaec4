"""The pages of the editor: one for each part of the policy, in the order of the notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from garant.policy import Policy, Text
from garant.policy.anatomy import Slot, slots
from garant.policy.document.base import Model

Content = dict[str, Any]
"""A part of the document as it is written: JSON, which may not be a policy yet."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the policy with a page of its own, or with one for each of its entries."""

    section: str
    about: Text
    """What is written there, in a sentence."""

    @property
    def key(self) -> str:
        """Its name in addresses."""
        return self.section.replace("_", "-")

    @property
    def slot(self) -> Slot:
        """The field of the policy that it holds."""
        return slots(Policy)[self.section]

    @property
    def title(self) -> Text:
        """Its heading."""
        return self.slot.label

    @property
    def entries(self) -> bool:
        """Whether it is a list of entries, each with its own page."""
        return self.slot.form == "map"

    @property
    def tags(self) -> list[tuple[str, Text]]:
        """The kinds of entry that may be added, where there are several, in words."""
        return list(tags_of(self.slot).items()) if self.slot.tag else []

    def kind(self, content: Content) -> type[Model]:
        """The kind of part that stands there."""
        return kind_of(self.slot, content)

    def at(self, whole: Content) -> Content:
        """What stands there now; nothing where it is not written."""
        return cast(Content, whole.get(self.section, {}))


def kind_of(slot: Slot, content: Content) -> type[Model]:
    """The kind of part that a field holds, told by its tag where there are several; the first where none fits."""
    if not slot.tag:
        return slot.parts[0]
    fitting = (one for one in slot.parts if content.get(slot.tag) in slots(one)[slot.tag].choices)
    return next(fitting, slot.parts[0])


def tags_of(slot: Slot) -> dict[str, Text]:
    """The values of the tag that tells the kinds apart, in words."""
    return {tag: words for one in slot.parts for tag, words in slots(one)[slot.tag].choices.items()}


PAGES: Final = (
    Page(
        "organisation",
        Text(fr="Qui s’engage, et comment le joindre.", en="Who promises, and how to reach them."),
    ),
    Page(
        "notice",
        Text(
            fr="L’avant-propos, les principes, le lexique, la mise à jour.",
            en="The foreword, the principles, the glossary, the update.",
        ),
    ),
    Page(
        "activities",
        Text(
            fr="Ce que vous faites des données, et pourquoi\u202f: une activité, ses finalités, leurs bases légales.",
            en="What you do with data, and why: an activity, its purposes, their legal bases.",
        ),
    ),
    Page(
        "retention",
        Text(fr="Combien de temps, compté de quoi, et ensuite.", en="How long, counted from what, and then."),
    ),
    Page(
        "recipients",
        Text(fr="Qui reçoit des données, dedans et dehors.", en="Who receives data, inside and out."),
    ),
    Page(
        "processors",
        Text(fr="Qui traite des données pour vous.", en="Who processes data on your behalf."),
    ),
    Page(
        "transfers",
        Text(
            fr="Ce qui quitte l’Espace économique européen, et sous quelle garantie.",
            en="What leaves the European Economic Area, and under which safeguard.",
        ),
    ),
    Page(
        "transfer_clause",
        Text(fr="Ce que vous promettez avant tout transfert.", en="What you promise before any transfer."),
    ),
    Page("measures", Text(fr="Comment les données sont protégées.", en="How data are protected.")),
    Page("security", Text(fr="Ce que vous dites de la sécurité.", en="What you say of security.")),
    Page(
        "rights",
        Text(
            fr="Les droits offerts, et comment ils s’exercent.",
            en="The rights offered, and how they are used.",
        ),
    ),
    Page("promises", Text(fr="Ce que vous ne ferez jamais.", en="What you will never do.")),
    Page("cookies", Text(fr="Les cookies et ce qui y ressemble.", en="Cookies and what resembles them.")),
    Page(
        "categories",
        Text(
            fr="Vos propres catégories de données et de personnes, vos propres événements.",
            en="Data and subject categories, and events, of your own.",
        ),
    ),
)


def page_of(key: str) -> Page | None:
    """The page of an address."""
    return next((page for page in PAGES if page.key == key), None)
