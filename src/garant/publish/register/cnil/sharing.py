"""What differs between two records, written into the policy: recipients, measures and transfers.

These stand once in the policy and may serve several activities: renamed in one record, they are renamed in all.
"""

from typing import Final, cast

from garant.policy import Text

from ...countries import code_of
from . import vocabulary as words
from .edits import Content, Edits, aligned
from .record import Record, Row, same
from .vocabulary import by_label, kind_of, plain

_SECTIONS: Final = ("recipients", "processors")


def recipients(edits: Edits, before: Record, after: Record) -> None:
    """The recipients and the processors."""
    edits.where = Text(fr=f"{after.sheet}, destinataires", en=f"{after.sheet}, recipients")
    for old, new in aligned(before.recipients, after.recipients):
        if old is not None and new is not None and _renamed(edits, old, new):
            continue
        if old is not None:
            _leave(edits, before.key, _section(old), old.key)
        if new is not None:
            section, key = _recipient(edits, new)
            _join(edits, before.key, section, key)
        edits.changed(_said(old), _said(new))


def _renamed(edits: Edits, old: Row, new: Row) -> bool:
    """Whether a known recipient is only told otherwise, and done so."""
    section = _section(old)
    (kind, label), (old_kind, old_label) = _pair(new), _pair(old)
    if _section(new) != section or not label or not edits.has(section, old.key):
        return False
    if not same(label, old_label):
        if _known(edits, section, label) is not None:
            return False
        edits.words((section, old.key, "label"), label, old_label)
    if not same(kind, old_kind):
        meant = kind_of(kind, words.RECIPIENTS)
        if meant is None:
            edits.lost(kind, "ce type n’est pas dans la liste", "this type is not in the list")
        else:
            edits.put((section, old.key, "kind"), meant, old_kind)
    return True


def _section(row: Row) -> str:
    return "processors" if plain(row.cells[0]).startswith("sous traitant") else "recipients"


def _pair(row: Row) -> tuple[str, str]:
    kind, label = (*row.cells, "", "")[:2]
    return kind, label


def _said(row: Row | None) -> str:
    return next(filter(None, row.cells[1::-1]), "") if row is not None else ""


def _known(edits: Edits, section: str, label: str) -> str | None:
    parts = cast(dict[str, Content], edits.content.get(section, {}))
    return by_label(label, ((key, tuple(one["label"].values())) for key, one in parts.items()))


def _recipient(edits: Edits, row: Row) -> tuple[str, str]:
    kind, label = _pair(row)
    section, label = _section(row), label or kind
    known = _known(edits, section, label)
    if known is not None:
        return section, known
    taken = [key for name in _SECTIONS for key in edits.part(name)]
    key = edits.new_key(label, taken)
    part: Content = {"label": {"fr": label}}
    if section == "recipients":
        part["kind"] = kind_of(kind, words.RECIPIENTS) or "other"
    edits.part(section)[key] = part
    return section, key


def _join(edits: Edits, activity: str, section: str, key: str) -> None:
    keys = cast(list[str], edits.part("activities", activity).setdefault(section, []))
    if key not in keys:
        keys.append(key)


def _leave(edits: Edits, activity: str, section: str, key: str) -> None:
    whole = edits.part("activities", activity)
    for part in (whole, *cast(dict[str, Content], whole.get("purposes", {})).values()):
        keys = cast(list[str], part.get(section, []))
        keys[:] = [one for one in keys if one != key]


def measures(edits: Edits, before: Record, after: Record) -> None:
    """The security measures."""
    edits.where = Text(fr=f"{after.sheet}, mesures de sécurité", en=f"{after.sheet}, security measures")
    for old, new in aligned(before.measures, after.measures):
        if old is not None and new is not None and _measure_renamed(edits, old, new):
            continue
        if old is not None:
            _no_longer(edits, before.key, "measures", old.key)
        if new is not None:
            _measure(edits, before.key, new)
        edits.changed(_said(old), _said(new))


def _measure_renamed(edits: Edits, old: Row, new: Row) -> bool:
    (kind, label), (old_kind, old_label) = _pair(new), _pair(old)
    if not label:
        return False
    if not same(label, old_label):
        if _known(edits, "measures", label) is not None:
            return False
        edits.words(("measures", old.key, "label"), label, old_label)
    if not same(kind, old_kind):
        edits.put(("measures", old.key, "kind"), kind_of(kind, words.MEASURES) or "other", old_kind)
    return True


def _measure(edits: Edits, activity: str, row: Row) -> None:
    kind, label = _pair(row)
    known = _known(edits, "measures", label or kind)
    if known is None:
        part = edits.part("measures")
        part[edits.new_key(label or kind, list(part))] = {
            "label": {"fr": label or kind},
            "kind": kind_of(kind, words.MEASURES) or "other",
            "activities": [activity],
        }
        return
    covered = cast(list[str], edits.part("measures", known).get("activities", []))
    if covered and activity not in covered:
        covered.append(activity)


def _no_longer(edits: Edits, activity: str, section: str, key: str) -> None:
    """Let a measure or a transfer no longer be one of the activity: no activity at all means every one of them."""
    part = edits.part(section, key)
    everyone = [one for one, said in edits.part("activities").items() if said["role"] == "controller"]
    covered = cast(list[str], part.get("activities", [])) or everyone
    left = [one for one in covered if one != activity]
    if left:
        part["activities"] = left
    else:
        edits.part(section).pop(key)


def transfers(edits: Edits, before: Record, after: Record) -> None:
    """The transfers outside the European Economic Area."""
    edits.where = Text(fr=f"{after.sheet}, transferts hors UE", en=f"{after.sheet}, transfers outside the EU")
    for old, new in aligned(before.transfers, after.transfers):
        if old is not None and new is not None:
            _transfer_changed(edits, before.key, old, new)
        elif new is not None:
            _transfer(edits, before.key, new)
        elif old is not None:
            _no_longer(edits, before.key, "transfers", old.key)
            edits.changed(old.cells[0], "")


def _transfer_changed(edits: Edits, activity: str, old: Row, new: Row) -> None:
    to, where, guard, link = (*new.cells, "", "", "", "")[:4]
    place = ("transfers", old.key)
    if not same(to, old.cells[0]):
        edits.put((*place, "to"), _receiver(edits, activity, to or where), old.cells[0])
    if not same(where, old.cells[1]):
        _country(edits, place, where, old.cells[1])
    if not same(guard, old.cells[2]):
        _safeguard(edits, place, guard, old.cells[2])
    if not same(link, old.cells[3]):
        _link(edits, place, link, old.cells[3])


def _receiver(edits: Edits, activity: str, label: str) -> str:
    for section in _SECTIONS:
        known = _known(edits, section, label)
        if known is not None:
            return known
    key = edits.new_key(label, [key for name in _SECTIONS for key in edits.part(name)])
    edits.part("recipients")[key] = {"label": {"fr": label}, "kind": "third-country"}
    _join(edits, activity, "recipients", key)
    return key


def _country(edits: Edits, place: tuple[str, ...], said: str, before: str) -> None:
    code = code_of(said)
    if code is None:
        edits.lost(said, "ce pays n’est pas reconnu", "this country is not recognised")
    else:
        edits.put((*place, "country"), code, before)


def _safeguard(edits: Edits, place: tuple[str, ...], said: str, before: str) -> None:
    if not said:
        edits.part(*place).pop("safeguard", None)
        edits.changed(before, "")
        return
    meant = kind_of(said, words.SAFEGUARDS)
    if words.PRIVACY_SHIELD in plain(said):
        edits.lost(
            said,
            "le « Privacy Shield » est invalide depuis le 16 juillet 2020 (CJUE, C-311/18)",
            "the Privacy Shield has been void since 16 July 2020 (CJEU, C-311/18)",
        )
    elif meant is None:
        edits.lost(said, "cette garantie n’est pas dans la liste", "this safeguard is not in the list")
    else:
        edits.put((*place, "safeguard", "kind"), meant, before)


def _link(edits: Edits, place: tuple[str, ...], said: str, before: str) -> None:
    if not edits.has(*place, "safeguard"):
        edits.lost(said, "aucune garantie n’est choisie", "no safeguard is chosen")
    elif said and not said.startswith("https://"):
        edits.lost(said, "un lien commence par https://", "a link starts with https://")
    else:
        edits.put((*place, "safeguard", "document"), said or None, before)


def _transfer(edits: Edits, activity: str, row: Row) -> None:
    to, where, guard, link = (*row.cells, "", "", "", "")[:4]
    code = code_of(where)
    if code is None:
        edits.lost(
            f"{to} {where}".strip(),
            "un transfert va vers un pays, nommé en français ou par ses deux lettres",
            "a transfer goes to a country, named in French or by its two letters",
        )
        return
    parts = edits.part("transfers")
    label = to or where
    key = edits.new_key(label, list(parts))
    parts[key] = {
        "label": {"fr": label},
        "to": _receiver(edits, activity, label),
        "country": code,
        "activities": [activity],
    }
    edits.changed("", f"{label}, {where}")
    if guard:
        _safeguard(edits, ("transfers", key), guard, "")
    if link:
        _link(edits, ("transfers", key), link, "")
