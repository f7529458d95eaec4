"""How much a change weighs on people: what asks more of them or gives them less comes first."""

from collections.abc import Collection
from typing import Any, Final, Literal

from ..anatomy import Slot
from ..document.base import Model
from ..periods import Period
from .change import Weight

Way = tuple[str, str]
"""A kind of part and one of its fields."""

_LONGER_IS_WORSE: Final[frozenset[Way]] = frozenset({
    ("Phase", "period"), ("Rights", "deadline"), ("Rights", "extension"), ("Cookie", "lifetime"),
    ("Cookie", "data_lifetime"), ("Cookies", "choice_lifetime"), ("TestPlan", "every"),
})  # fmt: skip
_SHORTER_IS_WORSE: Final[frozenset[Way]] = frozenset({
    ("TransferClause", "advance_notice"), ("ProcessorActivity", "sub_processor_notice"),
})  # fmt: skip
_ALWAYS: Final[frozenset[Way]] = frozenset({
    ("RetentionRule", "trigger"), ("Phase", "kind"), ("Recipient", "country"), ("Recipient", "kind"),
    ("Processor", "country"), ("Transfer", "to"), ("Transfer", "country"), ("Safeguard", "kind"),
    ("Promise", "kind"), ("SpecialGround", "condition"), ("Purpose", "nir_ground"),
    ("Purpose", "offences_ground"), ("Purpose", "legal_basis"), ("Policy", "activities"),
})  # fmt: skip
_WORSE_VALUES: Final[dict[Way, tuple[Any, ...]]] = {
    ("Purpose", "profiling"): (True,),
    ("Purpose", "direct_marketing"): (True,),
    ("CookieCategory", "consent"): (False,),
    ("Recipient", "on_request"): (False,),
    ("Safeguard", "certified"): (False,),
    ("Cookie", "set_when"): ("on-arrival",),
    ("RetentionRule", "fate"): ("anonymise", None),
    ("RetentionRule", "sooner"): (None,),
    ("RetentionRule", "conditions"): (None,),
    ("AutomatedDecision", "human_review"): (None,),
}
_WORSE_ADDED: Final[frozenset[Way]] = frozenset({
    ("Policy", "activities"), ("Policy", "transfers"), ("Policy", "processors"), ("Policy", "recipients"),
    ("Policy", "cookies"), ("ControllerActivity", "purposes"), ("ControllerActivity", "joint_controllers"),
    ("RetentionRule", "phases"), ("Purpose", "special_ground"), ("Purpose", "automated_decision"),
    ("Cookies", "categories"), ("CookieCategory", "items"),
})  # fmt: skip
_WORSE_REMOVED: Final[frozenset[Way]] = frozenset({
    ("Rights", "offered"), ("Policy", "promises"), ("Policy", "measures"), ("Policy", "retention"),
    ("Policy", "transfer_clause"), ("Policy", "security"), ("Transfer", "safeguard"), ("Organisation", "dpo"),
    ("Organisation", "authority"), ("Organisation", "representative"), ("Measure", "test"),
})  # fmt: skip
_MORE_IS_WORSE: Final[frozenset[Way]] = frozenset({
    *((part, name) for part in ("ControllerActivity", "ProcessorActivity")
      for name in ("data", "subjects", "recipients", "processors")),
    ("Purpose", "data"), ("Purpose", "subjects"), ("Purpose", "recipients"), ("Processor", "sub_processors"),
    ("Transfer", "activities"), ("Transfer", "data"),
})  # fmt: skip
_LESS_IS_WORSE: Final[frozenset[Way]] = frozenset({
    ("Right", "activities"), ("Promise", "activities"), ("Promise", "data"), ("Measure", "activities"),
    ("RetentionRule", "activities"), ("RetentionRule", "purposes"), ("RetentionRule", "subjects"),
    ("RetentionRule", "data"),
})  # fmt: skip
_NONE_IS_ALL: Final[frozenset[Way]] = frozenset({
    ("Purpose", "data"), ("Purpose", "subjects"), ("Transfer", "activities"), ("Transfer", "data"),
    ("Right", "activities"), ("Promise", "activities"), ("Promise", "data"), ("Measure", "activities"),
    ("RetentionRule", "purposes"), ("RetentionRule", "subjects"), ("RetentionRule", "data"),
})  # fmt: skip
"""Fields where naming none means all: naming the first one narrows."""

_SAID: Final = frozenset({"text", "line", "url", "date", "number"})
_MEANT: Final[frozenset[Way]] = frozenset({
    ("Transfer", "starts"), ("Organisation", "key"), ("Organisation", "time_zone"), ("Purpose", "details"),
    ("ProcessorActivity", "operations"), ("ProcessorActivity", "client_duties"),
    ("RetentionRule", "conditions"),
})  # fmt: skip
_PROMISING: Final = frozenset({"Right", "Promise", "TransferClause", "Security", "AutomatedDecision"})
"""Parts whose words are themselves what is promised."""
_SPOKEN: Final[frozenset[Way]] = frozenset({
    ("Notice", "principles"), ("Notice", "glossary"), ("Notice", "legal_framework"), ("Notice", "related"),
})  # fmt: skip
_REACHED: Final = frozenset({"Contact", "Address"})


def of_value(part: type[Model], slot: Slot, old: Any, new: Any) -> Weight:
    """The weight of one value in the place of another; None where there was, or is, none."""
    way = (part.__name__, slot.name)
    if way in _ALWAYS or new in _WORSE_VALUES.get(way, ()):
        return "people"
    if way in _LONGER_IS_WORSE and _longer(old, new):
        return "people"
    if way in _SHORTER_IS_WORSE and _longer(new, old):
        return "people"
    return _otherwise(part, slot)


def of_part(part: type[Model], slot: Slot, kind: Literal["added", "removed"]) -> Weight:
    """The weight of a part, or of an entry of a list, that comes or goes."""
    way = (part.__name__, slot.name)
    if way in (_WORSE_ADDED if kind == "added" else _WORSE_REMOVED):
        return "people"
    return _otherwise(part, slot)


def of_swap(part: type[Model], slot: Slot) -> Weight:
    """The weight of a part of another kind in the place of one, such as another legal basis."""
    return "people" if (part.__name__, slot.name) in _ALWAYS else "substance"


def of_keys(part: type[Model], slot: Slot, old: Collection[str], new: Collection[str]) -> Weight:
    """The weight of other keys: whether more is taken from people, or less is given."""
    way = (part.__name__, slot.name)
    whole = way in _NONE_IS_ALL
    if way in _MORE_IS_WORSE and not _within(new, old, whole):
        return "people"
    if way in _LESS_IS_WORSE and not _within(old, new, whole):
        return "people"
    return "substance"


def _within(inner: Collection[str], outer: Collection[str], none_is_all: bool) -> bool:
    if none_is_all and not outer:
        return True
    return not (none_is_all and not inner) and set(inner) <= set(outer)


def _longer(old: Period | None, new: Period | None) -> bool:
    """Whether the new period may end later; what has no period ends at once."""
    return new is not None and (old is None or new.exceeds(old))


def _otherwise(part: type[Model], slot: Slot) -> Weight:
    way = (part.__name__, slot.name)
    if way in _MEANT or part.__name__ in _PROMISING:
        return "substance"
    said = slot.form in _SAID or way in _SPOKEN or any(one.__name__ in _REACHED for one in slot.parts)
    return "wording" if said or part.__name__ in _REACHED else "substance"
