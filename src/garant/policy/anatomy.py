"""What each part of the document is made of: its fields, their words, their forms, and what they refer to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, cast, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from .choices import in_words
from .document import Policy
from .document.base import CountryCode, Key, Keys, Line, Model, Url
from .periods import Period
from .text import Text

Form = Literal[
    "text", "texts", "line", "url", "key", "keys", "country", "choice", "flag", "answer", "date", "period",
    "number", "part", "parts", "map",
]  # fmt: skip
"""How a field is written: `answer` yes, no, or nothing said; `part` one part or one of several kinds of part, `parts` a
list, `map` parts by key."""

Section = Literal[
    "data", "subjects", "events", "activities", "purposes", "recipients", "processors", "receivers"
]
"""Where the keys that a field holds are defined; `receivers` are recipients and processors together."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of a part."""

    name: str
    form: Form
    label: Text
    help: Text
    required: bool
    default: Any = field(compare=False)
    parts: tuple[type[Model], ...] = ()
    """The kinds of part it may hold."""
    tag: str = ""
    """The field that tells these kinds apart, where there are several."""
    choices: Mapping[str, Text] = field(default_factory=dict[str, Text], compare=False)
    """The values it may take or, of a map, the keys that it may have; none where they are free."""
    refers: Section | None = None


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a type says of a field."""

    form: Form
    parts: tuple[type[Model], ...] = ()
    tag: str = ""
    choices: tuple[str, ...] = ()


@cache
def slots(part: type[Model]) -> Mapping[str, Slot]:
    """The fields of a kind of part, by name, in the order of the document."""
    hints = get_type_hints(part, include_extras=True)
    return {name: _slot(part, name, info, hints[name]) for name, info in part.model_fields.items()}


def _slot(part: type[Model], name: str, info: FieldInfo, hint: Any) -> Slot:
    shape = _shape(_core(hint))
    if shape.form == "flag" and info.default is None:
        shape = _Shape("answer")
    return Slot(
        name=name,
        form=shape.form,
        label=_LABELS.get((part.__name__, name)) or _LABELS.get(("", name)) or _short(_help(info)),
        help=_help(info),
        required=info.is_required(),
        default=info.get_default(call_default_factory=True),
        parts=shape.parts,
        tag=shape.tag,
        choices=in_words(shape.choices) if shape.choices else {},
        refers=_refers(part, name) if shape.form in {"key", "keys"} else None,
    )


def _core(hint: Any) -> Any:
    """The type without the words said of it, and without `None`."""
    kept = [extra for extra in get_args(hint)[1:] if not isinstance(extra, FieldInfo)]
    base = get_args(hint)[0]
    if get_origin(base) in {Union, UnionType}:
        inside = [one for one in get_args(base) if one is not NoneType]
        if len(inside) == 1:
            return inside[0]
    return Annotated[(base, *kept)] if kept else base


_SIMPLE: Final[tuple[tuple[Any, Form], ...]] = (
    (Line, "line"),
    (Url, "url"),
    (Key, "key"),
    (CountryCode, "country"),
    (CountryCode | Literal["EPO"], "country"),
    (Text, "text"),
    (bool, "flag"),
    (date, "date"),
    (Period, "period"),
    (Literal[1], "number"),
    (tuple[Text, ...], "texts"),
    (Keys, "keys"),
)


def _shape(core: Any) -> _Shape:
    for simple, form in _SIMPLE:
        if core == simple:
            return _Shape(form)
    origin, arguments = get_origin(core), get_args(core)
    if origin is Literal:
        return _Shape("choice", choices=arguments)
    if origin is tuple:
        return _Shape("parts", *_parts(arguments[0]))
    if origin is dict:
        named = get_args(arguments[0]) if get_origin(arguments[0]) is Literal else ()
        return _Shape("map", *_parts(arguments[1]), named)
    return _Shape("part", *_parts(core))


def _parts(core: Any) -> tuple[tuple[type[Model], ...], str]:
    """One kind of part, or several told apart by a tag."""
    if get_origin(core) is Annotated:
        union, info = get_args(core)
        return get_args(union), str(cast(FieldInfo, info).discriminator)
    return (core,), ""


def _help(info: FieldInfo) -> Text:
    extra = cast(dict[str, Any], info.json_schema_extra)
    return Text(fr=str(extra["x-fr"]), en=str(info.description))


_END_FR: Final = re.compile(r"\u202f[;:]| \(|, |\.$")
_END_EN: Final = re.compile(r"[;:]| \(|, |\.$")


def _short(sentence: Text) -> Text:
    """The words before the first explanation."""
    return Text(fr=_END_FR.split(sentence.fr)[0], en=_END_EN.split(sentence.en)[0])


_LABELS: Final[Mapping[tuple[str, str], Text]] = {
    ("", "role"): Text(fr="Rôle", en="Role"),
    ("", "ground"): Text(fr="Base légale", en="Legal basis"),
    ("", "description"): Text(fr="Description", en="Description"),
    ("Contact", "role"): Text(fr="Fonction", en="Function"),
    ("ControllerActivity", "owner"): Text(fr="Responsable opérationnel", en="Operational owner"),
    ("ProcessorActivity", "owner"): Text(fr="Responsable opérationnel", en="Operational owner"),
    ("Source", "kind"): Text(fr="Origine", en="Origin"),
    ("Purpose", "profiling"): Text(fr="Profilage", en="Profiling"),
    ("Purpose", "direct_marketing"): Text(fr="Prospection", en="Direct marketing"),
    ("JointController", "contact"): Text(fr="Responsable conjoint", en="Joint controller"),
    ("ContractGround", "required"): Text(
        fr="Données exigées et suites d’un refus", en="Data required, and what refusing leads to"
    ),
    ("ImpactAssessment", "required"): Text(fr="Obligatoire", en="Compulsory"),
    ("SpecialGround", "condition"): Text(fr="Cas de l’art. 9(2)", en="Case of art. 9(2)"),
    ("Phase", "kind"): Text(fr="Phase", en="Phase"),
    ("Phase", "period"): Text(fr="Durée", en="Period"),
    ("RetentionRule", "label"): Text(fr="Intitulé", en="Title"),
    ("DataCategory", "protection"): Text(fr="Protection", en="Protection"),
    ("Recipient", "on_request"): Text(
        fr="Tiers autorisé, seulement sur demande", en="Authorised third party, on request only"
    ),
    ("Processor", "own_copy"): Text(fr="Tient une copie à lui", en="Holds a copy of its own"),
    ("Safeguard", "reference"): Text(fr="Référence", en="Reference"),
    ("Safeguard", "certified"): Text(
        fr="Certifié «\u202fData Privacy Framework\u202f»", en="Certified under the Data Privacy Framework"
    ),
    ("Cookie", "provider"): Text(fr="Déposé par", en="Set by"),
    ("CookieCategory", "consent"): Text(fr="Accord nécessaire", en="Consent needed"),
    ("Policy", "organisation"): Text(fr="Organisation", en="Organisation"),
    ("Policy", "notice"): Text(fr="Notice", en="Notice"),
    ("Policy", "categories"): Text(fr="Catégories", en="Categories"),
    ("Policy", "promises"): Text(fr="Promesses", en="Promises"),
}
"""Where the first words of the sentence do not name the field."""

_SECTIONS: Final[Mapping[str, Section]] = {
    "data": "data",
    "subjects": "subjects",
    "activities": "activities",
    "purposes": "purposes",
    "recipients": "recipients",
    "processors": "processors",
    "sub_processors": "processors",
    "trigger": "events",
    "sooner": "events",
    "to": "receivers",
}
_PARENTS: Final[Mapping[str, Section]] = {
    "DataCategory": "data",
    "SubjectCategory": "subjects",
    "Event": "events",
}


def _refers(part: type[Model], name: str) -> Section | None:
    """The section whose keys the field holds; none for the organisation's own key."""
    return _PARENTS.get(part.__name__) if name == "parent" else _SECTIONS.get(name)


def referred(policy: Policy, section: Section) -> Mapping[str, Text]:
    """What may be referred to in a section: labels by key, in the order of the document."""
    found: dict[Section, Mapping[str, Any]] = {
        "data": policy.data_categories,
        "subjects": policy.subject_categories,
        "events": policy.events,
        "activities": policy.activities,
        "purposes": {purpose.key: purpose for _, purpose in policy.purposes()},
        "recipients": policy.recipients,
        "processors": policy.processors,
        "receivers": {**policy.recipients, **policy.processors},
    }
    return {key: one.label for key, one in found[section].items()}
