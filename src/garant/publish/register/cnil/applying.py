"""What differs between two records, written into the policy: description, purposes, data and people."""

from typing import cast

from garant.policy import Text

from .edits import Content, Edits, aligned
from .record import Record, Row, read_day, same
from .vocabulary import DATA_ROWS, OTHER_PEOPLE, PEOPLE, DataRow, by_label, kind_of, plain


def describe(edits: Edits, before: Record, after: Record) -> None:
    """The name, the number and the dates."""
    place = ("activities", before.key)
    if after.name and not same(after.name, before.name):
        _at(edits, after, "nom", "name")
        edits.words((*place, "label"), after.name, before.name)
    _reference(edits, before, after)
    for name, fr, en, old, new in (
        ("created", "date de création", "date of creation", before.created, after.created),
        ("updated", "mise à jour", "last update", before.updated, after.updated),
    ):
        if same(old, new):
            continue
        _at(edits, after, fr, en)
        day = read_day(new)
        if new and day is None:
            edits.lost(new, "ce n’est pas une date comme 31/12/2026", "it is no date such as 31/12/2026")
        elif old != (day.strftime("%d/%m/%Y") if day else ""):
            edits.put((*place, name), day.isoformat() if day else None, old)


def _reference(edits: Edits, before: Record, after: Record) -> None:
    place = ("activities", before.key, "reference")
    if same(after.reference, before.reference) or (not after.reference and not edits.has(*place)):
        return
    _at(edits, after, "numéro", "number")
    edits.put(place, after.reference or None, before.reference if edits.has(*place) else "")


def purposes(edits: Edits, before: Record, after: Record) -> None:
    """The purposes and what they come to in practice."""
    _at(edits, after, "finalités", "purposes")
    known = edits.part("activities", before.key, "purposes")
    for old, new in aligned(before.purposes, after.purposes):
        if old is not None and new is not None:
            _purpose(edits, ("activities", before.key, "purposes", old.key), old, new)
        elif new is not None:
            key = edits.new_key(new.cells[0], list(known))
            known[key] = {"label": {"fr": new.cells[0]}, "details": [{"fr": one} for one in new.cells[1:]]}
            edits.changed("", new.cells[0])
            no_ground(edits, new.cells[0])
        elif old is not None:
            known.pop(old.key)
            edits.changed(old.cells[0], "")


def no_ground(edits: Edits, purpose: str) -> None:
    """Say that the template told nothing of the legal basis."""
    edits.note(
        "complete",
        f"La base légale (art. 6) de « {purpose} » est à écrire : le modèle n’a pas de case pour elle.",
        f"The legal basis (art. 6) of “{purpose}” is to be written: the template has no field for it.",
    )


def _purpose(edits: Edits, place: tuple[str, ...], old: Row, new: Row) -> None:
    if not same(old.cells[0], new.cells[0]):
        edits.words((*place, "label"), new.cells[0], old.cells[0])
    if [one.split() for one in old.cells[1:]] == [one.split() for one in new.cells[1:]]:
        return
    part = edits.part(*place)
    known = cast(list[Content], part.get("details", []))
    translated = {" ".join(Text(**one).say("fr").split()): one for one in known}
    part["details"] = [translated.get(" ".join(one.split()), {"fr": one}) for one in new.cells[1:]]
    edits.changed(" / ".join(old.cells[1:]), " / ".join(new.cells[1:]))


def data(edits: Edits, before: Record, after: Record) -> None:
    """The categories of data, row by row."""
    for row in DATA_ROWS.values():
        _at(edits, after, row.label, row.label)
        for old, new in aligned(before.data[row.key], after.data[row.key]):
            own = old is not None and edits.has("categories", "data", old.key)
            if old is not None and new is not None and own and _datum(edits, new.cells[0]) is None:
                edits.words(("categories", "data", old.key, "label"), new.cells[0], old.cells[0])
                continue
            if old is not None:
                _take_out(edits, before.key, "data", old.key)
            if new is not None:
                _put_in(edits, before.key, "data", _datum(edits, new.cells[0]) or _new_datum(edits, row, new))
            edits.changed(old.cells[0] if old else "", new.cells[0] if new else "")


def _datum(edits: Edits, label: str) -> str | None:
    tree = edits.policy.data_categories
    known = by_label(label, ((key, (one.label.fr, one.label.en)) for key, one in tree.items()))
    added = by_label(label, _labels(edits, "data"))
    return known or added


def _labels(edits: Edits, section: str) -> list[tuple[str, tuple[str, ...]]]:
    own = edits.part("categories", section)
    return [(key, tuple(cast(Content, one["label"]).values())) for key, one in own.items()]


def _new_datum(edits: Edits, row: DataRow, new: Row) -> str:
    own = edits.part("categories", "data")
    key = edits.new_key(new.cells[0], list(own), list(edits.policy.data_categories))
    own[key] = {"label": {"fr": new.cells[0]}, **({"parent": row.roots[0]} if row.roots else {})}
    return key


def _put_in(edits: Edits, activity: str, section: str, key: str) -> None:
    keys = cast(list[str], edits.part("activities", activity).setdefault(section, []))
    if key not in keys:
        keys.append(key)


def _take_out(edits: Edits, activity: str, section: str, key: str) -> None:
    """Take a key out of an activity and of its purposes."""
    whole = edits.part("activities", activity)
    everywhere = [whole, *cast(dict[str, Content], whole.get("purposes", {})).values()]
    for part in everywhere:
        keys = cast(list[str], part.get(section, []))
        if key in keys:
            keys[:] = [one for one in keys if one != key]
            if not keys and part is not whole:
                label = Text(**part["label"]).say("fr")
                edits.note(
                    "check",
                    f"La finalité « {label} » s’étend maintenant à tout ce que l’activité déclare.",
                    f"The purpose “{label}” now covers all that the activity declares.",
                )


def people(edits: Edits, before: Record, after: Record) -> None:
    """The categories of people."""
    _at(edits, after, "personnes concernées", "people concerned")
    for old, new in aligned(before.people, after.people):
        if old is not None and new is not None and _described(edits, old, new):
            continue
        if old is not None:
            _take_out(edits, before.key, "subjects", old.key)
        if new is not None:
            _put_in(edits, before.key, "subjects", _subject(edits, new))
        edits.changed(_said(old), _said(new))


def _described(edits: Edits, old: Row, new: Row) -> bool:
    """Whether the same people are only told otherwise, and done so."""
    kind, label, details = (*new.cells, "", "", "")[:3]
    own = edits.has("categories", "subjects", old.key)
    if not same(label, old.cells[1]):
        if not own or not label or _subject_named(edits, label) is not None:
            return False
        edits.words(("categories", "subjects", old.key, "label"), label, old.cells[1])
    if not same(details, old.cells[2]):
        if not own:
            edits.lost(details, "cette catégorie est celle de Garant", "this category is Garant’s")
        else:
            edits.words(("categories", "subjects", old.key, "description"), details, old.cells[2])
    if not same(kind, old.cells[0]):
        edits.lost(kind, "le type se déduit de la catégorie", "the type follows from the category")
    return True


def _said(row: Row | None) -> str:
    return next(filter(None, row.cells[1::-1]), "") if row is not None else ""


def _subject_named(edits: Edits, label: str) -> str | None:
    tree = edits.policy.subject_categories
    known = by_label(label, ((key, (one.label.fr, one.label.en)) for key, one in tree.items()))
    return known or by_label(label, _labels(edits, "subjects"))


def _subject(edits: Edits, row: Row) -> str:
    """The category of people that a row means: a known one, or a new one below what its type says."""
    kind, label, details = (*row.cells, "", "", "")[:3]
    above = kind_of(kind, PEOPLE) or kind_of(label, PEOPLE)
    known = _subject_named(edits, label) or (above if not label or same(label, kind) else None)
    if known is not None:
        return known
    own = edits.part("categories", "subjects")
    words = label or details or kind or OTHER_PEOPLE
    key = edits.new_key(words, list(own), list(edits.policy.subject_categories))
    own[key] = {
        "label": {"fr": words},
        **({"parent": above} if above else {}),
        **({"description": {"fr": details}} if details and label else {}),
    }
    return key


def _at(edits: Edits, record: Record, fr: str, en: str) -> None:
    edits.where = Text(fr=f"{record.sheet}, {fr}", en=f"{record.sheet}, {en}")


def as_purposes(purpose: str) -> tuple[Row, ...]:
    """The purposes of a record of which the list alone says something."""
    return (Row((purpose,)),) if purpose else ()


def actors(edits: Edits, before: Record, after: Record) -> None:
    """Joint controllers put in. The others stand in the list sheet, and are changed there."""
    _at(edits, after, "acteurs", "actors")
    old = [row for row in before.actors if any(row.cells[1:])]
    new = [row for row in after.actors if any(row.cells[1:])]
    joint = edits.part("activities", before.key)
    for was, row in aligned(old, new):
        if row is not None and was is None and "conjoint" in plain(row.cells[0]):
            names = ("name", "phone", "email")
            said = zip(names, (row.cells[1], row.cells[6], row.cells[7]), strict=True)
            contact = {name: text for name, text in said if text}
            cast(list[Content], joint.setdefault("joint_controllers", [])).append({"contact": contact})
            edits.changed("", row.cells[1])
        elif old and (row or was) is not None:
            shown = row or was
            assert shown is not None
            edits.lost(
                " ".join(filter(None, shown.cells)),
                "les acteurs se changent dans la feuille « Liste des traitements » ou dans la politique",
                "actors are changed in the sheet “Liste des traitements” or in the policy",
            )
